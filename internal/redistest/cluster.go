package redistest

import (
	"context"
	"errors"
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

const (
	// downAfter is how long a master is silent before its replica takes over by itself:
	// longer than a busy machine keeps a process waiting.
	downAfter = 5 * time.Second

	// stateTime is how long anything may take that servers agree on among themselves.
	stateTime = time.Minute
)

// Replicated are masters with a replica each, which takes over when its master dies. Servers,
// sentinels and clients know each server by its proxy, so that the faults of [Server] reach all of
// them; but the nodes of a cluster watch each other directly, as on a network of their own: none
// takes over from a master that is only Down or hanging.
type Replicated struct {
	URL   string // see [StartCluster] and [StartSentinel]
	Pairs []*Pair
}

// A Pair is a master and its replica. All methods belong on the test's own goroutine, and wait for
// a minute before they fail the test.
type Pair struct {
	Master, Replica *Server
	others          *Replicated
	sentinel        string // its address; empty: the pair is of a cluster
}

// StartReplicatedSentinel starts a master, its replica and one sentinel, whose word is enough, and
// stops them when the test ends. It takes a second or two. Settings are as in [StartWith].
func StartReplicatedSentinel(t testing.TB, settings ...string) *Replicated {
	t.Helper()
	configure := func(port, proxied int) string { return replicating(port, proxied) + strings.Join(settings, "") }
	p := &Pair{Master: start(t, configure), Replica: start(t, configure)}
	ctx, replica := p.Replica.client(t)
	if err := replica.ReplicaOf(ctx, "127.0.0.1", strconv.Itoa(p.Master.port)).Err(); err != nil {
		t.Fatalf("start replica: %v", err)
	}
	p.Synced(t)
	sentinel := launch(t, func(port int) string {
		return watching(port, p.Master.port, downAfter) +
			fmt.Sprintf("sentinel failover-timeout %s 3000\n", sentinelMaster)
	}, "--sentinel")
	p.sentinel = sentinel.addr()
	p.others = &Replicated{URL: sentinelURL(sentinel), Pairs: []*Pair{p}}
	await(t, "the sentinel to know both", func(ctx context.Context) error {
		client := redis.NewSentinelClient(&redis.Options{Addr: p.sentinel})
		defer client.Close()
		known, err := client.Replicas(ctx, sentinelMaster).Result()
		if err != nil || len(known) != 1 || known[0]["flags"] != "slave" {
			return errors.Join(fmt.Errorf("it knows %v", known), err)
		}
		return nil
	})
	return p.others
}

// StartReplicatedCluster starts a cluster of three masters with a replica each, and stops them when
// the test ends. It takes some seconds. Settings are as in [StartWith].
func StartReplicatedCluster(t testing.TB, settings ...string) *Replicated {
	t.Helper()
	configure := func(port, proxied int) string {
		return replicating(port, proxied) + fmt.Sprintf("cluster-enabled yes\n"+
			"cluster-announce-ip 127.0.0.1\ncluster-announce-port %d\ncluster-announce-bus-port %d\n"+
			"cluster-node-timeout %d\ncluster-replica-validity-factor 0\ncluster-allow-replica-migration no\n",
			proxied, port+busOffset, downAfter.Milliseconds()) + strings.Join(settings, "")
	}
	all := &Replicated{}
	var addrs []string
	ctx, cancel := context.WithTimeout(t.Context(), clusterTime)
	defer cancel()
	for i := range clusterNodes {
		p := &Pair{Master: start(t, configure), Replica: start(t, configure), others: all}
		all.Pairs, addrs = append(all.Pairs, p), append(addrs, p.Master.Addr(), p.Replica.Addr())
		if err := join(ctx, all.Pairs[0].Master.process, p.Master.process, i); err != nil {
			t.Fatalf("start cluster: %v", err)
		}
	}
	for _, p := range all.Pairs {
		if err := p.follow(ctx, t, all.Pairs[0].Master.process.port); err != nil {
			t.Fatalf("start cluster: %v", err)
		}
	}
	all.URL = clusterURL(addrs)
	for _, p := range all.Pairs {
		p.Synced(t)
		await(t, "the cluster to know its masters", func(ctx context.Context) error { return p.known(ctx, p.Master) })
	}
	return all
}

// replicating is the configuration of a server that is known by its proxy, and sends a new replica
// everything at once.
func replicating(port, proxied int) string {
	return plain(port) + fmt.Sprintf("repl-diskless-sync-delay 0\n"+
		"replica-announce-ip 127.0.0.1\nreplica-announce-port %d\n", proxied)
}

// follow introduces a replica to a cluster, and to its master.
func (p *Pair) follow(ctx context.Context, t testing.TB, first int) error {
	_, master := p.Master.client(t)
	_, replica := p.Replica.client(t)
	id, err := master.Do(ctx, "CLUSTER", "MYID").Text()
	if err != nil {
		return fmt.Errorf("ask for the id of a master: %w", err)
	}
	if err := replica.ClusterMeet(ctx, "127.0.0.1", strconv.Itoa(first)).Err(); err != nil {
		return fmt.Errorf("introduce replica: %w", err)
	}
	await(t, "a replica to know its master", func(ctx context.Context) error {
		return replica.ClusterReplicate(ctx, id).Err()
	})
	return nil
}

// Synced waits until the replica has all that its master has.
func (p *Pair) Synced(t testing.TB) {
	t.Helper()
	await(t, "the replica to have what its master has", func(ctx context.Context) error {
		master, replica := direct(p.Master), direct(p.Replica)
		defer master.Close()
		defer replica.Close()
		text, err := replica.Info(ctx, "replication").Result()
		if err != nil || !strings.Contains(text, "master_link_status:up") {
			return errors.Join(fmt.Errorf("the replica says %q", text), err)
		}
		if n, err := master.Do(ctx, "WAIT", 1, 500).Int(); err != nil || n != 1 {
			return errors.Join(fmt.Errorf("%d replicas have it", n), err)
		}
		return nil
	})
}

// FailOver kills the master and has its replica take over at once, as an operator would. See
// [Pair.Await] for what takes over by itself.
func (p *Pair) FailOver(t testing.TB) {
	t.Helper()
	p.Master.Kill()
	await(t, "the replica to be told to take over", func(ctx context.Context) error {
		client := direct(p.Replica)
		if p.sentinel != "" {
			client = redis.NewClient(&redis.Options{Addr: p.sentinel})
		}
		defer client.Close()
		if p.sentinel == "" {
			return client.Do(ctx, "CLUSTER", "FAILOVER", "TAKEOVER").Err()
		}
		return client.Do(ctx, "SENTINEL", "FAILOVER", sentinelMaster).Err()
	})
	p.Await(t)
}

// Await waits until the replica has taken over and all who live know it: some seven seconds after
// its master was killed or stopped, on an idle machine. It is the Master then, and the other one
// the Replica.
func (p *Pair) Await(t testing.TB) {
	t.Helper()
	await(t, "the replica to take over", func(ctx context.Context) error { return p.known(ctx, p.Replica) })
	p.Master, p.Replica = p.Replica, p.Master
}

// Rejoin starts the Replica again, which was killed when it was the master, and waits until it has
// what its master has now. What it had alone is gone.
func (p *Pair) Rejoin(t testing.TB) {
	t.Helper()
	var arguments []string
	if p.sentinel != "" { // which takes half a minute to notice
		arguments = []string{"--replicaof", "127.0.0.1 " + strconv.Itoa(p.Master.port)}
	}
	p.Replica.Restart(t, arguments...)
	p.Synced(t)
}

// known returns nil once a server is a master, to all who watch it.
func (p *Pair) known(ctx context.Context, s *Server) error {
	if p.sentinel != "" {
		return p.sentinelKnows(ctx, s)
	}
	for _, pair := range p.others.Pairs {
		for _, node := range []*Server{pair.Master, pair.Replica} {
			if !node.process.runs() || node == p.Master && node != s { // it may be stopped
				continue
			}
			if err := nodeKnows(ctx, node, s); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *Pair) sentinelKnows(ctx context.Context, s *Server) error {
	client, server := redis.NewSentinelClient(&redis.Options{Addr: p.sentinel}), direct(s)
	defer client.Close()
	defer server.Close()
	addr, err := client.GetMasterAddrByName(ctx, sentinelMaster).Result()
	if err != nil || net.JoinHostPort(addr[0], addr[1]) != s.Addr() {
		return errors.Join(fmt.Errorf("the sentinel says %v", addr), err)
	}
	role, err := server.Do(ctx, "ROLE").Slice()
	if err != nil || len(role) == 0 || role[0] != "master" {
		return errors.Join(fmt.Errorf("the server says %v", role), err)
	}
	return nil
}

// nodeKnows returns nil once a node of a cluster sees all slots served, and a server as a master
// of some.
func nodeKnows(ctx context.Context, node, master *Server) error {
	client := direct(node)
	defer client.Close()
	info, err := client.ClusterInfo(ctx).Result()
	if err != nil || !healthy(info) {
		return errors.Join(fmt.Errorf("%s says %q", node.Addr(), info), err)
	}
	parts, err := client.ClusterSlots(ctx).Result() //nolint:staticcheck // what the client goes by as well
	if err != nil {
		return err
	}
	for _, part := range parts {
		if len(part.Nodes) > 0 && part.Nodes[0].Addr == master.Addr() {
			return nil
		}
	}
	return fmt.Errorf("%s says %v", node.Addr(), parts)
}

// direct is a client around the proxy, which tries once.
func direct(s *Server) *redis.Client {
	return redis.NewClient(&redis.Options{Addr: s.backend, MaxRetries: -1, DialerRetries: 1})
}

// await asks again until there is no error.
func await(t testing.TB, what string, ask func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), stateTime)
	defer cancel()
	err := errors.New("not asked")
	for ctx.Err() == nil {
		once, done := context.WithTimeout(ctx, 2*time.Second)
		err = ask(once)
		done()
		if err == nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("wait for %s: %v", what, err)
}
