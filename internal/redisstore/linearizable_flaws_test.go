package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/ivr"
	"updatecenter/pins"
)

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
	return pins.ErrStale
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
