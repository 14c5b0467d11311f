package deliveries_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/provisioning"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

// TestStore holds each sentence of the contracts of [deliveries.Store] and [deliveries.Phones]. Time is handed
// to the stores, so that no test waits. It starts at the present, and goes on by two days at most within a
// test: what a store lets expire by its own clock must outlast that, and what is to be over must be so by
// the time that was handed over.
func TestStore(t *testing.T) {
	testkit.Contract(t, map[string]map[string]func(play){
		"Create": createTests, "Key": keyTests, "Limit": limitTests, "Block": blockTests, "Update": updateTests,
		"Unfinished": unfinishedTests, "Reserve": reserveTests, "Ring": ringTests, "Waiting": waitingTests,
		"Together": togetherTests, "Due": dueTests,
	}, func(t check.T, db *redisstore.DB, start time.Time) play { return play{t: t, db: db, start: start} })
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

var updateTests = map[string]func(play){
	"it replaces what is stored, and raises the revision": func(p play) {
		d := p.create(p.fresh(1, ann, 0))
		d.Status, d.Attempt, d.Due = deliveries.Ringing, 2, p.at(time.Hour)
		d.Began, d.CallSID, d.Sequence = p.at(time.Minute), "CA1", 3
		d.Opened, d.Spoken = true, 2
		p.update(d)
		d.Revision = 2
		p.t.Same(p.get(id(1)), d)
		d.Began, d.CallSID, d.Sequence, d.Opened, d.Spoken = time.Time{}, "", 0, false, 0
		p.update(d)
		d.Revision = 3
		p.t.Same(p.get(id(1)), d)
	},
	"it keeps all that a validation has": func(p play) {
		create := p.fresh(1, ann, 0)
		create.Delivery.Account, create.Delivery.Topic = "", deliveries.ValidationCode
		create.Delivery.To, create.Delivery.Ref = "+16125550142", "val_1"
		d := p.create(create)
		create.Delivery.Revision = 1
		p.t.Same(d, create.Delivery)
		d.Status = deliveries.Ringing
		p.update(d)
		d.Revision = 2
		p.t.Same(p.get(id(1)), d)
	},
	"events are appended to those that are stored, in order": func(p play) {
		d := p.create(p.fresh(1, ann, 0))
		first := d.Events
		second := deliveries.Event{At: p.at(time.Second), Status: deliveries.Calling, Attempt: 1}
		third := deliveries.Event{At: p.at(time.Second), Status: deliveries.Queued, Attempt: 2, Detail: "busy"}
		d.Events = nil
		p.update(d, second, third)
		d = p.get(id(1))
		p.t.Same(d.Events, append(first, second, third))
		p.update(d)
		p.t.Same(p.get(id(1)).Events, d.Events)
	},
	"one with another revision is ErrStale, and nothing has changed": func(p play) {
		d := p.create(p.fresh(1, ann, 0))
		p.update(d)
		want := p.get(id(1))
		for _, revision := range []int64{0, 1, 3} {
			d.Revision, d.Status = revision, deliveries.Failed
			err := p.db.Deliveries().Update(p.t.Context(), d, deliveries.Event{At: p.start, Status: deliveries.Failed})
			p.t.Is(err, storage.ErrStale)
		}
		p.t.Same(p.get(id(1)), want)
	},
	"one that was never created is ErrNotFound": func(p play) {
		d := p.fresh(1, ann, 0).Delivery
		d.Revision = 1
		p.t.Is(p.db.Deliveries().Update(p.t.Context(), d), deliveries.ErrNotFound)
		p.absent(id(1))
	},
	"one that is final can be changed": func(p play) {
		d := p.create(p.fresh(1, ann, 0))
		d.Status = deliveries.NoticeLeft
		p.update(d)
		d = p.get(id(1))
		d.Status = deliveries.Delivered
		p.update(d)
		p.t.Same(p.get(id(1)).Status, deliveries.Delivered)
	},
	"another delivery stays as it is": func(p play) {
		want := p.create(p.fresh(2, ann, 0))
		d := p.create(p.fresh(1, ann, 0))
		d.Status = deliveries.Failed
		p.update(d, deliveries.Event{At: p.start, Status: deliveries.Failed})
		p.t.Same(p.get(id(2)), want)
	},
}

var unfinishedTests = map[string]func(play){
	"those due before the time, the longest due first": func(p play) {
		for n, minute := range []time.Duration{5, 3, 4, 9} {
			create := p.fresh(n, ann, 0)
			create.Delivery.Due = p.at(minute * time.Minute)
			p.create(create)
		}
		p.unfinished(3*time.Minute, 100)
		p.unfinished(9*time.Minute, 100, 1, 2, 0)
		p.unfinished(time.Hour, 100, 1, 2, 0, 3)
		p.unfinished(time.Hour, 2, 1, 2)
	},
	"none is no error": func(p play) { p.unfinished(time.Hour, 100) },
	"whose status is not final": func(p play) {
		statuses := []deliveries.Status{
			deliveries.Queued, deliveries.Calling, deliveries.Ringing, deliveries.Answered,
			deliveries.Delivered, deliveries.NoticeLeft, deliveries.Sent, deliveries.Declined, deliveries.Failed, deliveries.Canceled,
		}
		for n, status := range statuses {
			d := p.create(p.fresh(n, ann, time.Duration(n)*time.Second))
			d.Status = status
			p.update(d)
		}
		p.unfinished(time.Hour, 100, 0, 1, 2, 3)
	},
	"an update changes when one is due": func(p play) {
		d := p.create(p.fresh(1, ann, 0))
		d.Due = p.at(time.Hour)
		p.update(d)
		p.unfinished(time.Hour, 100)
		p.unfinished(time.Hour+time.Millisecond, 100, 1)
		d = p.get(id(1))
		d.Due = p.at(time.Minute)
		p.update(d)
		p.unfinished(time.Hour, 100, 1)
	},
	"an update that is refused does not": func(p play) {
		d := p.create(p.fresh(1, ann, 0))
		p.update(d)
		d.Status = deliveries.Failed
		p.t.Is(p.db.Deliveries().Update(p.t.Context(), d), storage.ErrStale)
		p.unfinished(time.Hour, 100, 1)
	},
	"one that was created twice is there once": func(p play) {
		p.create(p.fresh(1, ann, 0))
		p.create(p.fresh(1, ann, 0))
		p.unfinished(time.Hour, 100, 1)
	},
	"one that ended stays so when it is created again": func(p play) {
		d := p.create(p.fresh(1, ann, 0))
		d.Status = deliveries.Delivered
		p.update(d)
		p.create(p.fresh(1, ann, 0))
		p.unfinished(time.Hour, 100)
	},
	"many": func(p play) {
		for n := range 60 {
			p.create(p.fresh(n, fmt.Sprint("subject ", n), time.Duration(n)*time.Second))
		}
		got, err := p.db.Deliveries().Unfinished(p.t.Context(), p.at(time.Hour), 50)
		p.t.OK(err)
		p.t.Same(len(got), 50)
		p.t.Same(got[49], id(49))
	},
}

// The partitions of the tests.
const (
	linePartition    = "+16125550142"
	accountPartition = ann
)

// next checks the notices of a partition, and returns the position of the first.
func (p play) next(partition string, want ...string) string {
	p.t.Helper()
	messages, err := p.db.Notices().Next(p.t.Context(), partition, 100)
	p.t.OK(err)
	got := []string{}
	for _, message := range messages {
		got = append(got, string(message.Stored))
	}
	p.t.Same(got, append([]string{}, want...))
	if len(messages) == 0 {
		return ""
	}
	return messages[0].Position
}

var dueTests = map[string]func(play){
	"the oldest notice is replaced, and again": func(p play) {
		makeDue(p.t, p.db, p.start, linePartition, []byte("one"), []byte("two"))
		first := p.next(linePartition, "one", "two")
		for range 2 {
			noted, err := p.db.Notices().Note(p.t.Context(), linePartition, first, []byte("one, noted"))
			p.t.OK(err)
			p.t.Same(noted, p.next(linePartition, "one, noted", "two"))
		}
		_, err := p.db.Notices().Note(p.t.Context(), linePartition, first, []byte("one, noted otherwise"))
		p.t.Is(err, provisioning.ErrLost)
		p.t.OK(p.db.Notices().Delivered(p.t.Context(), linePartition, p.next(linePartition, "one, noted", "two")))
		p.next(linePartition, "two")
	},
	"a notice goes behind the others of its partition": func(p play) {
		makeDue(p.t, p.db, p.start, linePartition, []byte("one"), []byte("two"), []byte("three"))
		first := p.next(linePartition, "one", "two", "three")
		for range 2 {
			p.t.OK(p.db.Notices().Later(p.t.Context(), linePartition, first))
			p.next(linePartition, "two", "three", "one")
		}
		p.t.OK(p.db.Notices().Delivered(p.t.Context(), linePartition, p.next(linePartition, "two", "three", "one")))
		p.t.OK(p.db.Notices().Delivered(p.t.Context(), linePartition, p.next(linePartition, "three", "one")))
		p.t.OK(p.db.Notices().Later(p.t.Context(), linePartition, first))
		p.t.OK(p.db.Notices().Delivered(p.t.Context(), linePartition, p.next(linePartition, "one")))
		p.t.Is(p.db.Notices().Later(p.t.Context(), linePartition, first), provisioning.ErrLost)
		p.next(linePartition)
	},
	"what is told is not noted": func(p play) {
		makeDue(p.t, p.db, p.start, linePartition, []byte("one"))
		first := p.next(linePartition, "one")
		p.t.OK(p.db.Notices().Delivered(p.t.Context(), linePartition, first))
		_, err := p.db.Notices().Note(p.t.Context(), linePartition, first, []byte("one, noted"))
		p.t.Is(err, provisioning.ErrLost)
		p.next(linePartition)
	},
	"a notice is given up once, in the history of the line or of the account": func(p play) {
		account := accounts.Stored{ID: accountPartition, Number: "A1", Revision: 1, Sealed: []byte("x")}
		p.t.OK(p.db.Accounts().Create(p.t.Context(), account, nil, nil))
		for partition, untold := range map[string]deliveries.Undelivered{
			linePartition:    {Topic: deliveries.TicketCanceled, Account: accountPartition, Line: other, Reason: deliveries.NoWay},
			accountPartition: {Topic: deliveries.EmailChanged, Account: accountPartition, Line: linePartition, Reason: deliveries.TooManyNotices},
		} {
			makeDue(p.t, p.db, p.start, partition, []byte("one"), []byte("two"))
			first := p.next(partition, "one", "two")
			for range 2 {
				p.t.OK(p.db.Notices().GiveUp(p.t.Context(), partition, first, untold, p.start))
				p.next(partition, "two")
				p.t.Same(undeliveredOf(p.t, p.db, partition), []string{untold.String()})
			}
		}
	},
}

// other is another telephone than home.
const other nanp.Number = "+16125550143"

var reserveTests = map[string]func(play){
	"a telephone is had by one attempt": func(p play) {
		p.reserve(home, 1, 1, 0, time.Minute)
		p.taken(home, 2, 1, time.Second, time.Minute)
		p.taken(home, 2, 1, time.Minute-time.Millisecond, time.Minute)
		p.reserve(home, 2, 1, time.Minute, 2*time.Minute)
	},
	"another attempt at the same delivery is another": func(p play) {
		p.reserve(home, 1, 1, 0, time.Minute)
		p.taken(home, 1, 2, time.Second, time.Minute)
		p.reserve(home, 1, 2, time.Minute, 2*time.Minute)
	},
	"another telephone is free": func(p play) {
		p.reserve(home, 1, 1, 0, time.Minute)
		p.reserve(other, 2, 1, 0, time.Minute)
		p.taken(other, 1, 1, 0, time.Minute)
	},
	"who has it may reserve it again, and the later end counts": func(p play) {
		p.reserve(home, 1, 1, 0, time.Minute)
		p.reserve(home, 1, 1, 30*time.Second, 90*time.Second)
		p.taken(home, 2, 1, time.Minute, 90*time.Second)
		p.reserve(home, 1, 1, 31*time.Second, time.Minute)
		p.taken(home, 2, 1, time.Minute, 90*time.Second)
	},
	"who is refused changes nothing": func(p play) {
		p.reserve(home, 1, 1, 0, time.Minute)
		p.taken(home, 2, 1, 0, time.Minute)
		p.taken(home, 3, 1, 0, time.Minute)
		p.reserve(home, 3, 1, time.Minute, 2*time.Minute)
	},
	"who had it waits like others": func(p play) {
		p.reserve(home, 1, 1, 0, time.Minute)
		p.reserve(home, 2, 1, time.Minute, 2*time.Minute)
		p.taken(home, 1, 1, 61*time.Second, 2*time.Minute)
	},
	"of many at once one has it": func(p play) {
		free := make([]time.Time, crowd)
		errs := make([]error, crowd)
		check.AtOnce(crowd, func(i int) {
			free[i], errs[i] = p.db.Deliveries().Reserve(p.t.Context(), home, task(i, 1), p.start, p.at(time.Minute), deliveries.Limits{})
		})
		had := 0
		for i := range crowd {
			p.t.OK(errs[i])
			if free[i].IsZero() {
				had++
			} else {
				p.t.Same(free[i], p.at(time.Minute))
			}
		}
		p.t.Same(had, 1)
	},
}

func (p play) waiting(to nanp.Number, note, want deliveries.ID) {
	p.t.Helper()
	before, err := p.db.Deliveries().Waiting(p.t.Context(), to, note)
	p.t.OK(err)
	p.t.Same(before, want)
}

// ring reserves home for a minute, within few.
func (p play) ring(n int, now time.Duration) {
	p.t.Helper()
	p.t.OK(p.tryRing(n, now))
}

func (p play) tryRing(n int, now time.Duration) error {
	free, err := p.db.Deliveries().Reserve(p.t.Context(), home, task(n, 1), p.at(now), p.at(now+time.Minute), few)
	p.t.Same(free, time.Time{})
	return err
}

func (p play) limitedRing(err error, until time.Time) {
	p.t.Helper()
	limit, is := errors.AsType[*deliveries.LimitError](err)
	if !is {
		p.t.Fatalf("error %v, want a LimitError", err)
	}
	p.t.Same(*limit, deliveries.LimitError{Until: until, Phone: true})
}

func task(n, attempt int) deliveries.Task {
	return deliveries.Task{Delivery: id(n), Attempt: attempt}
}

func (p play) reserve(to nanp.Number, n, attempt int, now, until time.Duration) {
	p.t.Helper()
	free, err := p.db.Deliveries().Reserve(p.t.Context(), to, task(n, attempt), p.at(now), p.at(until), deliveries.Limits{})
	p.t.OK(err)
	p.t.Same(free, time.Time{})
}

// taken checks that another attempt has the telephone until a time.
func (p play) taken(to nanp.Number, n, attempt int, now, until time.Duration) {
	p.t.Helper()
	free, err := p.db.Deliveries().Reserve(p.t.Context(), to, task(n, attempt), p.at(now), p.at(now+time.Minute), deliveries.Limits{})
	p.t.OK(err)
	p.t.Same(free, p.at(until))
}
