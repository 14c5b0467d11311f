package limit_test

import (
	"fmt"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// A lockUser reserves attempts, and then settles them.
type lockUser struct {
	rule   limit.Lock
	nobody bool // the subject stands for nothing of ours
	admit  func(p lockPlay, n int, at time.Time) (bool, limit.Strikes, error)
	settle func(p lockPlay, n int, at time.Time, as limit.Outcome) (limit.Strikes, error)
}

const (
	line    nanp.Number = "+16125550142"
	unknown nanp.Number = "+16125550199"
)

var lockUsers = map[string]lockUser{
	"a line, from elsewhere":        side(line, pins.Remote),
	"a line, from itself":           side(line, pins.FromLine),
	"a number that is no line":      side(unknown, pins.Remote),
	"an account":                    claims(accounts.Attempt{Account: "acc_1", Nobody: "nobody_4567"}),
	"a number that is no account's": claims(accounts.Attempt{Nobody: "nobody_0123"}),
}

func side(number nanp.Number, side pins.Side) lockUser {
	attempt := func(n int, at time.Time) pins.Attempt {
		return pins.Attempt{Number: number, Side: side, From: "+19525550100", At: at, Turn: pins.Turn{Call: "CA1", Number: n}}
	}
	return lockUser{
		rule: pins.DefaultLock(), nobody: number == unknown,
		admit: func(p lockPlay, n int, at time.Time) (bool, limit.Strikes, error) {
			admission, err := p.db.Lines().Admit(p.t.Context(), attempt(n, at), p.rule)
			return admission.Admitted, admission.Line.Strikes(side), err
		},
		settle: func(p lockPlay, n int, at time.Time, as limit.Outcome) (limit.Strikes, error) {
			return p.db.Lines().Settle(p.t.Context(), attempt(n, at), pins.Settlement{As: as}, p.rule)
		},
	}
}

func claims(of accounts.Attempt) lockUser {
	attempt := func(n int, at time.Time) accounts.Attempt {
		of := of
		of.ID, of.At = fmt.Sprintf("try_%026d", n), at
		return of
	}
	return lockUser{
		rule: accounts.DefaultLock(), nobody: of.Account == "",
		admit: func(p lockPlay, n int, at time.Time) (bool, limit.Strikes, error) {
			admission, err := p.db.Accounts().Admit(p.t.Context(), attempt(n, at), p.rule)
			return admission.Admitted, admission.Strikes, err
		},
		settle: func(p lockPlay, n int, at time.Time, as limit.Outcome) (limit.Strikes, error) {
			record := accounts.Record{At: at, Event: accounts.Locked, By: "ann"}
			return p.db.Accounts().Settle(p.t.Context(), attempt(n, at), accounts.Settlement{As: as, Record: record}, p.rule)
		},
	}
}

// lockPlay is a test of one user. Times are given as what has passed since its start.
type lockPlay struct {
	play
	lockUser
}

func (p lockPlay) prepare() {
	_, err := p.db.Lines().Add(p.t.Context(), []pins.NewLine{{Number: line}}, p.start)
	p.t.OK(err)
}

// admitted wants the n-th attempt to be admitted or not, and returns the strikes then.
func (p lockPlay) admitted(n int, after time.Duration, want bool) limit.Strikes {
	p.t.Helper()
	got, strikes, err := p.admit(p, n, p.start.Add(after))
	p.t.OK(err)
	if got != want {
		p.t.Fatalf("attempt %d after %v: admitted %t, want %t", n, after, got, want)
	}
	return strikes
}

func (p lockPlay) settled(n int, after time.Duration, as limit.Outcome) limit.Strikes {
	p.t.Helper()
	strikes, err := p.settle(p, n, p.start.Add(after), as)
	p.t.OK(err)
	return strikes
}

// ends has the n-th attempt admitted and settled.
func (p lockPlay) ends(n int, after time.Duration, as limit.Outcome) limit.Strikes {
	p.t.Helper()
	p.admitted(n, after, true)
	return p.settled(n, after, as)
}

// fail fails so many attempts, numbered from first.
func (p lockPlay) fail(first, count int, after time.Duration) (strikes limit.Strikes) {
	p.t.Helper()
	for n := range count {
		strikes = p.ends(first+n, after, limit.Failed)
	}
	return strikes
}

// row fails so many attempts in a row, each once a lock is over, and returns when the last was.
func (p lockPlay) row(count int) (at time.Duration, strikes limit.Strikes) {
	p.t.Helper()
	for n := range count {
		if strikes.LockedAt(p.start.Add(at)) {
			at += p.rule.LockFor
		}
		strikes = p.ends(n, at, limit.Failed)
	}
	return at, strikes
}

// storm makes thirty attempts at once, fails those that are admitted, and counts them.
func (p lockPlay) storm(first int, after time.Duration) int {
	return together(30, func(i int) bool {
		admitted, _, err := p.admit(p, first+i, p.start.Add(after))
		if err == nil && admitted {
			_, err = p.settle(p, first+i, p.start.Add(after), limit.Failed)
		}
		if err != nil {
			p.t.Error(err)
		}
		return admitted
	})
}

var lockTests = map[string]func(lockPlay){
	"no more attempts are under way than failures are left": func(p lockPlay) {
		for n := range p.rule.LockAt {
			p.t.Same(p.admitted(n, 0, true), limit.Strikes{})
		}
		p.admitted(99, 0, false)
	},
	"failures leave less room": func(p lockPlay) {
		p.fail(1, 3, 0)
		p.t.Same(p.admitted(4, 0, true), limit.Strikes{Failures: 3})
		p.admitted(5, 0, true)
		p.admitted(6, 0, false)
	},
	"one that is under way is admitted again and reserves nothing more": func(p lockPlay) {
		for range 2 * p.rule.LockAt {
			p.admitted(1, 0, true)
		}
		for n := 2; n <= p.rule.LockAt; n++ {
			p.admitted(n, 0, true)
		}
		p.admitted(1, 0, true)
		p.admitted(99, 0, false)
	},
	"one that was settled is admitted again, even by the lock that it made": func(p lockPlay) {
		p.fail(1, p.rule.LockAt, 0)
		p.admitted(p.rule.LockAt, time.Second, true)
		p.admitted(1, time.Second, true)
		p.admitted(99, time.Second, false)
	},
	"one that was settled and is admitted again reserves nothing": func(p lockPlay) {
		p.fail(1, p.rule.LockAt-1, 0)
		p.admitted(1, 0, true)
		p.admitted(50, 0, true)
		p.admitted(51, 0, false)
	},
	"one that is never settled is held for InFlight alone": func(p lockPlay) {
		for n := range p.rule.LockAt {
			p.admitted(n, 0, true)
		}
		p.admitted(98, p.rule.InFlight-time.Millisecond, false)
		p.t.Same(p.admitted(99, p.rule.InFlight, true), limit.Strikes{})
	},
	"one that was held for too long counts all the same": func(p lockPlay) {
		p.admitted(1, 0, true)
		p.admitted(2, 2*p.rule.InFlight, true)
		p.t.Same(p.settled(1, 2*p.rule.InFlight, limit.Failed), limit.Strikes{Failures: 1})
	},
	"failures count up, each once": func(p lockPlay) {
		for n := 1; n < p.rule.LockAt; n++ {
			for range 3 {
				p.t.Same(p.ends(n, 0, limit.Failed), limit.Strikes{Failures: n})
			}
		}
		p.t.Same(p.settled(1, 0, limit.Failed), limit.Strikes{Failures: p.rule.LockAt - 1})
	},
	"a pass clears failures, once, and counting starts anew": func(p lockPlay) {
		p.fail(1, p.rule.LockAt-1, 0)
		p.t.Same(p.ends(50, 0, limit.Passed), limit.Strikes{})
		p.t.Same(p.settled(1, 0, limit.Failed), limit.Strikes{})
		p.t.Same(p.fail(51, p.rule.LockAt-1, 0), limit.Strikes{Failures: p.rule.LockAt - 1})
		p.t.Same(p.ends(50, 0, limit.Passed), limit.Strikes{Failures: p.rule.LockAt - 1})
	},
	"a pass that was under way lifts a lock": func(p lockPlay) {
		later := p.rule.InFlight + time.Second
		p.admitted(50, 0, true)
		p.fail(1, p.rule.LockAt, later)
		p.t.Same(p.settled(50, later, limit.Passed), limit.Strikes{})
		p.admitted(60, later, true)
	},
	"a weak pass leaves failures as they are, lasting no longer, and gives its room back": func(p lockPlay) {
		p.fail(1, p.rule.LockAt-1, 0)
		for n := 50; n < 60; n++ {
			p.t.Same(p.ends(n, p.rule.ForgetIn-time.Second, limit.PassedWeakly), limit.Strikes{Failures: p.rule.LockAt - 1})
		}
		p.t.Same(p.admitted(60, p.rule.ForgetIn, true), limit.Strikes{})
	},
	"a weak pass leaves a lock": func(p lockPlay) {
		later := p.rule.InFlight + time.Second
		p.admitted(50, 0, true)
		locked := p.fail(1, p.rule.LockAt, later)
		p.t.Same(p.settled(50, later, limit.PassedWeakly), locked)
		p.admitted(60, later, false)
	},
	"what is released neither counts nor clears, and gives its room back": func(p lockPlay) {
		p.fail(1, p.rule.LockAt-1, 0)
		for n := range 3 * p.rule.LockAt {
			p.t.Same(p.ends(50+n, 0, limit.Released), limit.Strikes{Failures: p.rule.LockAt - 1})
		}
	},
	"what was released can still fail, once": func(p lockPlay) {
		p.ends(1, 0, limit.Released)
		p.t.Same(p.ends(1, 0, limit.Failed), limit.Strikes{Failures: 1})
		p.t.Same(p.settled(1, 0, limit.Released), limit.Strikes{Failures: 1})
		p.t.Same(p.settled(1, 0, limit.Failed), limit.Strikes{Failures: 1})
	},
	"no other outcome is one": func(p lockPlay) {
		p.admitted(1, 0, true)
		if _, err := p.settle(p, 1, p.start, "forgiven"); err == nil {
			p.t.Error("an attempt was settled in no way that there is")
		}
		p.t.Same(p.ends(1, 0, limit.Failed), limit.Strikes{Failures: 1})
	},
	"the failure that completes them locks for LockFor, to the moment": func(p lockPlay) {
		p.fail(1, p.rule.LockAt-1, 0)
		locked := p.ends(50, time.Minute, limit.Failed)
		p.t.Same(locked.LockedUntil, p.start.Add(time.Minute+p.rule.LockFor))
		p.t.Same(p.admitted(98, time.Minute+p.rule.LockFor-time.Millisecond, false), locked)
		p.admitted(99, time.Minute+p.rule.LockFor, true)
	},
	"attempts during a lock leave it as it is, and leave nothing": func(p lockPlay) {
		locked := p.fail(1, p.rule.LockAt, 0)
		for n := range 20 {
			p.t.Same(p.admitted(50+n, p.rule.LockFor-time.Minute, false), locked)
		}
		for n := range p.rule.LockAt {
			p.admitted(100+n, p.rule.LockFor, true)
		}
	},
	"failures fade after ForgetIn without another": func(p lockPlay) {
		p.fail(1, 3, 0)
		p.t.Same(p.fail(4, 1, p.rule.ForgetIn-time.Second), limit.Strikes{Failures: 4})
		p.t.Same(p.admitted(5, 2*p.rule.ForgetIn-time.Second, true), limit.Strikes{})
		p.t.Same(p.settled(5, 2*p.rule.ForgetIn-time.Second, limit.Failed), limit.Strikes{Failures: 1})
	},
	"so many in a row close, whatever locks came between": func(p lockPlay) {
		at, open := p.row(p.rule.CloseAt - 1)
		p.t.Same(open.Closed, false)
		closed := p.ends(p.rule.CloseAt-1, at, limit.Failed)
		p.t.Same(limit.Strikes{LockedUntil: closed.LockedUntil, Closed: closed.Closed}, limit.Strikes{Closed: true})
		for _, later := range []time.Duration{0, p.rule.LockFor, p.rule.ForgetIn, p.rule.Row(), limit.KeptClosed*p.rule.Row() - time.Second} {
			p.t.Same(p.admitted(90, at+later, false), closed)
		}
	},
	"what is closed stays so, but of nobody": func(p lockPlay) {
		at, _ := p.row(p.rule.CloseAt)
		p.admitted(90, at+limit.KeptClosed*p.rule.Row(), p.nobody)
	},
	"a row fades after ForgetRow without another": func(p lockPlay) {
		at, _ := p.row(p.rule.CloseAt - 1)
		p.t.Same(p.ends(50, at+p.rule.Row(), limit.Failed), limit.Strikes{Failures: 1})
	},
	"a pass starts the row over": func(p lockPlay) {
		p.fail(100, p.rule.LockAt-1, 0)
		p.ends(50, 0, limit.Passed)
		_, open := p.row(p.rule.CloseAt - 1)
		p.t.Same(open.Closed, false)
	},
	"a pass that was under way opens": func(p lockPlay) {
		p.admitted(500, 0, true)
		at := p.rule.InFlight
		for n := range p.rule.CloseAt {
			p.ends(n, at, limit.Failed)
			if (n+1)%p.rule.LockAt == 0 {
				at += p.rule.LockFor
			}
		}
		p.admitted(90, at, false)
		p.t.Same(p.settled(500, at, limit.Passed), limit.Strikes{})
	},
	"no more are under way than are left until it closes": func(p lockPlay) {
		at, _ := p.row(p.rule.CloseAt - 2)
		p.admitted(50, at, true)
		p.admitted(51, at, true)
		p.admitted(52, at, false)
	},
	"thirty at once get as many as lock, and none during the lock": func(p lockPlay) {
		p.t.Same(p.storm(0, 0), p.rule.LockAt)
		p.t.Same(p.storm(200, p.rule.LockFor-time.Second), 0)
		p.t.Same(p.storm(400, p.rule.LockFor+time.Second), p.rule.LockAt)
	},
	"the same attempt thirty times at once counts once": func(p lockPlay) {
		together(30, func(int) bool {
			_, _, err := p.admit(p, 1, p.start)
			if err == nil {
				_, err = p.settle(p, 1, p.start, limit.Failed)
			}
			if err != nil {
				p.t.Error(err)
			}
			return true
		})
		p.t.Same(p.admitted(2, 0, true), limit.Strikes{Failures: 1})
	},
}
