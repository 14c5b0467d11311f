package redisstore_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/redistest"
)

func TestAPIKeys(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		store, ctx := open(t, s.URL()).Keys(), context.Background()
		first, second, again := newKey(t, "portal", now), newKey(t, "desk", now.Add(time.Hour)), newKey(t, "portal", now.Add(2*time.Hour))

		for _, key := range []apikey.Key{second, first} {
			if err := store.AddKey(ctx, key); err != nil {
				t.Fatal(err)
			}
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
		if err := store.RevokeKey(ctx, "portal", revoked.Revoked); err != nil {
			t.Fatal(err)
		}
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
	store, ctx := open(t, redistest.StartMini(t).URL()).Keys(), t.Context()
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
	if err != nil {
		t.Fatal(err)
	}
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
