package redisstore_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/agents/signin"
	"updatecenter/internal/limit"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit/check"
)

// The keys of signInOperations.
const (
	signInHash        = "uc:signin:{0100000000000000000000000000000000000000000000000000000000000000}"
	signInStrikesHash = "uc:signin-strikes:{agt_1}"
)

// clock stands still at now.
func clock() time.Time { return now }

// signInRecord is the one of signInOperations.
var signInRecord = signin.Record{Key: [32]byte{1}, Kind: signin.KindSession, Sealed: []byte("x"), Expires: now.Add(12 * time.Hour)}

// signInOperations are what package signin does with Redis.
func signInOperations(all redisstore.SignIn) map[string]func(context.Context) error {
	counted := signin.Admission{Admitted: true, Strikes: limit.Strikes{Failures: 1, First: now, Last: now}}
	return map[string]func(context.Context) error{
		"put session":    func(ctx context.Context) error { return all.Put(ctx, signInRecord, 0) },
		"get session":    func(ctx context.Context) error { _, err := all.Get(ctx, signInRecord.Key); return err },
		"delete session": func(ctx context.Context) error { return all.Delete(ctx, signInRecord.Key, 1) },
		"count sign-in": func(ctx context.Context) error {
			_, err := all.Count(ctx, "agt_1", now, signin.DefaultRule().Names)
			return err
		},
		"release sign-in": func(ctx context.Context) error { return all.Release(ctx, "agt_1", counted) },
		"clear sign-in":   func(ctx context.Context) error { return all.Clear(ctx, "agt_1") },
	}
}

// TestUnreadableSessionsAreNone holds that whoever has the token of a record that is damaged, or
// that a newer release wrote, is told to start over; and that the record stays.
func TestUnreadableSessionsAreNone(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), t.Context()
		for what, test := range map[string]struct {
			do   func() error
			want error
		}{
			"a string":        {func() error { return client.Set(ctx, signInHash, "x", 0).Err() }, storage.ErrDamaged},
			"half a record":   {func() error { return client.HSet(ctx, signInHash, "v", "1", "rev", "1").Err() }, storage.ErrDamaged},
			"a newer release": {func() error { return client.HSet(ctx, signInHash, "v", "2", "rev", "1").Err() }, storage.ErrNewer},
		} {
			check.OK(t, errors.Join(client.Del(ctx, signInHash).Err(), test.do()))
			before := contents(t, s)
			_, err := db.SignIn(clock).Get(ctx, signInRecord.Key)
			if !errors.Is(err, signin.ErrNoRecord) || !errors.Is(err, storage.ErrUnreadable) || !errors.Is(err, test.want) {
				t.Errorf("%s: %v, want ErrNoRecord, ErrUnreadable and %v", what, err, test.want)
			}
			if after := contents(t, s); after != before {
				t.Errorf("%s became\n%s", what, after)
			}
		}
	})
}

// TestLostAnswersAreNotAskedAgain holds that what counts, takes back and deletes runs at most
// once: when the answer is lost, who asked is told that it failed.
func TestLostAnswersAreNotAskedAgain(t *testing.T) {
	s, ctx := redistest.StartMini(t), t.Context()
	sound := open(t, s.URL()).SignIn(clock)
	rule := limit.Lock{LockAt: 100, LockFor: time.Minute, ForgetIn: time.Hour}
	failures := func() int {
		t.Helper()
		got, err := sound.Count(ctx, "agt_1", now, rule)
		check.OK(t, err)
		return got.Strikes.Failures
	}
	if err := errors.Join(sound.Release(ctx, "agt_1", signin.Admission{}), sound.Delete(ctx, signInRecord.Key, 1)); !errors.Is(err, signin.ErrNoRecord) {
		t.Fatal(err) // but now Redis knows the scripts
	}
	for n := range 5 {
		if got := failures(); got != n+1 {
			t.Fatalf("%d failures", got)
		}
	}
	if _, err := losing(t, s).Count(ctx, "agt_1", now, rule); err == nil || failures() != 7 {
		t.Errorf("count: %v, and not one more", err)
	}
	if err := losing(t, s).Release(ctx, "agt_1", signin.Admission{}); err == nil || failures() != 7 {
		t.Errorf("release: %v, and not one less", err)
	}
	check.OK(t, sound.Put(ctx, signInRecord, 0))
	if err := losing(t, s).Delete(ctx, signInRecord.Key, 1); err == nil || errors.Is(err, signin.ErrNoRecord) {
		t.Errorf("delete: %v", err)
	}
	if _, err := sound.Get(ctx, signInRecord.Key); !errors.Is(err, signin.ErrNoRecord) {
		t.Errorf("what was deleted: %v", err)
	}
	if err := losing(t, s).Put(ctx, signInRecord, 0); err != nil {
		t.Errorf("put, which may run twice: %v", err)
	}
}

// losing is the same database to which the connection breaks once, when the first script has run
// and its answer is on its way.
func losing(t *testing.T, s *redistest.Server) redisstore.SignIn {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check.OK(t, err)
	var lost atomic.Bool
	var all sync.WaitGroup
	all.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() { handOn(client, s.Addr(), &lost) })
		}
	})
	db, err := redisstore.Open("redis://" + listener.Addr().String())
	check.OK(t, err)
	t.Cleanup(func() {
		_ = errors.Join(db.Close(), listener.Close())
		all.Wait()
	})
	return db.SignIn(clock)
}

// handOn answers what a client asks, one after the other, but for the first script.
func handOn(client net.Conn, addr string, lost *atomic.Bool) {
	defer client.Close()
	backend, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	defer backend.Close()
	asked, answer := make([]byte, 4096), make([]byte, 4096)
	for {
		n, err := client.Read(asked)
		if err != nil {
			return
		}
		_, _ = backend.Write(asked[:n])
		m, err := backend.Read(answer)
		if err != nil || bytes.Contains(asked[:n], []byte("evalsha")) && lost.CompareAndSwap(false, true) {
			return
		}
		_, _ = client.Write(answer[:m])
	}
}
