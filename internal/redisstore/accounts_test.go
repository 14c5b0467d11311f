package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

// TestNoNumberIsTwoAccounts has servers renumber and create accounts at once, and die wherever
// chance will have it. Whatever happened, each account is found under its own number alone.
func TestNoNumberIsTwoAccounts(t *testing.T) {
	db, err := redisstore.OpenWithin(redistest.StartMini(t).URL(), 10*time.Second)
	check.OK(t, err)
	defer db.Close()
	var servers sync.WaitGroup
	for server := range 6 {
		servers.Go(func() {
			random := rand.New(rand.NewPCG(uint64(server), 0))
			for step := range 12 {
				mortal := db.Dying(random.IntN(8)).Accounts()
				writeSomething(t, mortal, random, fmt.Sprintf("%d/%d", server, step))
			}
		})
	}
	servers.Wait()
	numbersAgree(t, db.Accounts())
}

// The accounts and numbers of TestNoNumberIsTwoAccounts.
const manyAccounts, manyNumbers = 5, 4

func accountID(n int) accounts.ID         { return accounts.ID(fmt.Sprint("acc_", n)) }
func accountNumber(n int) accounts.Number { return accounts.Number(fmt.Sprint("A", n)) }

// writeSomething creates an account, or gives it another number.
func writeSomething(t *testing.T, all redisstore.Accounts, random *rand.Rand, sealed string) {
	id, number := accountID(random.IntN(manyAccounts)), accountNumber(random.IntN(manyNumbers))
	record := []accounts.Record{{At: now, Event: accounts.Renumbered, By: "ann"}}
	stored, err := all.Load(t.Context(), id)
	if errors.Is(err, accounts.ErrNoAccount) {
		err = all.Create(t.Context(), accounts.Stored{ID: id, Number: number, Revision: 1, Sealed: []byte(sealed)}, record, nil)
	} else if err == nil {
		stored.Number, stored.Sealed = number, []byte(sealed)
		err = all.Change(t.Context(), stored, record, nil)
	}
	for _, fine := range []error{nil, accounts.ErrTaken, storage.ErrStale, redisstore.ErrDead} {
		if errors.Is(err, fine) {
			return
		}
	}
	t.Error(err)
}

func numbersAgree(t *testing.T, all redisstore.Accounts) {
	t.Helper()
	owners := map[accounts.Number]accounts.ID{}
	for n := range manyAccounts {
		stored, err := all.Load(t.Context(), accountID(n))
		if errors.Is(err, accounts.ErrNoAccount) {
			continue
		}
		if err != nil || owners[stored.Number] != "" {
			t.Fatalf("%s and %s have %s (%v)", stored.ID, owners[stored.Number], stored.Number, err)
		}
		owners[stored.Number] = stored.ID
		history, err := all.History(t.Context(), stored.ID, 1000)
		if err != nil || int64(len(history)) != stored.Revision {
			t.Errorf("revision %d, history of %d (%v)", stored.Revision, len(history), err)
		}
	}
	for n := range manyNumbers {
		found, err := all.Find(t.Context(), accountNumber(n))
		if err != nil && !errors.Is(err, accounts.ErrNoAccount) || found.ID != owners[accountNumber(n)] {
			t.Errorf("under %s is %q (%v), want %q", accountNumber(n), found.ID, err, owners[accountNumber(n)])
		}
	}
}

// TestLateWritesTakeNoNumber holds that a write that was overtaken while its number was not
// taken yet, and goes on afterwards, neither takes the number nor loses the new owner's.
func TestLateWritesTakeNoNumber(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db := open(t, s.URL())
		all, ctx := db.Accounts(), t.Context()
		late := accounts.Stored{ID: "acc_0", Number: "A1", Revision: 1, Sealed: []byte("late")}
		check.OK(t, errors.Join(
			all.Create(ctx, accounts.Stored{ID: "acc_0", Number: "A0", Revision: 1, Sealed: []byte("new")}, nil, nil),
			all.Claim(ctx, late), // and now it is stopped
			all.Create(ctx, accounts.Stored{ID: "acc_1", Number: "A1", Revision: 1, Sealed: []byte("new")}, nil, nil),
		))
		if took, err := all.TakeClaimed(ctx, late); took || err != nil {
			t.Errorf("it took the number: %t, %v", took, err)
		}
		check.Is(t, all.Change(ctx, late, nil, nil), accounts.ErrTaken)
		found, err := all.Find(ctx, "A1")
		if err != nil || found.ID != "acc_1" {
			t.Errorf("found %q, %v", found.ID, err)
		}
	})
}

// TestLateStepsCostNoNumber holds that what an earlier write has still to tidy up takes nothing
// from the same account, when it has come to want that number again.
func TestLateStepsCostNoNumber(t *testing.T) {
	all, ctx := open(t, redistest.StartMini(t).URL()).Accounts(), t.Context()
	written := func(number accounts.Number, revision int64) accounts.Stored {
		return accounts.Stored{ID: "acc_0", Number: number, Revision: revision, Sealed: fmt.Append(nil, revision)}
	}
	check.OK(t, errors.Join(
		all.Create(ctx, written("A0", 1), nil, nil),
		all.Claim(ctx, written("A1", 1)), // twice at once, and one of both is stopped
		all.Change(ctx, written("A1", 1), nil, nil),
		all.Change(ctx, written("A1", 2), nil, nil),
	))
	if _, err := all.TakeClaimed(ctx, written("A1", 1)); !errors.Is(err, storage.ErrStale) {
		t.Errorf("error %v, want ErrStale", err)
	}
	if _, err := all.Find(ctx, "A1"); err != nil {
		t.Errorf("after a stale write: %v", err)
	}
	check.OK(t, all.Change(ctx, written("A0", 3), nil, nil))
	all.FreeLate(ctx, written("A0", 1))
	if _, err := all.Find(ctx, "A0"); err != nil {
		t.Errorf("after a late freeing: %v", err)
	}
}

// TestRetriedCreateKeepsItsNumber holds that the same Create after a change takes nothing away.
func TestRetriedCreateKeepsItsNumber(t *testing.T) {
	all, ctx := open(t, redistest.StartMini(t).URL()).Accounts(), context.Background()
	first := accounts.Stored{ID: "acc_0", Number: "A0", Revision: 1, Sealed: []byte("new")}
	second := first
	second.Sealed = []byte("changed")
	check.OK(t, errors.Join(all.Create(ctx, first, nil, nil), all.Change(ctx, second, nil, nil)))
	check.Is(t, all.Create(ctx, first, nil, nil), accounts.ErrTaken)
	check.Is(t, all.Change(ctx, first, nil, nil), storage.ErrStale)
	if found, err := all.Find(ctx, "A0"); err != nil || found.Revision != 2 {
		t.Errorf("found %+v, %v", found, err)
	}
}

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
