package redisstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// ServerInfo is what one Redis server that holds our data says of itself: the server, each master
// of a cluster, or the master that sentinels name. It is read from INFO, and CONFIG GET where the
// user may, and a key is written; what could not be looked at is empty, or -1, and stands in Unknown.
type ServerInfo struct {
	Address   string        // host:port
	Version   string        // such as 7.0.15
	AppendOff bool          // there is no append-only file
	Fsync     string        // of the append-only file: always, everysec or no
	Snapshots string        // when some are taken: seconds and changes, as in the setting save; off: never
	Eviction  string        // maxmemory-policy
	MaxMemory int64         // bytes; 0: no limit
	Memory    int64         // bytes in use
	Replicas  int           // connected
	Syncing   int           // of these, that have no copy of the data yet, and can't take over
	Behind    time.Duration // the longest of the other replicas' lags; of one that is untold a day
	Failing   bool          // the last write of the append-only file, or the last snapshot, failed
	NoWrites  string        // why it takes none, see [NoWrites]; empty: it does
	Required  Durability    // see [DB.Require]
	Unknown   []string      // names of fields and settings, sorted
}

// Servers looks at every server, within a second. The error is that one of them does not answer.
func (db *DB) Servers(ctx context.Context) ([]ServerInfo, error) {
	var mu sync.Mutex
	var all []ServerInfo
	err := db.eachServer(ctx, func(ctx context.Context, server *redis.Client) error {
		info, err := lookAt(ctx, server)
		if err != nil {
			return err
		}
		refused := db.write(ctx, server)
		if refused != nil && !isReply(refused) {
			return refused
		}
		info.NoWrites, info.Required = NoWrites(refused), db.durable.level
		mu.Lock()
		defer mu.Unlock()
		all = append(all, info)
		return nil
	})
	if err != nil {
		return nil, explain(err)
	}
	slices.SortFunc(all, func(a, b ServerInfo) int { return strings.Compare(a.Address, b.Address) })
	return all, nil
}

// readyKept is how long the key lives that is written to see whether it can be.
const readyKept = time.Minute

// Writable says whether every server that holds data takes writes, within a second: whether it is there,
// its memory is not full, it is no replica, its disk takes what it writes, and it has the replicas that
// it wants; [NoWrites] tells the error's reason. It writes a key to each.
func (db *DB) Writable(ctx context.Context) error {
	if err := db.eachServer(ctx, db.write); err != nil {
		return db.explain(err)
	}
	return nil
}

// write writes a key to a server.
func (db *DB) write(ctx context.Context, server *redis.Client) error {
	key, err := db.readyKeyOf(ctx, server)
	if err != nil {
		return err
	}
	return server.Set(ctx, key, "", readyKept).Err()
}

// mostTried bounds the search for a key of a server: that none of so many falls to one of a hundred
// masters has no chance.
const mostTried = 10_000

// readyKeyOf is a key that a server has.
func (db *DB) readyKeyOf(ctx context.Context, server *redis.Client) (string, error) {
	cluster, ok := db.client.(*redis.ClusterClient)
	if !ok {
		return readyKey(0), nil
	}
	for n := range mostTried {
		master, err := cluster.MasterForKey(ctx, readyKey(n))
		if err != nil {
			return "", err
		}
		if master == server {
			return readyKey(n), nil
		}
	}
	return "", errors.New("find a key of a master of the cluster: it has too few slots")
}

// eachServer asks every server that holds data, those of a cluster at once.
func (db *DB) eachServer(ctx context.Context, ask func(context.Context, *redis.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, db.within)
	defer cancel()
	switch client := db.client.(type) {
	case *redis.ClusterClient:
		return client.ForEachMaster(ctx, ask)
	case *redis.Client:
		return ask(ctx, client)
	}
	return fmt.Errorf("unknown kind of client %T", db.client)
}

// scan looks at the keys of every server, a page at a time, and has found told of those that match a pattern and how
// many pages of their server that were, until it says that these are enough. A key can be told of twice.
func (db *DB) scan(ctx context.Context, pattern string, page int64, found func(keys []string, pages int) (enough bool)) error {
	var mu sync.Mutex
	return db.eachServer(ctx, func(ctx context.Context, server *redis.Client) error {
		cursor := uint64(0)
		for pages := 1; ; pages++ {
			keys, next, err := server.Scan(ctx, cursor, pattern, page).Result()
			if err != nil {
				return err
			}
			mu.Lock()
			enough := found(keys, pages)
			mu.Unlock()
			if cursor = next; cursor == 0 || enough {
				return nil
			}
		}
	})
}

// lookAt asks one server. That it refuses to answer is no error.
func lookAt(ctx context.Context, server *redis.Client) (ServerInfo, error) {
	text, err := server.Info(ctx).Result()
	if err != nil && !isReply(err) {
		return ServerInfo{}, err
	}
	info := parseInfo(text)
	info.Address = server.Options().Addr
	for _, setting := range []struct {
		name string
		set  *string
	}{{"appendfsync", &info.Fsync}, {"save", &info.Snapshots}} {
		answer, err := server.ConfigGet(ctx, setting.name).Result()
		if err != nil && !isReply(err) {
			return ServerInfo{}, err
		}
		value, known := answer[setting.name]
		if !known {
			info.Unknown = append(info.Unknown, setting.name)
		} else if *setting.set = value; value == "" {
			*setting.set = "off"
		}
	}
	slices.Sort(info.Unknown)
	return info, nil
}

// parseInfo reads the answer of INFO, https://redis.io/commands/info. It takes any text.
func parseInfo(text string) ServerInfo {
	fields := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), ":"); ok {
			fields[name] = value
		}
	}
	var info ServerInfo
	get := func(name string) string {
		value, ok := fields[name]
		if !ok {
			info.Unknown = append(info.Unknown, name)
		}
		return value
	}
	count := func(name string) int64 {
		n, err := strconv.ParseInt(get(name), 10, 64)
		if err != nil || n < 0 {
			return -1
		}
		return n
	}
	info.Version, info.Eviction = get("redis_version"), get("maxmemory_policy")
	info.MaxMemory, info.Memory = count("maxmemory"), count("used_memory")
	info.AppendOff = get("aof_enabled") == "0"
	info.Failing = fields["aof_last_write_status"] == "err" || fields["rdb_last_bgsave_status"] == "err"
	info.Replicas = int(min(count("connected_slaves"), maxReplicas))
	for n := range info.Replicas {
		replica := fields["slave"+strconv.Itoa(n)]
		if strings.Contains(replica, "state=") && !strings.Contains(replica, "state=online") {
			info.Syncing++
			continue
		}
		info.Behind = max(info.Behind, lag(replica))
	}
	return info
}

// maxReplicas bounds how many replicas are looked at.
const maxReplicas = 100

// lag reads how far a replica is behind: ip=...,port=...,state=online,offset=...,lag=1.
func lag(replica string) time.Duration {
	const untold = 24 * time.Hour
	_, rest, _ := strings.Cut(replica, "lag=")
	seconds, err := strconv.ParseUint(strings.SplitN(rest, ",", 2)[0], 10, 32)
	if err != nil {
		return untold
	}
	return time.Duration(seconds) * time.Second
}

// A Finding is something about a server by which data can be lost.
type Finding string

// The findings. The first refuses a server.
const (
	Evicts        Finding = "evicts"
	TakesNoWrites Finding = "takes-no-writes"
	NotDurable    Finding = "not-durable"
	NoPersistence Finding = "no-persistence"
	SnapshotsOnly Finding = "snapshots-only"
	NeverSyncs    Finding = "never-syncs"
	WritesFail    Finding = "writes-fail"
	NearlyFull    Finding = "nearly-full"
	NoReplica     Finding = "no-replica"
	ReplicaBehind Finding = "replica-behind"
	ReplicaSyncs  Finding = "replica-syncs"
	OldVersion    Finding = "old-version"
	NotLookedAt   Finding = "not-looked-at"
)

// Findings are all there are, with what would be lost, and what to do.
var Findings = map[Finding]string{
	Evicts: "Redis deletes data when its memory is full, calls under way, locks and lines among them: " +
		"set maxmemory-policy noeviction",
	TakesNoWrites: "Redis answers and takes no writes, so callers hear an apology: it is full (raise maxmemory), read-only (REDIS_URL names a replica, or " +
		"a failover made it one), lacks the replicas of min-replicas-to-write, or its disk fails",
	NotDurable: "what DURABILITY asks for can't be had, and whoever changes something is told that it may not last: " +
		"replica needs a replica that is connected and has synchronized, disk needs appendonly yes and appendfsync always",
	NoPersistence: "Redis keeps nothing on disk: everything is lost when it restarts; set appendonly yes",
	SnapshotsOnly: "Redis has no append-only file: when it dies, all since its last snapshot is lost; set appendonly yes",
	NeverSyncs:    "Redis leaves it to the system when the append-only file is written: when its machine dies, some 30 seconds are lost; set appendfsync everysec",
	WritesFail:    "Redis could not write to its disk the last time: what changes now may be lost when it restarts; look at its disk and its log",
	NearlyFull:    "Redis has used nine tenths of maxmemory: once it is full, changes are refused and calls end in an apology; raise maxmemory, and see docs/keys.md for what grows",
	NoReplica:     "Redis has no replica: when its disk is lost, all since the last backup is lost; add one, or live with that",
	ReplicaBehind: "a replica of Redis is more than 10 seconds behind: a failover to it loses as much; look at its load and its network",
	ReplicaSyncs:  "a replica of Redis is synchronizing, and no failover to it should happen until it has: this takes seconds to minutes; if longer, look at its log",
	OldVersion:    "Redis is older than 7, on which this program is tried: update it",
	NotLookedAt:   "Redis or its ACL does not let all be looked at, so data may be lost in ways that are not told here; allow INFO and CONFIG GET, or live with that",
}

// FindingsTable is all findings as a Markdown table, by name.
func FindingsTable() string {
	var b strings.Builder
	b.WriteString("| finding | meaning, and what to do |\n| --- | --- |\n")
	for _, finding := range slices.Sorted(maps.Keys(Findings)) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", finding, Findings[finding])
	}
	return b.String()
}

// Bounds of findings.
const (
	oldest      = 7 // major version
	mostBehind  = 10 * time.Second
	nearlyTenth = 9 // of ten
)

// Findings says how the server can lose data, what is worst first.
func (s ServerInfo) Findings() []Finding {
	var found []Finding
	add := func(is bool, what Finding) {
		if is {
			found = append(found, what)
		}
	}
	add(s.Eviction != "" && s.Eviction != "noeviction", Evicts)
	add(s.NoWrites != "", TakesNoWrites)
	add(s.lacksDurability(), NotDurable)
	add(s.AppendOff && s.Snapshots == "off", NoPersistence)
	add(s.AppendOff && s.Snapshots != "off", SnapshotsOnly)
	add(!s.AppendOff && s.Fsync == "no", NeverSyncs)
	add(s.Failing, WritesFail)
	add(s.MaxMemory > 0 && s.Memory/nearlyTenth > s.MaxMemory/10, NearlyFull)
	add(s.Replicas == 0, NoReplica)
	add(s.Behind > mostBehind, ReplicaBehind)
	add(s.Syncing > 0, ReplicaSyncs)
	major, err := strconv.Atoi(strings.SplitN(s.Version, ".", 2)[0])
	add(err == nil && major < oldest, OldVersion)
	add(len(s.Unknown) > 0, NotLookedAt)
	return found
}

// lacksDurability says whether what is required can't be had, as far as that is known.
func (s ServerInfo) lacksDurability() bool {
	switch s.Required {
	case Replica:
		return s.Replicas == s.Syncing
	case Disk:
		return s.AppendOff || s.Fsync != "" && s.Fsync != "always"
	case Memory:
	}
	return false
}
