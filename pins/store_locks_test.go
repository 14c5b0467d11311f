package pins_test

import (
	"time"

	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
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
