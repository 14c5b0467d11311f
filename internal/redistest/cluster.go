package redistest

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	clusterNodes = 3
	slots        = 16384 // redis.io, "Cluster specification"
	clusterTime  = 60 * time.Second
)

// StartCluster starts three redis-servers that share the slots of a cluster, waits until
// each of them knows it, and stops them when the test ends. It takes some three seconds,
// most of which Redis itself prescribes. The answer is a URL in the form that
// redis.ParseClusterURL reads: redis://127.0.0.1:PORT?addr=127.0.0.1:PORT&addr=...
func StartCluster(t testing.TB) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), clusterTime)
	defer cancel()
	var nodes []*process
	var addrs []string
	for range clusterNodes {
		nodes = append(nodes, launch(t, clustered))
	}
	for i, node := range nodes {
		if err := join(ctx, nodes[0], node, i); err != nil {
			t.Fatalf("start cluster: %v", err)
		}
		addrs = append(addrs, node.addr())
	}
	for _, node := range nodes {
		if err := agreed(ctx, node); err != nil {
			t.Fatalf("start cluster: %v", err)
		}
	}
	return clusterURL(addrs)
}

// clusterURL names the nodes in the form that redis.ParseClusterURL reads.
func clusterURL(addrs []string) string {
	return "redis://" + addrs[0] + "?" + url.Values{"addr": addrs[1:]}.Encode()
}

func clustered(port int) string { return plain(port) + "cluster-enabled yes\n" }

// join gives a node its third of the slots, and introduces it to the first. Nodes need
// different epochs from the start, or they quarrel about who is the newer.
func join(ctx context.Context, first, node *process, i int) error {
	client := redis.NewClient(&redis.Options{Addr: node.addr()})
	defer client.Close()
	begin, end := i*slots/clusterNodes, (i+1)*slots/clusterNodes-1
	if err := client.ClusterAddSlotsRange(ctx, begin, end).Err(); err != nil {
		return fmt.Errorf("give node %d its slots: %w", i, err)
	}
	if err := client.Do(ctx, "CLUSTER", "SET-CONFIG-EPOCH", i+1).Err(); err != nil {
		return fmt.Errorf("set epoch of node %d: %w", i, err)
	}
	if i == 0 {
		return nil
	}
	if err := client.ClusterMeet(ctx, "127.0.0.1", strconv.Itoa(first.port)).Err(); err != nil {
		return fmt.Errorf("introduce node %d: %w", i, err)
	}
	return nil
}

// agreed waits until a node knows all the others and sees every slot served.
func agreed(ctx context.Context, node *process) error {
	client := redis.NewClient(&redis.Options{Addr: node.addr()})
	defer client.Close()
	for {
		info, err := client.ClusterInfo(ctx).Result()
		if err != nil {
			return fmt.Errorf("wait for the cluster: %w", err)
		}
		if healthy(info) {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// healthy says whether a node of a cluster sees every slot served.
func healthy(info string) bool {
	return strings.Contains(info, "cluster_state:ok") &&
		strings.Contains(info, fmt.Sprintf("cluster_slots_ok:%d\r\n", slots))
}

// sentinelMaster is the name under which the sentinel knows its master.
const sentinelMaster = "mymaster"

// StartSentinel starts a redis-server and a sentinel that watches it, and stops them when
// the test ends. The sentinel waits a minute before it takes the master for dead, so that a busy
// machine does not look like a fault. The answer is a URL in the form that redis.ParseFailoverURL reads, where
// the address is the sentinel's: redis://127.0.0.1:PORT?master_name=mymaster
func StartSentinel(t testing.TB) string {
	t.Helper()
	master := launch(t, plain)
	sentinel := launch(t, func(port int) string { return watching(port, master.port, time.Minute) }, "--sentinel")

	ctx, cancel := context.WithTimeout(t.Context(), startTime)
	defer cancel()
	client := redis.NewSentinelClient(&redis.Options{Addr: sentinel.addr()})
	defer client.Close()
	addr, err := client.GetMasterAddrByName(ctx, sentinelMaster).Result()
	if err != nil {
		t.Fatalf("start sentinel: ask for the master: %v", err)
	}
	if got := net.JoinHostPort(addr[0], addr[1]); got != master.addr() {
		t.Fatalf("start sentinel: the master is at %s, want %s", got, master.addr())
	}
	return sentinelURL(sentinel)
}

func sentinelURL(sentinel *process) string {
	return "redis://" + sentinel.addr() + "?master_name=" + sentinelMaster
}

// watching is the configuration of a sentinel alone, which takes a master for dead that is silent
// for so long.
func watching(port, master int, silence time.Duration) string {
	return fmt.Sprintf("port %d\nbind 127.0.0.1\n"+
		"sentinel monitor %[3]s 127.0.0.1 %[2]d 1\n"+
		"sentinel down-after-milliseconds %[3]s %[4]d\n", port, master, sentinelMaster, silence.Milliseconds())
}
