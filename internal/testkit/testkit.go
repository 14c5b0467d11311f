// Package testkit makes what tests of several packages need: a [World] with the stores of all domains on an
// embedded Redis of the test's own, a clock, keys, and who takes e-mails, what is recorded and what is logged.
// Only tests import it; floors_test.go holds that.
//
//	w := testkit.New(t)
//	w.AddLines(t, pins.NewLine{Number: testkit.Home})
//	w.Calls.FailNext("Lines.Change", errDown)
package testkit

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"updatecenter/internal/nanp"
	"updatecenter/internal/provisioning"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
)

// As machines may be busy with other tests, a turn may take slower times as long as in production, and a
// question to Redis as long as patience.
const (
	slower   = 20
	patience = 5 * time.Minute
)

// Times are what a turn of a call may take on a busy machine. That of the look after a failure is as in
// production, as that is waited for.
func Times() ivr.Times {
	times := ivr.DefaultTimes.Slower(slower)
	times.Look = ivr.DefaultTimes.Look
	return times
}

// Embedded starts an embedded Redis and opens it, for examples; end closes both. Tests use [Redis].
func Embedded() (db *redisstore.DB, end func()) {
	server, err := miniredis.Run()
	if err != nil {
		panic(err)
	}
	if db, err = redisstore.Open("redis://" + server.Addr()); err != nil {
		panic(err)
	}
	return db, func() { _ = db.Close(); server.Close() }
}

// Redis starts an embedded Redis, opens it, and closes both when the test ends. Its keys do not age.
func Redis(t testing.TB) *redisstore.DB {
	t.Helper()
	return open(t, redistest.StartMini(t).URL())
}

func open(t testing.TB, url string) *redisstore.DB {
	t.Helper()
	db, err := redisstore.OpenWithin(url, patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// Quickest does something until it takes no longer than a limit, ten times at most, and returns the shortest time
// that it took: a busy machine keeps it waiting sometimes, and what is too slow is so each time.
func Quickest(limit time.Duration, do func()) time.Duration {
	quickest := time.Duration(math.MaxInt64)
	for try := 0; try < 10 && quickest > limit; try++ {
		begun := time.Now()
		do()
		quickest = min(quickest, time.Since(begun))
	}
	return quickest
}

// Notices returns what is due to be told of a line or an account, oldest first: 1000 at most.
func Notices(t testing.TB, db *redisstore.DB, of string) [][]byte {
	t.Helper()
	messages, err := db.Notices().Next(context.WithoutCancel(t.Context()), of, 1000)
	return stored(t, messages, err)
}

// Events returns what was published of a line and not delivered, oldest first: 1000 at most.
func Events(t testing.TB, db *redisstore.DB, of nanp.Number) [][]byte {
	t.Helper()
	messages, err := db.Outbox().Next(context.WithoutCancel(t.Context()), string(of), 1000)
	return stored(t, messages, err)
}

func stored(t testing.TB, messages []provisioning.Message, err error) (all [][]byte) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		all = append(all, m.Stored)
	}
	return all
}

// Contract runs each sentence of a store's contract by [OnEachRedis]. play makes what a sentence is tried with, on
// a database without keys, at the present.
func Contract[P any](
	t *testing.T, groups map[string]map[string]func(P), play func(t check.T, db *redisstore.DB, start time.Time) P,
) {
	OnEachRedis(t, func(t *testing.T, fresh func(t *testing.T) *redisstore.DB) {
		for group, sentences := range groups {
			for sentence, test := range sentences {
				t.Run(group+"/"+sentence, func(t *testing.T) {
					test(play(check.T{T: t}, fresh(t), time.Now().UTC().Truncate(time.Millisecond)))
				})
			}
		}
	})
}

// Kinds start each kind of Redis: embedded, a single server, a cluster, and a server behind a sentinel. fresh
// returns a database without keys; but for the embedded one it is the same each time, emptied.
var Kinds = map[string]func(t *testing.T) (fresh func(t *testing.T) *redisstore.DB){
	"embedded": func(*testing.T) func(t *testing.T) *redisstore.DB {
		return func(t *testing.T) *redisstore.DB { return Redis(t) }
	},
	"single": func(t *testing.T) func(t *testing.T) *redisstore.DB {
		url := redistest.Start(t).URL()
		return emptied(t, url, redis.NewClient(must(redis.ParseURL(url))))
	},
	"cluster": func(t *testing.T) func(t *testing.T) *redisstore.DB {
		url := redistest.StartCluster(t)
		return emptied(t, url, redis.NewClusterClient(must(redis.ParseClusterURL(url))))
	},
	"sentinel": func(t *testing.T) func(t *testing.T) *redisstore.DB {
		url := redistest.StartSentinel(t)
		return emptied(t, url, redis.NewFailoverClient(must(redis.ParseFailoverURL(url))))
	},
}

// OnEachRedis runs a test of a store on the embedded Redis and on a cluster, at once, after its caller returned.
// What runs on a cluster, which refuses more, runs on a single server too, and a sentinel only names one.
func OnEachRedis(t *testing.T, test func(t *testing.T, fresh func(t *testing.T) *redisstore.DB)) {
	for _, kind := range []string{"embedded", "cluster"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			test(t, Kinds[kind](t))
		})
	}
}

// emptied returns the database, without the keys that the last test left.
func emptied(t *testing.T, url string, client redis.UniversalClient) func(t *testing.T) *redisstore.DB {
	db := open(t, url)
	t.Cleanup(func() { client.Close() })
	return func(t *testing.T) *redisstore.DB {
		t.Helper()
		flush := func(ctx context.Context, node *redis.Client) error { return node.FlushAll(ctx).Err() }
		var err error
		if cluster, ok := client.(*redis.ClusterClient); ok {
			err = cluster.ForEachMaster(t.Context(), flush)
		} else {
			err = client.FlushAll(t.Context()).Err()
		}
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
}

func must[O any](options O, err error) O {
	if err != nil {
		panic(err)
	}
	return options
}
