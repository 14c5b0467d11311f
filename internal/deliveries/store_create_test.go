package deliveries_test

import (
	"time"

	"updatecenter/internal/deliveries"
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
		create.Limits = deliveries.Limits{AnHour: 1, ADay: 1, Global: 1, Every: time.Hour}
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
		again.Limits = deliveries.Limits{AnHour: 1, ADay: 1, Global: 1, Every: time.Hour}
		p.t.Same(p.create(again), want)
	},
	"what a key returns is not counted": func(p play) {
		limits := deliveries.Limits{AnHour: 2, ADay: 2, Global: 2, Every: time.Hour}
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
