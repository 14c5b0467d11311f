package pins_test

import (
	"fmt"
	"sync/atomic"
	"time"

	"updatecenter/internal/limit"
	"updatecenter/pins"
)

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
		p.together(func(n int) {
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
	got, err := p.lines.CallerFailures(p.t.Context(), caller, p.start.Add(after), time.Hour)
	p.t.OK(err)
	p.t.Same(got, want)
}

func (p play) forgive(n int) {
	p.t.Helper()
	p.t.OK(p.lines.ForgiveCaller(p.t.Context(), caller, callerTurn(n)))
}
