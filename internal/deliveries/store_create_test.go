package deliveries_test

import (
	"errors"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/limit"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit/check"
)

var createTests = map[string]func(play){
	"what is created is returned, and found as it is": func(p play) {
		create := p.fresh(1, ann, 0)
		create.Delivery.To = "+16125550142"
		create.Delivery.Due = p.at(time.Minute)
		create.Delivery.Began, create.Delivery.CallSID, create.Delivery.Sequence = p.at(time.Second), "CA1", 4
		create.Delivery.Opened = true
		create.Delivery.Events[0].Detail = "¿why? \"\\\r\n\x01"
		want := create.Delivery
		want.Revision = 1
		p.t.Same(p.create(create), want)
		p.t.Same(p.get(id(1)), want)
	},
	"what may be empty stays so": func(p play) {
		create := p.fresh(1, ann, 0)
		create.Delivery.Account, create.Delivery.Language = "", ""
		want := create.Delivery
		want.Revision = 1
		p.create(create)
		p.t.Same(p.get(id(1)), want)
		p.t.Same(p.get(id(1)).Began.IsZero(), true)
	},
	"none of that ID is ErrNotFound": func(p play) {
		p.create(p.fresh(1, ann, 0))
		p.absent(id(2))
	},
	"one that exists is returned as it is by now": func(p play) {
		create := p.fresh(1, ann, 0)
		d := p.create(create)
		d.Status = deliveries.Calling
		p.update(d, deliveries.Event{At: p.start, Status: deliveries.Calling, Attempt: 1})
		p.t.Same(p.create(create), p.get(id(1)))
		p.t.Same(p.get(id(1)).Revision, int64(2))
	},
	"one that exists is returned although limits and blocks would refuse it": func(p play) {
		create := p.fresh(1, ann, 0)
		create.Limits = deliveries.Limits{AnHour: 1, ADay: 1, Global: limit.Rate{Most: 1, Within: time.Hour}}
		want := p.create(create)
		p.block(ann, p.at(time.Hour))
		p.t.Same(p.create(create), want)
	},
}

var keyTests = map[string]func(play){
	"a key returns the delivery that was created with it": func(p play) {
		want := p.create(p.keyed(1, "k", "r", 0))
		p.t.Same(p.create(p.keyed(2, "k", "r", 23*time.Hour)), want)
		p.absent(id(2))
	},
	"what a key returns is as it is by now": func(p play) {
		d := p.create(p.keyed(1, "k", "r", 0))
		d.Status = deliveries.Sent
		p.update(d)
		p.t.Same(p.create(p.keyed(2, "k", "r", time.Minute)), p.get(id(1)))
	},
	"a key that stands for another request is ErrKeyReused": func(p play) {
		p.create(p.keyed(1, "k", "r", 0))
		p.t.Is(p.tryCreate(p.keyed(2, "k", "other", time.Minute)), deliveries.ErrKeyReused)
		p.absent(id(2))
	},
	"another key is another delivery": func(p play) {
		p.create(p.keyed(1, "k", "r", 0))
		p.t.Same(p.create(p.keyed(2, "k2", "r", 0)).ID, id(2))
	},
	"without a key each is another delivery": func(p play) {
		p.create(p.keyed(1, "", "r", 0))
		p.t.Same(p.create(p.keyed(2, "", "r", 0)).ID, id(2))
	},
	"a key counts whatever the subject": func(p play) {
		want := p.create(p.keyed(1, "k", "r", 0))
		again := p.keyed(2, "k", "r", 0)
		again.Subject = bob
		p.t.Same(p.create(again), want)
	},
	"a key counts before blocks and limits": func(p play) {
		want := p.create(p.keyed(1, "k", "r", 0))
		p.block(ann, p.at(time.Hour))
		again := p.keyed(2, "k", "r", time.Minute)
		again.Limits = deliveries.Limits{AnHour: 1, ADay: 1, Global: limit.Rate{Most: 1, Within: time.Hour}}
		p.t.Same(p.create(again), want)
	},
	"what a key returns is not counted": func(p play) {
		limits := deliveries.Limits{AnHour: 2, ADay: 2, Global: limit.Rate{Most: 2, Within: time.Hour}}
		for n := range 5 {
			create := p.keyed(n, "k", "r", 0)
			create.Limits = limits
			p.create(create)
		}
		create := p.keyed(9, "k2", "r", 0)
		create.Limits = limits
		p.t.Same(p.create(create).ID, id(9))
	},
	"the key of one that was refused is free": func(p play) {
		p.block(ann, p.at(time.Minute))
		p.blocked(p.tryCreate(p.keyed(1, "k", "r", 0)), p.at(time.Minute))
		p.t.Same(p.create(p.keyed(2, "k", "other", time.Hour)).ID, id(2))
	},
	"without an ID, a key is only asked what it stands for": func(p play) {
		p.t.Is(p.tryCreate(p.asking("k", "r", 0)), deliveries.ErrNotFound)
		want := p.create(p.keyed(1, "k", "r", 0))
		p.t.Same(p.create(p.asking("k", "r", time.Hour)), want)
		p.t.Is(p.tryCreate(p.asking("k", "other", time.Hour)), deliveries.ErrKeyReused)
		p.t.Is(p.tryCreate(p.asking("k", "r", 24*time.Hour)), deliveries.ErrNotFound)
		p.t.Is(p.tryCreate(p.asking("k2", "r", 0)), deliveries.ErrNotFound)
		p.t.Is(p.tryCreate(p.asking("", "", 0)), deliveries.ErrNotFound)
		p.t.Same(p.create(p.keyed(2, "k2", "other", 0)).ID, id(2))
	},
	"what only asks is not counted, and asks whatever limits and blocks there are": func(p play) {
		limits := deliveries.Limits{AnHour: 1}
		ask := p.asking("k", "r", 0)
		ask.Subject, ask.Limits = ann, limits
		p.t.Is(p.tryCreate(ask), deliveries.ErrNotFound)
		create := p.keyed(1, "k", "r", 0)
		create.Limits = limits
		want := p.create(create)
		p.block(ann, p.at(time.Hour))
		p.t.Same(p.create(ask), want)
	},
	"the key of one beyond a limit is free": func(p play) {
		p.limits(1, deliveries.Limits{AnHour: 1})
		create := p.keyed(1, "k", "r", time.Minute)
		create.Limits = deliveries.Limits{AnHour: 1}
		p.limited(p.tryCreate(create), p.at(time.Hour), false)
		p.absent(id(1))
		p.t.Same(p.create(p.keyed(2, "k", "other", time.Hour)).ID, id(2))
	},
}

// asking only asks what a key stands for.
func (p play) asking(key, request string, after time.Duration) deliveries.NewDelivery {
	return deliveries.NewDelivery{
		Delivery: deliveries.Delivery{Created: p.at(after)}, Key: key, Request: request,
	}
}

func (p play) keyed(n int, key, request string, after time.Duration) deliveries.NewDelivery {
	create := p.fresh(n, ann, after)
	create.Key, create.Request = key, request
	return create
}

// limitTests are what package limit does not check of all its users.
var limitTests = map[string]func(play){
	"so many a day": func(p play) {
		limits := deliveries.Limits{AnHour: 5, ADay: 4}
		p.limits(2, limits)
		p.t.OK(p.tryLimited(10, ann, limits, 9*time.Hour))
		p.t.OK(p.tryLimited(11, ann, limits, 18*time.Hour))
		p.limited(p.tryLimited(12, ann, limits, 23*time.Hour), p.at(24*time.Hour), false)
		p.t.OK(p.tryLimited(13, ann, limits, 24*time.Hour))
	},
	"of two limits the later end counts": func(p play) {
		limits := deliveries.Limits{AnHour: 2, ADay: 2}
		p.limits(2, limits)
		p.limited(p.tryLimited(10, ann, limits, 10*time.Minute), p.at(24*time.Hour), false)
	},
	"all together": func(p play) {
		limits := deliveries.Limits{Global: limit.Rate{Most: 2, Within: time.Minute}}
		p.t.OK(p.tryLimited(1, ann, limits, 0))
		p.t.OK(p.tryLimited(2, bob, limits, time.Second))
		p.limited(p.tryLimited(3, "another", limits, 59*time.Second), p.at(time.Minute), true)
		p.t.OK(p.tryLimited(4, "another", limits, time.Minute))
	},
	"a subject's own limit is told first": func(p play) {
		limits := deliveries.Limits{AnHour: 1, Global: limit.Rate{Most: 1, Within: time.Minute}}
		p.limits(1, limits)
		p.limited(p.tryLimited(10, ann, limits, time.Second), p.at(time.Hour), false)
	},
	"one without a global limit does not count towards it": func(p play) {
		limits := deliveries.Limits{Global: limit.Rate{Most: 1, Within: time.Minute}}
		p.t.OK(p.tryLimited(1, ann, deliveries.Limits{AnHour: 9}, 0))
		p.t.OK(p.tryLimited(2, bob, limits, 0))
		p.t.OK(p.tryLimited(3, ann, deliveries.Limits{AnHour: 9}, 0))
	},
	"zero limits are none": func(p play) {
		for n := range 20 {
			p.t.OK(p.tryLimited(n, ann, deliveries.Limits{}, 0))
		}
	},
	"one that exists is not counted again": func(p play) {
		limits := deliveries.Limits{AnHour: 2, ADay: 2, Global: limit.Rate{Most: 2, Within: time.Hour}}
		for range 5 {
			p.t.OK(p.tryLimited(1, ann, limits, 0))
		}
		p.t.OK(p.tryLimited(2, ann, limits, 0))
	},
	"one that is refused is not counted": func(p play) {
		limits := deliveries.Limits{AnHour: 1, ADay: 2, Global: limit.Rate{Most: 2, Within: 24 * time.Hour}}
		p.t.OK(p.tryLimited(1, ann, limits, 0))
		for n := range 5 {
			p.limited(p.tryLimited(10+n, ann, limits, time.Minute), p.at(time.Hour), false)
		}
		p.block(ann, p.at(90*time.Minute))
		p.blocked(p.tryLimited(20, ann, limits, 80*time.Minute), p.at(90*time.Minute))
		p.t.OK(p.tryLimited(21, ann, limits, 2*time.Hour))
	},
	"whatever the method": func(p play) {
		limits := deliveries.Limits{AnHour: 1}
		p.limits(1, limits)
		create := p.fresh(10, ann, time.Minute)
		create.Delivery.Method, create.Limits = deliveries.Email, limits
		p.limited(p.tryCreate(create), p.at(time.Hour), false)
	},
}

// limits creates n deliveries for ann, numbered from 100, one a minute.
func (p play) limits(n int, limits deliveries.Limits) {
	p.t.Helper()
	for i := range n {
		p.t.OK(p.tryLimited(100+i, ann, limits, time.Duration(i)*time.Minute))
	}
}

func (p play) tryLimited(n int, subject string, limits deliveries.Limits, after time.Duration) error {
	create := p.fresh(n, subject, after)
	create.Limits = limits
	return p.tryCreate(create)
}

var blockTests = map[string]func(play){
	"calls are refused until its end": func(p play) {
		p.block(ann, p.at(24*time.Hour))
		p.blocked(p.tryCreate(p.fresh(1, ann, 0)), p.at(24*time.Hour))
		p.blocked(p.tryCreate(p.fresh(1, ann, 24*time.Hour-time.Millisecond)), p.at(24*time.Hour))
		p.absent(id(1))
		p.create(p.fresh(1, ann, 24*time.Hour))
	},
	"another subject is not blocked": func(p play) {
		p.block(ann, p.at(time.Hour))
		p.create(p.fresh(1, bob, 0))
	},
	"letters and e-mails are not blocked": func(p play) {
		p.block(ann, p.at(time.Hour))
		for n, method := range []deliveries.Method{deliveries.ByMail, deliveries.Email} {
			create := p.fresh(n, ann, 0)
			create.Delivery.Method = method
			p.create(create)
		}
	},
	"what is asked for by who has proved nothing is not refused, and counts": func(p play) {
		p.block(ann, p.at(time.Hour))
		for n := range 2 {
			create := p.fresh(n, ann, 0)
			create.Unproved, create.Limits = true, deliveries.Limits{AnHour: 1}
			_, err := p.db.Deliveries().Create(p.t.Context(), create)
			if n == 0 {
				p.t.OK(err)
			} else {
				p.limited(err, p.at(time.Hour), false)
			}
		}
	},
	"of several the longest counts": func(p play) {
		for _, hours := range []time.Duration{2, 5, 1} {
			p.block(ann, p.at(hours*time.Hour))
		}
		p.blocked(p.tryCreate(p.fresh(1, ann, 3*time.Hour)), p.at(5*time.Hour))
	},
	"a block is told before a limit": func(p play) {
		p.limits(1, deliveries.Limits{AnHour: 1})
		p.block(ann, p.at(time.Hour))
		p.blocked(p.tryLimited(1, ann, deliveries.Limits{AnHour: 1}, time.Minute), p.at(time.Hour))
	},
	"the longest is returned, and asked for without another": func(p play) {
		p.t.Same(p.block(ann, time.Time{}), time.Time{})
		p.t.Same(p.block(ann, p.at(2*time.Hour)), p.at(2*time.Hour))
		p.t.Same(p.block(ann, p.at(time.Hour)), p.at(2*time.Hour))
		p.t.Same(p.block(ann, time.Time{}), p.at(2*time.Hour))
		p.t.Same(p.block(bob, time.Time{}), time.Time{})
	},
	"to ask blocks nothing": func(p play) {
		p.block(ann, time.Time{})
		p.create(p.fresh(1, ann, 0))
	},
}

// block blocks calls for a subject, and returns until when they are blocked.
func (p play) block(subject string, until time.Time) time.Time {
	p.t.Helper()
	longest, err := p.db.Deliveries().Block(p.t.Context(), subject, until)
	p.t.OK(err)
	return longest
}

var togetherTests = map[string]func(play){
	"of many updates one is done": func(p play) {
		d := p.create(p.fresh(1, ann, 0))
		errs := make([]error, crowd)
		check.AtOnce(crowd, func(i int) {
			mine := d
			mine.Sequence = i
			errs[i] = p.db.Deliveries().Update(p.t.Context(), mine, deliveries.Event{At: p.start, Status: deliveries.Calling, Attempt: i})
		})
		done := -1
		for i, err := range errs {
			if err != nil {
				p.t.Is(err, storage.ErrStale)
				continue
			}
			p.t.Same(done, -1)
			done = i
		}
		got := p.get(id(1))
		p.t.Same(got.Revision, int64(2))
		p.t.Same(got.Sequence, done)
		p.t.Same(len(got.Events), 2)
		p.t.Same(got.Events[1].Attempt, done)
	},
	"of many with one key one is created, and all get it": func(p play) {
		got := make([]deliveries.Delivery, crowd)
		errs := make([]error, crowd)
		check.AtOnce(crowd, func(i int) {
			got[i], errs[i] = p.db.Deliveries().Create(p.t.Context(), p.keyed(i, "k", "r", 0))
		})
		for i := range crowd {
			p.t.OK(errs[i])
			p.t.Same(got[i], got[0])
		}
		exist := 0
		for i := range crowd {
			if _, err := p.db.Deliveries().Get(p.t.Context(), id(i)); err == nil {
				exist++
			}
		}
		p.t.Same(exist, 1)
		p.unfinishedAre(got[0].ID)
	},
	"the same one created by many is one": func(p play) {
		limits := deliveries.Limits{AnHour: 2, Global: limit.Rate{Most: 2, Within: time.Minute}}
		errs := make([]error, crowd)
		check.AtOnce(crowd, func(i int) { errs[i] = p.tryLimited(1, ann, limits, 0) })
		p.t.OK(errors.Join(errs...))
		p.t.OK(p.tryLimited(2, ann, limits, 0))
		p.limited(p.tryLimited(3, ann, limits, 0), p.at(time.Hour), false)
	},
}

// unfinishedAre checks that these deliveries, of those that exist, are listed, once each. A
// store may list some that were announced and do not exist.
func (p play) unfinishedAre(want ...deliveries.ID) {
	p.t.Helper()
	listed, err := p.db.Deliveries().Unfinished(p.t.Context(), p.at(time.Hour), 1000)
	p.t.OK(err)
	var exist []deliveries.ID
	for _, id := range listed {
		if _, err := p.db.Deliveries().Get(p.t.Context(), id); err == nil {
			exist = append(exist, id)
		}
	}
	p.t.Same(exist, want)
}

// few are limits of two rings an hour and three a day.
var few = deliveries.Limits{AnHour: 2, ADay: 3}

// ringTests are what package limit does not check of all its users.
var ringTests = map[string]func(play){
	"so many a day": func(p play) {
		for n := range 3 {
			p.ring(n, time.Duration(n)*2*time.Hour)
		}
		p.limitedRing(p.tryRing(3, 23*time.Hour), p.at(24*time.Hour))
		p.ring(3, 24*time.Hour)
	},
	"an attempt counts once, from when it reserved last": func(p play) {
		for n := range 5 {
			p.ring(1, time.Duration(n)*time.Minute)
		}
		p.ring(2, 10*time.Minute)
		p.limitedRing(p.tryRing(3, time.Hour), p.at(time.Hour+4*time.Minute))
	},
	"without limits it is counted all the same": func(p play) {
		for n := range 5 {
			p.reserve(home, n, 1, time.Duration(n)*time.Minute, time.Duration(n+1)*time.Minute)
		}
		p.limitedRing(p.tryRing(9, 10*time.Minute), p.at(24*time.Hour+2*time.Minute))
	},
	"another telephone has its own": func(p play) {
		p.ring(1, 0)
		p.ring(2, time.Minute)
		p.reserve(other, 3, 1, 2*time.Minute, 3*time.Minute)
	},
	"who only asks reserves and counts nothing": func(p play) {
		for range 5 {
			_, err := p.db.Deliveries().Reserve(p.t.Context(), home, deliveries.Task{}, p.start, p.start, few)
			p.t.OK(err)
		}
		p.ring(1, 0)
		p.ring(2, time.Minute)
		_, err := p.db.Deliveries().Reserve(p.t.Context(), home, deliveries.Task{}, p.at(5*time.Minute), p.at(5*time.Minute), few)
		p.limitedRing(err, p.at(time.Hour))
	},
}

var waitingTests = map[string]func(play){
	"the notice that was noted before is returned": func(p play) {
		p.waiting(home, "", "")
		p.waiting(home, id(1), "")
		p.waiting(home, "", id(1))
		p.waiting(home, id(2), id(1))
		p.waiting(home, "", id(2))
		p.waiting(other, "", "")
	},
}
