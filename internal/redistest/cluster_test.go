package redistest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit/check"
)

func TestClusterTakesEverySlot(t *testing.T) {
	options, err := redis.ParseClusterURL(redistest.StartCluster(t))
	check.OK(t, err)
	if len(options.Addrs) != 3 {
		t.Errorf("the URL names %v, want three nodes", options.Addrs)
	}
	client := redis.NewClusterClient(options)
	defer client.Close()
	for i := range 100 {
		key := fmt.Sprintf("key %d", i)
		if err := client.Set(t.Context(), key, i, 0).Err(); err != nil {
			t.Fatalf("set: %v", err)
		}
		if got, err := client.Get(t.Context(), key).Int(); err != nil || got != i {
			t.Errorf("get = %d, %v; want %d", got, err, i)
		}
	}
	// Keys of different slots in one command are refused: it is a cluster indeed.
	if err := client.MGet(t.Context(), "key 1", "key 2").Err(); err == nil {
		t.Error("one command over two slots succeeds")
	}
}

func TestSentinelNamesTheMaster(t *testing.T) {
	options, err := redis.ParseFailoverURL(redistest.StartSentinel(t))
	check.OK(t, err)
	client := redis.NewFailoverClient(options)
	defer client.Close()
	if err := client.Set(t.Context(), "k", "v", 0).Err(); err != nil {
		t.Fatalf("set through the sentinel: %v", err)
	}
	role, err := client.Do(t.Context(), "ROLE").Slice()
	if err != nil || len(role) == 0 || role[0] != "master" {
		t.Errorf("role = %v, %v; want the master's", role, err)
	}
}

// A client is what a client of either arrangement does here.
type client interface {
	Set(ctx context.Context, key string, value any, expiration time.Duration) *redis.StatusCmd
	Get(ctx context.Context, key string) *redis.StringCmd
	Close() error
}

// replicated runs a test on both arrangements, the long ones side by side.
func replicated(t *testing.T, test func(t *testing.T, all *redistest.Replicated, c client), settings ...string) {
	t.Run("sentinel", func(t *testing.T) {
		t.Parallel()
		all := redistest.StartReplicatedSentinel(t, settings...)
		options, err := redis.ParseFailoverURL(all.URL)
		check.OK(t, err)
		c := redis.NewFailoverClient(options)
		defer c.Close()
		test(t, all, c)
	})
	t.Run("cluster", func(t *testing.T) {
		t.Parallel()
		all := redistest.StartReplicatedCluster(t, settings...)
		options, err := redis.ParseClusterURL(all.URL)
		check.OK(t, err)
		options.ClusterStateReloadInterval = 100 * time.Millisecond
		c := redis.NewClusterClient(options)
		defer c.Close()
		test(t, all, c)
	})
}

// eventually repeats what fails while clients learn who is the master now.
func eventually(t *testing.T, do func() error) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		err := do()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// key is in a slot of the first master: 4998, as CLUSTER KEYSLOT says.
const key = "key2"

// TestReplicaTakesOver holds that what was replicated is there after a fail-over, what was held is
// not, and that all can be done again in the other direction.
func TestReplicaTakesOver(t *testing.T) {
	replicated(t, func(t *testing.T, all *redistest.Replicated, c client) {
		pair, ctx := all.Pairs[0], t.Context()
		eventually(t, func() error { return c.Set(ctx, key, "", 0).Err() })
		for _, round := range []string{"once", "twice"} {
			eventually(t, func() error { return c.Set(ctx, key, round, 0).Err() })
			pair.Synced(t)
			pair.Master.HoldReplication()
			check.OK(t, c.Set(ctx, key, "held", 0).Err())
			pair.FailOver(t)
			pair.Replica.ReleaseReplication()
			eventually(t, func() error {
				got, err := c.Get(ctx, key).Result()
				if err == nil && got != round {
					t.Errorf("%s: after the fail-over %q", round, got)
				}
				return err
			})
			pair.Rejoin(t)
		}
	})
}

// TestReplicationIsHeldAndReleased holds that nothing is lost of what waited.
func TestReplicationIsHeldAndReleased(t *testing.T) {
	pair := redistest.StartReplicatedSentinel(t).Pairs[0]
	c := connect(t, pair.Master.DirectURL())
	pair.Master.HoldReplication()
	check.OK(t, c.Set(t.Context(), "k", "v", 0).Err())
	if n, err := c.Do(t.Context(), "WAIT", 1, 100).Int(); err != nil || n != 0 {
		t.Errorf("while it is held, %d replicas have it, %v", n, err)
	}
	pair.Master.ReleaseReplication()
	pair.Synced(t)
	if got, err := connect(t, pair.Replica.DirectURL()).Get(t.Context(), "k").Result(); err != nil || got != "v" {
		t.Errorf("the replica holds %q, %v", got, err)
	}
}

// TestStoppedMasterIsReplaced holds that a replica takes over by itself, and that a master which
// goes on then follows it.
func TestStoppedMasterIsReplaced(t *testing.T) {
	replicated(t, func(t *testing.T, all *redistest.Replicated, c client) {
		pair := all.Pairs[0]
		pair.Master.Stop(t)
		pair.Await(t)
		pair.Replica.Resume(t)
		pair.Synced(t)
		eventually(t, func() error { return c.Set(t.Context(), key, "v", 0).Err() })
	})
}

// TestDurableServerKeepsWhatItAnswered holds that a killed server starts again with its data.
func TestDurableServerKeepsWhatItAnswered(t *testing.T) {
	s := redistest.StartWith(t, redistest.Durable)
	c := connect(t, s.URL())
	check.OK(t, c.Set(t.Context(), "k", "v", 0).Err())
	s.Kill()
	if err := c.Get(t.Context(), "k").Err(); err == nil || errors.Is(err, redis.Nil) {
		t.Errorf("a killed server answers: %v", err)
	}
	s.Restart(t)
	eventually(t, func() error {
		got, err := c.Get(t.Context(), "k").Result()
		if err == nil && got != "v" {
			t.Errorf("started again, it holds %q", got)
		}
		return err
	})
}

// TestDelayOfRoundTrips holds that each takes longer, and that one does not wait for the other.
func TestDelayOfRoundTrips(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		const delay = 50 * time.Millisecond
		c := connect(t, s.URL())
		working(t, c)
		s.Delay(delay)
		start := time.Now()
		if err := c.Ping(t.Context()).Err(); err != nil || time.Since(start) < delay {
			t.Errorf("an answer after %v, %v", time.Since(start), err)
		}
		s.Delay(0)
		working(t, c)
	})
}
