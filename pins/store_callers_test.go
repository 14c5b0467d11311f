package pins_test

import (
	"fmt"
	"sync/atomic"
	"time"

	"updatecenter/internal/limit"
	"updatecenter/pins"
)

var callerTests = map[string]func(play){
	"ten are admitted, the eleventh is not": func(p play) {
		p.called(caller, 1, 10, 0, true)
		p.called(caller, 11, 13, 0, false)
	},
	"the window slides": func(p play) {
		p.called(caller, 1, 5, 0, true)
		p.called(caller, 6, 10, 30*time.Minute, true)
		p.called(caller, 11, 11, 59*time.Minute, false)
		p.called(caller, 12, 16, 61*time.Minute, true)
		p.called(caller, 17, 17, 61*time.Minute, false)
		p.called(caller, 18, 22, 91*time.Minute, true)
		p.called(caller, 23, 23, 91*time.Minute, false)
		p.called(caller, 24, 33, 5*time.Hour, true)
	},
	"what was refused isn't counted": func(p play) {
		p.called(caller, 1, 10, 0, true)
		p.called(caller, 11, 30, 50*time.Minute, false)
		p.called(caller, 31, 40, 61*time.Minute, true)
	},
	"a turn counts once": func(p play) {
		for range 30 {
			p.called(caller, 1, 1, 0, true)
		}
		p.called(caller, 2, 10, 0, true)
		p.called(caller, 11, 11, 0, false)
	},
	"a turn that was counted is admitted again at the limit": func(p play) {
		p.called(caller, 1, 10, 0, true)
		p.called(caller, 11, 11, 0, false)
		p.called(caller, 1, 10, time.Second, true)
	},
	"callers are counted apart": func(p play) {
		p.called(caller, 1, 10, 0, true)
		for _, name := range []string{pins.Unvouched, "+19525550101", "anonymous", "", "sip:a b@example.com", "client:{x}"} {
			p.called(name, 1, 10, 0, true)
			p.called(name, 11, 11, 0, false)
		}
	},
	"a turn that is forgiven doesn't count": func(p play) {
		p.called(caller, 1, 10, 0, true)
		p.forgive(4)
		p.forgive(4)
		p.called(caller, 11, 11, 0, true)
		p.called(caller, 12, 12, 0, false)
	},
	"a turn that is forgiven can be counted again": func(p play) {
		p.called(caller, 1, 1, 0, true)
		p.forgive(1)
		p.called(caller, 1, 10, 0, true)
		p.called(caller, 11, 11, 0, false)
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
	"a turn that was not counted can be forgiven": func(p play) {
		p.forgive(1)
		p.called(caller, 1, 10, 0, true)
		p.forgive(11)
		p.called(caller, 11, 11, 0, false)
	},
	"limit and window are those given": func(p play) {
		for n, want := range []bool{true, true, false} {
			got, err := p.lines.AdmitCaller(p.t.Context(), caller, callerTurn(n), p.start, limit.Rate{Most: 2, Within: time.Minute})
			p.t.OK(err)
			p.t.Same(got, want)
		}
		got, err := p.lines.AdmitCaller(p.t.Context(), caller, callerTurn(9), p.start.Add(2*time.Minute), limit.Rate{Most: 2, Within: time.Minute})
		p.t.OK(err)
		p.t.Same(got, true)
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
