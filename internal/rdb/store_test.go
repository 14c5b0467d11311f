package rdb_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/rdb"
	"updatecenter/internal/redistest"
	"updatecenter/ivr"
	calltest "updatecenter/ivr/storetest"
	"updatecenter/pins"
	linetest "updatecenter/pins/storetest"
)

// open returns a DB that is reached, and ends with the test.
func open(t testing.TB, url string) *rdb.DB {
	t.Helper()
	db, err := rdb.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := db.Ping(context.Background()); err != nil {
		t.Fatal(err)
	}
	return db
}

// suites runs both contracts; each test of theirs gets the database that fresh returns.
func suites(t *testing.T, fresh func(t *testing.T) *rdb.DB) {
	t.Run("calls", func(t *testing.T) {
		calltest.Run(t, func(t *testing.T) ivr.Store { return fresh(t).Calls() })
	})
	t.Run("lines", func(t *testing.T) {
		linetest.Run(t, func(t *testing.T) linetest.Stores {
			lines := fresh(t).Lines()
			return linetest.Stores{Store: lines, Callers: lines, Registry: lines}
		})
	})
}

func TestContractsOnMiniredis(t *testing.T) {
	suites(t, func(t *testing.T) *rdb.DB { return open(t, redistest.StartMini(t).URL()) })
}

func TestContractsOnRedis(t *testing.T) {
	suites(t, func(t *testing.T) *rdb.DB { return open(t, redistest.Start(t).URL()) })
}

func TestContractsOnCluster(t *testing.T) {
	url := redistest.StartCluster(t)
	seed, _, _ := strings.Cut(url, "?")
	db := open(t, "redis+cluster"+strings.TrimPrefix(seed, "redis"))
	options, err := redis.ParseClusterURL(url)
	if err != nil {
		t.Fatal(err)
	}
	cluster := redis.NewClusterClient(options)
	defer cluster.Close()
	if _, err := open(t, url).Lines().Line(context.Background(), number); !errors.Is(err, pins.ErrNoLine) {
		t.Errorf("by all nodes: %v", err)
	}
	suites(t, func(t *testing.T) *rdb.DB {
		err := cluster.ForEachMaster(context.Background(), func(ctx context.Context, node *redis.Client) error {
			return node.FlushAll(ctx).Err()
		})
		if err != nil {
			t.Fatal(err)
		}
		return db
	})
}

func TestContractsThroughSentinel(t *testing.T) {
	url := redistest.StartSentinel(t)
	db := open(t, url)
	options, err := redis.ParseFailoverURL(url)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewFailoverClient(options)
	defer client.Close()
	suites(t, func(t *testing.T) *rdb.DB {
		if err := client.FlushAll(context.Background()).Err(); err != nil {
			t.Fatal(err)
		}
		return db
	})
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
			if err := raw(t, s).ScriptFlush(ctx).Err(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
