package deliveries_test

import (
	"fmt"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/storage"
)

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
