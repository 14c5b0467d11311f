package pins_test

import (
	"time"

	"updatecenter/internal/hash"
	"updatecenter/internal/limit"
	"updatecenter/pins"
)

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
		_, err := p.lines.Settle(p.t.Context(), a, pins.Settlement{As: limit.Passed, Rehash: "new"}, rule)
		p.t.OK(err)
		_, err = p.lines.Line(p.t.Context(), unknown)
		p.t.Is(err, pins.ErrNoLine)
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
