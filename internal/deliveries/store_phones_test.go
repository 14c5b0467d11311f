package deliveries_test

import (
	"errors"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/testkit/check"
)

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
