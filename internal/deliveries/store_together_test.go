package deliveries_test

import (
	"errors"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/storage"
)

var togetherTests = map[string]func(play){
	"of many updates one is done": func(p play) {
		d := p.create(p.fresh(1, ann, 0))
		errs := make([]error, crowd)
		together(func(i int) {
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
		together(func(i int) {
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
	"of many the limit lets through as many as it says": func(p play) {
		limits := deliveries.Limits{AnHour: 3, ADay: 10, Global: 20, Every: time.Minute}
		errs := make([]error, crowd)
		together(func(i int) { errs[i] = p.tryLimited(i, ann, limits, 0) })
		created := 0
		for i, err := range errs {
			if err == nil {
				p.t.Same(p.get(id(i)).ID, id(i))
				created++
				continue
			}
			p.limited(err, p.at(time.Hour), false)
			p.absent(id(i))
		}
		p.t.Same(created, 3)
	},
	"of many subjects the global limit lets through as many as it says": func(p play) {
		limits := deliveries.Limits{AnHour: 3, Global: 20, Every: time.Minute}
		errs := make([]error, crowd)
		together(func(i int) { errs[i] = p.tryLimited(i, string(id(i)), limits, 0) })
		created := 0
		for _, err := range errs {
			if err == nil {
				created++
				continue
			}
			p.limited(err, p.at(time.Minute), true)
		}
		p.t.Same(created, 20)
	},
	"the same one created by many is one": func(p play) {
		limits := deliveries.Limits{AnHour: 2, Global: 2, Every: time.Minute}
		errs := make([]error, crowd)
		together(func(i int) { errs[i] = p.tryLimited(1, ann, limits, 0) })
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
