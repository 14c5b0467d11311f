package accounts_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

// TestStore holds each sentence of the contracts of [accounts.Store], [accounts.Attempts] and
// [accounts.Enrollments]. Time is handed to the stores, so that no test waits. It starts at the present, and
// goes on by days within a test: what a store lets expire by its own clock must outlast that test, and
// what is to be forgotten must be so by the time that was handed over.
func TestStore(t *testing.T) {
	testkit.Contract(t, map[string]map[string]func(play){
		"Create": createTests, "Change": changeTests, "Renumber": renumberTests, "History": historyTests, "Together": togetherTests,
		"Admit": admitTests, "Settle": settleTests, "Lock": lockTests, "Close": closeTests,
		"Enrollment": enrollmentTests, "Link": linkTests,
	}, func(t check.T, db *redisstore.DB, start time.Time) play { return play{t: t, db: db, start: start} })
}

// The numbers of the tests.
const (
	first  accounts.Number = "612-555-0142-001"
	second accounts.Number = "A1"
	third  accounts.Number = "763-X"
)

// rule is the lock rule of service.
var rule = accounts.DefaultLock()

// play is one test under way. Its methods fail the test on errors that it didn't expect.
type play struct {
	t     check.T
	db    *redisstore.DB
	start time.Time
}

// id returns the ID of the n-th account of a test.
func id(n int) accounts.ID {
	digits := strings.Map(func(r rune) rune { return 'a' + r - '0' }, fmt.Sprintf("%06d", n))
	return accounts.ID("acc_" + strings.Repeat("z", 20) + digits)
}

// account is a new account. Its sealed bytes are all that bytes can be.
func account(n int, number accounts.Number, sealed string) accounts.Stored {
	return accounts.Stored{ID: id(n), Number: number, Revision: 1, Sealed: []byte(sealed + "\x00\xff\r\n")}
}

// raised is the account as it is stored once it was changed.
func raised(a accounts.Stored) accounts.Stored {
	a.Revision++
	return a
}

func (p play) record(event accounts.Event) accounts.Record {
	return accounts.Record{At: p.start, Event: event, By: "ann", From: "command line", Reason: "¿why? \"\\"}
}

func (p play) records(events ...accounts.Event) (records []accounts.Record) {
	for _, event := range events {
		records = append(records, p.record(event))
	}
	return records
}

func (p play) create(n int, number accounts.Number) accounts.Stored {
	p.t.Helper()
	a := account(n, number, "new")
	p.t.OK(p.db.Accounts().Create(p.t.Context(), a, p.records(accounts.Created), notices(0, accounts.Created)))
	return a
}

func (p play) change(a accounts.Stored, events ...accounts.Event) error {
	return p.db.Accounts().Change(p.t.Context(), a, p.records(events...), notices(a.Revision, events...))
}

// notices are those of a change of the account that has a revision.
func notices(revision int64, events ...accounts.Event) (all [][]byte) {
	for _, event := range events {
		all = append(all, fmt.Appendf(nil, "%s of %d\x00\xff", event, revision))
	}
	return all
}

// due checks the notices of an account that are due.
func (p play) due(id accounts.ID, want ...[]byte) {
	p.t.Helper()
	p.t.Same(testkit.Notices(p.t, p.db, string(id)), want)
}

// found checks that the account is found by its number and its ID.
func (p play) found(want accounts.Stored) {
	p.t.Helper()
	byNumber, err := p.db.Accounts().Find(p.t.Context(), want.Number)
	p.t.OK(err)
	p.t.Same(byNumber, want)
	byID, err := p.db.Accounts().Load(p.t.Context(), want.ID)
	p.t.OK(err)
	p.t.Same(byID, want)
}

func (p play) nobodyHas(number accounts.Number) {
	p.t.Helper()
	_, err := p.db.Accounts().Find(p.t.Context(), number)
	p.t.Is(err, accounts.ErrNoAccount)
}

// history checks what happened to an account, oldest first.
func (p play) history(of accounts.ID, want ...accounts.Record) {
	p.t.Helper()
	got, err := p.db.Accounts().History(p.t.Context(), of, 1000)
	p.t.OK(err)
	p.t.Same(len(got), len(want))
	for i, record := range got {
		p.t.Same(record, want[len(want)-1-i])
	}
}

// enrollmentID is the one of the tests.
const enrollmentID accounts.EnrollmentID = "enr_abcdefghijklmnopqrstuvwxyz"

// begin begins the enrollment of the tests, with the first account.
func (p play) begin() accounts.Enrollment {
	p.t.Helper()
	e := accounts.Enrollment{ID: enrollmentID, Accounts: []accounts.ID{id(1)}, Since: p.start}
	p.t.OK(p.db.Accounts().Begin(p.t.Context(), e))
	return e
}

func (p play) enrolled(want accounts.Enrollment) {
	p.t.Helper()
	got, err := p.db.Accounts().Enrollment(p.t.Context(), want.ID)
	p.t.OK(err)
	p.t.Same(got, want)
}

func (p play) join(n int) accounts.Enrollment {
	p.t.Helper()
	e, err := p.db.Accounts().Join(p.t.Context(), enrollmentID, id(n), accounts.MaxEnrolled)
	p.t.OK(err)
	return e
}

var linkTests = map[string]func(play){
	"it is found by its sum, and so is another": func(p play) {
		for n, sum := range []string{"ab", "cd", "cd"} {
			p.t.OK(p.db.Accounts().PutLink(p.t.Context(), sum, id(n), p.start, p.start.Add(time.Hour)))
			got, err := p.db.Accounts().Linked(p.t.Context(), sum)
			p.t.OK(err)
			p.t.Same(got, id(n))
		}
	},
	"one that was never put is not there": func(p play) {
		_, err := p.db.Accounts().Linked(p.t.Context(), "ab")
		p.t.Is(err, accounts.ErrNoAccount)
	},
}

var enrollmentTests = map[string]func(play){
	"it is found as it was begun": func(p play) { p.enrolled(p.begin()) },
	"one that was never begun is not there": func(p play) {
		_, err := p.db.Accounts().Enrollment(p.t.Context(), enrollmentID)
		p.t.Is(err, accounts.ErrNoEnrollment)
		_, err = p.db.Accounts().Join(p.t.Context(), enrollmentID, id(1), accounts.MaxEnrolled)
		p.t.Is(err, accounts.ErrNoEnrollment)
		_, err = p.db.Accounts().Enrollment(p.t.Context(), enrollmentID)
		p.t.Is(err, accounts.ErrNoEnrollment)
	},
	"begun again it stays as it is": func(p play) {
		e := p.begin()
		e.Accounts = append(e.Accounts, id(2))
		p.join(2)
		p.begin()
		p.enrolled(e)
	},
	"accounts are added in order, each once": func(p play) {
		e := p.begin()
		for _, n := range []int{3, 2, 3, 1, 2} {
			p.join(n)
		}
		e.Accounts = append(e.Accounts, id(3), id(2))
		p.enrolled(e)
		p.t.Same(p.join(2), e)
	},
	"a full one takes no other, but knows those it has": func(p play) {
		p.begin()
		for n := 2; n <= accounts.MaxEnrolled; n++ {
			p.join(n)
		}
		_, err := p.db.Accounts().Join(p.t.Context(), enrollmentID, id(99), accounts.MaxEnrolled)
		p.t.Is(err, accounts.ErrFull)
		p.t.Same(len(p.join(2).Accounts), accounts.MaxEnrolled)
	},
	"of a hundred that join at once no more get in than may": func(p play) {
		p.begin()
		var joined atomic.Int64
		check.AtOnce(100, func(i int) {
			_, err := p.db.Accounts().Join(p.t.Context(), enrollmentID, id(100+i), accounts.MaxEnrolled)
			switch {
			case err == nil:
				joined.Add(1)
			case !errors.Is(err, accounts.ErrFull):
				p.t.Error(err)
			}
		})
		p.t.Same(int(joined.Load()), accounts.MaxEnrolled-1)
		p.t.Same(len(p.join(1).Accounts), accounts.MaxEnrolled)
	},
}

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
		check.AtOnce(100, func(i int) {
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
	check.AtOnce(100, func(i int) { results[i] = do(i) })
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
