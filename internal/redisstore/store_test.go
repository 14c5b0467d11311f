package redisstore_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	deliverytest "updatecenter/internal/deliveries/storetest"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
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

// suites runs all contracts; each test of theirs gets the database that fresh returns.
func suites(t *testing.T, fresh func(t *testing.T) *redisstore.DB) {
	t.Run("notices", func(t *testing.T) {
		deliverytest.RunDue(t, func(t *testing.T) deliverytest.DueStores {
			db := fresh(t)
			return deliverytest.DueStores{
				Due: db.Notices(), Append: db.Notices().Append,
				Untold: func(t testing.TB, u deliveries.Untold) int { return untoldIn(t, db, u) },
			}
		})
	})
	t.Run("deliveries", func(t *testing.T) {
		deliverytest.Run(t, func(t *testing.T) deliverytest.Stores {
			db := fresh(t)
			all := db.Deliveries()
			return deliverytest.Stores{
				Store: all, Phones: all,
				Dying: func(_ *testing.T, steps int) deliveries.Store { return db.Dying(steps).Deliveries() },
			}
		})
	})
}

// untoldIn is how often a history has that a notice is not told.
func untoldIn(t testing.TB, db *redisstore.DB, u deliveries.Untold) (n int) {
	t.Helper()
	ofLine, err := db.Lines().History(t.Context(), u.Line, 100)
	if err != nil {
		t.Fatal(err)
	}
	ofAccount, err := db.Accounts().History(t.Context(), u.Account, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range ofLine {
		if u.Account == "" && record.Event == pins.NoticeUntold && record.Reason == u.String() {
			n++
		}
	}
	for _, record := range ofAccount {
		if record.Event == accounts.NoticeUntold && record.Reason == u.String() {
			n++
		}
	}
	return n
}

func TestContractsOnMiniredis(t *testing.T) {
	suites(t, func(t *testing.T) *redisstore.DB { return open(t, redistest.StartMini(t).URL()) })
}

func TestContractsOnRedis(t *testing.T) {
	suites(t, func(t *testing.T) *redisstore.DB { return open(t, redistest.Start(t).URL()) })
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
	suites(t, func(t *testing.T) *redisstore.DB {
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
	suites(t, func(t *testing.T) *redisstore.DB {
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
