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

	"updatecenter/internal/hash"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/torture"
	"updatecenter/ivr"
	"updatecenter/pins"
)

func lineHistories(t *testing.T, at place, histories int) {
	t.Helper()
	each(t, "histories of a line are linearizable", at, histories, func(all *tried, n int, random *rand.Rand) {
		line := nanp.Number(fmt.Sprintf("+1612555%04d", n))
		h, stored := newHistory[lineState](hurried), newLine(t, at.patient, line)
		var writes atomic.Int64
		h.faulted(t, at, n, random, func(i int, random *rand.Rand) {
			db := at.hasty[i%servers]
			lineUser{h, i, line, db.Lines(), db.Notices(), &writes}.any(random, stored.revision, 6)
		})
		last := lineUser{h, clients, line, at.patient.Lines(), at.patient.Notices(), &writes}
		last.read()
		last.records()
		last.due()
		judge(t, all, h, stored)
	})
}

// lineState is what is stored of a line, and why its changes count once. Times are milliseconds.
type lineState struct {
	lineSeen
	changes string // and resets: their numbers, each with a space before
	turns   uint64 // that have changed the PIN, as bits
}

// lineSeen is what is read of a line in one step.
type lineSeen struct {
	language        string
	pin             hash.Hash
	since, revision int64
}

// newLine adds a line whose customer is validated.
func newLine(t *testing.T, db *redisstore.DB, line nanp.Number) lineState {
	t.Helper()
	if _, err := db.Lines().Add(t.Context(), []pins.NewLine{{Number: line}}, now); err != nil {
		t.Fatal(err)
	}
	record := pins.Record{At: now, Event: pins.CustomerValidated, By: validation.By}
	check.OK(t, db.Lines().Validate(t.Context(), line, validation, record))
	return lineState{lineSeen{since: now.UnixMilli(), revision: now.UnixMilli()}, "", 0}
}

// lineStore is what a client asks of a line.
type lineStore interface {
	Line(ctx context.Context, number nanp.Number) (pins.Line, error)
	SetLanguage(ctx context.Context, number nanp.Number, language string) error
	Change(ctx context.Context, change pins.Change) error
	Reset(ctx context.Context, number nanp.Number, record pins.Record, notice []byte) error
	History(ctx context.Context, number nanp.Number, limit int) ([]pins.Record, error)
}

// A lineUser is a client of a line.
type lineUser struct {
	*history[lineState]
	client  int
	line    nanp.Number
	lines   lineStore
	notices redisstore.Notices
	writes  *atomic.Int64 // of all clients: each has a number, up to 63
}

// op is an operation of this client.
func (u lineUser) op(what string, r repetition, number int64, c contract[lineState]) done[lineState] {
	return done[lineState]{porcupine.Operation{ClientId: u.client}, what, c, r, number, 0}
}

// any carries out any operations.
func (u lineUser) any(random *rand.Rand, revision int64, operations int) {
	var again func() bool // repeats a change whose outcome is unknown
	for range operations {
		switch choice := random.IntN(8); {
		case again != nil && choice < 6:
			if again() {
				again = nil
			}
		case choice < 2:
			if seen, ok := u.read(); ok {
				revision = seen.revision
			}
		case choice == 2:
			u.records()
		case choice == 3:
			u.due()
		case choice == 4:
			u.language()
		case choice == 5:
			u.reset()
		default:
			number, expected := u.writes.Add(1), revision
			again = func() bool { return u.change(number, expected) }
			if again() {
				again = nil
			}
		}
	}
}

func (u lineUser) read() (lineSeen, bool) {
	got, ok := u.do(u.op("line", reads, 0, func(s lineState) (lineState, any) { return s, s.lineSeen }),
		func(ctx context.Context) (any, error) {
			l, err := u.lines.Line(ctx, u.line)
			language, _ := strconv.ParseInt(l.Language, 10, 64)
			u.saw(l.Since.Sub(now).Milliseconds(), language)
			return lineSeen{l.Language, l.PIN, l.Since.UnixMilli(), l.Revision}, err
		})
	seen, _ := got.(lineSeen)
	return seen, ok
}

// list reads a list in which each change stands.
func (u lineUser) list(what string, ask func(context.Context) ([]int64, error)) {
	u.do(u.op(what, reads, 0, func(s lineState) (lineState, any) { return s, s.changes }),
		func(ctx context.Context) (any, error) {
			numbers, err := ask(ctx)
			u.saw(numbers...)
			return spaced(numbers...), err
		})
}

// records reads the history, which begins with the validation.
func (u lineUser) records() {
	u.list("history", func(ctx context.Context) (numbers []int64, err error) {
		records, err := u.lines.History(ctx, u.line, pins.MaxHistory)
		for _, record := range slices.Backward(records) {
			numbers = append(numbers, record.At.Sub(now).Milliseconds())
		}
		return numbers[min(1, len(numbers)):], err
	})
}

// due reads the notices.
func (u lineUser) due() {
	u.list("notices", func(ctx context.Context) (numbers []int64, err error) {
		due, err := u.notices.Next(ctx, string(u.line), pins.MaxDue)
		for _, message := range due {
			number, _ := strconv.ParseInt(message.Position, 10, 64)
			numbers = append(numbers, number)
		}
		return numbers, err
	})
}

func (u lineUser) language() {
	number := u.writes.Add(1)
	language := strconv.FormatInt(number, 10)
	u.do(u.op("set language "+language, repeated, number, func(s lineState) (lineState, any) { s.language = language; return s, nil }),
		func(ctx context.Context) (any, error) { return nil, u.lines.SetLanguage(ctx, u.line, language) })
}

func (u lineUser) reset() {
	number := u.writes.Add(1)
	u.do(u.op(fmt.Sprint("reset ", number), sentOnce, number, func(s lineState) (lineState, any) { return s.changed("", number), nil }),
		func(ctx context.Context) (any, error) {
			record := pins.Record{At: timeOf(number), Event: pins.Reset, By: validation.By}
			return nil, u.lines.Reset(ctx, u.line, record, noticed(number))
		})
}

// change says whether its outcome is known.
func (u lineUser) change(number, expected int64) bool {
	pin := pinNamed(int(number))
	_, ok := u.do(u.op(fmt.Sprintf("change %d at revision %d", number, expected), onceOnly, number,
		func(s lineState) (lineState, any) {
			switch {
			case s.turns&(1<<number) != 0:
				return s, nil
			case s.revision != expected:
				return s, storage.ErrStale
			}
			s.turns |= 1 << number
			return s.changed(pin, number), nil
		}),
		func(ctx context.Context) (any, error) {
			return refused(storage.ErrStale, u.lines.Change(ctx, pins.Change{
				Number: u.line, Revision: expected, PIN: pin, Turn: pins.Turn{Call: "CA1", Number: int(number)},
				Record: pins.Record{At: timeOf(number), Event: pins.Changed}, Notice: noticed(number),
			}))
		})
	return ok
}

// changed is a line with another PIN.
func (s lineState) changed(pin hash.Hash, number int64) lineState {
	s.pin, s.since, s.revision = pin, timeOf(number).UnixMilli(), s.revision+1
	s.changes += fmt.Sprint(" ", number)
	return s
}

// timeOf is when a write was made, and tells its number.
func timeOf(number int64) time.Time { return now.Add(time.Duration(number) * time.Millisecond) }

func noticed(number int64) []byte { return strconv.AppendInt(nil, number, 10) }

// refused tells a refusal, which is an answer, from other errors.
func refused(refusal, err error) (any, error) {
	if errors.Is(err, refusal) {
		return refusal, nil
	}
	return nil, err
}

// TestTortureLinearizableCalls has clients answer the turns of one call.
func TestTortureLinearizableCalls(t *testing.T) {
	t.Parallel()
	callHistories(t, single(t), torture.Times(5, 120))
}

func callHistories(t *testing.T, at place, histories int) {
	t.Helper()
	each(t, "histories of a call are linearizable", at, histories, func(all *tried, n int, random *rand.Rand) {
		h, call := newHistory[callState](forever), "CA"+strconv.Itoa(n)
		var clock, writes atomic.Int64
		h.faulted(t, at, n, random, func(i int, random *rand.Rand) {
			callUser{h, i, call, at.hasty[i%servers].Calls(), &clock, &writes}.any(random, 6)
		})
		last := callUser{h, clients, call, at.patient.Calls(), &clock, &writes}
		for turn := range maxTurns {
			last.begin(ivr.Claim{Turn: turn, Holder: "last", Now: last.at(0)})
		}
		judge(t, all, h, callState{})
	})
}

const (
	maxTurns = 16                     // of a call
	lease    = 200 * time.Millisecond // of a claim, by a clock that the clients move
)

// callState is a call as package ivr describes it, and as long as it isn't forgotten. States and answers are numbers: 0 is none.
type callState struct {
	known, claimed bool
	next           int
	holder         string
	until          time.Time
	state, answer  int64 // of the turn before next
}

// begun is what a client hears of a claim.
type begun struct {
	status        ivr.Status
	turn          int
	state, answer int64
}

// A callUser is a client of a call.
type callUser struct {
	*history[callState]
	client int
	call   string
	calls  ivr.Store
	clock  *atomic.Int64 // of all clients, in milliseconds
	writes *atomic.Int64 // of all clients
}

// op is an operation of this client.
func (u callUser) op(what string, r repetition, number int64, turn int, c contract[callState]) done[callState] {
	return done[callState]{porcupine.Operation{ClientId: u.client}, what, c, r, number, turn}
}

// at moves the clock.
func (u callUser) at(ahead time.Duration) time.Time {
	return now.Add(time.Duration(u.clock.Add(ahead.Milliseconds())) * time.Millisecond)
}

// any answers turns, as any servers would: some die with their claim, some are slow, some commit twice.
func (u callUser) any(random *rand.Rand, operations int) {
	turn, holding := 0, false
	claim := ivr.Claim{Turn: -1}
	for range operations {
		if u.gaveUp(u.client) {
			return
		}
		at := u.at(time.Duration(random.IntN(100)) * time.Millisecond)
		switch choice := random.IntN(8); {
		case turn >= maxTurns:
			u.begin(ivr.Claim{Turn: random.IntN(maxTurns), Holder: u.holder(), Now: at})
		case holding && choice == 0:
			u.at(2 * lease) // and the claim runs out
		case holding:
			if err, ok := u.commit(ivr.Commit{Turn: turn, Holder: claim.Holder, Now: at, Expires: at.Add(time.Hour)}); ok {
				holding = choice == 2
				if err == nil && !holding {
					turn++
				}
			}
		case turn == 0 && choice < 3:
			if err, ok := u.commit(ivr.Commit{Holder: u.holder(), First: true, Now: at, Expires: at.Add(time.Hour)}); ok && err == nil {
				turn++
			}
		default:
			if claim.Turn != turn || choice < 4 { // otherwise the same holder claims again
				claim = ivr.Claim{Turn: turn, Holder: u.holder()}
			}
			claim.Now, claim.Until = at, at.Add(lease)
			if choice == 7 {
				claim.Until = time.Time{}
			}
			switch got, _ := u.begin(claim); got.status { //nolint:exhaustive // the others leave nothing to go on with
			case ivr.Claimed:
				holding = true
			case ivr.Answered:
				turn = got.turn + 1
			}
		}
	}
}

// holder is one that was never used.
func (u callUser) holder() string { return strconv.FormatInt(u.writes.Add(1), 10) }

func (u callUser) begin(claim ivr.Claim) (begun, bool) {
	claim.Call = u.call
	r := repeated
	if claim.Until.IsZero() {
		r = reads
	}
	got, ok := u.do(u.op(fmt.Sprintf("begin turn %d, holder %s, from %v to %v", claim.Turn, claim.Holder, claim.Now.Sub(now), claim.Until.Sub(now)), r, 0, claim.Turn,
		func(s callState) (callState, any) { return s.begin(claim) }),
		func(ctx context.Context) (any, error) {
			b, err := u.calls.Begin(ctx, claim)
			state, _ := strconv.ParseInt(string(b.State), 10, 64)
			answer, _ := strconv.ParseInt(string(b.Answer), 10, 64)
			u.saw(state, answer)
			return begun{b.Status, b.Turn, state, answer}, err
		})
	b, _ := got.(begun)
	return b, ok
}

// begin is the contract of ivr.Store.
func (s callState) begin(claim ivr.Claim) (callState, begun) {
	switch {
	case s.state != 0 && claim.Turn < s.next:
		return s, begun{status: ivr.Answered, turn: s.next - 1, answer: s.answer}
	case s.claimed && s.holder != claim.Holder && claim.Now.Before(s.until):
		return s, begun{status: ivr.InProgress}
	case claim.Until.IsZero():
		return s, begun{status: ivr.Unanswered}
	case claim.Turn > s.next:
		s = callState{}
	}
	s.known, s.claimed, s.next, s.holder, s.until = true, true, claim.Turn, claim.Holder, claim.Until
	return s, begun{status: ivr.Claimed, state: s.state}
}

// commit commits a state and an answer that no other commit has.
func (u callUser) commit(c ivr.Commit) (any, bool) {
	number := u.writes.Add(1)
	c.Call, c.State = u.call, strconv.AppendInt(nil, number, 10)
	c.Answer = c.State
	return u.do(u.op(fmt.Sprintf("commit %s of turn %d, holder %s, first %t", c.State, c.Turn, c.Holder, c.First), onceOnly, number, c.Turn,
		func(s callState) (callState, any) { return s.commit(c, number) }),
		func(ctx context.Context) (any, error) { return refused(ivr.ErrOvertaken, u.calls.Commit(ctx, c)) })
}

// commit is the contract of ivr.Store.
func (s callState) commit(c ivr.Commit, number int64) (callState, any) {
	if c.First && !s.known {
		s = callState{known: true, claimed: true, next: c.Turn, holder: c.Holder}
	}
	switch {
	case s.holder == c.Holder && !s.claimed && s.next == c.Turn+1:
		return s, nil
	case s.holder != c.Holder || !s.claimed || s.next != c.Turn:
		return s, ivr.ErrOvertaken
	}
	s.claimed, s.next, s.state, s.answer = false, c.Turn+1, number, number
	return s, nil
}
