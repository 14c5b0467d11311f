package pins_test

import (
	"updatecenter/internal/hash"
	"updatecenter/internal/limit"
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
	"turns of the same number in two calls are two": func(p play) {
		a := p.attempt(known, pins.Remote, 1, 0)
		b := a
		b.Turn.Call = "CAfedcba9876543210fedcba9876543210"
		p.admitted(a, true)
		p.admitted(b, true)
		p.settle(a, limit.Failed)
		p.t.Same(p.settle(b, limit.Failed), limit.Strikes{Failures: 2})
	},
}
