package accounts_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/limit"
	"updatecenter/internal/storage"
)

var createTests = map[string]func(play){
	"an account is found as it was kept": func(p play) {
		p.found(p.create(1, first))
		p.history(id(1), p.record(accounts.Created))
	},
	"of nobody nothing is found": func(p play) {
		p.nobodyHas(first)
		_, err := p.db.Accounts().Load(p.t.Context(), id(1))
		p.t.Is(err, accounts.ErrNoAccount)
	},
	"a number that is taken is refused, and changes nothing": func(p play) {
		kept := p.create(1, first)
		p.t.Is(p.db.Accounts().Create(p.t.Context(), account(2, first, "other"), p.records(accounts.Created), nil), accounts.ErrTaken)
		p.found(kept)
		_, err := p.db.Accounts().Load(p.t.Context(), id(2))
		p.t.Is(err, accounts.ErrNoAccount)
		p.history(id(2))
	},
	"the same again is no error and changes nothing": func(p play) {
		p.create(1, first)
		p.found(p.create(1, first))
		p.history(id(1), p.record(accounts.Created))
	},
	"a notice is due of an account that is new, once": func(p play) {
		p.create(1, first)
		p.create(1, first)
		p.t.Is(p.db.Accounts().Create(p.t.Context(), account(2, first, "other"), nil, notices(0, accounts.Created)), accounts.ErrTaken)
		p.due(id(1), notices(0, accounts.Created)...)
		p.due(id(2))
	},
	"accounts stand beside each other": func(p play) {
		one, two := p.create(1, first), p.create(2, second)
		p.found(one)
		p.found(two)
	},
	"as much as may be sealed is kept": func(p play) {
		a := account(1, "ABCDEFGHIJKLMNOPQRSTU-09", "")
		a.Sealed = bytes.Repeat([]byte{0, 255}, accounts.MaxSealed/2)
		p.t.OK(p.db.Accounts().Create(p.t.Context(), a, nil, nil))
		p.found(a)
	},
}

var changeTests = map[string]func(play){
	"an account becomes what is given, and its revision rises by one": func(p play) {
		p.create(1, first)
		changed := account(1, first, "changed")
		p.t.OK(p.change(changed, accounts.AddressChanged))
		p.found(raised(changed))
		again := raised(account(1, first, "changed again"))
		p.t.OK(p.change(again, accounts.EmailChanged))
		p.found(raised(again))
	},
	"notices are due of each change, once": func(p play) {
		p.create(1, first)
		changed := account(1, first, "changed")
		events := []accounts.Event{accounts.PhoneChanged, accounts.EmailChanged}
		p.t.OK(p.change(changed, events...))
		p.t.OK(p.change(changed, events...))
		p.t.Is(p.change(account(1, first, "late"), accounts.AddressChanged), storage.ErrStale)
		p.t.Is(p.change(account(2, first, "nobody's"), accounts.AddressChanged), accounts.ErrNoAccount)
		p.due(id(1), append(notices(0, accounts.Created), notices(1, events...)...)...)
		p.due(id(2))
	},
	"the newest of too many notices takes the place of the one before": func(p play) {
		a := p.create(1, first)
		want := notices(0, accounts.Created)
		for range accounts.MaxDue {
			a.Sealed = append(a.Sealed, '.')
			p.t.OK(p.change(a, accounts.EmailChanged))
			want = append(want[:min(len(want), accounts.MaxDue-1)], notices(a.Revision, accounts.EmailChanged)...)
			a = raised(a)
		}
		p.due(id(1), want...)
		records, err := p.db.Accounts().History(p.t.Context(), id(1), accounts.MaxHistory)
		p.t.OK(err)
		p.t.Same(records[1].Event, accounts.NoticeUndelivered)
		p.t.Same(records[1].Reason, "a change: too_many_notices")
		p.t.Same(len(records), accounts.MaxDue+2)
	},
	"another revision is stale, and nothing changes": func(p play) {
		p.create(1, first)
		changed := account(1, first, "changed")
		p.t.OK(p.change(changed, accounts.AddressChanged))
		for _, revision := range []int64{0, 1, 3, 1 << 60} {
			late := account(1, first, "late")
			late.Revision = revision
			p.t.Is(p.change(late, accounts.PhoneChanged), storage.ErrStale)
			late.Number = second
			p.t.Is(p.change(late, accounts.Renumbered), storage.ErrStale)
		}
		p.found(raised(changed))
		p.nobodyHas(second)
		p.history(id(1), p.records(accounts.Created, accounts.AddressChanged)...)
	},
	"of no account it says so, and keeps nothing": func(p play) {
		p.t.Is(p.change(account(1, first, "changed"), accounts.AddressChanged), accounts.ErrNoAccount)
		p.nobodyHas(first)
		p.history(id(1))
		p.found(p.create(2, first))
	},
	"the same again is no error and changes nothing": func(p play) {
		p.create(1, first)
		changed := account(1, first, "changed")
		for range 3 {
			p.t.OK(p.change(changed, accounts.AddressChanged))
		}
		p.found(raised(changed))
		p.history(id(1), p.records(accounts.Created, accounts.AddressChanged)...)
	},
	"the same again after another change is stale": func(p play) {
		p.create(1, first)
		changed := account(1, first, "changed")
		p.t.OK(p.change(changed, accounts.AddressChanged))
		p.t.OK(p.change(raised(account(1, first, "again")), accounts.AddressChanged))
		p.t.Is(p.change(changed, accounts.AddressChanged), storage.ErrStale)
	},
	"what was handed over or out is the store's own": func(p play) {
		a := p.create(1, first)
		want := account(1, first, "new")
		a.Sealed[0] = '!'
		got, err := p.db.Accounts().Find(p.t.Context(), first)
		p.t.OK(err)
		got.Sealed[0] = '!'
		p.found(want)
	},
}

var historyTests = map[string]func(play){
	"records of one change are appended in their order": func(p play) {
		p.create(1, first)
		p.t.OK(p.change(account(1, first, "x"), accounts.PhoneChanged, accounts.NameChanged, accounts.EmailChanged))
		p.history(id(1), p.records(accounts.Created, accounts.PhoneChanged, accounts.NameChanged, accounts.EmailChanged)...)
	},
	"the newest come first, and no more than asked for": func(p play) {
		p.create(1, first)
		p.t.OK(p.change(account(1, first, "x"), accounts.PhoneChanged, accounts.NameChanged))
		got, err := p.db.Accounts().History(p.t.Context(), id(1), 2)
		p.t.OK(err)
		p.t.Same(got, p.records(accounts.NameChanged, accounts.PhoneChanged))
	},
	"no more than the newest MaxHistory are kept": func(p play) {
		p.create(1, first)
		p.t.OK(p.change(account(1, first, "x"), slices.Repeat([]accounts.Event{accounts.PhoneChanged}, accounts.MaxHistory)...))
		p.closed(accounts.Attempt{Account: id(1)})
		p.opened(p.start.Add(lastFailure), p.record(accounts.Opened), true)
		got, err := p.db.Accounts().History(p.t.Context(), id(1), 2*accounts.MaxHistory)
		p.t.OK(err)
		p.t.Same(len(got), accounts.MaxHistory)
		p.t.Same(got[0].Event, accounts.Opened)
	},
	"a change without records has none": func(p play) {
		p.t.OK(p.db.Accounts().Create(p.t.Context(), account(1, first, "x"), nil, nil))
		p.t.OK(p.change(account(1, first, "y")))
		p.history(id(1))
	},
	"each account has its own": func(p play) {
		p.create(1, first)
		p.create(2, second)
		p.t.OK(p.change(account(1, first, "x"), accounts.PhoneChanged))
		p.history(id(2), p.record(accounts.Created))
	},
	"a long record is kept whole": func(p play) {
		record := p.record(accounts.Created)
		record.Reason = strings.Repeat("ñ", accounts.MaxReason)
		record.Until = p.start.Add(rule.LockFor)
		p.t.OK(p.db.Accounts().Create(p.t.Context(), account(1, first, "x"), []accounts.Record{record}, nil))
		p.history(id(1), record)
	},
}

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

// lockTests are what package limit does not check of all its users.
var lockTests = map[string]func(play){
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

// closed fails as often as closes, an hour apart.
func (p play) closed(on accounts.Attempt) {
	p.t.Helper()
	for n := range rule.CloseAt {
		strikes := p.fail(on, n, n, time.Duration(n)*time.Hour)
		p.t.Same(strikes.Closed, n == rule.CloseAt-1)
	}
}

// lastFailure is when the failure came that closed.
var lastFailure = time.Duration(rule.CloseAt-1) * time.Hour

var closeTests = map[string]func(play){
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
}

func (p play) opened(after time.Time, record accounts.Record, want bool) {
	p.t.Helper()
	got, err := p.db.Accounts().Open(p.t.Context(), id(1), after, record, rule)
	p.t.OK(err)
	p.t.Same(got, want)
}
