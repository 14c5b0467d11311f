package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/queue"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/voice/simulator"
)

// redisRules are the rules of a Redis user who may do what the program needs and no more.
func redisRules() []string {
	var rules []string
	for _, pattern := range append([]string{redisstore.KeyPattern}, queue.KeyPatterns()...) {
		rules = append(rules, "~"+pattern)
	}
	rules = append(rules, "&"+queue.Channel)
	names := []string{"select", "info", "config|get", "scan", "pttl"}
	for _, example := range slices.Concat(redisstore.Commands(), redisstore.ClusterCommands(), queue.Commands()) {
		name := fmt.Sprint(example[0])
		if name == "cluster" {
			name += "|" + fmt.Sprint(example[1])
		}
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		rules = append(rules, "+"+name)
	}
	return rules
}

// redisUser is the part of the README about such a user.
func redisUser() string {
	var b strings.Builder
	b.WriteString("```sh\nredis-cli ACL SETUSER updatecenter on '>PASSWORD'")
	width := 100
	for _, rule := range redisRules() {
		if strings.ContainsAny(rule, "~&|") {
			rule = "'" + rule + "'"
		}
		if width += len(rule) + 1; width > 90 {
			b.WriteString(" \\\n   ")
			width = len(rule) + 5
		}
		b.WriteString(" " + rule)
	}
	b.WriteString("\n```\n")
	return b.String()
}

// TestRestrictedRedisUser has a user with the documented rights do all that the program does besides the
// calls of TestCalls and TestCallbacks, and finds nothing refused, and no key that does not begin as the
// documents say.
func TestRestrictedRedisUser(t *testing.T) {
	server := redistest.Start(t)
	server.Restrict(t, redisRules()...)
	t.Run("server", func(t *testing.T) {
		flush(t, server)
		restrictedServer(t, server)
		holdsDocumentedKeys(t, server)
	})
	t.Run("commands", func(t *testing.T) {
		flush(t, server)
		restrictedCommands(t, server)
		holdsDocumentedKeys(t, server)
	})
	refusedNothing(t, server)
}

// TestWrongRedisPassword is told as what it is, and not as rights or keys that are wrong.
func TestWrongRedisPassword(t *testing.T) {
	server := redistest.Start(t)
	server.Restrict(t, redisRules()...)
	db := must(redisstore.Open(strings.Replace(server.URL(), ":password@", ":wrong@", 1)))(t)
	defer db.Close()
	_, err := db.Missing(t.Context(), redisstore.Commands())
	if err == nil || !strings.Contains(err.Error(), "the user or the password in REDIS_URL is wrong") {
		t.Error(err)
	}
}

// refusedNothing looks what a Redis has refused for lack of a right.
func refusedNothing(t *testing.T, server *redistest.Server) {
	t.Helper()
	if server.Mini() == nil {
		nodeRefusedNothing(t, (&stage{server: server}).redis(t))
	}
}

func nodeRefusedNothing(t *testing.T, admin *redis.Client) {
	t.Helper()
	refused, err := admin.Do(t.Context(), "acl", "log").Slice()
	if err != nil || len(refused) > 0 {
		t.Errorf("refused: %v, %v", refused, err)
	}
}

// TestRestrictedClusterUser has such a user call on a cluster.
func TestRestrictedClusterUser(t *testing.T) {
	t.Parallel()
	url := redistest.StartCluster(t)
	options := must(redis.ParseClusterURL(url))(t)
	command := []any{"acl", "setuser", "updatecenter", "on", ">password"}
	for _, rule := range redisRules() {
		command = append(command, rule)
	}
	var nodes []*redis.Client
	for _, address := range options.Addrs {
		node := redis.NewClient(&redis.Options{Addr: address})
		t.Cleanup(func() { node.Close() })
		check.OK(t, node.Do(t.Context(), command...).Err())
		nodes = append(nodes, node)
	}
	s := newStageAt(t, strings.Replace(url, "redis://", "redis://updatecenter:password@", 1), nil)
	if err := s.app.redis.start(t.Context()); err != nil {
		t.Error(err)
	}
	if n := len(s.app.redis.servers); n != len(nodes) {
		t.Errorf("%d servers were looked at, of %d", n, len(nodes))
	}
	s.freshLines(t)
	s.plays(t, s.exchange(nil), "../../testdata/calls/new-customer.call")
	if why := s.app.unready(t.Context()); why != "" {
		t.Error(why)
	}
	for _, node := range nodes {
		nodeRefusedNothing(t, node)
	}
}

// restrictedServer runs a whole server with its jobs: it starts without a complaint, calls with a
// code, changes a feature by the API and tells the switch.
func restrictedServer(t *testing.T, server *redistest.Server) {
	s, w := newLiveStage(t, server.URL())
	w.answer = func(ctx context.Context, ring *simulator.Ringing, _ int) { w.pressOne(ctx, ring) }
	heard := newSwitch(t)
	s.config.ProvisioningURL, s.config.ProvisioningSecret = heard.url, secret.New(heard.secret)
	a := s.live(t)
	check.OK(t, a.redis.start(t.Context()))
	ctx, stop := context.WithCancel(t.Context())
	running := make(chan error, 1)
	listener := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	go func() { running <- a.run(ctx, listener, nil) }()
	if err := addDemoLines(ctx, a, s.db, time.Now); err != nil { // one of which has its settings changed
		t.Fatal(err)
	}
	s.customer(t, 1)
	web := httptest.NewServer(a.handler)
	defer web.Close()
	check.OK(t, requestCall(t.Context(), web.Client(), web.URL, s.apiKey(t), 1, 1))
	eventually(t, func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return len(w.rings) > 0
	})
	eventually(t, func() bool {
		heard.mu.Lock()
		defer heard.mu.Unlock()
		return len(heard.events[demoNearFull]) > 0
	})
	if got := ask(a.handler, "/readyz"); got != http.StatusOK {
		t.Errorf("readyz: %d\n%s", got, s.logs)
	}
	stop()
	if err := <-running; err != nil {
		t.Error(err)
	}
}

// restrictedCommands runs the commands of operators.
func restrictedCommands(t *testing.T, server *redistest.Server) {
	sh := shell{t, server.URL()}
	agentSettings(t)
	sh.expect(exitOK, nil, "number,language,features\n6125550142,en,dial-lock\n", "lines", "import", "-")
	sh.expect(exitOK, nil, "number,language,features\n6125550142,en,\n", "lines", "import", "-")
	sh.expect(exitOK, nil, strings.SplitAfter(accountsFile, "en\n")[0], "accounts", "import", "-")
	sh.expect(exitOK, nil, "", "lines", "reset", "6125550142", "--by", "Pat", "--reason", "forgotten")
	sh.expect(exitOK, nil, "", "lines", "history", "6125550142")
	sh.expect(exitOK, nil, "", "accounts", "new-code", "1000-1", "--by", "Pat", "--reason", "lost")
	sh.expect(exitOK, nil, "", "accounts", "history", "1000-1")
	sh.expect(exitOK, nil, "", "events", "tail")
	sh.expect(exitOK, nil, "", "events", "tail", "--waiting")
	sh.expect(exitOK, nil, "", "events", "replay", "6125550142")
	sh.expect(exitOK, nil, "", "keys", "create", "desk", "--scope", "lines:read")
	sh.expect(exitOK, nil, "", "keys", "list")
	sh.expect(exitOK, nil, "", "keys", "revoke", "desk")
	sh.expect(exitOK, nil, "", invite("ada", "--role", "administrator")...)
	sh.expect(exitOK, nil, "", "agents", "list")
	sh.expect(exitOK, nil, "", "audit", "verify")
	sh.expect(exitOK, nil, "", "lines", "remove", "6125550142", "--by", "Pat", "--reason", "moved")
}

// holdsDocumentedKeys finds keys that begin otherwise than the documents say.
func holdsDocumentedKeys(t *testing.T, server *redistest.Server) {
	t.Helper()
	keys := must((&stage{server: server}).redis(t).Keys(t.Context(), "*").Result())(t)
	if len(keys) < 3 {
		t.Errorf("only %q are stored: this shows nothing", keys)
	}
	patterns := append([]string{redisstore.KeyPattern}, queue.KeyPatterns()...)
	for _, key := range keys {
		if !slices.ContainsFunc(patterns, func(pattern string) bool { return matchesPattern(pattern, key) }) {
			t.Errorf("the key %s is not among %q", key, patterns)
		}
	}
}

// matchesPattern matches as Redis does: * stands for any text, slashes included.
func matchesPattern(pattern, key string) bool {
	ok, err := path.Match(pattern, strings.ReplaceAll(key, "/", "_"))
	return ok && err == nil
}

// TestMissingRightsAreNamed takes a right away, and starts a server.
func TestMissingRightsAreNamed(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	for missing, want := range map[string]string{
		"-hset":                           "to run HSET",
		"-evalsha":                        "to run EVALSHA",
		"-multi":                          "to run MULTI",
		"-subscribe":                      "to run SUBSCRIBE",
		"-setex":                          "to run SETEX",
		"resetchannels":                   "to use the channel asynq:cancel",
		"resetkeys ~asynq:*":              "to use keys such as uc:rights",
		"resetkeys ~uc:* ~asynq:queues":   "to use keys such as asynq:{updatecenter-agent-mail}:rights",
		"resetkeys %R~uc:* ~asynq:*":      "to use keys such as uc:rights",
		"resetkeys ~uc:* ~asynq:{upd*":    "to use keys such as asynq:servers",
		"-info -config|get -scan -select": "",
	} {
		server.Restrict(t, append(redisRules(), strings.Fields(missing)...)...)
		s := &stage{t: t, logs: &testkit.Log{}, config: testConfig(t)}
		s.db = must(redisstore.OpenWithin(server.URL(), patience))(t)
		err := s.live(t).redis.start(t.Context())
		s.db.Close()
		switch {
		case want == "":
			if err != nil || !strings.Contains(s.logs.String(), "not-looked-at") {
				t.Errorf("%s: %v\n%s", missing, err, s.logs)
			}
		case err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "REDIS_URL: the user may not"):
			t.Errorf("%s: %v; want %q", missing, err, want)
		}
	}
}

// TestMissingRunsNothing looks whether what is tried for rights leaves something behind.
func TestMissingRunsNothing(t *testing.T) {
	server := redistest.Start(t)
	db := must(redisstore.OpenWithin(server.URL(), patience))(t)
	defer db.Close()
	missing, err := db.Missing(t.Context(), slices.Concat(redisstore.Commands(), redisstore.ClusterCommands()[1:], queue.Commands(), [][]any{{"fly"}}))
	if err != nil || !slices.Equal(missing, []string{"to run FLY, which this server does not know"}) {
		t.Errorf("missing %q, %v", missing, err)
	}
	if stored := server.Contents(t); len(stored) > 0 {
		t.Errorf("it left %s", stored)
	}
}

// live starts a server that goes by the machine's clock, with a queue in Redis.
func (s *stage) live(t *testing.T) *app {
	t.Helper()
	s.app = must(newApp(s.config, outside{db: s.db, now: time.Now, hash: cheap, log: slog.New(slog.NewJSONHandler(s.logs, nil))}))(t)
	return s.app
}

// eventually waits for what is bound to come; what says what there is instead.
func eventually(t testing.TB, happened func() bool, what ...any) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); !happened(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not happen: ", fmt.Sprint(what...))
		}
	}
}
