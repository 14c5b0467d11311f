package redisstore

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit/check"
)

// soundInfo is what INFO tells of a server in which nothing can be lost but what is said in the
// README.
const soundInfo = "# Server\r\nredis_version:7.0.15\r\n# Memory\r\nused_memory:1000\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\n" +
	"# Persistence\r\naof_enabled:1\r\nrdb_last_bgsave_status:ok\r\naof_last_write_status:ok\r\n" +
	"# Replication\r\nconnected_slaves:1\r\nslave0:ip=10.0.0.2,port=6379,state=online,offset=1,lag=1\r\n"

func TestFindings(t *testing.T) {
	for name, c := range map[string]struct {
		from, to string // of soundInfo
		set      func(*ServerInfo)
		want     []Finding
	}{
		"sound":                  {},
		"cache":                  {"noeviction", "allkeys-lfu", nil, []Finding{Evicts}},
		"cache of lifetimes":     {"noeviction", "volatile-lru", nil, []Finding{Evicts}},
		"memory alone":           {"aof_enabled:1", "aof_enabled:0", func(s *ServerInfo) { s.Snapshots = "off" }, []Finding{NoPersistence}},
		"snapshots":              {"aof_enabled:1", "aof_enabled:0", func(s *ServerInfo) { s.Snapshots = "3600 1" }, []Finding{SnapshotsOnly}},
		"snapshots, or none":     {"aof_enabled:1", "aof_enabled:0", nil, []Finding{SnapshotsOnly}},
		"no sync":                {"", "", func(s *ServerInfo) { s.Fsync = "no" }, []Finding{NeverSyncs}},
		"sync":                   {"", "", func(s *ServerInfo) { s.Fsync = "everysec" }, nil},
		"disk is full":           {"aof_last_write_status:ok", "aof_last_write_status:err", nil, []Finding{WritesFail}},
		"snapshot failed":        {"bgsave_status:ok", "bgsave_status:err", nil, []Finding{WritesFail}},
		"memory to spare":        {"maxmemory:0", "maxmemory:1200", nil, nil},
		"memory nearly full":     {"maxmemory:0", "maxmemory:1050", nil, []Finding{NearlyFull}},
		"alone":                  {"connected_slaves:1", "connected_slaves:0", nil, []Finding{NoReplica}},
		"no replica to wait for": {"connected_slaves:1", "connected_slaves:0", func(s *ServerInfo) { s.Required = Replica }, []Finding{NotDurable, NoReplica}},
		"replica to wait for":    {"", "", func(s *ServerInfo) { s.Required = Replica }, nil},
		"no disk to wait for":    {"", "", func(s *ServerInfo) { s.Required, s.Fsync = Disk, "everysec" }, []Finding{NotDurable}},
		"disk to wait for":       {"", "", func(s *ServerInfo) { s.Required, s.Fsync = Disk, "always" }, nil},
		"replica behind":         {"lag=1", "lag=11", nil, []Finding{ReplicaBehind}},
		"replica synchronizes":   {"state=online", "state=wait_bgsave", nil, []Finding{ReplicaSyncs}},
		"no replica has synced":  {"state=online", "state=send_bulk", func(s *ServerInfo) { s.Required = Replica }, []Finding{NotDurable, ReplicaSyncs}},
		"replica untold":         {"slave0", "slave1", nil, []Finding{ReplicaBehind}},
		"old":                    {"7.0.15", "6.2.1", nil, []Finding{OldVersion}},
		"new":                    {"7.0.15", "10.0.0", nil, nil},
		"untold":                 {soundInfo, "", nil, []Finding{NotLookedAt}},
		"everything":             {"noeviction", "allkeys-lru\r\nconnected_slaves:0", func(s *ServerInfo) { s.Replicas = 0 }, []Finding{Evicts, NoReplica}},
	} {
		info := parseInfo(strings.Replace(soundInfo, c.from, c.to, 1))
		if c.set != nil {
			c.set(&info)
		}
		if got := info.Findings(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v of %+v", name, got, c.want, info)
		}
	}
}

func TestFindingsAreAllTold(t *testing.T) {
	for finding, said := range Findings {
		if said == "" || strings.HasSuffix(said, ".") {
			t.Errorf("%s: %q", finding, said)
		}
	}
}

// FuzzInfo holds that no answer panics, and that findings are known ones.
func FuzzInfo(f *testing.F) {
	f.Add(soundInfo)
	f.Add("connected_slaves:999999999999\nslave0:lag=\nmaxmemory:9223372036854775807\nused_memory:-1")
	f.Fuzz(func(t *testing.T, text string) {
		info := parseInfo(text)
		for _, finding := range info.Findings() {
			if Findings[finding] == "" {
				t.Errorf("finding %q of %+v", finding, info)
			}
		}
		if info.Replicas > maxReplicas || info.Behind < 0 {
			t.Errorf("%q was read as %+v", text, info)
		}
	})
}

// TestServers looks at every kind of Redis.
func TestServers(t *testing.T) {
	for name, c := range map[string]struct {
		url     string
		servers int
		known   bool
	}{
		"embedded": {redistest.StartMini(t).URL(), 1, false},
		"single":   {redistest.Start(t).URL(), 1, true},
		"sentinel": {redistest.StartSentinel(t), 1, true},
		"cluster":  {redistest.StartCluster(t), 3, true},
	} {
		db, err := OpenWithin(c.url, time.Minute)
		check.OK(t, err)
		defer db.Close()
		servers, err := db.Servers(t.Context())
		if err != nil || len(servers) != c.servers {
			t.Errorf("%s: %+v, %v", name, servers, err)
			continue
		}
		for _, s := range servers {
			if known := len(s.Unknown) == 0 && s.Version != "" && s.Eviction == "noeviction" && s.Snapshots == "off" && s.Fsync == "everysec"; known != c.known {
				t.Errorf("%s: %+v", name, s)
			}
		}
		if missing, err := db.Missing(t.Context(), Commands()); err != nil || len(missing) > 0 {
			t.Errorf("%s: missing %q, %v", name, missing, err)
		}
	}
}

// TestWritable has servers that answer, and refuse writes.
func TestWritable(t *testing.T) {
	single, cluster := redistest.Start(t), redistest.StartReplicatedCluster(t)
	for name, c := range map[string]struct {
		url    string
		server *redistest.Server
	}{"single": {single.URL(), single}, "cluster": {cluster.URL, cluster.Pairs[2].Master}} {
		db, err := OpenWithin(c.url, time.Minute)
		check.OK(t, err)
		defer db.Close()
		options, err := redis.ParseURL(c.server.DirectURL())
		check.OK(t, err)
		admin := redis.NewClient(options)
		defer admin.Close()
		if err := db.Writable(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, fault := range []struct{ setting, wrong, right, says, why string }{
			{"maxmemory", "1", "0", "OOM", "full"},
			{"min-replicas-to-write", "7", "0", "NOREPLICAS", "too few replicas"},
		} {
			set := func(value string) {
				check.OK(t, admin.ConfigSet(t.Context(), fault.setting, value).Err())
			}
			set(fault.wrong)
			if err := db.Writable(t.Context()); err == nil || !strings.Contains(err.Error(), fault.says) || NoWrites(err) != fault.why {
				t.Errorf("%s: %s: %v", name, fault.says, err)
			}
			servers, err := db.Servers(t.Context())
			if err != nil || slices.IndexFunc(servers, func(s ServerInfo) bool { return s.NoWrites == fault.why }) < 0 {
				t.Errorf("%s: %s: %+v, %v", name, fault.says, servers, err)
			}
			err = db.eachServer(t.Context(), func(ctx context.Context, server *redis.Client) error {
				key, err := db.readyKeyOf(ctx, server)
				if err != nil {
					return err
				}
				_, err = db.run(ctx, newScript("set", "return redis.call('set', KEYS[1], '', 'PX', 1)"), []string{key})
				return err
			})
			if NoWrites(err) != fault.why || !errors.Is(err, ErrUnanswered) || strings.Contains(err.Error(), "no answer") {
				t.Errorf("%s: %s: a script: %v", name, fault.says, err)
			}
			if err := db.Ping(t.Context()); err != nil {
				t.Errorf("%s: %s: a ping: %v", name, fault.says, err)
			}
			set(fault.right)
			if err := db.Writable(t.Context()); err != nil {
				t.Errorf("%s: after %s: %v", name, fault.says, err)
			}
		}
	}
	db, err := OpenWithin(single.URL(), time.Minute)
	check.OK(t, err)
	defer db.Close()
	check.OK(t, db.Client().Do(t.Context(), "replicaof", "127.0.0.1", "1").Err())
	if err := db.Writable(t.Context()); !errors.Is(err, ErrUnanswered) || NoWrites(err) != "read-only" || strings.Contains(err.Error(), "no answer") {
		t.Errorf("a replica: %v", err)
	}
}

// TestUnanswered tells a Redis that is away from one that refuses.
func TestUnanswered(t *testing.T) {
	server := redistest.Start(t)
	db, err := OpenWithin(server.URL(), time.Second)
	check.OK(t, err)
	defer db.Close()
	server.Down()
	asks := map[string]func() error{
		"ping":    func() error { return db.Ping(t.Context()) },
		"write":   func() error { return db.Writable(t.Context()) },
		"servers": func() error { return check.Err(db.Servers(t.Context())) },
		"rights":  func() error { return check.Err(db.Missing(t.Context(), Commands())) },
		"script":  func() error { return check.Err(db.run(t.Context(), newScript("nothing", "return 1"), nil)) },
	}
	for name, ask := range asks {
		if err := ask(); !errors.Is(err, ErrUnanswered) || NoWrites(err) != "" {
			t.Errorf("%s, with Redis down: %v", name, err)
		}
	}
	server.Hang()
	for name, ask := range asks {
		if err := ask(); !errors.Is(err, ErrUnanswered) {
			t.Errorf("%s, with Redis hanging: %v", name, err)
		}
	}
	server.Up()
	if _, err := db.run(t.Context(), newScript("refuse", "return redis.error_reply('ERR no')"), nil); err == nil || errors.Is(err, ErrUnanswered) || NoWrites(err) != "refused" {
		t.Errorf("a refusal: %v", err)
	}
}

// sends finds the commands of scripts, and those that are written as a list.
var sends = regexp.MustCompile(`redis\.p?call\(['"]([A-Za-z]+)|(?:askOne\(ctx, [^,]+, |\[\]any\{)"([a-z]+)"|NewCmd\(ctx, "([a-z]+)"`)

// TestCommandsAreAll finds commands that the sources of this package send and Commands lacks, and
// those that nothing sends.
func TestCommandsAreAll(t *testing.T) {
	files, err := filepath.Glob("*.go")
	check.OK(t, err)
	sent := []string{"ping", "eval", "evalsha", "multi", "discard"} // otherwise
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || file == "rights.go" {
			continue
		}
		text, err := os.ReadFile(file)
		check.OK(t, err)
		for _, found := range sends.FindAllStringSubmatch(string(text), -1) {
			sent = append(sent, strings.ToLower(found[1]+found[2]+found[3]))
		}
	}
	if len(sent) < 100 {
		t.Fatalf("found %d commands", len(sent))
	}
	listed := []string{"wait", "waitaof", "config"} // for what is not in memory alone
	for _, example := range Commands() {
		listed = append(listed, example[0].(string))
	}
	for _, name := range sent {
		if !slices.Contains(listed, name) {
			t.Errorf("%s is sent, and not among Commands", name)
		}
	}
	for _, name := range listed {
		if !slices.Contains(sent, name) {
			t.Errorf("%s is among Commands, and nothing sends it", name)
		}
	}
}
