package redisstore_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/agents"
	"updatecenter/internal/api/apikey"
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
		"load agent":    func(ctx context.Context) error { _, err := all.Load(ctx, "agt_1"); return err },
		"agent by name": func(ctx context.Context) error { _, err := all.ByName(ctx, "ann"); return err },
		"save agent":    func(ctx context.Context) error { return all.Save(ctx, profile) },
		"list agents":   func(ctx context.Context) error { _, err := all.List(ctx); return err },
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
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
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
	})
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
	store, ctx := open(t, redistest.Start(t).URL()).Keys(), t.Context()
	for i := range apikey.MaxKeys {
		if err := errors.Join(store.AddKey(ctx, newKey(t, "portal", now)), store.RevokeKey(ctx, "portal", now)); err != nil {
			t.Fatalf("key %d: %v", i, err)
		}
	}
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
