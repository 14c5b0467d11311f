package redisstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/agents/signin"
	"updatecenter/internal/limit"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/storage"
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

// TestLifetimesOfAgentsAndSessions holds how long Redis keeps these, by its own clock.
func TestLifetimesOfAgentsAndSessions(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), t.Context()
		const slack, forever, missing = 10 * time.Minute, time.Duration(-1), time.Duration(-2)
		expect := func(when, key string, want time.Duration) {
			t.Helper()
			got := client.PTTL(ctx, key).Val()
			if got > want || want > 0 && got < want-time.Minute {
				t.Errorf("%s: %s is kept for %v, want %v", when, key, got, want)
			}
		}
		if err := errors.Join(agentOperations(db.Agents())["create agent"](ctx), agentOperations(db.Agents())["save agent"](ctx)); err != nil {
			t.Fatal(err)
		}
		expect("a profile", agentHash, forever)
		expect("a profile", agentNamesHash, forever)

		all, touched := db.SignIn(clock), signInRecord
		touched.Expires = now.Add(time.Hour)
		for revision, record := range []signin.Record{signInRecord, touched, {Key: touched.Key, Kind: touched.Kind, Expires: now.Add(-time.Hour)}} {
			if err := all.Put(ctx, record, int64(revision)); err != nil {
				t.Fatal(err)
			}
			expect("a session", signInHash, max(record.Expires.Sub(now), 0)+slack)
		}
		if err := all.Delete(ctx, touched.Key, 3); err != nil {
			t.Fatal(err)
		}
		expect("a session that has ended", signInHash, missing)
		lifetimesOfGuesses(t, all, func(when string, want time.Duration) { expect(when, signInStrikesHash, want) })
	})
}

func lifetimesOfGuesses(t *testing.T, all signin.Attempts, expect func(when string, want time.Duration)) {
	t.Helper()
	const slack, missing = 10 * time.Minute, time.Duration(-2)
	window := limit.Lock{LockAt: 3, LockFor: 2 * time.Hour, ForgetIn: time.Hour, Window: 30 * time.Minute}
	count := func(after time.Duration, rule limit.Lock) signin.Admission {
		got, err := all.Count(t.Context(), "agt_1", now.Add(after), rule)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	count(0, window)
	expect("the first failure of a window", window.Window+slack)
	second := count(10*time.Minute, window)
	expect("the second failure of a window", window.Window-10*time.Minute+slack)
	if err := all.Release(t.Context(), "agt_1", second); err != nil {
		t.Fatal(err)
	}
	expect("one that was released", window.Window-10*time.Minute+slack)
	count(10*time.Minute, window)
	count(10*time.Minute, window)
	expect("a lock", window.LockFor+slack)
	if err := all.Clear(t.Context(), "agt_1"); err != nil {
		t.Fatal(err)
	}
	expect("what was cleared", missing)
	names := signin.DefaultRule().Names
	only := count(0, names)
	expect("failures of a user name", names.ForgetIn+slack)
	if err := all.Release(t.Context(), "agt_1", only); err != nil {
		t.Fatal(err)
	}
	expect("the only one, released", missing)
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
			"a string":        {func() error { return client.Set(ctx, signInHash, "x", 0).Err() }, redisstore.ErrGarbage},
			"half a record":   {func() error { return client.HSet(ctx, signInHash, "v", "1", "rev", "1").Err() }, redisstore.ErrGarbage},
			"a newer release": {func() error { return client.HSet(ctx, signInHash, "v", "2", "rev", "1").Err() }, redisstore.ErrVersion},
		} {
			if err := errors.Join(client.Del(ctx, signInHash).Err(), test.do()); err != nil {
				t.Fatal(err)
			}
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

// TestSignInsThatAreTooLong holds the bound of what is sealed.
func TestSignInsThatAreTooLong(t *testing.T) {
	record := signInRecord
	record.Sealed = make([]byte, signin.MaxSealed+1)
	if open(t, redistest.StartMini(t).URL()).SignIn(clock).Put(t.Context(), record, 0) == nil {
		t.Error("a record of more than MaxSealed was taken")
	}
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
		if err != nil {
			t.Fatal(err)
		}
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
	if err := sound.Put(ctx, signInRecord, 0); err != nil {
		t.Fatal(err)
	}
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
	if err != nil {
		t.Fatal(err)
	}
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
	if err != nil {
		t.Fatal(err)
	}
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

// TestGuessesAreCountedAlike holds that the scripts come to the same as the arithmetic of
// limit.Lock, whatever the rule and whatever comes after what.
func TestGuessesAreCountedAlike(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		all := open(t, s.URL()).SignIn(clock)
		for seed := range uint64(20) {
			countAlike(t, all, fmt.Sprint("agt_", seed), rand.New(rand.NewPCG(seed, 0)))
		}
	})
}

func countAlike(t *testing.T, all signin.Attempts, subject string, random *rand.Rand) {
	t.Helper()
	rule, at := someRule(random), now
	var want limit.Strikes
	var counted []signin.Admission
	for step := range 60 {
		at = at.Add(time.Duration(random.Int64N(int64(20 * time.Second))).Truncate(time.Millisecond))
		switch n := random.IntN(20); {
		case n == 0:
			same(t, step, all.Clear(t.Context(), subject), nil)
			want = limit.Strikes{}
		case n < 5 && len(counted) > 0:
			one := counted[len(counted)-1-random.IntN(min(2, len(counted)))]
			same(t, step, all.Release(t.Context(), subject, one), nil)
			want = released(want, one)
		default:
			got, err := all.Count(t.Context(), subject, at, rule)
			if err != nil {
				t.Fatal(err)
			}
			admission := signin.Admission{Before: faded(rule, want, at), Strikes: faded(rule, want, at)}
			if !admission.Before.LockedAt(at) {
				admission.Admitted, want = true, oneMore(rule, admission.Before, at)
				admission.Strikes = want
			}
			same(t, step, got, admission)
			counted = append(counted, got)
		}
	}
}

// oneMore is what [limit.Lock] says of one more failure, for the script to come to the same.
func oneMore(r limit.Lock, s limit.Strikes, at time.Time) limit.Strikes {
	if s.Failures == 0 {
		s.First = at
	}
	s.Failures++
	s.Last = at
	if r.CloseAt > 0 && s.Failures >= r.CloseAt {
		s.LockedUntil, s.Closed = time.Time{}, true
	} else if wait := waitAfter(r, s.Failures); wait > 0 {
		s.LockedUntil = at.Add(wait)
	}
	return s
}

// faded returns the strikes as they are at a time: none, if they are forgotten by then.
func faded(r limit.Lock, s limit.Strikes, at time.Time) limit.Strikes {
	switch {
	case at.Before(s.LockedUntil):
		return s
	case at.Sub(s.Last) >= r.ForgetIn, r.Window > 0 && at.Sub(s.First) >= r.Window:
		return limit.Strikes{}
	}
	return s
}

// waitAfter is how long no attempt is admitted after the nth failure.
func waitAfter(r limit.Lock, n int) time.Duration {
	var wait time.Duration
	if len(r.Delays) > 0 {
		wait = r.Delays[min(n, len(r.Delays))-1]
	}
	if n%r.LockAt == 0 {
		wait = max(wait, r.LockFor)
	}
	return wait
}

// released is what is left of strikes once what an attempt counted is taken back.
func released(strikes limit.Strikes, counted signin.Admission) limit.Strikes {
	if strikes == counted.Strikes {
		return counted.Before
	}
	if strikes.Failures--; strikes.Failures <= 0 {
		return limit.Strikes{}
	}
	return strikes
}

func same(t *testing.T, step int, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("step %d (-want +got)\n%s", step, diff)
	}
}

// someRule is one whose waits end, and whose failures are forgotten, within a few steps.
func someRule(random *rand.Rand) limit.Lock {
	seconds := func(most int) time.Duration { return time.Duration(random.IntN(most)) * time.Second }
	rule := limit.Lock{
		LockAt: 1 + random.IntN(5), LockFor: seconds(40), CloseAt: random.IntN(8), ForgetIn: time.Second + seconds(90),
		Window: seconds(2) * 60,
	}
	for range random.IntN(4) {
		rule.Delays = append(rule.Delays, seconds(15))
	}
	return rule
}
