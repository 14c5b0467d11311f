package storetest

import (
	"time"

	"updatecenter/deliveries"
	"updatecenter/internal/nanp"
)

const (
	home  nanp.Number = "+16125550142"
	other nanp.Number = "+16125550143"
)

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
		together(func(i int) {
			free[i], errs[i] = p.Phones.Reserve(p.t.Context(), home, task(i, 1), p.start, p.at(time.Minute))
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

func task(n, attempt int) deliveries.Task {
	return deliveries.Task{Delivery: id(n), Attempt: attempt}
}

func (p play) reserve(to nanp.Number, n, attempt int, now, until time.Duration) {
	p.t.Helper()
	free, err := p.Phones.Reserve(p.t.Context(), to, task(n, attempt), p.at(now), p.at(until))
	p.t.OK(err)
	p.t.Same(free, time.Time{})
}

// taken checks that another attempt has the telephone until a time.
func (p play) taken(to nanp.Number, n, attempt int, now, until time.Duration) {
	p.t.Helper()
	free, err := p.Phones.Reserve(p.t.Context(), to, task(n, attempt), p.at(now), p.at(now+time.Minute))
	p.t.OK(err)
	p.t.Same(free, p.at(until))
}
