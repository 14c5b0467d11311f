package redisstore_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// patience is what the tests give an operation, on machines that are busy with other
// tests: some have a hundred at once.
const patience = 20 * time.Second

// open returns a DB that is reached, and ends with the test.
func open(t testing.TB, url string) *redisstore.DB {
	t.Helper()
	return reached(t, url, func(url string) (*redisstore.DB, error) { return redisstore.OpenWithin(url, patience) })
}

// openForFaults is open, with as little patience as servers have.
func openForFaults(t testing.TB, url string) *redisstore.DB {
	t.Helper()
	return reached(t, url, redisstore.Open)
}

func reached(t testing.TB, url string, open func(url string) (*redisstore.DB, error)) *redisstore.DB {
	t.Helper()
	db, err := open(url)
	check.OK(t, err)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	check.OK(t, db.Ping(context.Background()))
	return db
}

// TestEachKindOfRedisIsReached has every operation reach each kind of Redis, and a cluster by one node of it too.
func TestEachKindOfRedisIsReached(t *testing.T) {
	for kind, start := range testkit.Kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			reachedByAll(t, start(t)(t))
		})
	}
	t.Run("cluster by one node", func(t *testing.T) {
		t.Parallel()
		seed, _, _ := strings.Cut(redistest.StartCluster(t), "?")
		reachedByAll(t, open(t, "redis+cluster"+strings.TrimPrefix(seed, "redis")))
	})
}

func reachedByAll(t *testing.T, db *redisstore.DB) {
	t.Helper()
	for name, do := range operations(db) {
		if err := do(t.Context()); err != nil && strings.Contains(err.Error(), "ask Redis") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestScriptsAreTaughtAgain holds that a Redis that was restarted learns the scripts anew.
func TestScriptsAreTaughtAgain(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, ctx := open(t, s.URL()), context.Background()
		for round := range 2 {
			if err := takeTurn(db.Calls(), "CA1", round); err != nil {
				t.Error(err)
			}
			added := []pins.NewLine{{Number: number}, {Number: "+16125550143"}}
			if created, err := db.Lines().Add(ctx, added, now); err != nil || created[0] != (round == 0) {
				t.Errorf("round %d: added %v, %v", round, created, err)
			}
			check.OK(t, raw(t, s).ScriptFlush(ctx).Err())
		}
	})
}

func TestMain(m *testing.M) {
	redisstore.LogTo(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}

func ExampleOpen() {
	server, err := miniredis.Run()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	db, err := redisstore.Open("redis://" + server.Addr())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = db.Close() }()

	ctx, lines := context.Background(), db.Lines()
	created, err := lines.Add(ctx, []pins.NewLine{{Number: "+16125550142", Language: "es"}}, time.Now())
	fmt.Println(created, err)
	line, err := lines.Line(ctx, "+16125550142")
	fmt.Println(line.Language, line.Temporary(), err)
	// Output:
	// [true] <nil>
	// es true <nil>
}
