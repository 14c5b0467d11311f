package redisstore_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

// dying is one test of a process that dies after n steps of what it does. The n-th test has names of its own.
type dying struct {
	check.T
	db     *redisstore.DB
	mortal *redisstore.DB // of the process that dies
	n      int
}

// maxSteps is more than any operation can need.
const maxSteps = 12

// eachStep runs tests on each kind of Redis, for each number of steps after which a process may die.
func eachStep(t *testing.T, tests map[string]func(dying)) {
	testkit.OnEachRedis(t, func(t *testing.T, fresh func(t *testing.T) *redisstore.DB) {
		for sentence, test := range tests {
			t.Run(sentence, func(t *testing.T) {
				db := fresh(t)
				for n := range maxSteps {
					test(dying{check.T{T: t}, db, db.Dying(n), n})
				}
			})
		}
	})
}

func TestDyingOverAccounts(t *testing.T) {
	eachStep(t, map[string]func(dying){
		"a renumbering is done or not, wherever it stops, and can be done again": func(d dying) {
			from, to := d.number("FROM"), d.number("TO")
			d.OK(d.createAccount(d.db, d.account(d.n, from)))
			moved := d.account(d.n, to)
			stopped := d.renumber(d.mortal, moved)
			d.agree(from, to)
			if stopped == nil {
				d.found(moved, 2)
			}
			d.OK(d.renumber(d.db, moved))
			d.found(moved, 2)
			d.agree(from, to)
			d.told(moved.ID, accounts.Created, accounts.Renumbered)
		},
		"a number that a renumbering left half taken can be another's": func(d dying) {
			from, to := d.number("FROM"), d.number("TO")
			d.OK(d.createAccount(d.db, d.account(d.n, from)))
			_ = d.renumber(d.mortal, d.account(d.n, to))
			for i, free := range []accounts.Number{from, to} {
				if _, err := d.db.Accounts().Find(d.Context(), free); err != nil {
					d.Is(err, accounts.ErrNoAccount)
					other := d.account(1000+2*d.n+i, free)
					d.OK(d.createAccount(d.db, other))
					d.found(other, 1)
				}
			}
			d.agree()
		},
		"an account whose renumbering stopped can have a third number": func(d dying) {
			from, to, third := d.number("FROM"), d.number("TO"), d.number("THIRD")
			d.OK(d.createAccount(d.db, d.account(d.n, from)))
			_ = d.renumber(d.mortal, d.account(d.n, to))
			a, err := d.db.Accounts().Load(d.Context(), accountID(d.n))
			d.OK(err)
			a.Number, a.Sealed = third, []byte("third")
			d.OK(d.renumber(d.db, a))
			d.found(a, a.Revision+1)
			d.agree(from, to, third)
			d.OK(d.createAccount(d.db, d.account(2000+d.n, to)))
		},
		"an account is created or not, wherever it stops, and can be created again": func(d dying) {
			a := d.account(d.n, d.number("NEW"))
			stopped := d.createAccount(d.mortal, a)
			d.agree(a.Number)
			if _, err := d.db.Accounts().Load(d.Context(), a.ID); err != nil {
				d.Is(err, accounts.ErrNoAccount)
				if stopped == nil {
					d.Fatal("it was said to be created")
				}
				a = d.account(1000+d.n, a.Number) // as one who tries again would
			}
			d.OK(d.createAccount(d.db, a))
			d.found(a, 1)
			d.told(a.ID, accounts.Created)
		},
	})
}

// number is an account number that the test has for itself.
func (d dying) number(name string) accounts.Number {
	return accounts.Number(fmt.Sprintf("%s-%d", name, d.n))
}

func (d dying) account(n int, number accounts.Number) accounts.Stored {
	return accounts.Stored{ID: accountID(n), Number: number, Revision: 1, Sealed: []byte(number)}
}

func (d dying) createAccount(db *redisstore.DB, a accounts.Stored) error {
	record := accounts.Record{At: now, Event: accounts.Created, By: "ann"}
	return db.Accounts().Create(d.Context(), a, []accounts.Record{record}, [][]byte{[]byte(record.Event)})
}

func (d dying) renumber(db *redisstore.DB, a accounts.Stored) error {
	record := accounts.Record{At: now, Event: accounts.Renumbered, By: "ann"}
	return db.Accounts().Change(d.Context(), a, []accounts.Record{record}, [][]byte{[]byte(record.Event)})
}

// found checks that the account is found by its number and its ID, with a revision.
func (d dying) found(want accounts.Stored, revision int64) {
	d.Helper()
	want.Revision = revision
	byNumber, err := d.db.Accounts().Find(d.Context(), want.Number)
	d.OK(err)
	d.Same(byNumber, want)
	byID, err := d.db.Accounts().Load(d.Context(), want.ID)
	d.OK(err)
	d.Same(byID, want)
}

// agree checks that the account of the test, if there is one, is found under its number, and nothing under
// the others of some numbers.
func (d dying) agree(numbers ...accounts.Number) {
	d.Helper()
	a, err := d.db.Accounts().Load(d.Context(), accountID(d.n))
	if err == nil {
		d.found(a, a.Revision)
	} else {
		d.Is(err, accounts.ErrNoAccount)
	}
	for _, number := range numbers {
		if number != a.Number {
			_, err := d.db.Accounts().Find(d.Context(), number)
			d.Is(err, accounts.ErrNoAccount)
		}
	}
}

// told checks what the history of an account has, and of what notices are due, oldest first.
func (d dying) told(id accounts.ID, want ...accounts.Event) {
	d.Helper()
	records, err := d.db.Accounts().History(d.Context(), id, 100)
	d.OK(err)
	due := testkit.Notices(d, d.db, string(id))
	if len(records) != len(want) || len(due) != len(want) {
		d.Fatalf("%s has records %+v and notices %q, want %v", id, records, due, want)
	}
	for i, event := range want {
		if records[len(want)-1-i].Event != event || string(due[i]) != string(event) {
			d.Fatalf("%s has records %+v and notices %q, want %v", id, records, due, want)
		}
	}
}

func TestDyingOverDeliveries(t *testing.T) {
	eachStep(t, map[string]func(dying){
		"a delivery is created or not, wherever it stops, and can be created again": func(d dying) {
			create := d.delivery(d.n)
			_, stopped := d.mortal.Deliveries().Create(d.Context(), create)
			if stopped == nil {
				d.Same(d.stored(create.Delivery.ID).Revision, int64(1))
			}
			d.Same(d.createDelivery(create).ID, create.Delivery.ID)
			d.listed(create.Delivery.ID, true)
		},
		"one that exists is listed as unfinished, wherever it stops": func(d dying) {
			create := d.delivery(d.n)
			_, _ = d.mortal.Deliveries().Create(d.Context(), create)
			if _, err := d.db.Deliveries().Get(d.Context(), create.Delivery.ID); err == nil {
				d.listed(create.Delivery.ID, true)
			}
		},
		"one that is created again is counted once": func(d dying) {
			create := d.delivery(d.n)
			create.Limits = deliveries.Limits{AnHour: 2}
			_, _ = d.mortal.Deliveries().Create(d.Context(), create)
			d.createDelivery(create)
			create.Delivery.ID = deliveryID(1000 + d.n)
			d.createDelivery(create)
		},
		"a client that asks again with its key has one delivery": func(d dying) {
			create := d.delivery(d.n)
			create.Key = create.Subject
			_, _ = d.mortal.Deliveries().Create(d.Context(), create)
			again := create
			again.Delivery.ID = deliveryID(1000 + d.n)
			first := d.createDelivery(again)
			d.Same(d.stored(first.ID), first)
			again.Delivery.ID = deliveryID(2000 + d.n)
			d.Same(d.createDelivery(again), first)
			exist := 0
			for _, id := range []deliveries.ID{create.Delivery.ID, deliveryID(1000 + d.n), deliveryID(2000 + d.n)} {
				if _, err := d.db.Deliveries().Get(d.Context(), id); err == nil {
					exist++
				}
			}
			d.Same(exist, 1)
		},
		"an update is done or not, wherever it stops, and the delivery stays listed until it ends": func(d dying) {
			created := d.createDelivery(d.delivery(d.n))
			created.Due = created.Due.Add(time.Minute)
			event := deliveries.Event{At: created.Created, Status: deliveries.Queued}
			stopped := d.mortal.Deliveries().Update(d.Context(), created, event)
			got := d.stored(created.ID)
			d.Same(len(got.Events), int(got.Revision))
			if stopped == nil {
				d.Same(got.Revision, int64(2))
			}
			d.listed(created.ID, true)
			got.Status = deliveries.Failed
			d.OK(d.db.Deliveries().Update(d.Context(), got))
			d.listed(created.ID, false)
		},
	})
}

func deliveryID(n int) deliveries.ID {
	digits := strings.Map(func(r rune) rune { return 'a' + r - '0' }, fmt.Sprintf("%026d", n))
	return deliveries.ID("dlv_" + digits)
}

// delivery is one that has its subject for itself, at the present.
func (d dying) delivery(n int) deliveries.NewDelivery {
	at := time.Now().UTC().Truncate(time.Millisecond)
	return deliveries.NewDelivery{
		Delivery: deliveries.Delivery{
			ID: deliveryID(n), Account: accountID(n), Topic: deliveries.SecurityCode, Method: deliveries.Voice,
			Status: deliveries.Queued, Attempt: 1, Created: at, Due: at,
			Events: []deliveries.Event{{At: at, Status: deliveries.Queued, Attempt: 1}},
		},
		Subject: string(deliveryID(n)),
	}
}

func (d dying) createDelivery(create deliveries.NewDelivery) deliveries.Delivery {
	d.Helper()
	created, err := d.db.Deliveries().Create(d.Context(), create)
	d.OK(err)
	return created
}

func (d dying) stored(id deliveries.ID) deliveries.Delivery {
	d.Helper()
	got, err := d.db.Deliveries().Get(d.Context(), id)
	d.OK(err)
	return got
}

// listed checks whether a delivery is among the unfinished.
func (d dying) listed(id deliveries.ID, want bool) {
	d.Helper()
	listed, err := d.db.Deliveries().Unfinished(d.Context(), time.Now().Add(time.Hour), 1000)
	d.OK(err)
	d.Same(slices.Contains(listed, id), want)
}
