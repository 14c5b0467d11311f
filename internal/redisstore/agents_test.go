package redisstore_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/limit"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit/check"
)

// The keys of agentOperations.
const (
	agentHash      = "uc:agent:{agents}:agt_1"
	agentNamesHash = "uc:agent-names:{agents}"
)

// agentOperations are what package agents does with Redis.
func agentOperations(all redisstore.Agents) map[string]func(context.Context) error {
	profile := agents.Stored{ID: "agt_1", Name: "ann", Revision: 1, Sealed: []byte("x")}
	return map[string]func(context.Context) error{
		"create agent":  func(ctx context.Context) error { return all.Create(ctx, profile) },
		"load agent":    func(ctx context.Context) error { return check.Err(all.Load(ctx, "agt_1")) },
		"agent by name": func(ctx context.Context) error { return check.Err(all.ByName(ctx, "ann")) },
		"save agent":    func(ctx context.Context) error { return all.Save(ctx, profile) },
		"list agents":   func(ctx context.Context) error { return check.Err(all.List(ctx)) },
	}
}

// TestAgentsThatCannotBeReadHideNoOthers holds that one damaged profile, and one of a newer
// release, cost nobody the list.
func TestAgentsThatCannotBeReadHideNoOthers(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), t.Context()
		var want []agents.Stored
		for n := range 5 {
			profile := agents.Stored{
				ID: agents.ID(fmt.Sprint("agt_", n)), Name: agents.UserName(fmt.Sprint("ann", n)), Revision: 1, Sealed: []byte("x"),
			}
			check.OK(t, db.Agents().Create(ctx, profile))
			if n < 4 {
				profile.Revision, profile.Sealed = 0, nil
			}
			want = append(want, profile)
		}
		check.OK(t, errors.Join(
			client.Set(ctx, "uc:agent:{agents}:agt_0", "x", 0).Err(),
			client.HSet(ctx, "uc:agent:{agents}:agt_1", "v", "2").Err(),
			client.Del(ctx, "uc:agent:{agents}:agt_2").Err(),
			client.HSet(ctx, "uc:agent:{agents}:agt_3", "name", "ann4").Err(),
		))
		got, err := db.Agents().List(ctx)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got)\n%s", err, diff)
		}
		for name, want := range map[agents.UserName]error{
			"ann0": storage.ErrDamaged, "ann1": storage.ErrNewer, "ann2": agents.ErrNoAgent, "ann3": storage.ErrDamaged, "ann4": nil,
		} {
			if _, err := db.Agents().ByName(ctx, name); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", name, err, want)
			}
		}
	})
}

// TestNoMoreThanTenThousandAgents holds the bound of what List has to hold.
func TestNoMoreThanTenThousandAgents(t *testing.T) {
	s := redistest.Start(t)
	db, client, ctx := open(t, s.URL()), raw(t, s), t.Context()
	names := []any{"v", "1"}
	for n := range 9999 {
		names = append(names, fmt.Sprintf("n%04d", n), fmt.Sprintf("agt_%04d", n))
	}
	check.OK(t, client.HSet(ctx, agentNamesHash, names...).Err())
	last := agents.Stored{ID: "agt_last", Name: "zoe", Revision: 1, Sealed: []byte("x")}
	if err := errors.Join(db.Agents().Create(ctx, last), db.Agents().Create(ctx, last)); err != nil {
		t.Errorf("the last one: %v", err)
	}
	more := agents.Stored{ID: "agt_more", Name: "zoo", Revision: 1, Sealed: []byte("x")}
	if err := db.Agents().Create(ctx, more); err == nil || !strings.Contains(err.Error(), "10,000") {
		t.Errorf("one more: %v", err)
	}
	if _, err := db.Agents().Load(ctx, more.ID); !errors.Is(err, agents.ErrNoAgent) {
		t.Errorf("who was refused: %v", err)
	}
	all, err := db.Agents().List(ctx)
	if err != nil || len(all) != 10_000 || !cmp.Equal(all[9999], last) {
		t.Errorf("%d profiles, %v", len(all), err)
	}
}

func TestAPIKeys(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		store, ctx := open(t, s.URL()).Keys(), context.Background()
		first, second, again := newKey(t, "portal", now), newKey(t, "desk", now.Add(time.Hour)), newKey(t, "portal", now.Add(2*time.Hour))

		for _, key := range []apikey.Key{second, first} {
			check.OK(t, store.AddKey(ctx, key))
		}
		if err := store.AddKey(ctx, again); !errors.Is(err, apikey.ErrExists) {
			t.Errorf("add a second key of a name: %v", err)
		}
		if got, err := store.Key(ctx, first.ID); err != nil || !cmp.Equal(got, first) {
			t.Errorf("read key: %v %s", err, cmp.Diff(first, got))
		}
		if _, err := store.Key(ctx, again.ID); !errors.Is(err, apikey.ErrNotFound) {
			t.Errorf("read a key that wasn't added: %v", err)
		}

		revoked := first
		revoked.Revoked = now.Add(90 * time.Minute)
		check.OK(t, store.RevokeKey(ctx, "portal", revoked.Revoked))
		for _, name := range []string{"portal", "nobody"} {
			if err := store.RevokeKey(ctx, name, now); !errors.Is(err, apikey.ErrNotFound) {
				t.Errorf("revoke %s: %v", name, err)
			}
		}
		if err := store.AddKey(ctx, again); err != nil {
			t.Errorf("use the name of a revoked key: %v", err)
		}
		got, err := store.Keys(ctx)
		if want := []apikey.Key{revoked, second, again}; err != nil || !cmp.Equal(got, want) {
			t.Errorf("keys: %v %s", err, cmp.Diff(want, got))
		}
	})
}

// TestAPIKeysAreBounded adds keys and revokes them, until no more are kept, and again a year later.
func TestAPIKeysAreBounded(t *testing.T) {
	s := redistest.Start(t)
	store, client, ctx := open(t, s.URL()).Keys(), raw(t, s), t.Context()
	addRevoked := func() string {
		key := newKey(t, "portal", now)
		check.OK(t, errors.Join(store.AddKey(ctx, key), store.RevokeKey(ctx, "portal", now)))
		return client.HGet(ctx, "uc:apikeys", "id:"+key.ID).Val()
	}
	revoked, more := addRevoked(), []any(nil)
	for n := range apikey.MaxKeys - 2 {
		more = append(more, fmt.Sprintf("id:%d", n), revoked)
	}
	check.OK(t, client.HSet(ctx, "uc:apikeys", more...).Err())
	addRevoked() // the last one
	if err := store.AddKey(ctx, newKey(t, "portal", now)); !errors.Is(err, apikey.ErrTooMany) {
		t.Errorf("one key too many: %v", err)
	}
	if err := store.AddKey(ctx, newKey(t, "portal", now.Add(apikey.RevokedKept))); err != nil {
		t.Error(err)
	}
	if all, err := store.Keys(ctx); err != nil || len(all) != 1 {
		t.Errorf("%d keys after a year, %v", len(all), err)
	}
}

func newKey(t *testing.T, name string, created time.Time) apikey.Key {
	t.Helper()
	key, _, err := apikey.New(rand.Reader, name, []apikey.Scope{apikey.LinesRead, apikey.PinsReset}, created)
	check.OK(t, err)
	return key
}

func TestAPIKeysOfOneNameAddedTogether(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		store := open(t, s.URL()).Keys()
		var added atomic.Int32
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				err := store.AddKey(context.Background(), apikey.Key{ID: fmt.Sprint(i), Name: "portal"})
				if err == nil {
					added.Add(1)
				} else if !errors.Is(err, apikey.ErrExists) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if added.Load() != 1 {
			t.Errorf("%d keys of one name", added.Load())
		}
	})
}

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
		"get session":    func(ctx context.Context) error { return check.Err(all.Get(ctx, signInRecord.Key)) },
		"delete session": func(ctx context.Context) error { return all.Delete(ctx, signInRecord.Key, 1) },
		"count sign-in": func(ctx context.Context) error {
			return check.Err(all.Count(ctx, "agt_1", now, signin.DefaultRule().Names))
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
