package limit_test

import (
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/redisstore"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

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

// together runs f a hundred times at once, and says how often it was true.
func together(f func(i int) bool) int {
	var yes atomic.Int64
	check.AtOnce(100, func(i int) {
		if f(i) {
			yes.Add(1)
		}
	})
	return int(yes.Load())
}
