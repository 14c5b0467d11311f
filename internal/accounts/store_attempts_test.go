package accounts_test

import (
	"fmt"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/limit"
)

// The subjects of the tests: an account, and a number that is nobody's. All that holds of
// one holds of the other.
var subjects = map[string]accounts.Attempt{
	"account": {Account: id(1), Nobody: "nobody_4567"},
	"nobody":  {Nobody: "nobody_0123"},
}

// onEach runs a test for each subject.
func onEach(test func(p play, on accounts.Attempt)) func(play) {
	return func(p play) {
		p.create(1, first)
		for _, on := range subjects {
			test(p, on)
		}
	}
}

// attempt is the n-th of a subject, made at a time after the start.
func (p play) attempt(on accounts.Attempt, n int, after time.Duration) accounts.Attempt {
	on.ID, on.At = fmt.Sprintf("try_%026d", n), p.start.Add(after)
	return on
}

func (p play) admitted(a accounts.Attempt, want bool) limit.Strikes {
	p.t.Helper()
	admission, err := p.db.Accounts().Admit(p.t.Context(), a, rule)
	p.t.OK(err)
	if admission.Admitted != want {
		p.t.Fatalf("%s at %v: admitted %t, want %t", a.ID, a.At.Sub(p.start), admission.Admitted, want)
	}
	return admission.Strikes
}

func (p play) settle(a accounts.Attempt, as limit.Outcome) limit.Strikes {
	p.t.Helper()
	event := accounts.Locked
	if as != limit.Failed {
		event = accounts.Verified
	}
	strikes, err := p.db.Accounts().Settle(p.t.Context(), a, accounts.Settlement{As: as, Record: p.record(event)}, rule)
	p.t.OK(err)
	return strikes
}

// fail admits and fails the attempts from one to another, and returns the strikes then.
func (p play) fail(on accounts.Attempt, from, to int, after time.Duration) (strikes limit.Strikes) {
	p.t.Helper()
	for n := from; n <= to; n++ {
		a := p.attempt(on, n, after)
		p.admitted(a, true)
		strikes = p.settle(a, limit.Failed)
	}
	return strikes
}

var admitTests = map[string]func(play){
	"no more attempts are under way than failures are left": onEach(func(p play, on accounts.Attempt) {
		for n := range rule.LockAt {
			p.t.Same(p.admitted(p.attempt(on, n, 0), true), limit.Strikes{})
		}
		p.admitted(p.attempt(on, 99, 0), false)
	}),
	"failures leave less room": onEach(func(p play, on accounts.Attempt) {
		p.fail(on, 1, 3, 0)
		p.t.Same(p.admitted(p.attempt(on, 4, 0), true), limit.Strikes{Failures: 3})
		p.admitted(p.attempt(on, 5, 0), true)
		p.admitted(p.attempt(on, 6, 0), false)
	}),
	"the same attempt is admitted again and reserves nothing more": onEach(func(p play, on accounts.Attempt) {
		for range 2 * rule.LockAt {
			p.admitted(p.attempt(on, 1, 0), true)
		}
		for n := 2; n <= rule.LockAt; n++ {
			p.admitted(p.attempt(on, n, 0), true)
		}
		p.admitted(p.attempt(on, 99, 0), false)
	}),
	"one that was settled is admitted again, even by the lock that it made": onEach(func(p play, on accounts.Attempt) {
		p.fail(on, 1, rule.LockAt, 0)
		p.admitted(p.attempt(on, rule.LockAt, time.Second), true)
		p.admitted(p.attempt(on, 99, time.Second), false)
	}),
	"one that is never settled is held for InFlight alone": onEach(func(p play, on accounts.Attempt) {
		for n := range rule.LockAt {
			p.admitted(p.attempt(on, n, 0), true)
		}
		p.admitted(p.attempt(on, 98, rule.InFlight-time.Second), false)
		p.t.Same(p.admitted(p.attempt(on, 99, rule.InFlight+time.Second), true), limit.Strikes{})
	}),
	"each subject has room of its own": func(p play) {
		p.create(1, first)
		for n := range rule.LockAt {
			p.admitted(p.attempt(subjects["account"], n, 0), true)
		}
		p.admitted(p.attempt(subjects["nobody"], 50, 0), true)
		p.admitted(p.attempt(accounts.Attempt{Account: id(2)}, 51, 0), true)
	},
	"the first subject is found of which anything is kept": func(p play) {
		of, other := subjects["nobody"], accounts.Attempt{Nobody: "nobody_89ab"}
		for range 2 {
			kept, err := p.db.Accounts().Kept(p.t.Context(), []string{other.Nobody, of.Nobody})
			p.t.OK(err)
			p.t.Same(kept, "")
		}
		p.admitted(p.attempt(of, 1, 0), true)
		kept, err := p.db.Accounts().Kept(p.t.Context(), []string{other.Nobody, of.Nobody})
		p.t.OK(err)
		p.t.Same(kept, of.Nobody)
		p.admitted(p.attempt(other, 2, 0), true)
		kept, err = p.db.Accounts().Kept(p.t.Context(), []string{other.Nobody, of.Nobody})
		p.t.OK(err)
		p.t.Same(kept, other.Nobody)
	},
	"an account that is renumbered keeps its failures": func(p play) {
		p.create(1, first)
		p.fail(subjects["account"], 1, rule.LockAt, 0)
		p.admitted(p.attempt(accounts.Attempt{Account: id(1), Nobody: "nobody_89ab"}, 99, 0), false)
	},
}

var settleTests = map[string]func(play){
	"failures count up": onEach(func(p play, on accounts.Attempt) {
		for n := 1; n < rule.LockAt; n++ {
			p.t.Same(p.fail(on, n, n, 0), limit.Strikes{Failures: n})
		}
	}),
	"settled again it counts once": onEach(func(p play, on accounts.Attempt) {
		p.fail(on, 1, 1, 0)
		p.t.Same(p.settle(p.attempt(on, 1, 0), limit.Failed), limit.Strikes{Failures: 1})
		p.fail(on, 2, 2, 0)
		p.t.Same(p.settle(p.attempt(on, 1, 0), limit.Failed), limit.Strikes{Failures: 2})
	}),
	"a pass clears failures, and counting starts anew": onEach(func(p play, on accounts.Attempt) {
		p.fail(on, 1, rule.LockAt-1, 0)
		a := p.attempt(on, 50, 0)
		p.admitted(a, true)
		p.t.Same(p.settle(a, limit.Passed), limit.Strikes{})
		p.t.Same(p.fail(on, 51, 50+rule.LockAt-1, 0), limit.Strikes{Failures: rule.LockAt - 1})
		p.t.Same(p.settle(a, limit.Passed), limit.Strikes{Failures: rule.LockAt - 1})
	}),
	"a pass that clears nothing leaves failures as they are, and gives its room back": onEach(func(p play, on accounts.Attempt) {
		p.fail(on, 1, rule.LockAt-1, 0)
		for n := 50; n < 60; n++ {
			a := p.attempt(on, n, 0)
			p.admitted(a, true)
			for range 2 {
				p.t.Same(p.settle(a, limit.PassedWeakly), limit.Strikes{Failures: rule.LockAt - 1})
			}
		}
		p.t.Same(p.fail(on, 60, 60, 0), limit.Strikes{LockedUntil: p.start.Add(rule.LockFor)})
	}),
	"a pass that clears nothing makes failures last no longer": onEach(func(p play, on accounts.Attempt) {
		p.fail(on, 1, 2, 0)
		a := p.attempt(on, 50, rule.ForgetIn-time.Second)
		p.admitted(a, true)
		p.t.Same(p.settle(a, limit.PassedWeakly), limit.Strikes{Failures: 2})
		p.t.Same(p.admitted(p.attempt(on, 51, rule.ForgetIn), true), limit.Strikes{})
	}),
	"one that was held for too long counts all the same": onEach(func(p play, on accounts.Attempt) {
		a := p.attempt(on, 1, 0)
		p.admitted(a, true)
		p.admitted(p.attempt(on, 2, 2*rule.InFlight), true)
		p.t.Same(p.settle(a, limit.Failed), limit.Strikes{Failures: 1})
	}),
	"a pass is recorded, a failure is not": func(p play) {
		p.create(1, first)
		on := subjects["account"]
		p.fail(on, 1, 2, 0)
		a := p.attempt(on, 3, 0)
		p.admitted(a, true)
		p.settle(a, limit.Passed)
		p.settle(a, limit.Passed)
		a = p.attempt(on, 4, 0)
		p.admitted(a, true)
		p.settle(a, limit.PassedWeakly)
		p.settle(a, limit.PassedWeakly)
		p.history(id(1), p.records(accounts.Created, accounts.Verified, accounts.Verified)...)
	},
}

var lockTests = map[string]func(play){
	"the failure that completes them locks, and counting starts over": onEach(func(p play, on accounts.Attempt) {
		until := p.start.Add(rule.LockFor)
		p.t.Same(p.fail(on, 1, rule.LockAt, 0), limit.Strikes{LockedUntil: until})
		p.t.Same(p.admitted(p.attempt(on, 98, rule.LockFor-time.Second), false), limit.Strikes{LockedUntil: until})
		p.admitted(p.attempt(on, 99, rule.LockFor), true)
	}),
	"attempts during a lock leave it as it is": onEach(func(p play, on accounts.Attempt) {
		p.fail(on, 1, rule.LockAt, 0)
		for n := range 20 {
			p.admitted(p.attempt(on, 50+n, rule.LockFor-time.Minute), false)
		}
		for n := range rule.LockAt {
			p.admitted(p.attempt(on, 100+n, rule.LockFor+time.Second), true)
		}
	}),
	"after a lock the same number of failures locks again": onEach(func(p play, on accounts.Attempt) {
		p.fail(on, 1, rule.LockAt, 0)
		strikes := p.fail(on, 11, 10+rule.LockAt-1, rule.LockFor+time.Second)
		p.t.Same(strikes.Failures, rule.LockAt-1)
		p.t.Same(strikes.LockedAt(p.start.Add(rule.LockFor+time.Second)), false)
		strikes = p.fail(on, 20, 20, rule.LockFor+time.Minute)
		p.t.Same(strikes, limit.Strikes{LockedUntil: p.start.Add(2*rule.LockFor + time.Minute)})
	}),
	"a right one that was under way lifts it": onEach(func(p play, on accounts.Attempt) {
		a := p.attempt(on, 50, 0)
		p.admitted(a, true)
		p.fail(on, 1, 1, rule.InFlight+time.Second)
		p.fail(on, 2, rule.LockAt, rule.InFlight+time.Second)
		p.t.Same(p.settle(a, limit.Passed), limit.Strikes{})
		p.admitted(p.attempt(on, 60, rule.InFlight+time.Second), true)
	}),
	"a right one that clears nothing and was under way leaves it": onEach(func(p play, on accounts.Attempt) {
		a := p.attempt(on, 50, 0)
		p.admitted(a, true)
		strikes := p.fail(on, 1, rule.LockAt, rule.InFlight+time.Second)
		p.t.Same(p.settle(a, limit.PassedWeakly), strikes)
		p.admitted(p.attempt(on, 60, rule.InFlight+time.Second), false)
	}),
	"failures fade after ForgetIn without another": onEach(func(p play, on accounts.Attempt) {
		p.fail(on, 1, 3, 0)
		p.t.Same(p.fail(on, 4, 4, rule.ForgetIn-time.Second), limit.Strikes{Failures: 4})
		p.t.Same(p.admitted(p.attempt(on, 5, 2*rule.ForgetIn), true), limit.Strikes{})
	}),
	"a lock is recorded of an account, with its end, once": func(p play) {
		p.create(1, first)
		on := subjects["account"]
		p.fail(on, 1, rule.LockAt, 0)
		p.settle(p.attempt(on, rule.LockAt, 0), limit.Failed)
		lock := p.record(accounts.Locked)
		lock.Until = p.start.Add(rule.LockFor)
		p.history(id(1), p.record(accounts.Created), lock)
	},
}

// closed fails as often as closes, an hour apart, and returns the strikes then.
func (p play) closed(on accounts.Attempt) (strikes limit.Strikes) {
	p.t.Helper()
	for n := range rule.CloseAt {
		strikes = p.fail(on, n, n, time.Duration(n)*time.Hour)
		p.t.Same(strikes.Closed, n == rule.CloseAt-1)
	}
	return strikes
}

// lastFailure is when the failure came that closed.
var lastFailure = time.Duration(rule.CloseAt-1) * time.Hour

var closeTests = map[string]func(play){
	"so many failures in a row close, whatever locks came between": onEach(func(p play, on accounts.Attempt) {
		p.t.Same(p.closed(on), limit.Strikes{Closed: true})
		for _, later := range []time.Duration{0, rule.LockFor, rule.ForgetIn, rule.ForgetRow, limit.KeptClosed*rule.ForgetRow - time.Second} {
			p.t.Same(p.admitted(p.attempt(on, 90, lastFailure+later), false), limit.Strikes{Closed: true})
		}
	}),
	"a pass starts the row over": onEach(func(p play, on accounts.Attempt) {
		p.fail(on, 100, 100+rule.LockAt-2, 0)
		a := p.attempt(on, 50, 0)
		p.admitted(a, true)
		p.settle(a, limit.Passed)
		p.closed(on)
	}),
	"a pass that clears nothing does not": onEach(func(p play, on accounts.Attempt) {
		p.fail(on, 100, 100, 0)
		a := p.attempt(on, 50, 0)
		p.admitted(a, true)
		p.settle(a, limit.PassedWeakly)
		for n := range rule.CloseAt - 1 {
			p.t.Same(p.fail(on, n, n, time.Duration(n+1)*time.Hour).Closed, n == rule.CloseAt-2)
		}
	}),
	"the row lasts for ForgetRow, and not only for ForgetIn": onEach(func(p play, on accounts.Attempt) {
		at := time.Duration(0)
		for n := range rule.CloseAt - 1 {
			p.t.Same(p.fail(on, n, n, at), limit.Strikes{Failures: 1})
			at += rule.ForgetRow - time.Second
		}
		p.t.Same(p.fail(on, 50, 50, at), limit.Strikes{Closed: true})
	}),
	"it fades after ForgetRow without another": onEach(func(p play, on accounts.Attempt) {
		for n := range rule.CloseAt - 1 {
			p.fail(on, n, n, time.Duration(n)*time.Hour)
		}
		p.t.Same(p.fail(on, 50, 50, lastFailure-time.Hour+rule.ForgetRow), limit.Strikes{Failures: 1})
	}),
	"no more are under way than are left until it closes": onEach(func(p play, on accounts.Attempt) {
		for n := range rule.CloseAt - 2 {
			p.fail(on, n, n, time.Duration(n)*2*rule.ForgetIn)
		}
		at := time.Duration(rule.CloseAt) * 2 * rule.ForgetIn
		p.admitted(p.attempt(on, 50, at), true)
		p.admitted(p.attempt(on, 51, at), true)
		p.admitted(p.attempt(on, 52, at), false)
	}),
	"an account stays closed, a number that is nobody's opens in the end": func(p play) {
		p.create(1, first)
		for name, on := range subjects {
			p.closed(on)
			p.admitted(p.attempt(on, 90, lastFailure+limit.KeptClosed*rule.ForgetRow), name == "nobody")
		}
	},
	"it is opened, recorded once, and all is as new": func(p play) {
		p.create(1, first)
		on := subjects["account"]
		p.closed(on)
		record := p.record(accounts.Opened)
		record.At = p.start.Add(lastFailure)
		for _, want := range []bool{true, false} {
			p.opened(p.start.Add(lastFailure), record, want)
		}
		p.t.Same(p.admitted(p.attempt(on, 90, lastFailure), true), limit.Strikes{})
		closing, locks := p.record(accounts.Closed), []accounts.Record{p.record(accounts.Created)}
		for n := rule.LockAt; n < rule.CloseAt; n += rule.LockAt {
			lock := p.record(accounts.Locked)
			lock.Until = p.start.Add(time.Duration(n-1)*time.Hour + rule.LockFor)
			locks = append(locks, lock)
		}
		p.history(id(1), append(locks, closing, record)...)
	},
	"what came after is not opened": func(p play) {
		p.create(1, first)
		p.closed(subjects["account"])
		p.opened(p.start.Add(lastFailure-time.Second), p.record(accounts.Opened), false)
		p.admitted(p.attempt(subjects["account"], 90, lastFailure), false)
	},
	"what is not closed is not opened, and its failures and lock stay": func(p play) {
		p.create(1, first)
		on := subjects["account"]
		strikes := p.fail(on, 1, rule.LockAt, 0)
		p.opened(p.start.Add(time.Hour), p.record(accounts.Opened), false)
		p.t.Same(p.admitted(p.attempt(on, 90, time.Second), false), strikes)
		p.history(id(1), p.record(accounts.Created), func() accounts.Record {
			lock := p.record(accounts.Locked)
			lock.Until = p.start.Add(rule.LockFor)
			return lock
		}())
	},
	"a right one that was under way opens it": onEach(func(p play, on accounts.Attempt) {
		a := p.attempt(on, 500, 0)
		p.admitted(a, true)
		p.closed(on)
		p.t.Same(p.settle(a, limit.Passed), limit.Strikes{})
	}),
}

func (p play) opened(after time.Time, record accounts.Record, want bool) {
	p.t.Helper()
	got, err := p.db.Accounts().Open(p.t.Context(), id(1), after, record, rule)
	p.t.OK(err)
	p.t.Same(got, want)
}

var rushTests = map[string]func(play){
	"a hundred at once get five, and none during the lock": onEach(func(p play, on accounts.Attempt) {
		p.t.Same(p.storm(on, 0, 0), rule.LockAt)
		p.t.Same(p.storm(on, 200, rule.LockFor-time.Second), 0)
		p.t.Same(p.storm(on, 400, rule.LockFor+time.Second), rule.LockAt)
	}),
	"the same attempt a hundred times at once counts once": onEach(func(p play, on accounts.Attempt) {
		a := p.attempt(on, 1, 0)
		p.together(func(int) {
			if _, err := p.db.Accounts().Admit(p.t.Context(), a, rule); err != nil {
				p.t.Error(err)
			}
			if _, err := p.db.Accounts().Settle(p.t.Context(), a, accounts.Settlement{As: limit.Failed}, rule); err != nil {
				p.t.Error(err)
			}
		})
		p.t.Same(p.admitted(p.attempt(on, 2, 0), true), limit.Strikes{Failures: 1})
	}),
}

// storm makes a hundred attempts at once, fails those that are admitted, and counts them.
func (p play) storm(on accounts.Attempt, from int, after time.Duration) (n int) {
	admitted := make([]bool, 100)
	p.together(func(i int) {
		a := p.attempt(on, from+i, after)
		admission, err := p.db.Accounts().Admit(p.t.Context(), a, rule)
		if err == nil && admission.Admitted {
			admitted[i] = true
			_, err = p.db.Accounts().Settle(p.t.Context(), a, accounts.Settlement{As: limit.Failed, Record: p.record(accounts.Locked)}, rule)
		}
		if err != nil {
			p.t.Error(err)
		}
	})
	for _, yes := range admitted {
		if yes {
			n++
		}
	}
	return n
}
