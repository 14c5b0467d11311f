package pins_test

import (
	"time"

	"updatecenter/internal/hash"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

var admitTests = map[string]func(play){
	"a line is admitted as it is": func(p play) {
		p.set("hash one", 1)
		p.fail(known, pins.Remote, 2, 3, 0)
		admission := p.admit(p.attempt(known, pins.Remote, 4, 0))
		p.t.Same(admission, pins.Admission{Admitted: true, Known: true, Line: p.line(known)})
		p.t.Same(admission.Line.PIN, hash.Hash("hash one"))
		p.t.Same(admission.Line.Remote.Failures, 2)
	},
	"a number that is no line is admitted and counted in the same way": func(p play) {
		p.fail(unknown, pins.Remote, 1, 4, 0)
		admission := p.admit(p.attempt(unknown, pins.Remote, 5, 0))
		p.t.Same(admission.Admitted, true)
		p.t.Same(admission.Known, false)
		p.t.Same(admission.Line.Number, unknown)
		p.t.Same(admission.Line.Strikes(pins.Remote), limit.Strikes{Failures: 4})
		p.admitted(p.attempt(unknown, pins.Remote, 6, 0), false)
	},
	"no more attempts are under way than failures are left": func(p play) {
		for _, number := range []nanp.Number{known, unknown} {
			for n := range rule.LockAt {
				p.admitted(p.attempt(number, pins.Remote, n, 0), true)
			}
			p.admitted(p.attempt(number, pins.Remote, rule.LockAt, 0), false)
		}
	},
	"failures leave less room": func(p play) {
		p.fail(known, pins.Remote, 1, 3, 0)
		p.admitted(p.attempt(known, pins.Remote, 4, 0), true)
		p.admitted(p.attempt(known, pins.Remote, 5, 0), true)
		p.admitted(p.attempt(known, pins.Remote, 6, 0), false)
	},
	"the other side has room of its own": func(p play) {
		for n := range rule.LockAt {
			p.admitted(p.attempt(known, pins.Remote, n, 0), true)
		}
		p.admitted(p.attempt(known, pins.FromLine, 99, 0), true)
	},
	"the other line has room of its own": func(p play) {
		p.add(other)
		for n := range rule.LockAt {
			p.admitted(p.attempt(known, pins.Remote, n, 0), true)
		}
		p.admitted(p.attempt(other, pins.Remote, 99, 0), true)
	},
	"a turn under way is admitted again and reserves nothing more": func(p play) {
		for range 2 * rule.LockAt {
			p.admitted(p.attempt(known, pins.Remote, 1, 0), true)
		}
		for n := 2; n <= rule.LockAt; n++ {
			p.admitted(p.attempt(known, pins.Remote, n, 0), true)
		}
		p.admitted(p.attempt(known, pins.Remote, 1, 0), true)
		p.admitted(p.attempt(known, pins.Remote, 99, 0), false)
	},
	"turns of the same number in two calls are two": func(p play) {
		a := p.attempt(known, pins.Remote, 1, 0)
		b := a
		b.Turn.Call = "CAfedcba9876543210fedcba9876543210"
		p.admitted(a, true)
		p.admitted(b, true)
		p.settle(a, limit.Failed)
		p.t.Same(p.settle(b, limit.Failed), limit.Strikes{Failures: 2})
	},
	"a settled turn is admitted again, even by a lock that it made": func(p play) {
		p.fail(known, pins.Remote, 1, rule.LockAt, 0)
		p.admitted(p.attempt(known, pins.Remote, rule.LockAt, 0), true)
		p.admitted(p.attempt(known, pins.Remote, 1, 0), true)
		p.admitted(p.attempt(known, pins.Remote, rule.LockAt+1, 0), false)
	},
	"a settled turn admitted again reserves nothing": func(p play) {
		p.fail(known, pins.Remote, 1, 4, 0)
		p.admitted(p.attempt(known, pins.Remote, 1, 0), true)
		p.admitted(p.attempt(known, pins.Remote, 5, 0), true)
		p.admitted(p.attempt(known, pins.Remote, 6, 0), false)
	},
	"an attempt that is never settled is held for InFlight alone": func(p play) {
		for n := range rule.LockAt {
			p.admitted(p.attempt(known, pins.Remote, n, 0), true)
		}
		p.admitted(p.attempt(known, pins.Remote, 98, rule.InFlight-time.Second), false)
		p.admitted(p.attempt(known, pins.Remote, 99, rule.InFlight+time.Second), true)
		p.strikes(pins.Remote, limit.Strikes{})
	},
	"an attempt that was refused leaves nothing": func(p play) {
		p.fail(known, pins.Remote, 1, rule.LockAt, 0)
		before := p.line(known)
		for n := range 20 {
			p.admitted(p.attempt(known, pins.Remote, 50+n, time.Minute), false)
		}
		p.t.Same(p.line(known), before)
		for n := range rule.CloseAt - rule.LockAt {
			p.admitted(p.attempt(known, pins.Remote, 100+n, rule.LockFor+time.Second), true)
		}
	},
}
