package deliveries_test

import (
	"time"

	"updatecenter/internal/deliveries"
)

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
		limits := deliveries.Limits{Global: 2, Every: time.Minute}
		p.t.OK(p.tryLimited(1, ann, limits, 0))
		p.t.OK(p.tryLimited(2, bob, limits, time.Second))
		p.limited(p.tryLimited(3, "another", limits, 59*time.Second), p.at(time.Minute), true)
		p.t.OK(p.tryLimited(4, "another", limits, time.Minute))
	},
	"a subject's own limit is told first": func(p play) {
		limits := deliveries.Limits{AnHour: 1, Global: 1, Every: time.Minute}
		p.limits(1, limits)
		p.limited(p.tryLimited(10, ann, limits, time.Second), p.at(time.Hour), false)
	},
	"one without a global limit does not count towards it": func(p play) {
		limits := deliveries.Limits{Global: 1, Every: time.Minute}
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
		limits := deliveries.Limits{AnHour: 2, ADay: 2, Global: 2, Every: time.Hour}
		for range 5 {
			p.t.OK(p.tryLimited(1, ann, limits, 0))
		}
		p.t.OK(p.tryLimited(2, ann, limits, 0))
	},
	"one that is refused is not counted": func(p play) {
		limits := deliveries.Limits{AnHour: 1, ADay: 2, Global: 2, Every: 24 * time.Hour}
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
