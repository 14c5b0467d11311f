// Package storetest is the one set of tests that every implementation of the stores of
// package accounts must pass: each sentence of their contract is a subtest.
//
//	func TestStores(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) storetest.Stores {
//			m := accounts.NewMemory()
//			due := func(_ testing.TB, id accounts.ID) [][]byte { return m.Due(id) }
//			return storetest.Stores{Store: m, Attempts: m, Enrollments: m, Due: due}
//		})
//	}
//
// Time is handed to the stores, so that no test waits. It starts at the present, and goes on
// by days within a test: what a store lets expire by its own clock must outlast that test,
// and what is to be forgotten must be so by the time that was handed over.
package storetest

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/checked"
)

// Stores are the faces of one database.
type Stores struct {
	Store       accounts.Store
	Attempts    accounts.Attempts
	Enrollments accounts.Enrollments
	// Due returns the notices of an account that are due, oldest first.
	Due func(t testing.TB, id accounts.ID) [][]byte
	// Dying returns a Store over the same database whose process dies after that many
	// writes, each of which the database does at once: all that it asks from then on fails
	// and has no effect. Nil for an implementation that does everything in one step.
	Dying func(t *testing.T, writes int) accounts.Store
}

// Run runs every test on stores of its own, which fresh makes empty.
func Run(t *testing.T, fresh func(t *testing.T) Stores) {
	groups := map[string]map[string]func(play){
		"Create": createTests, "Change": changeTests, "Renumber": renumberTests, "History": historyTests,
		"Together": togetherTests, "Dying": dyingTests,
		"Admit": admitTests, "Settle": settleTests, "Lock": lockTests, "Close": closeTests, "Rush": rushTests,
		"Enrollment": enrollmentTests,
	}
	for group, tests := range groups {
		t.Run(group, func(t *testing.T) {
			for sentence, test := range tests {
				t.Run(sentence, func(t *testing.T) {
					test(play{t: checked.T{T: t}, Stores: fresh(t), start: time.Now().UTC().Truncate(time.Millisecond)})
				})
			}
		})
	}
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
	t checked.T
	Stores
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
	p.t.OK(p.Store.Create(p.t.Context(), a, p.records(accounts.Created), notices(0, accounts.Created)))
	return a
}

func (p play) change(a accounts.Stored, events ...accounts.Event) error {
	return p.Store.Change(p.t.Context(), a, p.records(events...), notices(a.Revision, events...))
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
	p.t.Same(append([][]byte{}, p.Due(p.t, id)...), append([][]byte{}, want...))
}

// found checks that the account is found by its number and its ID.
func (p play) found(want accounts.Stored) {
	p.t.Helper()
	byNumber, err := p.Store.Find(p.t.Context(), want.Number)
	p.t.OK(err)
	p.t.Same(byNumber, want)
	byID, err := p.Store.Load(p.t.Context(), want.ID)
	p.t.OK(err)
	p.t.Same(byID, want)
}

func (p play) nobodyHas(number accounts.Number) {
	p.t.Helper()
	_, err := p.Store.Find(p.t.Context(), number)
	p.t.Is(err, accounts.ErrNoAccount)
}

// history checks what happened to an account, oldest first.
func (p play) history(of accounts.ID, want ...accounts.Record) {
	p.t.Helper()
	got, err := p.Store.History(p.t.Context(), of, 1000)
	p.t.OK(err)
	p.t.Same(len(got), len(want))
	for i, record := range got {
		p.t.Same(record, want[len(want)-1-i])
	}
}

// together runs f a hundred times at once.
func (p play) together(f func(i int)) {
	var group sync.WaitGroup
	begin := make(chan struct{})
	for i := range 100 {
		group.Go(func() {
			<-begin
			f(i)
		})
	}
	close(begin)
	group.Wait()
}
