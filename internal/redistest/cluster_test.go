package redistest_test

import (
	"fmt"
	"testing"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/redistest"
)

func TestClusterTakesEverySlot(t *testing.T) {
	options, err := redis.ParseClusterURL(redistest.StartCluster(t))
	if err != nil {
		t.Fatal(err)
	}
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
	if err != nil {
		t.Fatal(err)
	}
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
