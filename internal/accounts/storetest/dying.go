package storetest

import (
	"fmt"

	"updatecenter/internal/accounts"
)

// maxWrites is more than any operation can need.
const maxWrites = 12

var dyingTests = map[string]func(play){
	"a renumbering is done or not, wherever it stops, and can be done again": func(p play) {
		p.dying(func(n int, dying accounts.Store) {
			from, to := number(n, "FROM"), number(n, "TO")
			p.create(n, from)
			moved := account(n, to, "moved")
			stopped := dying.Change(p.t.Context(), moved, p.records(accounts.Renumbered), notices(1, accounts.Renumbered))
			p.consistent(n+1, from, to)
			if stopped == nil {
				p.found(raised(moved))
			}
			p.t.OK(p.change(moved, accounts.Renumbered))
			p.found(raised(moved))
			p.nobodyHas(from)
			p.history(id(n), p.records(accounts.Created, accounts.Renumbered)...)
			p.due(id(n), append(notices(0, accounts.Created), notices(1, accounts.Renumbered)...)...)
		})
	},
	"a number that a renumbering left half taken can be another's": func(p play) {
		p.dying(func(n int, dying accounts.Store) {
			from, to := number(n, "FROM"), number(n, "TO")
			p.create(n, from)
			_ = dying.Change(p.t.Context(), account(n, to, "moved"), p.records(accounts.Renumbered), notices(1, accounts.Renumbered))
			for i, free := range []accounts.Number{from, to} {
				if _, err := p.Store.Find(p.t.Context(), free); err != nil {
					p.t.Is(err, accounts.ErrNoAccount)
					p.found(p.create(1000+2*n+i, free))
				}
			}
			p.consistent(n + 1)
		})
	},
	"an account whose renumbering stopped can have a third number": func(p play) {
		p.dying(func(n int, dying accounts.Store) {
			from, to, third := number(n, "FROM"), number(n, "TO"), number(n, "THIRD")
			p.create(n, from)
			_ = dying.Change(p.t.Context(), account(n, to, "moved"), p.records(accounts.Renumbered), notices(1, accounts.Renumbered))
			a, err := p.Store.Load(p.t.Context(), id(n))
			p.t.OK(err)
			a.Number, a.Sealed = third, []byte("third")
			p.t.OK(p.change(a, accounts.Renumbered))
			p.found(raised(a))
			p.consistent(n+1, from, to, third)
			p.create(2000+n, to)
		})
	},
	"an account is created or not, wherever it stops, and can be created again": func(p play) {
		p.dying(func(n int, dying accounts.Store) {
			a := account(n, number(n, "NEW"), "new")
			stopped := dying.Create(p.t.Context(), a, p.records(accounts.Created), notices(0, accounts.Created))
			p.consistent(n+1, a.Number)
			if _, err := p.Store.Load(p.t.Context(), a.ID); err != nil {
				p.t.Is(err, accounts.ErrNoAccount)
				if stopped == nil {
					p.t.Fatal("it was said to be created")
				}
				a = account(1000+n, a.Number, "again") // as one who tries again would
			}
			p.t.OK(p.Store.Create(p.t.Context(), a, p.records(accounts.Created), notices(0, accounts.Created)))
			p.found(a)
			p.due(a.ID, notices(0, accounts.Created)...)
		})
	},
}

// dying runs a test for each number of writes after which a process may die.
func (p play) dying(test func(n int, dying accounts.Store)) {
	if p.Dying == nil {
		p.t.Skip("it does everything in one step")
	}
	for n := range maxWrites {
		test(n, p.Dying(p.t.T, n))
	}
}

// number is one that the n-th round of a test has for itself.
func number(n int, name string) accounts.Number {
	return accounts.Number(fmt.Sprintf("%s-%d", name, n))
}
