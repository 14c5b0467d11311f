package storetest

import (
	"time"

	"updatecenter/internal/deliveries"
)

// maxWrites is more than any operation can need.
const maxWrites = 12

var dyingTests = map[string]func(play){
	"a delivery is created or not, wherever it stops, and can be created again": func(p play) {
		p.dying(func(n int, dying deliveries.Store) {
			create := p.lone(n)
			_, stopped := dying.Create(p.t.Context(), create)
			if stopped == nil {
				p.t.Same(p.get(create.Delivery.ID).Revision, int64(1))
			}
			p.t.Same(p.create(create).ID, create.Delivery.ID)
			p.t.Same(p.listed(create.Delivery.ID), true)
		})
	},
	"one that exists is listed as unfinished, wherever it stops": func(p play) {
		p.dying(func(n int, dying deliveries.Store) {
			create := p.lone(n)
			_, _ = dying.Create(p.t.Context(), create)
			if _, err := p.Store.Get(p.t.Context(), create.Delivery.ID); err == nil {
				p.t.Same(p.listed(create.Delivery.ID), true)
			}
		})
	},
	"one that is created again is counted once": func(p play) {
		p.dying(func(n int, dying deliveries.Store) {
			create := p.lone(n)
			create.Limits = deliveries.Limits{AnHour: 2}
			_, _ = dying.Create(p.t.Context(), create)
			p.create(create)
			second := create
			second.Delivery.ID = id(1000 + n)
			second.Key = ""
			p.create(second)
		})
	},
	"a client that asks again with its key has one delivery": func(p play) {
		p.dying(func(n int, dying deliveries.Store) {
			create := p.lone(n)
			create.Key = string(create.Delivery.ID)
			_, _ = dying.Create(p.t.Context(), create)
			again := create
			again.Delivery.ID = id(1000 + n)
			first := p.create(again)
			p.t.Same(p.get(first.ID), first)
			again.Delivery.ID = id(2000 + n)
			p.t.Same(p.create(again), first)
			exist := 0
			for _, id := range []deliveries.ID{create.Delivery.ID, id(1000 + n), id(2000 + n)} {
				if _, err := p.Store.Get(p.t.Context(), id); err == nil {
					exist++
				}
			}
			p.t.Same(exist, 1)
		})
	},
	"an update is done or not, wherever it stops, and the delivery stays listed until it ends": func(p play) {
		p.dying(func(n int, dying deliveries.Store) {
			d := p.create(p.lone(n))
			d.Due = p.at(time.Minute)
			stopped := dying.Update(p.t.Context(), d, deliveries.Event{At: p.start, Status: deliveries.Queued})
			got := p.get(d.ID)
			p.t.Same(len(got.Events), int(got.Revision))
			if stopped == nil {
				p.t.Same(got.Revision, int64(2))
			}
			p.t.Same(p.listed(d.ID), true)
			got.Status = deliveries.Failed
			p.update(got)
			p.t.Same(p.listed(d.ID), false)
		})
	},
}

// lone is a delivery that has its subject for itself.
func (p play) lone(n int) deliveries.NewDelivery { return p.fresh(n, string(id(n)), 0) }

// dying runs a test for each number of writes after which a process may die.
func (p play) dying(test func(n int, dying deliveries.Store)) {
	if p.Dying == nil {
		p.t.Skip("it does everything in one step")
	}
	for n := range maxWrites {
		test(n, p.Dying(p.t.T, n))
	}
}

// listed says whether a delivery is among the unfinished.
func (p play) listed(id deliveries.ID) bool {
	p.t.Helper()
	listed, err := p.Store.Unfinished(p.t.Context(), p.at(time.Hour), 1000)
	p.t.OK(err)
	for _, unfinished := range listed {
		if unfinished == id {
			return true
		}
	}
	return false
}
