package accounts_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

// TestStore holds each sentence of the contracts of [accounts.Store], [accounts.Attempts] and
// [accounts.Enrollments]. Time is handed to the stores, so that no test waits. It starts at the present, and
// goes on by days within a test: what a store lets expire by its own clock must outlast that test, and
// what is to be forgotten must be so by the time that was handed over.
func TestStore(t *testing.T) {
	groups := map[string]map[string]func(play){
		"Create": createTests, "Change": changeTests, "Renumber": renumberTests, "History": historyTests, "Together": togetherTests,
		"Admit": admitTests, "Settle": settleTests, "Lock": lockTests, "Close": closeTests,
		"Enrollment": enrollmentTests,
	}
	testkit.OnEachRedis(t, func(t *testing.T, fresh func(t *testing.T) *redisstore.DB) {
		for group, tests := range groups {
			for sentence, test := range tests {
				t.Run(group+"/"+sentence, func(t *testing.T) {
					test(play{t: check.T{T: t}, db: fresh(t), start: time.Now().UTC().Truncate(time.Millisecond)})
				})
			}
		}
	})
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
