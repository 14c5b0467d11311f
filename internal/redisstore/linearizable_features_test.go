package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/torture"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// TestTortureLinearizableFeatures has clients change the settings of one feature, and the PIN that proves who
// may.
func TestTortureLinearizableFeatures(t *testing.T) {
	t.Parallel()
	featureHistories(t, single(t), torture.Times(5, 120))
}

func featureHistories(t *testing.T, at place, histories int) {
	t.Helper()
	each(t, "histories of a feature are linearizable", at, histories, func(all *tried, n int, random *rand.Rand) {
		line := nanp.Number(fmt.Sprintf("+1612556%04d", n))
		h, stored := newHistory[featureState](hurried), newFeature(t, at.patient, line)
		var writes atomic.Int64
		h.faulted(t, at, n, random, func(i int, random *rand.Rand) {
			db := at.hasty[i%servers]
			featureUser{h, i, line, db.Features(), db, &writes}.any(random, stored, 6)
		})
		last := featureUser{h, clients, line, at.patient.Features(), at.patient, &writes}
		last.read()
		last.records()
		last.events()
		judge(t, all, h, stored)
	})
}

// featureState is what is stored of a feature, and why its changes count once. Each change has its number for a
// revision and for the settings.
type featureState struct {
	revision, pin   int64  // pin is the revision of the PIN
	records, events string // the numbers of changes, and of resets in the records, each with a space before
	turns           uint64 // that have changed the settings, as bits
}

// newFeature adds a line that has the feature.
func newFeature(t *testing.T, db *redisstore.DB, line nanp.Number) featureState {
	t.Helper()
	stored := newLine(t, db, line)
	_, err := db.Features().Install(t.Context(), []features.Installation{{Number: line, Features: pins.FeaturesOf(pins.DialLock)}},
		pins.Record{At: now, Event: pins.FeaturesInstalled, By: validation.By}, removal)
	check.OK(t, err)
	return featureState{pin: stored.revision}
}

// featureStore is what a client asks of features.
type featureStore interface {
	Features(ctx context.Context, number nanp.Number, turn pins.Turn) (features.Stored, error)
	Change(ctx context.Context, change features.Change) error
}

// A featureUser is a client of a feature.
type featureUser struct {
	*history[featureState]
	client   int
	line     nanp.Number
	features featureStore
	db       *redisstore.DB
	writes   *atomic.Int64 // of all clients: each has a number, up to 63
}

// op is an operation of this client.
func (u featureUser) op(what string, r repetition, number int64, c contract[featureState]) done[featureState] {
	return done[featureState]{porcupine.Operation{ClientId: u.client}, what, c, r, number, 0}
}

// any carries out any operations.
func (u featureUser) any(random *rand.Rand, known featureState, operations int) {
	revision, pin := known.revision, known.pin
	var again func() bool // repeats a change whose outcome is unknown
	for range operations {
		switch choice := random.IntN(8); {
		case again != nil && choice < 6:
			if again() {
				again = nil
			}
		case choice < 2:
			if stored, ok := u.read(); ok {
				revision, pin = stored.Settings[pins.DialLock].Revision, stored.PINRevision
			}
		case choice == 2:
			u.records()
		case choice == 3:
			u.events()
		case choice == 4:
			u.reset()
		case choice == 5: // by the web
			u.change(u.writes.Add(1), revision, 0, false)
		default:
			number, expected, proved := u.writes.Add(1), revision, pin
			again = func() bool { return u.change(number, expected, proved, true) }
			if again() {
				again = nil
			}
		}
	}
}

func (u featureUser) read() (stored features.Stored, ok bool) {
	_, ok = u.do(u.op("features", reads, 0, func(s featureState) (featureState, any) { return s, s.revision }),
		func(ctx context.Context) (_ any, err error) {
			stored, err = u.features.Features(ctx, u.line, pins.Turn{})
			kept := stored.Settings[pins.DialLock]
			if kept.Revision != 0 && string(kept.Settings) != strconv.FormatInt(kept.Revision, 10) {
				return "settings of another revision", err // which no contract answers
			}
			u.saw(kept.Revision)
			return kept.Revision, err
		})
	return stored, ok
}

// list reads a list of changes.
func (u featureUser) list(what string, of func(featureState) string, ask func(context.Context) ([]int64, error)) {
	u.do(u.op(what, reads, 0, func(s featureState) (featureState, any) { return s, of(s) }),
		func(ctx context.Context) (any, error) {
			numbers, err := ask(ctx)
			u.saw(numbers...)
			return spaced(numbers...), err
		})
}

// spaced are numbers, each with a space before.
func spaced(numbers ...int64) (text string) {
	for _, number := range numbers {
		text += fmt.Sprint(" ", number)
	}
	return text
}

// records reads the history, which begins with the validation and the installation.
func (u featureUser) records() {
	u.list("history", func(s featureState) string { return s.records }, func(ctx context.Context) (numbers []int64, err error) {
		records, err := u.db.Lines().History(ctx, u.line, pins.MaxHistory)
		for _, record := range slices.Backward(records) {
			numbers = append(numbers, record.At.Sub(now).Milliseconds())
		}
		return numbers[min(2, len(numbers)):], err
	})
}

// events reads what waits for the switch.
func (u featureUser) events() {
	u.list("events", func(s featureState) string { return s.events }, func(ctx context.Context) (numbers []int64, err error) {
		waiting, err := u.db.Outbox().Next(ctx, string(u.line), 100)
		for _, message := range waiting {
			number, _ := strconv.ParseInt(string(message.Stored), 10, 64)
			numbers = append(numbers, number)
		}
		return numbers, err
	})
}

func (u featureUser) reset() {
	number := u.writes.Add(1)
	u.do(u.op(fmt.Sprint("reset ", number), sentOnce, number, func(s featureState) (featureState, any) {
		s.pin, s.records = s.pin+1, s.records+spaced(number)
		return s, nil
	}), func(ctx context.Context) (any, error) {
		record := pins.Record{At: timeOf(number), Event: pins.Reset, By: validation.By}
		return nil, u.db.Lines().Reset(ctx, u.line, record, nil)
	})
}

// change says whether its outcome is known. One without a turn isn't sent again.
func (u featureUser) change(number, expected, proved int64, inTurn bool) bool {
	change := features.Change{
		Number: u.line, Feature: pins.DialLock, Expected: expected, Revision: number, Proved: proved,
		Settings: noticed(number), Event: noticed(number), Record: pins.Record{At: timeOf(number), Event: pins.FeatureChanged},
	}
	r, turn := sentOnce, uint64(0)
	if inTurn {
		r, turn, change.Turn = onceOnly, 1<<number, pins.Turn{Call: "CA1", Number: int(number)}
	}
	_, ok := u.do(u.op(fmt.Sprintf("change %d at revision %d, of PIN %d, in a turn %t", number, expected, proved, inTurn), r, number,
		func(s featureState) (featureState, any) {
			switch {
			case s.turns&turn != 0:
				return s, nil
			case proved != 0 && s.pin != proved:
				return s, features.ErrOvertaken
			case s.revision != expected:
				return s, storage.ErrStale
			}
			s.revision, s.turns = number, s.turns|turn
			s.records, s.events = s.records+spaced(number), s.events+spaced(number)
			return s, nil
		}),
		func(ctx context.Context) (any, error) {
			answer, err := refused(storage.ErrStale, u.features.Change(ctx, change))
			if answer == nil {
				answer, err = refused(features.ErrOvertaken, err)
			}
			return answer, err
		})
	return ok
}

// TestLinearizabilityOfFlawedStores holds that the histories of stores with flaws are illegal.
func TestLinearizabilityOfFlawedStores(t *testing.T) {
	db := open(t, redistest.Start(t).URL())
	var number int
	line := func(store lineStore) porcupine.CheckResult {
		number++
		n := nanp.Number(fmt.Sprintf("+1612555%04d", number))
		h, stored := newHistory[lineState](patience), newLine(t, db, n)
		u := lineUser{h, 0, n, store, db.Notices(), new(atomic.Int64)}
		u.change(u.writes.Add(1), stored.revision)
		h.began = h.began.Add(-2 * patience) // and it is too late for what has failed
		u.read()
		u.change(u.writes.Add(1), stored.revision)
		u.read()
		u.reset()
		u.language()
		u.read()
		u.records()
		u.due()
		return h.check(stored)
	}
	call := func(store ivr.Store) porcupine.CheckResult {
		number++
		h := newHistory[callState](forever)
		u := callUser{h, 0, "CA" + strconv.Itoa(number), store, new(atomic.Int64), new(atomic.Int64)}
		for _, claim := range []ivr.Claim{{Holder: "a", Now: now}, {Holder: "b", Now: now}, {Holder: "b", Now: now.Add(lease)}} {
			claim.Until = claim.Now.Add(lease)
			u.begin(claim)
		}
		for _, holder := range []string{"b", "a"} {
			u.commit(ivr.Commit{Holder: holder, Now: now, Expires: now.Add(time.Hour)})
		}
		u.begin(ivr.Claim{Holder: "c", Now: now})
		return h.check(callState{})
	}
	feature := func(store featureStore) porcupine.CheckResult {
		number++
		n := nanp.Number(fmt.Sprintf("+1612556%04d", number))
		h, stored := newHistory[featureState](patience), newFeature(t, db, n)
		u := featureUser{h, 0, n, store, db, new(atomic.Int64)}
		first := u.writes.Add(1)
		u.change(first, 0, stored.pin, true)
		u.change(first, 0, stored.pin, true)
		u.change(u.writes.Add(1), 0, 0, false)
		u.reset()
		u.change(u.writes.Add(1), first, stored.pin, true)
		u.read()
		u.records()
		u.events()
		return h.check(stored)
	}
	lines, calls, settings := db.Lines(), db.Calls(), db.Features()
	for name, got := range map[string]porcupine.CheckResult{
		"revision ignored":            line(revisionIgnored{lines}),
		"refused and changed":         line(refusedAndChanged{lines}),
		"changed too late":            line(&changedLate{Lines: lines}),
		"settings' revision ignored":  feature(staleSettings{settings}),
		"proof ignored":               feature(unproved{settings}),
		"turn forgotten":              feature(turnForgotten{settings}),
		"claim ignored":               call(claimIgnored{calls}),
		"commit confirmed and undone": call(commitUndone{calls}),
	} {
		if got != porcupine.Illegal {
			t.Errorf("%s: %s, want %s", name, got, porcupine.Illegal)
		}
	}
	for name, got := range map[string]porcupine.CheckResult{"line": line(lines), "call": call(calls), "feature": feature(settings)} {
		if got != porcupine.Ok {
			t.Errorf("%s without flaws: %s, want %s", name, got, porcupine.Ok)
		}
	}
}

// Stores with flaws.
type (
	revisionIgnored   struct{ redisstore.Lines }
	refusedAndChanged struct{ redisstore.Lines }
	changedLate       struct {
		redisstore.Lines
		late *pins.Change
	}
	staleSettings struct{ featureStore }
	unproved      struct{ featureStore }
	turnForgotten struct{ featureStore }
	claimIgnored  struct{ redisstore.Calls }
	commitUndone  struct{ redisstore.Calls }
)

func (s revisionIgnored) Change(ctx context.Context, change pins.Change) error {
	line, err := s.Line(ctx, change.Number)
	if err != nil {
		return err
	}
	change.Revision = line.Revision
	return s.Lines.Change(ctx, change)
}

func (s refusedAndChanged) Change(ctx context.Context, change pins.Change) error {
	if err := s.Lines.Change(ctx, change); err != nil {
		return err
	}
	return storage.ErrStale
}

// Change is carried out by the next one, long after it failed.
func (s *changedLate) Change(ctx context.Context, change pins.Change) error {
	if s.late == nil {
		s.late = &change
		return redisstore.ErrUnanswered
	}
	return s.Lines.Change(ctx, *s.late)
}

func (s staleSettings) Change(ctx context.Context, change features.Change) error {
	stored, err := s.Features(ctx, change.Number, pins.Turn{})
	if err != nil {
		return err
	}
	change.Expected = stored.Settings[change.Feature].Revision
	return s.featureStore.Change(ctx, change)
}

func (s unproved) Change(ctx context.Context, change features.Change) error {
	change.Proved = 0
	return s.featureStore.Change(ctx, change)
}

func (s turnForgotten) Change(ctx context.Context, change features.Change) error {
	change.Turn = pins.Turn{}
	return s.featureStore.Change(ctx, change)
}

func (s claimIgnored) Begin(ctx context.Context, claim ivr.Claim) (ivr.Begun, error) {
	claim.Now = claim.Now.Add(lease)
	return s.Calls.Begin(ctx, claim)
}

func (s commitUndone) Commit(ctx context.Context, commit ivr.Commit) error {
	if err := s.Calls.Commit(ctx, commit); !errors.Is(err, ivr.ErrOvertaken) {
		return err
	}
	return nil
}
