package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"updatecenter/internal/audit"
	"updatecenter/internal/notices"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

// ring is a key ring of keys named by a letter, each with that letter's bytes; a=b is the key a
// with the bytes of b.
func ring(t *testing.T, keys ...string) secret.Keyring {
	t.Helper()
	var all []string
	for _, key := range keys {
		id, of, other := strings.Cut(key, "=")
		if !other {
			of = id
		}
		all = append(all, id+":"+base64.StdEncoding.EncodeToString([]byte(strings.Repeat(of, 32))))
	}
	return must(secret.ParseKeyring(strings.Join(all, ",")))(t)
}

// watchOn is what looks after a Redis, with secret keys.
func watchOn(t *testing.T, url string, keys secret.Keyring) (*redisWatch, *testkit.Log) {
	t.Helper()
	db := must(redisstore.OpenWithin(url, patience))(t)
	t.Cleanup(func() { db.Close() })
	logs := &testkit.Log{}
	return newRedisWatch(config{redisSettings: redisSettings{SecretKeys: keys}}, outside{db: db, now: time.Now, log: slog.New(slog.NewJSONHandler(logs, nil))}), logs
}

// TestSecretKeysOfAnotherRedis starts servers one after the other on one Redis, as keys are
// mistyped, brought in, and retired.
func TestSecretKeysOfAnotherRedis(t *testing.T) {
	server := redistest.Start(t)
	for _, step := range []struct{ keys, refused, logged string }{
		{"a", "", ""},
		{"a", "", ""},
		{"a=b", "the key a has other bytes", ""},
		{"c", "none of the keys (c) opens what is stored in this Redis, which was written with a", ""},
		{"a b", "", ""},
		{"a b=c", "the key b has other bytes", ""}, // another server has b as well
		{"b a", "", ""},
		{"a b", "", ""}, // a server that was not restarted yet
		{"b", "", `"keys":"a"`},
		{"a=b b", "the key a has other bytes", ""},
	} {
		w, logs := watchOn(t, server.URL(), ring(t, strings.Fields(step.keys)...))
		err := w.start(t.Context())
		if step.refused == "" && err != nil || step.refused != "" && (err == nil || !strings.Contains(err.Error(), "SECRET_KEYS: "+step.refused)) {
			t.Errorf("%s: %v; want %q", step.keys, err, step.refused)
		}
		if !strings.Contains(logs.String(), step.logged) || step.logged == "" && strings.Contains(logs.String(), "SECRET_KEYS") {
			t.Errorf("%s: logged %s", step.keys, logs)
		}
		var wrong usageError
		if err != nil && !errors.As(err, &wrong) {
			t.Errorf("%s: %v is no wrong setting", step.keys, err)
		}
	}
}

// TestSecretKeysOfAnOlderRelease finds wrong keys by what a release stored that kept no check.
func TestSecretKeysOfAnOlderRelease(t *testing.T) {
	stored := map[string]func(*testing.T, *redisstore.DB){
		"audit": func(t *testing.T, db *redisstore.DB) {
			log := audit.New(audit.Config{Store: db.Audit(), Keys: ring(t, "a")})
			check.OK(t, log.Record(t.Context(), audit.Event{Action: audit.SignedIn, By: "ann", Via: audit.ViaConsole}))
		},
		"accounts": func(t *testing.T, db *redisstore.DB) {
			s := &stage{db: db, app: &app{accounts: must(newAccounts(config{redisSettings: redisSettings{SecretKeys: ring(t, "a")}}, outside{db: db, now: time.Now}, nil, notices.Policy{}))(t)}}
			s.customer(t, 1)
			s.customer(t, 2)
		},
	}
	server := redistest.Start(t)
	for name, store := range stored {
		flush(t, server)
		w, _ := watchOn(t, server.URL(), ring(t, "a"))
		store(t, w.db)
		for _, keys := range []string{"a=b", "b"} {
			other, _ := watchOn(t, server.URL(), ring(t, keys))
			if err := other.start(t.Context()); err == nil || !strings.Contains(err.Error(), "SECRET_KEYS: what is stored in this Redis can't be opened") {
				t.Errorf("%s under a, started with %s: %v", name, keys, err)
			}
		}
		if err := w.start(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSecretKeysOfCommands: what reads or writes sealed data by command is refused as well.
func TestSecretKeysOfCommands(t *testing.T) {
	server := redistest.Start(t)
	sh := shell{t, server.URL()}
	agentSettings(t)
	sh.expect(exitOK, []string{"1 accounts added"}, strings.SplitAfter(accountsFile, "en\n")[0], "accounts", "import", "-")
	t.Setenv("SECRET_KEYS", auditKeys("b"))
	for _, command := range [][]string{
		{"accounts", "import", "-"}, {"accounts", "show", "1000-1"}, {"agents", "list"}, {"audit", "export"}, {"lines", "import", "-"},
	} {
		sh.expect(exitUsage, []string{"SECRET_KEYS: none of the keys (b) opens what is stored"}, accountsFile, command...)
	}
	cmd, log := program(t, server, freeAddress(t), "SECRET_KEYS="+auditKeys("c"))
	var ended *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &ended) || ended.ExitCode() != exitUsage || !strings.Contains(log.String(), "SECRET_KEYS: none of the keys (c)") {
		t.Errorf("serve: %v\n%s", err, log)
	}
}

// TestRedisIsLookedAt finds by what a Redis can lose data, each told once, and in the metrics.
func TestRedisIsLookedAt(t *testing.T) {
	server := redistest.Start(t)
	admin := (&stage{server: server}).redis(t)
	set := func(setting, value string) {
		t.Helper()
		check.OK(t, admin.ConfigSet(t.Context(), setting, value).Err())
	}
	w, logs := watchOn(t, server.URL(), ring(t, "a"))
	registry := prometheus.NewRegistry()
	registry.MustRegister(w)
	for _, eviction := range []string{"allkeys-lru", "volatile-ttl"} {
		set("maxmemory-policy", eviction)
		if err := w.start(t.Context()); err == nil || !strings.Contains(err.Error(), "maxmemory-policy "+eviction) || !strings.Contains(err.Error(), "set maxmemory-policy noeviction") {
			t.Errorf("%s: %v", eviction, err)
		}
	}
	set("maxmemory-policy", "noeviction")
	set("maxmemory", "1gb")
	for range 2 {
		check.OK(t, w.start(t.Context()))
	}
	for _, finding := range []string{"no-persistence", "no-replica"} {
		if strings.Count(logs.String(), `"finding":"`+finding+`"`) != 1 {
			t.Errorf("%s is not told once:\n%s", finding, logs)
		}
	}
	page := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		`updatecenter_redis_finding{finding="evicts"} 0`, `updatecenter_redis_finding{finding="no-persistence"} 1`,
		`updatecenter_redis_finding{finding="no-replica"} 1`, `updatecenter_redis_finding{finding="writes-fail"} 0`,
		"updatecenter_redis_maxmemory_bytes 1.073741824e+09", "updatecenter_redis_rights_missing 0", "updatecenter_redis_up 1",
		`updatecenter_redis_info{maxmemory_policy="noeviction",persistence="none",version="`,
	} {
		if !strings.Contains(page.Body.String(), want) {
			t.Errorf("metrics lack %s:\n%s", want, page.Body)
		}
	}
	set("appendonly", "yes")
	if err := w.look(t.Context()); err != nil || persistence(w.servers[0]) != "append-only everysec" {
		t.Errorf("after a change %+v, %v", w.servers, err)
	}
}

// TestRedisAwayAndBack counts what the log tells while Redis is away, or takes no writes: that, and that it
// is back. What fails meanwhile, again and again, is told at level debug alone.
func TestRedisAwayAndBack(t *testing.T) {
	command := func(words ...any) func(*testing.T, *redistest.Server) {
		return func(t *testing.T, server *redistest.Server) {
			check.OK(t, (&stage{server: server}).redis(t).Do(t.Context(), words...).Err())
		}
	}
	up := func(_ *testing.T, server *redistest.Server) { server.Up() }
	for name, fault := range map[string]struct {
		fail, mend func(*testing.T, *redistest.Server)
		says       string
	}{
		"down":      {func(_ *testing.T, server *redistest.Server) { server.Down() }, up, "Redis is away"},
		"hanging":   {func(_ *testing.T, server *redistest.Server) { server.Hang() }, up, "Redis is away"},
		"full":      {command("config", "set", "maxmemory", "1"), command("config", "set", "maxmemory", "0"), "Redis takes no writes (full)"},
		"read-only": {command("replicaof", "127.0.0.1", "1"), command("replicaof", "no", "one"), "Redis takes no writes (read-only)"},
		"alone": {command("config", "set", "min-replicas-to-write", "1"), command("config", "set", "min-replicas-to-write", "0"),
			"Redis takes no writes (too few replicas)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t)
			s := newEmptyStage(t)
			s.db = must(redisstore.Open(server.URL()))(t)
			t.Cleanup(func() { s.db.Close() })
			heard := newSwitch(t)
			s.config.ProvisioningURL, s.config.ProvisioningSecret = heard.url, secret.New(heard.secret)
			a := must(newApp(s.config, outside{
				db: s.db, now: time.Now, hash: cheap, log: slog.New(slog.NewJSONHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
			}))(t)
			check.OK(t, a.redis.start(t.Context()))
			before := len(linesOf(t, s.logs))
			ctx, stop := context.WithCancel(t.Context())
			running := make(chan error, 1)
			listener := must(net.Listen("tcp", "127.0.0.1:0"))(t)
			go func() { running <- a.run(ctx, listener, nil) }()
			eventually(t, func() bool { return ask(a.handler, "/readyz") == http.StatusOK })

			fault.fail(t, server)
			eventually(t, func() bool {
				text := s.logs.String()
				partitions := fault.says != "Redis is away" || strings.Contains(text, "no partitions to be had") // no write, as none waits
				return partitions && strings.Contains(text, fault.says) && strings.Count(text, `"said":"Failed to`)+strings.Count(text, `"said":"Dequeue error`) > 3
			})
			if code, body := answerOf(a.handler, "/readyz"); code != http.StatusServiceUnavailable || body != fault.says+"\n" {
				t.Errorf("readyz: %d %q", code, body)
			}
			if _, page := answerOf(a.handler, "/metrics"); !strings.Contains(page, "updatecenter_redis_up 0\n") {
				t.Error("the metrics say that Redis can be used")
			}
			fault.mend(t, server)
			eventually(t, func() bool { return strings.Contains(s.logs.String(), "Redis is back") })
			eventually(t, func() bool { return ask(a.handler, "/readyz") == http.StatusOK })
			stop()
			if err := <-running; err != nil {
				t.Error(err)
			}
			lines := linesOf(t, s.logs)[before:]
			if len(lines) != 3 || lines[0].Msg != fault.says+": callers hear an apology" || lines[1].Msg != "Redis is back" ||
				lines[1].After <= 0 || !strings.HasPrefix(lines[2].Msg, "stopping") {
				t.Errorf("told: %+v", lines)
			}
		})
	}
}

// TestServerStartsOnReplica: a replica that has all data is told of at the start, and found.
func TestServerStartsOnReplica(t *testing.T) {
	server := redistest.Start(t)
	w, _ := watchOn(t, server.URL(), ring(t, "a"))
	check.OK(t, w.start(t.Context()))
	admin := (&stage{server: server}).redis(t)
	check.OK(t, admin.ReplicaOf(t.Context(), "127.0.0.1", "1").Err())
	for _, keys := range []string{"a", "a b"} { // the second has a key to write
		w, logs := watchOn(t, server.URL(), ring(t, strings.Fields(keys)...))
		if err := w.start(t.Context()); err != nil {
			t.Errorf("%s: %v", keys, err)
		}
		for _, want := range []string{`"level":"ERROR","msg":"Redis takes no writes (read-only): callers hear an apology"`, `"finding":"takes-no-writes"`} {
			if strings.Count(logs.String(), want) != 1 {
				t.Errorf("%s: the log has not %s once:\n%s", keys, want, logs)
			}
		}
	}
	check.OK(t, admin.ReplicaOf(t.Context(), "no", "one").Err())
	w, logs := watchOn(t, server.URL(), ring(t, "a"))
	if err := w.start(t.Context()); err != nil || strings.Contains(logs.String(), "takes") {
		t.Errorf("a master: %v\n%s", err, logs)
	}
}

// TestServerStartsWithoutRedis: it is checked when it is there, and may be refused then.
func TestServerStartsWithoutRedis(t *testing.T) {
	server := redistest.Start(t)
	w, _ := watchOn(t, server.URL(), ring(t, "a"))
	check.OK(t, w.start(t.Context()))
	server.Down()
	s := newEmptyStage(t)
	s.config.SecretKeys = ring(t, "a=b")
	s.db = must(redisstore.OpenWithin(server.URL(), patience))(t)
	t.Cleanup(func() { s.db.Close() })
	a := s.live(t)
	if err := a.redis.start(t.Context()); err != nil {
		t.Fatalf("without Redis: %v", err)
	}
	running := make(chan error, 1)
	listener := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	go func() { running <- a.run(t.Context(), listener, nil) }()
	server.Up()
	if err := <-running; err == nil || !strings.Contains(err.Error(), "the key a has other bytes") {
		t.Errorf("with Redis: %v\n%s", err, s.logs)
	}
}

// TestReadyTries has a Redis that is full, and one that refuses writes. A queue that somebody has paused is
// told by the metrics, and calls are taken.
func TestReadyTries(t *testing.T) {
	server := redistest.Start(t)
	s := newStage(t, server, nil)
	if got := ask(s.app.handler, "/readyz"); got != http.StatusOK {
		t.Errorf("readyz: %d", got)
	}
	admin := s.redis(t)
	for _, limit := range []struct {
		bytes string
		ready int
	}{{"1", http.StatusServiceUnavailable}, {"0", http.StatusOK}} {
		check.OK(t, admin.ConfigSet(t.Context(), "maxmemory", limit.bytes).Err())
		eventually(t, func() bool { return ask(s.app.handler, "/readyz") == limit.ready })
	}
	check.OK(t, admin.Set(t.Context(), "asynq:{updatecenter-validations}:paused", "1", 0).Err())
	if got := ask(s.app.handler, "/readyz"); got != http.StatusOK {
		t.Errorf("with a paused queue: readyz %d", got)
	}
	for queue, paused := range map[string]int{"validations": 1, "codes": 0} {
		if want := fmt.Sprintf("updatecenter_queue_paused{queue=%q} %d\n", queue, paused); !strings.Contains(string(s.metrics(t)), want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	server.Restrict(t, append(redisRules(), "-set")...)
	s.db = must(redisstore.OpenWithin(server.URL(), patience))(t)
	defer s.db.Close()
	if got := ask(s.start().handler, "/readyz"); got != http.StatusServiceUnavailable || !strings.Contains(s.logs.String(), "NOPERM") {
		t.Errorf("without rights: readyz %d\n%s", got, s.logs)
	}
}

// toldLine is what tests read of a log line.
type toldLine struct {
	Level, Msg string
	After      time.Duration
}

// linesOf are the lines of a log above level debug.
func linesOf(t *testing.T, logs *testkit.Log) []toldLine {
	t.Helper()
	var lines []toldLine
	for text := range strings.Lines(logs.String()) {
		var line toldLine
		check.OK(t, json.NewDecoder(bytes.NewBufferString(text)).Decode(&line))
		if line.Level != "DEBUG" {
			lines = append(lines, line)
		}
	}
	return lines
}
