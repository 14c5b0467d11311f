// Package redistest starts Redis for tests: miniredis in the process, or a real
// redis-server, each with a switch for the faults that a network has.
//
//	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
//		store := open(t, s.URL())
//		s.Down() // now nothing answers
//		s.Up()   // and now it does
//	})
//
// A server lives as long as the test that started it. Starting a real one takes some
// 20 ms, so each test has its own: none finds what another left behind.
//
// [StartCluster] and [StartSentinel] start the two larger arrangements that a REDIS_URL
// can name; [StartReplicatedCluster] and [StartReplicatedSentinel] start them with replicas that take
// over from masters that die.
//
// Nothing here skips: where redis-server is missing, the test fails and says what to
// install. Only tests import this package; floors_test.go holds that.
package redistest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// A Server is one Redis, reached through a proxy that can be switched to fail. Its
// methods may be called from any goroutine, except those that take a testing.TB, which
// belong on the test's own.
type Server struct {
	*proxy
	process *process             // nil for miniredis
	mini    *miniredis.Miniredis // nil for a redis-server
	user    string               // "user:password@" of URL; empty: the default user
}

// Durable are settings by which a redis-server loses nothing when it is killed and started again:
// it writes to its disk before it answers.
const Durable = "appendonly yes\nappendfsync always\n"

// Start starts a redis-server that keeps nothing on disk, and stops it when the test
// ends.
func Start(t testing.TB) *Server {
	t.Helper()
	return StartWith(t)
}

// StartWith is Start with settings: lines of the server's configuration, such as [Durable].
func StartWith(t testing.TB, settings ...string) *Server {
	t.Helper()
	return start(t, func(port, _ int) string { return plain(port) + strings.Join(settings, "") })
}

// start starts a redis-server behind a proxy; configure gets the ports of both.
func start(t testing.TB, configure func(port, proxied int) string) *Server {
	t.Helper()
	s := &Server{}
	s.process = launch(t, func(port int) string {
		s.proxy = listen(t, loopback(port))
		return configure(port, s.port)
	})
	return s
}

// StartMini starts a miniredis in the process, and stops it when the test ends. Its keys
// only age when the test moves the clock, with [Server.Mini].
func StartMini(t testing.TB) *Server {
	t.Helper()
	mini := miniredis.NewMiniRedis()
	if err := mini.StartAddr("127.0.0.1:0"); err != nil {
		t.Fatalf("start miniredis: %v", err)
	}
	t.Cleanup(mini.Close)
	return &Server{proxy: listen(t, mini.Addr()), mini: mini}
}

// Both runs the test twice, as the subtests "miniredis" and "redis".
func Both(t *testing.T, test func(t *testing.T, s *Server)) {
	t.Helper()
	t.Run("miniredis", func(t *testing.T) { test(t, StartMini(t)) })
	t.Run("redis", func(t *testing.T) { test(t, Start(t)) })
}

// URL is the address as a REDIS_URL: redis://127.0.0.1:PORT/0.
func (s *Server) URL() string { return "redis://" + s.user + s.Addr() + "/0" }

// Restrict has URL name a user who has the rights of these ACL rules and no others. What the server
// is asked otherwise goes on as the default user.
func (s *Server) Restrict(t testing.TB, rules ...string) {
	t.Helper()
	command := []any{"acl", "setuser", "restricted", "reset", "on", ">password"}
	for _, rule := range rules {
		command = append(command, rule)
	}
	ctx, client := s.client(t)
	if err := client.Do(ctx, command...).Err(); err != nil {
		t.Fatalf("restrict: %v", err)
	}
	s.user = "restricted:password@"
}

// DirectURL is a REDIS_URL that goes around the proxy, for benchmarks: the faults do not
// reach who uses it.
func (s *Server) DirectURL() string { return "redis://" + s.backend + "/0" }

// Mini is the miniredis behind the switch, to move its clock or to make its commands
// fail; nil when this is a redis-server, whose clock nobody moves.
func (s *Server) Mini() *miniredis.Miniredis { return s.mini }

// Kill ends a redis-server as SIGKILL does; nobody can connect until it is started again.
func (s *Server) Kill() {
	s.process.stop()
	s.Down()
}

// Restart starts a redis-server again that was killed, at the same address, with what it kept on
// disk. Arguments are those of its command line.
func (s *Server) Restart(t testing.TB, arguments ...string) {
	t.Helper()
	if err := s.process.again(arguments...); err != nil {
		t.Fatalf("start redis-server again: %v", err)
	}
	s.Up()
}

// Stop has a redis-server do nothing until [Server.Resume]: connections stay, and what it is sent
// waits for it.
func (s *Server) Stop(t testing.TB) { s.signal(t, stopped) }

// Resume ends [Server.Stop].
func (s *Server) Resume(t testing.TB) { s.signal(t, continued) }

func (s *Server) signal(t testing.TB, what os.Signal) {
	t.Helper()
	if err := s.process.signal(what); err != nil {
		t.Fatalf("stop redis-server, or have it go on: %v", err)
	}
}

// lookTime bounds a look at everything that a server holds.
const lookTime = 30 * time.Second

// Dump makes a redis-server save, and returns its dump file (RDB, not compressed). The
// test fails when this is miniredis, which has none.
//
// Beware when searching it: Redis writes a value that is a whole number ("8265") as a
// binary integer. Search [Server.Contents] as well.
func (s *Server) Dump(t testing.TB) []byte {
	t.Helper()
	if s.process == nil {
		t.Fatal("dump: miniredis has no dump file")
	}
	ctx, client := s.client(t)
	if err := client.Save(ctx).Err(); err != nil {
		t.Fatalf("dump: %v", err)
	}
	dump, err := os.ReadFile(s.process.file("dump.rdb"))
	if err != nil {
		t.Fatalf("dump: %v", err)
	}
	return dump
}

// Contents returns every key of database 0 and all that it holds, as Redis tells it to
// clients: a line each, the key, a space, and the value, field or member. It goes around
// the proxy, so it works during a fault.
func (s *Server) Contents(t testing.TB) []byte {
	t.Helper()
	ctx, client := s.client(t)
	var out bytes.Buffer
	for keys := client.Scan(ctx, 0, "*", 1000).Iterator(); ; {
		if !keys.Next(ctx) {
			if err := keys.Err(); err != nil {
				t.Fatalf("contents: list keys: %v", err)
			}
			return out.Bytes()
		}
		values, err := read(ctx, client, keys.Val())
		if err != nil {
			t.Fatalf("contents: read %q: %v", keys.Val(), err)
		}
		for _, v := range values {
			fmt.Fprintf(&out, "%s %s\n", keys.Val(), v)
		}
	}
}

// client is a client around the proxy, with the context for what it is asked.
func (s *Server) client(t testing.TB) (context.Context, *redis.Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), lookTime)
	client := redis.NewClient(&redis.Options{Addr: s.backend})
	t.Cleanup(func() {
		cancel()
		_ = client.Close()
	})
	return ctx, client
}

// read is all that a key holds, of whatever type it is. A key that went away meanwhile
// holds nothing.
func read(ctx context.Context, client *redis.Client, key string) ([]string, error) {
	kind, err := client.Type(ctx, key).Result()
	if err != nil {
		return nil, err
	}
	switch kind {
	case "none":
		return nil, nil
	case "string":
		value, err := client.Get(ctx, key).Result()
		return []string{value}, err
	case "list":
		return client.LRange(ctx, key, 0, -1).Result()
	case "set":
		return client.SMembers(ctx, key).Result()
	case "hash":
		return pairs(client.HGetAll(ctx, key).Result())
	case "zset":
		return scored(client.ZRangeWithScores(ctx, key, 0, -1).Result())
	case "stream":
		return entries(client.XRange(ctx, key, "-", "+").Result())
	default:
		return nil, fmt.Errorf("unknown type %q", kind)
	}
}

func pairs(fields map[string]string, err error) ([]string, error) {
	var out []string
	for field, value := range fields {
		out = append(out, field+" "+value)
	}
	return out, err
}

func scored(members []redis.Z, err error) ([]string, error) {
	var out []string
	for _, m := range members {
		out = append(out, fmt.Sprintf("%v %v", m.Member, m.Score))
	}
	return out, err
}

func entries(messages []redis.XMessage, err error) ([]string, error) {
	var out []string
	for _, m := range messages {
		for field, value := range m.Values {
			out = append(out, fmt.Sprintf("%s %s %v", m.ID, field, value))
		}
	}
	return out, err
}
