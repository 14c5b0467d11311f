package accounts_test

import (
	"errors"
	"fmt"

	"updatecenter/internal/accounts"
	"updatecenter/internal/storage"
)

var renumberTests = map[string]func(play){
	"an account is found under its new number alone": func(p play) {
		p.create(1, first)
		moved := account(1, second, "moved")
		p.t.OK(p.change(moved, accounts.Renumbered))
		p.found(raised(moved))
		p.nobodyHas(first)
		p.history(id(1), p.records(accounts.Created, accounts.Renumbered)...)
	},
	"the old number is free": func(p play) {
		p.create(1, first)
		moved := account(1, second, "moved")
		p.t.OK(p.change(moved, accounts.Renumbered))
		p.found(p.create(2, first))
		p.found(raised(moved))
	},
	"another account's number is refused, and changes nothing": func(p play) {
		one, two := p.create(1, first), p.create(2, second)
		p.t.Is(p.change(account(1, second, "moved"), accounts.Renumbered), accounts.ErrTaken)
		p.found(one)
		p.found(two)
		p.history(id(1), p.record(accounts.Created))
	},
	"the same again is no error and changes nothing": func(p play) {
		p.create(1, first)
		moved := account(1, second, "moved")
		for range 3 {
			p.t.OK(p.change(moved, accounts.Renumbered))
		}
		p.found(raised(moved))
		p.history(id(1), p.records(accounts.Created, accounts.Renumbered)...)
	},
	"there and back": func(p play) {
		a := p.create(1, first)
		for i, number := range []accounts.Number{second, first, second, third, first} {
			a.Number, a.Sealed = number, fmt.Append(nil, i)
			p.t.OK(p.change(a, accounts.Renumbered))
			a = raised(a)
			p.found(a)
		}
		p.nobodyHas(second)
		p.nobodyHas(third)
	},
	"two exchange their numbers over a third": func(p play) {
		p.create(1, first)
		p.create(2, second)
		p.t.OK(p.change(account(1, third, "a"), accounts.Renumbered))
		p.t.OK(p.change(account(2, first, "b"), accounts.Renumbered))
		p.t.OK(p.change(raised(account(1, second, "c")), accounts.Renumbered))
		p.found(raised(account(2, first, "b")))
		p.found(raised(raised(account(1, second, "c"))))
		p.nobodyHas(third)
	},
}

var togetherTests = map[string]func(play){
	"of a hundred created at once under one number one stands": func(p play) {
		won := p.oneWins(accounts.ErrTaken, func(i int) error {
			return p.db.Accounts().Create(p.t.Context(), account(i, first, "new"), p.records(accounts.Created), nil)
		})
		p.found(account(won, first, "new"))
		p.alone(100, won)
	},
	"of a hundred changes at once one stands": func(p play) {
		p.create(1, first)
		won := p.oneWins(storage.ErrStale, func(i int) error {
			return p.change(account(1, first, fmt.Sprint(i)), accounts.AddressChanged)
		})
		p.found(raised(account(1, first, fmt.Sprint(won))))
		p.history(id(1), p.records(accounts.Created, accounts.AddressChanged)...)
	},
	"of a hundred numbers given to an account at once one stands": func(p play) {
		p.create(1, first)
		number := func(i int) accounts.Number { return accounts.Number(fmt.Sprint("N", i)) }
		won := p.oneWins(storage.ErrStale, func(i int) error {
			return p.change(account(1, number(i), fmt.Sprint(i)), accounts.Renumbered)
		})
		p.found(raised(account(1, number(won), fmt.Sprint(won))))
		p.nobodyHas(first)
		for i := range 100 {
			if i != won {
				p.nobodyHas(number(i))
			}
		}
	},
	"of fifty that want a number and fifty that are created with it one has it": func(p play) {
		for i := range 50 {
			p.create(i, accounts.Number(fmt.Sprint("N", i)))
		}
		won := p.oneWins(accounts.ErrTaken, func(i int) error {
			if i < 50 {
				return p.change(account(i, first, "moved"), accounts.Renumbered)
			}
			return p.db.Accounts().Create(p.t.Context(), account(i, first, "new"), p.records(accounts.Created), nil)
		})
		found, err := p.db.Accounts().Find(p.t.Context(), first)
		p.t.OK(err)
		p.t.Same(found.ID, id(won))
		for i := range 50 {
			if i != won {
				p.found(account(i, accounts.Number(fmt.Sprint("N", i)), "new"))
			}
		}
	},
	"whatever meets, each account is under its number alone": func(p play) {
		numbers := []accounts.Number{first, second, third, "N4", "N5"}
		for n := range 3 {
			p.create(n, numbers[n])
		}
		p.together(func(i int) {
			a, err := p.db.Accounts().Load(p.t.Context(), id(i%3))
			if err == nil {
				a.Number, a.Sealed = numbers[i%len(numbers)], fmt.Append(nil, i)
				err = p.change(a, accounts.Renumbered)
			}
			if err != nil && !errors.Is(err, storage.ErrStale) && !errors.Is(err, accounts.ErrTaken) {
				p.t.Error(err)
			}
		})
		p.consistent(3, numbers...)
	},
}

// oneWins does something a hundred times at once, and returns which succeeded. All others
// must be refused with the error.
func (p play) oneWins(refusal error, do func(i int) error) int {
	p.t.Helper()
	results := make([]error, 100)
	p.together(func(i int) { results[i] = do(i) })
	won := -1
	for i, err := range results {
		switch {
		case err != nil:
			p.t.Is(err, refusal)
		case won >= 0:
			p.t.Fatalf("%d and %d both stand", won, i)
		default:
			won = i
		}
	}
	if won < 0 {
		p.t.Fatal("none stands")
	}
	return won
}

// alone checks that of the first n accounts only one is there.
func (p play) alone(n, one int) {
	p.t.Helper()
	for i := range n {
		if _, err := p.db.Accounts().Load(p.t.Context(), id(i)); i != one {
			p.t.Is(err, accounts.ErrNoAccount)
		}
	}
}

// consistent checks that the first n accounts are each found under their number, and that
// under the numbers nothing else is found.
func (p play) consistent(n int, numbers ...accounts.Number) {
	p.t.Helper()
	owners := map[accounts.Number]accounts.ID{}
	for i := range n {
		a, err := p.db.Accounts().Load(p.t.Context(), id(i))
		if errors.Is(err, accounts.ErrNoAccount) {
			continue // it was never created
		}
		p.t.OK(err)
		if other, taken := owners[a.Number]; taken {
			p.t.Fatalf("%s and %s both have a number", other, a.ID)
		}
		owners[a.Number] = a.ID
		p.found(a)
	}
	for _, number := range numbers {
		if owners[number] == "" {
			p.nobodyHas(number)
		}
	}
}
