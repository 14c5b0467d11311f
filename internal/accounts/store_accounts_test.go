package accounts_test

import (
	"bytes"
	"slices"
	"strings"

	"updatecenter/internal/accounts"
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
