package redistest_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit/check"
)

// The client logs every connection that a fault ends, and these tests do little else.
func TestMain(m *testing.M) {
	logging.Disable()
	os.Exit(m.Run())
}

// connect is a client that tries once, so that a fault shows at once.
func connect(t *testing.T, url string) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(url)
	if err != nil {
		t.Fatalf("parse URL: %v", err)
	}
	options.MaxRetries = -1
	options.DialerRetries = 1
	options.ContextTimeoutEnabled = true
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func TestServerHoldsWhatItIsGiven(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		for _, url := range []string{s.URL(), s.DirectURL()} {
			client := connect(t, url)
			if err := client.Set(t.Context(), "k", url, 0).Err(); err != nil {
				t.Fatalf("set at %s: %v", url, err)
			}
			if got, err := client.Get(t.Context(), "k").Result(); err != nil || got != url {
				t.Errorf("get at %s = %q, %v", url, got, err)
			}
		}
	})
}

func TestServersAreSeparate(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		other := redistest.Start(t)
		check.OK(t, connect(t, s.URL()).Set(t.Context(), "k", "v", 0).Err())
		if n, err := connect(t, other.URL()).DBSize(t.Context()).Result(); err != nil || n != 0 {
			t.Errorf("another server holds %d keys, %v; want none", n, err)
		}
	})
}

func TestMiniIsOnlyThereForMiniredis(t *testing.T) {
	if redistest.StartMini(t).Mini() == nil {
		t.Error("a miniredis gives no clock to move")
	}
	if redistest.Start(t).Mini() != nil {
		t.Error("a redis-server calls itself a miniredis")
	}
}

func TestDownRefusesAndCuts(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		conn := ping(t, s.Addr())
		s.Down()
		if n, err := conn.Read(make([]byte, 1)); err == nil {
			t.Errorf("a connection gives %d bytes while Redis is down, want it cut", n)
		}
		if _, err := net.Dial("tcp", s.Addr()); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("dial while Redis is down: %v, want %v", err, syscall.ECONNREFUSED)
		}
		s.Up()
		ping(t, s.Addr())
	})
}

func TestHangSwallows(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		before := ping(t, s.Addr())
		s.Hang()
		after, err := net.Dial("tcp", s.Addr())
		if err != nil {
			t.Fatalf("dial while Redis hangs: %v", err)
		}
		defer after.Close()
		for name, conn := range map[string]net.Conn{"old": before, "new": after} {
			for range 3 { // more than once: the first write to a closed connection succeeds
				if _, err := conn.Write([]byte("PING\r\n")); err != nil {
					t.Errorf("write to the %s connection: %v", name, err)
				}
				_ = conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
				if n, err := conn.Read(make([]byte, 9)); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("the %s connection gives %d bytes, %v; want a time-out", name, n, err)
				}
			}
		}
		s.Up()
		_ = before.SetReadDeadline(time.Now().Add(time.Second))
		if _, err := before.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a connection that hung reads with %v after Up, want it cut", err)
		}
		ping(t, s.Addr())
	})
}

// Each fault can follow each other, and the server is whole at the end.
func TestFaultsInAnyOrder(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		for _, fault := range []func(){s.Hang, s.Down, s.Hang, s.Hang, s.Up, s.Up, s.Down, s.Down, s.Up} {
			fault()
		}
		ping(t, s.Addr())
	})
}

func TestFaultsReachAClient(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		client := connect(t, s.URL())
		working(t, client)
		s.Down()
		if err := client.Ping(t.Context()).Err(); err == nil {
			t.Error("a client succeeds while Redis is down")
		}
		s.Hang()
		short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if err := client.Ping(short).Err(); err == nil {
			t.Error("a client succeeds while Redis hangs")
		}
		s.Up()
		working(t, client)
	})
}

// A client that is busy when the fault begins neither deadlocks the switch nor races.
func TestFaultsUnderLoad(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		client := connect(t, s.URL())
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			for ctx.Err() == nil {
				short, stop := context.WithTimeout(ctx, 20*time.Millisecond)
				_ = client.Incr(short, "n").Err() // fails now and then, as it should
				stop()
			}
		}()
		for range 10 {
			for _, fault := range []func(){s.Hang, s.Up, s.Down, s.Up} {
				fault()
				time.Sleep(time.Millisecond)
			}
		}
		cancel()
		<-done
		working(t, client)
	})
}

func TestDumpHoldsLongTextsReadable(t *testing.T) {
	s := redistest.Start(t)
	text := strings.Repeat("a text long enough to be compressed ", 20)
	check.OK(t, connect(t, s.URL()).Set(t.Context(), "k", text, 0).Err())
	dump := s.Dump(t)
	if !bytes.HasPrefix(dump, []byte("REDIS")) || !bytes.Contains(dump, []byte(text)) {
		t.Errorf("a dump of %d bytes is no RDB file that holds the text", len(dump))
	}
}

func TestContentsHoldsEveryType(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		ctx, client := t.Context(), connect(t, s.URL())
		pipe := client.Pipeline()
		pipe.Set(ctx, "string", "8265", 0)
		pipe.HSet(ctx, "hash", "field", "8266")
		pipe.RPush(ctx, "list", "8267")
		pipe.SAdd(ctx, "set", "8268")
		pipe.ZAdd(ctx, "zset", redis.Z{Member: "8269", Score: 8270})
		pipe.XAdd(ctx, &redis.XAddArgs{Stream: "stream", ID: "1-1", Values: []string{"entry", "8271"}})
		if _, err := pipe.Exec(ctx); err != nil {
			t.Fatal(err)
		}
		s.Down() // Contents goes around
		contents := string(s.Contents(t))
		for _, line := range []string{
			"string 8265\n", "hash field 8266\n", "list 8267\n",
			"set 8268\n", "zset 8269 8270\n", "stream 1-1 entry 8271\n",
		} {
			if !strings.Contains(contents, line) {
				t.Errorf("contents lack %q:\n%s", line, contents)
			}
		}
	})
}

// ping opens a connection and has one command answered over it.
func ping(t *testing.T, addr string) net.Conn {
	t.Helper()
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(3 * time.Minute))
	if _, err := conn.Write([]byte("*1\r\n$4\r\nPING\r\n")); err != nil {
		t.Fatalf("ping: %v", err)
	}
	answer := make([]byte, len("+PONG\r\n"))
	if _, err := conn.Read(answer); err != nil || string(answer) != "+PONG\r\n" {
		t.Fatalf("ping answers %q, %v", answer, err)
	}
	return conn
}

// working fails unless the client gets an answer, if not at the first try: a pool holds
// connections that a fault has cut, and after many failed dials it rests for a second.
func working(t *testing.T, client *redis.Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	for {
		err := client.Ping(ctx).Err()
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("the client has no answer: %v", err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
