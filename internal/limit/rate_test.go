package limit_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/limit"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/repair"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// A rateUser counts entries of subjects, by a rate of so many in an hour.
type rateUser struct {
	// count counts the n-th entry, or says until when it is refused. Who isn't told that gets some time.
	count func(p ratePlay, subject string, n, most int, at time.Time) (refused bool, until time.Time, err error)
	// silent says that nobody is told until when.
	silent bool
	// uncount takes an entry back; nil: nothing does.
	uncount func(p ratePlay, subject string, n int) error
	// single says that there is one subject.
	single bool
}

var rateUsers = map[string]rateUser{
	"failures of a caller": {
		count: func(p ratePlay, subject string, n, most int, at time.Time) (bool, time.Time, error) {
			ok, err := p.db.Lines().AdmitCaller(p.t.Context(), subject, pins.Turn{Call: fmt.Sprint("CA", n)}, at, inAnHour(most))
			return !ok, time.Time{}, err
		},
		silent: true,
		uncount: func(p ratePlay, subject string, n int) error {
			return p.db.Lines().ForgiveCaller(p.t.Context(), subject, pins.Turn{Call: fmt.Sprint("CA", n)})
		},
	},
	"what is done at the desk": {
		count: func(p ratePlay, subject string, n, most int, at time.Time) (bool, time.Time, error) {
			rule := repair.Rule{Rate: limit.Rate{Most: most, Within: time.Hour}}
			counted, err := p.db.Desk().Count(p.t.Context(), repair.Count{Subject: subject, Entry: fmt.Sprint(n), At: at, Rule: rule})
			return counted.Refused, counted.Until, err
		},
		uncount: func(p ratePlay, subject string, n int) error {
			return p.db.Desk().Uncount(p.t.Context(), subject, fmt.Sprint(n))
		},
	},
	"deliveries": {
		count: func(p ratePlay, subject string, n, most int, at time.Time) (bool, time.Time, error) {
			return p.create(subject, n, at, deliveries.Limits{AnHour: most})
		},
	},
	"all deliveries": {
		count: func(p ratePlay, subject string, n, most int, at time.Time) (bool, time.Time, error) {
			return p.create(subject, n, at, deliveries.Limits{Global: limit.Rate{Most: most, Within: time.Hour}})
		},
		single: true,
	},
	"calls to a telephone": {
		count: func(p ratePlay, subject string, n, most int, at time.Time) (bool, time.Time, error) {
			task := deliveries.Task{Delivery: delivery(subject, n), Attempt: 1}
			free := at.Add(-time.Hour) // so that only the rate keeps others from it
			_, err := p.db.Deliveries().Reserve(p.t.Context(), line, task, at, free, deliveries.Limits{AnHour: most})
			return limited(err)
		},
		single: true,
	},
}

func inAnHour(most int) limit.Rate { return limit.Rate{Most: most, Within: time.Hour} }

func delivery(subject string, n int) deliveries.ID {
	return deliveries.ID(fmt.Sprint("dlv_", subject, n))
}

func (p ratePlay) create(subject string, n int, at time.Time, limits deliveries.Limits) (bool, time.Time, error) {
	d := deliveries.Delivery{ID: delivery(subject, n), Method: deliveries.Email, Status: deliveries.Queued, Created: at, Due: at}
	_, err := p.db.Deliveries().Create(p.t.Context(), deliveries.NewDelivery{Delivery: d, Subject: subject, Limits: limits})
	return limited(err)
}

func limited(err error) (bool, time.Time, error) {
	if limit, is := errors.AsType[*deliveries.LimitError](err); is {
		return true, limit.Until, nil
	}
	return false, time.Time{}, err
}

// ratePlay is a test of one user. Times are given as what has passed since its start.
type ratePlay struct {
	play
	rateUser
}

// counts wants entries of a subject to be counted, three of them at most.
func (p ratePlay) counts(subject string, after time.Duration, entries ...int) {
	p.t.Helper()
	for _, n := range entries {
		refused, _, err := p.count(p, subject, n, 3, p.start.Add(after))
		p.t.OK(err)
		if refused {
			p.t.Fatalf("entry %d after %v is refused", n, after)
		}
	}
}

// refuses wants an entry beyond so many to be refused until a time.
func (p ratePlay) refuses(subject string, n, most int, after, until time.Duration) {
	p.t.Helper()
	refused, got, err := p.count(p, subject, n, most, p.start.Add(after))
	p.t.OK(err)
	if !refused {
		p.t.Fatalf("entry %d after %v is counted", n, after)
	}
	if !p.silent {
		p.t.Same(got, p.start.Add(until))
	}
}

var rateTests = map[string]func(ratePlay){
	"there are as many as the rate has, and then none until the oldest is old, to the moment": func(p ratePlay) {
		p.counts("ann", 0, 1)
		p.counts("ann", 10*time.Minute, 2)
		p.counts("ann", 20*time.Minute, 3)
		p.refuses("ann", 4, 3, 20*time.Minute, time.Hour)
		p.refuses("ann", 4, 3, time.Hour-time.Millisecond, time.Hour)
		p.counts("ann", time.Hour, 4)
		p.refuses("ann", 5, 3, time.Hour, time.Hour+10*time.Minute)
	},
	"what is refused leaves nothing": func(p ratePlay) {
		p.counts("ann", 0, 1, 2, 3)
		for n := range 20 {
			p.refuses("ann", 10+n, 3, 30*time.Minute, time.Hour)
		}
		p.counts("ann", time.Hour, 10, 11, 12)
	},
	"an entry counts once, also at the limit": func(p ratePlay) {
		p.counts("ann", 0, 1, 1, 1, 1, 2, 3, 1, 2)
		p.refuses("ann", 4, 3, 0, time.Hour)
		p.counts("ann", 0, 1)
	},
	"each subject is counted alone": func(p ratePlay) {
		for _, subject := range []string{"ann", "ann ", "ANN", "añb {x} \n\"", ""} {
			if p.single && subject != "ann" {
				p.refuses(subject, 1, 3, 0, time.Hour)
				continue
			}
			p.counts(subject, 0, 1, 2, 3)
			p.refuses(subject, 4, 3, 0, time.Hour)
		}
	},
	"a rate that became stricter counts what there is, and one that became looser too": func(p ratePlay) {
		p.counts("ann", 0, 1)
		p.counts("ann", time.Minute, 2)
		p.counts("ann", 2*time.Minute, 3)
		p.refuses("ann", 4, 1, 2*time.Minute, time.Hour+2*time.Minute)
		p.refuses("ann", 4, 2, 2*time.Minute, time.Hour+time.Minute)
		refused, _, err := p.count(p, "ann", 4, 4, p.start.Add(2*time.Minute))
		p.t.OK(err)
		p.t.Same(refused, false)
		p.refuses("ann", 5, 4, 2*time.Minute, time.Hour)
	},
	"an entry by a clock that is behind counts": func(p ratePlay) {
		p.counts("ann", time.Minute, 1)
		p.counts("ann", 0, 2)
		p.counts("ann", 30*time.Second, 3)
		p.refuses("ann", 4, 3, 0, time.Hour)
	},
	"what is taken back counts no more, and can be counted again": func(p ratePlay) {
		if p.uncount == nil {
			return
		}
		p.counts("ann", 0, 1, 2, 3)
		for _, n := range []int{2, 2, 99} {
			p.t.OK(p.uncount(p, "ann", n))
		}
		p.t.OK(p.uncount(p, "bob", 1))
		p.counts("ann", 0, 4)
		p.refuses("ann", 5, 3, 0, time.Hour)
		p.t.OK(p.uncount(p, "ann", 4))
		p.counts("ann", 0, 2)
	},
	"a hundred at once get no more than the rate has": func(p ratePlay) {
		p.t.Same(together(100, func(i int) bool {
			refused, _, err := p.count(p, "ann", i, 3, p.start)
			if err != nil {
				p.t.Error(err)
			}
			return !refused
		}), 3)
	},
}

// TestStore holds what the rules say of each of their users, by the store on each kind of Redis. Time is
// handed to the store, so that no test waits. It starts at the present, and goes on by years within a test:
// what a store lets expire by its own clock must outlast that test, and what is to be forgotten must be so by
// the time that was handed over.
func TestStore(t *testing.T) {
	testkit.OnEachRedis(t, func(t *testing.T, fresh func(t *testing.T) *redisstore.DB) {
		one := func(t *testing.T) play {
			return play{check.T{T: t}, fresh(t), time.Now().UTC().Truncate(time.Millisecond)}
		}
		for name, user := range lockUsers {
			for sentence, test := range lockTests {
				t.Run("Lock/"+name+"/"+sentence, func(t *testing.T) {
					p := lockPlay{play: one(t), lockUser: user}
					p.prepare()
					test(p)
				})
			}
		}
		for name, user := range rateUsers {
			for sentence, test := range rateTests {
				t.Run("Rate/"+name+"/"+sentence, func(t *testing.T) { test(ratePlay{play: one(t), rateUser: user}) })
			}
		}
	})
}

// play is one test under way.
type play struct {
	t     check.T
	db    *redisstore.DB
	start time.Time
}

// together runs f n times at once, and says how often it was true.
func together(n int, f func(i int) bool) int {
	var yes atomic.Int64
	check.AtOnce(n, func(i int) {
		if f(i) {
			yes.Add(1)
		}
	})
	return int(yes.Load())
}
