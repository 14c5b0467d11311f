package pins_test

import (
	"fmt"
	"sync/atomic"
	"time"

	"updatecenter/internal/hash"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// afterSoft is when a soft lock made at the start has ended.
const afterSoft = 31 * time.Minute

var lockTests = map[string]func(play){
	"the fifth locks that side for half an hour from then": func(p play) {
		for _, number := range []nanp.Number{known, unknown} {
			p.fail(number, pins.Remote, 1, 4, 0)
			want := limit.Strikes{Failures: 5, LockedUntil: p.start.Add(time.Minute + rule.LockFor)}
			p.t.Same(p.fail(number, pins.Remote, 5, 5, time.Minute), want)
			p.admitted(p.attempt(number, pins.Remote, 6, 2*time.Minute), false)
			p.admitted(p.attempt(number, pins.Remote, 6, rule.LockFor), false)
			p.admitted(p.attempt(number, pins.FromLine, 7, 2*time.Minute), true)
			p.admitted(p.attempt(number, pins.Remote, 6, time.Minute+rule.LockFor), true)
		}
	},
	"what refuses an attempt tells until when": func(p play) {
		for _, number := range []nanp.Number{known, unknown} {
			want := p.fail(number, pins.Remote, 1, 5, 0)
			admission := p.admit(p.attempt(number, pins.Remote, 6, time.Minute))
			p.t.Same(admission.Line.Strikes(pins.Remote), want)
			p.t.Same(admission.Known, number == known)
		}
	},
	"the tenth locks that side without an end": func(p play) {
		for _, number := range []nanp.Number{known, unknown} {
			p.fail(number, pins.Remote, 1, 5, 0)
			p.t.Same(p.fail(number, pins.Remote, 6, 9, afterSoft).Closed, false)
			strikes := p.fail(number, pins.Remote, 10, 10, afterSoft)
			p.t.Same(strikes.Failures, 10)
			p.t.Same(strikes.Closed, true)
			p.admitted(p.attempt(number, pins.Remote, 11, 2*rule.ForgetIn), false)
			p.admitted(p.attempt(number, pins.FromLine, 12, 2*rule.ForgetIn), true)
		}
	},
	"locks of both sides stand apart in the history, each once": func(p play) {
		remote := p.lockHard(pins.Remote, 1)
		line := p.lockHard(pins.FromLine, 50)
		for _, n := range []int{5, 10, 54, 59} {
			side := pins.Remote
			if n > 50 {
				side = pins.FromLine
			}
			p.settle(p.attempt(known, side, n, afterSoft), limit.Failed)
		}
		p.history(known, line[1], line[0], remote[1], remote[0])
	},
	"locks of a number that is no line are not recorded": func(p play) {
		p.fail(unknown, pins.Remote, 1, 5, 0)
		p.fail(unknown, pins.Remote, 6, 10, afterSoft)
		p.history(unknown)
	},
	"the right PIN from the line lifts the locks from elsewhere": func(p play) {
		p.lockHard(pins.Remote, 1)
		p.pass(pins.FromLine, 20, afterSoft)
		p.strikes(pins.Remote, limit.Strikes{})
		p.t.Same(p.fail(known, pins.Remote, 21, 24, afterSoft), limit.Strikes{Failures: 4})
	},
	"after the right PIN five more lock again, and are recorded again": func(p play) {
		p.fail(known, pins.Remote, 1, 5, 0)
		p.pass(pins.Remote, 6, afterSoft)
		want := limit.Strikes{Failures: 5, LockedUntil: p.start.Add(afterSoft + rule.LockFor)}
		p.t.Same(p.fail(known, pins.Remote, 7, 11, afterSoft), want)
		p.history(known,
			p.lockRecord(pins.Remote, afterSoft, want.LockedUntil),
			p.lockRecord(pins.Remote, 0, p.start.Add(rule.LockFor)))
	},
	"a reset lifts all locks": func(p play) {
		p.lockHard(pins.Remote, 1)
		p.lockHard(pins.FromLine, 50)
		p.t.OK(p.reset(known))
		p.strikes(pins.Remote, limit.Strikes{})
		p.strikes(pins.FromLine, limit.Strikes{})
		p.admitted(p.attempt(known, pins.Remote, 99, afterSoft), true)
		p.admitted(p.attempt(known, pins.FromLine, 99, afterSoft), true)
	},
}

// lockHard fails ten turns from first, the later five after the soft lock, and returns the
// records of both locks.
func (p play) lockHard(side pins.Side, first int) [2]pins.Record {
	p.t.Helper()
	p.fail(known, side, first, first+4, 0)
	p.fail(known, side, first+5, first+9, afterSoft)
	return [2]pins.Record{
		p.lockRecord(side, 0, p.start.Add(rule.LockFor)),
		p.lockRecord(side, afterSoft, time.Time{}),
	}
}

func (p play) lockRecord(side pins.Side, after time.Duration, until time.Time) pins.Record {
	a := p.attempt(known, side, 0, after)
	return pins.Record{
		At: a.At, Event: pins.Locked, By: pins.ByCaller,
		Side: side, From: a.From, Call: a.Turn.Call, Until: until,
	}
}

var callerTests = map[string]func(play){
	"callers are counted apart": func(p play) {
		p.called(caller, 1, 10, 0, true)
		for _, name := range []string{pins.Unvouched, "+19525550101", "anonymous", "", "sip:a b@example.com", "client:{x}"} {
			p.called(name, 1, 10, 0, true)
			p.called(name, 11, 11, 0, false)
		}
	},
	"the failures of a caller are told": func(p play) {
		p.failures(caller, 0, 0)
		p.called(caller, 1, 3, 0, true)
		p.called(caller, 1, 3, time.Minute, true)
		p.called(caller, 4, 7, 30*time.Minute, true)
		p.failures(caller, 30*time.Minute, 7)
		p.failures(caller, time.Hour-time.Millisecond, 7)
		p.failures(caller, time.Hour, 4)
		p.forgive(4)
		p.failures(caller, time.Hour, 3)
		p.failures(pins.Unvouched, time.Hour, 0)
		p.failures(caller, 2*time.Hour, 0)
	},
	"a hundred callers at once get no more than the limit": func(p play) {
		var admitted atomic.Int64
		check.AtOnce(100, func(n int) {
			got, err := p.lines.AdmitCaller(p.t.Context(), pins.Unvouched, callerTurn(n), p.start, limit.Rate{Most: 10, Within: time.Hour})
			p.t.OK(err)
			if got {
				admitted.Add(1)
			}
		})
		p.t.Same(admitted.Load(), int64(10))
		p.failures(pins.Unvouched, 0, 10)
	},
}

// callerTurn is each in a call of its own.
func callerTurn(n int) pins.Turn { return pins.Turn{Call: fmt.Sprint("CA", n), Number: 3} }

// called asks for the turns from first to last of a caller.
func (p play) called(caller string, first, last int, after time.Duration, want bool) {
	p.t.Helper()
	for n := first; n <= last; n++ {
		got, err := p.lines.AdmitCaller(p.t.Context(), caller, callerTurn(n), p.start.Add(after), limit.Rate{Most: 10, Within: time.Hour})
		p.t.OK(err)
		if got != want {
			p.t.Fatalf("turn %d of %q after %v: admitted %t, want %t", n, caller, after, got, want)
		}
	}
}

// failures wants that so many stand against a caller.
func (p play) failures(caller string, after time.Duration, want int) {
	p.t.Helper()
	got := check.Must(p.lines.CallerFailures(p.t.Context(), caller, p.start.Add(after), time.Hour))(p.t)
	p.t.Same(got, want)
}

func (p play) forgive(n int) {
	p.t.Helper()
	p.t.OK(p.lines.ForgiveCaller(p.t.Context(), caller, callerTurn(n)))
}

var settleTests = map[string]func(play){
	"a failure counts": func(p play) {
		p.t.Same(p.fail(known, pins.Remote, 1, 1, 0), limit.Strikes{Failures: 1})
		p.strikes(pins.Remote, limit.Strikes{Failures: 1})
		p.strikes(pins.FromLine, limit.Strikes{})
		p.t.Same(p.fail(known, pins.FromLine, 2, 3, 0), limit.Strikes{Failures: 2})
		p.strikes(pins.Remote, limit.Strikes{Failures: 1})
		p.strikes(pins.FromLine, limit.Strikes{Failures: 2})
		p.history(known)
	},
	"passed from elsewhere clears that side alone": func(p play) {
		p.fail(known, pins.FromLine, 1, 2, 0)
		p.fail(known, pins.Remote, 3, 6, 0)
		p.pass(pins.Remote, 7, 0)
		p.strikes(pins.Remote, limit.Strikes{})
		p.strikes(pins.FromLine, limit.Strikes{Failures: 2})
		p.t.Same(p.fail(known, pins.Remote, 8, 11, 0), limit.Strikes{Failures: 4})
	},
	"passed from the line clears both sides": func(p play) {
		p.fail(known, pins.FromLine, 1, 4, 0)
		p.fail(known, pins.Remote, 5, 8, 0)
		p.pass(pins.FromLine, 9, 0)
		p.strikes(pins.FromLine, limit.Strikes{})
		p.strikes(pins.Remote, limit.Strikes{})
		p.history(known)
	},
	"a turn passed again doesn't clear again": func(p play) {
		p.pass(pins.FromLine, 1, 0)
		p.fail(known, pins.FromLine, 2, 3, 0)
		p.fail(known, pins.Remote, 4, 4, 0)
		a := p.attempt(known, pins.FromLine, 1, 0)
		p.admitted(a, true)
		p.t.Same(p.settle(a, limit.Passed), limit.Strikes{Failures: 2})
		p.strikes(pins.Remote, limit.Strikes{Failures: 1})
	},
	"a turn that failed before a reset doesn't count again": func(p play) {
		p.fail(known, pins.Remote, 1, 1, 0)
		p.t.OK(p.reset(known))
		p.t.Same(p.settle(p.attempt(known, pins.Remote, 1, 0), limit.Failed), limit.Strikes{})
	},
	"a turn is known for TurnsKept": func(p play) {
		p.fail(known, pins.Remote, 1, 1, 0)
		p.fail(known, pins.Remote, 2, 2, pins.TurnsKept-time.Minute)
		again := p.attempt(known, pins.Remote, 1, pins.TurnsKept-time.Minute)
		p.t.Same(p.settle(again, limit.Failed), limit.Strikes{Failures: 2})
	},
	"passed rehashes": func(p play) {
		p.set("old", 1)
		before := p.line(known)
		p.rehash(2, "old", "new")
		before.PIN = "new"
		p.t.Same(p.line(known), before)
		p.history(known, p.changeOf(0, "", 1).Record)
	},
	"a hash that is not the old one any more stays": func(p play) {
		p.set("newer", 1)
		p.rehash(2, "old", "old, better hashed")
		p.t.Same(p.line(known).PIN, hash.Hash("newer"))
	},
	"a line that was reset meanwhile is not rehashed": func(p play) {
		p.set("old", 1)
		p.t.OK(p.reset(known))
		p.rehash(2, "old", "new")
		p.t.Same(p.line(known).Temporary(), true)
	},
	"a number that is no line is not rehashed": func(p play) {
		a := p.attempt(unknown, pins.Remote, 1, 0)
		p.admitted(a, true)
		p.t.OK(check.Err(p.lines.Settle(p.t.Context(), a, pins.Settlement{As: limit.Passed, Rehash: "new"}, rule)))
		p.t.Is(check.Err(p.lines.Line(p.t.Context(), unknown)), pins.ErrNoLine)
	},
}

// rehash passes turn n with a better hash.
func (p play) rehash(n int, old, better hash.Hash) {
	p.t.Helper()
	a := p.attempt(known, pins.Remote, n, 0)
	p.admitted(a, true)
	_, err := p.lines.Settle(p.t.Context(), a, pins.Settlement{As: limit.Passed, Old: old, Rehash: better}, rule)
	p.t.OK(err)
}
