package redistest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

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
