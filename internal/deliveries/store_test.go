package deliveries_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

// TestStore holds each sentence of the contracts of [deliveries.Store] and [deliveries.Phones]. Time is handed
// to the stores, so that no test waits. It starts at the present, and goes on by two days at most within a
// test: what a store lets expire by its own clock must outlast that, and what is to be over must be so by
// the time that was handed over.
func TestStore(t *testing.T) {
	groups := map[string]map[string]func(play){
		"Create": createTests, "Key": keyTests, "Limit": limitTests, "Block": blockTests, "Update": updateTests,
		"Unfinished": unfinishedTests, "Reserve": reserveTests, "Ring": ringTests, "Waiting": waitingTests,
		"Together": togetherTests, "Due": dueTests,
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

// The subjects of the tests.
const (
	ann = "acc_" + "aaaaaaaaaaaaaaaaaaaaaaaaaa"
	bob = "notice +16125550142"
)

// play is one test under way. Its methods fail the test on errors that it didn't expect.
// Times are given as what has passed since its start.
type play struct {
	t     check.T
	db    *redisstore.DB
	start time.Time
}

func (p play) at(after time.Duration) time.Time { return p.start.Add(after) }

// id returns the ID of the n-th delivery of a test.
func id(n int) deliveries.ID {
	digits := strings.Map(func(r rune) rune { return 'a' + r - '0' }, fmt.Sprintf("%06d", n))
	return deliveries.ID("dlv_" + strings.Repeat("z", 20) + digits)
}

// fresh is a delivery by voice that is created some time after the start.
func (p play) fresh(n int, subject string, after time.Duration) deliveries.NewDelivery {
	return deliveries.NewDelivery{
		Delivery: deliveries.Delivery{
			ID: id(n), Account: ann, Topic: deliveries.SecurityCode, Method: deliveries.Voice,
			Language: "es", Status: deliveries.Queued, Attempt: 1, Created: p.at(after), Due: p.at(after),
			Events: []deliveries.Event{{At: p.at(after), Status: deliveries.Queued, Attempt: 1}},
		},
		Subject: subject,
	}
}

func (p play) create(create deliveries.NewDelivery) deliveries.Delivery {
	p.t.Helper()
	created, err := p.db.Deliveries().Create(p.t.Context(), create)
	p.t.OK(err)
	return created
}

func (p play) tryCreate(create deliveries.NewDelivery) error {
	_, err := p.db.Deliveries().Create(p.t.Context(), create)
	return err
}

func (p play) get(id deliveries.ID) deliveries.Delivery {
	p.t.Helper()
	got, err := p.db.Deliveries().Get(p.t.Context(), id)
	p.t.OK(err)
	return got
}

func (p play) absent(id deliveries.ID) {
	p.t.Helper()
	_, err := p.db.Deliveries().Get(p.t.Context(), id)
	p.t.Is(err, deliveries.ErrNotFound)
}

func (p play) update(d deliveries.Delivery, events ...deliveries.Event) {
	p.t.Helper()
	p.t.OK(p.db.Deliveries().Update(p.t.Context(), d, events...))
}

// unfinished checks which deliveries are due before a time, in this order.
func (p play) unfinished(before time.Duration, most int, want ...int) {
	p.t.Helper()
	got, err := p.db.Deliveries().Unfinished(p.t.Context(), p.at(before), most)
	p.t.OK(err)
	ids := []deliveries.ID{}
	for _, n := range want {
		ids = append(ids, id(n))
	}
	p.t.Same(append([]deliveries.ID{}, got...), ids)
}

func (p play) limited(err error, until time.Time, all bool) {
	p.t.Helper()
	limit, is := errors.AsType[*deliveries.LimitError](err)
	if !is {
		p.t.Fatalf("error %v, want a LimitError", err)
	}
	p.t.Same(*limit, deliveries.LimitError{Until: until, All: all})
}

func (p play) blocked(err error, until time.Time) {
	p.t.Helper()
	blocked, is := errors.AsType[*deliveries.BlockedError](err)
	if !is {
		p.t.Fatalf("error %v, want a BlockedError", err)
	}
	p.t.Same(*blocked, deliveries.BlockedError{Until: until})
}

// crowd is how many do something at once.
const crowd = 50

// together runs f for each of a crowd at once.
func together(f func(i int)) {
	var group sync.WaitGroup
	begin := make(chan struct{})
	for i := range crowd {
		group.Go(func() {
			<-begin
			f(i)
		})
	}
	close(begin)
	group.Wait()
}
