package redisstore_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/limit"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/repair"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
)

// The keys of deskOperations.
const (
	deskCall  = "uc:desk-call:{val_1}"
	deskCount = "uc:desk-count:{look-ups:console:ann}"
)

// deskOperations are what the repair desk does with Redis.
func deskOperations(all redisstore.Desk) map[string]func(context.Context) error {
	validation := repair.Stored{ID: "val_1", Revision: 1, Sealed: []byte("sealed")}
	count := repair.Count{Subject: "look-ups:console:ann", Entry: "a", At: now, Rule: repair.Rule{Rate: limit.Rate{Most: 1, Within: time.Hour}}}
	refused := count
	refused.Entry, refused.Rule.Most = "b", 0
	return map[string]func(context.Context) error{
		"create": func(ctx context.Context) error { _, err := all.Create(ctx, validation); return err },
		"load":   func(ctx context.Context) error { _, err := all.Load(ctx, "val_1"); return err },
		"save":   func(ctx context.Context) error { return all.Save(ctx, validation) },
		"count":  func(ctx context.Context) error { _, err := all.Count(ctx, count); return err },
		"refuse": func(ctx context.Context) error { _, err := all.Count(ctx, refused); return err },
		"uncount": func(ctx context.Context) error {
			return all.Uncount(ctx, count.Subject, count.Entry)
		},
	}
}

// TestDeskMeetsGarbage holds that what isn't ours is told as such, and left as it is.
func TestDeskMeetsGarbage(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		all, client, ctx := open(t, s.URL()).Desk(), raw(t, s), context.Background()
		garbage := map[string][]any{
			"a revision in words": {"v", "1", "rev", "one", "sealed", "s"},
			"times in words":      {"v", "1", "rests", "ever", "told", "never", "e:a", "once"},
			"a negative time":     {"v", "1", "e:a", "-1"},
		}
		for what, fields := range garbage {
			for name, run := range deskOperations(all) {
				if err := errors.Join(client.FlushAll(ctx).Err(),
					client.HSet(ctx, deskCall, fields...).Err(), client.HSet(ctx, deskCount, fields...).Err()); err != nil {
					t.Fatal(err)
				}
				if err := run(ctx); !deskContracted(err) {
					t.Errorf("%s on %s: %v", name, what, err)
				}
			}
		}
		for what, fill := range put {
			if what == "words for numbers" { // which have the form of ours, with a revision in words
				continue
			}
			for name, run := range deskOperations(all) {
				if err := errors.Join(client.FlushAll(ctx).Err(), fill(ctx, client, deskCall), fill(ctx, client, deskCount)); err != nil {
					t.Fatal(err)
				}
				before := contents(t, s)
				err := run(ctx)
				if name == "load" && what == "a hash" {
					err = foundNothing(t, err)
				}
				if !errors.Is(err, redisstore.ErrGarbage) || contents(t, s) != before {
					t.Errorf("%s on %s: %v, and then %s", name, what, err, contents(t, s))
				}
			}
		}
	})
}

// foundNothing is for a hash that has none of our fields, which can't be told from none.
func foundNothing(t *testing.T, err error) error {
	t.Helper()
	if !errors.Is(err, repair.ErrNotFound) {
		t.Errorf("error %v, want ErrNotFound", err)
	}
	return redisstore.ErrGarbage
}

func deskContracted(err error) bool {
	for _, fine := range []error{nil, redisstore.ErrGarbage, storage.ErrStale, repair.ErrNotFound} {
		if errors.Is(err, fine) {
			return true
		}
	}
	return false
}

// TestDeskLeavesNewerRecordsAlone holds that those of a newer release are neither read nor touched.
func TestDeskLeavesNewerRecordsAlone(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		all, client, ctx := open(t, s.URL()).Desk(), raw(t, s), context.Background()
		if err := errors.Join(client.HSet(ctx, deskCall, "v", "2").Err(), client.HSet(ctx, deskCount, "v", "2").Err()); err != nil {
			t.Fatal(err)
		}
		before := contents(t, s)
		for name, run := range deskOperations(all) {
			if err := run(ctx); !errors.Is(err, redisstore.ErrVersion) {
				t.Errorf("%s: %v, want ErrVersion", name, err)
			}
		}
		if after := contents(t, s); after != before {
			t.Errorf("the records became\n%s", after)
		}
	})
}

// TestLifetimesOfTheDesk holds how long Redis keeps what, by its own clock.
func TestLifetimesOfTheDesk(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		all, client, ctx := open(t, s.URL()).Desk(), raw(t, s), context.Background()
		for _, name := range []string{"create", "save", "count", "refuse"} {
			if err := deskOperations(all)[name](ctx); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		line := repair.Count{Subject: "line", Entry: "a", At: now, Rule: repair.Rule{Rate: limit.Rate{Most: 9, Within: time.Hour}, Rest: 24 * time.Hour}}
		if _, err := all.Count(ctx, line); err != nil {
			t.Fatal(err)
		}
		const slack = 10 * time.Minute
		for key, want := range map[string]time.Duration{
			deskCall: repair.Kept + slack, deskCount: time.Hour + slack, "uc:desk-count:{line}": 24*time.Hour + slack,
		} {
			if got := client.PTTL(ctx, key).Val(); got > want || got < want-time.Minute {
				t.Errorf("%s is kept for %v, want %v", key, got, want)
			}
		}
	})
}

// TestDeskForgetsOldEntries holds that a subject that is counted for ever stays small.
func TestDeskForgetsOldEntries(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		all, ctx := open(t, s.URL()).Desk(), context.Background()
		count := repair.Count{Subject: "s", At: now, Rule: repair.Rule{Rate: limit.Rate{Most: 5, Within: time.Hour}}}
		for n := range 50 {
			count.Entry, count.At = strings.Repeat("x", n+1), now.Add(time.Duration(n)*20*time.Minute)
			if counted, err := all.Count(ctx, count); err != nil || counted.Refused {
				t.Fatalf("entry %d: %+v, %v", n, counted, err)
			}
		}
		if got := raw(t, s).HLen(ctx, "uc:desk-count:{s}").Val(); got > 6 {
			t.Errorf("%d fields are left", got)
		}
	})
}

// TestDeskRefusesTooMuch holds the bound of what is stored.
func TestDeskRefusesTooMuch(t *testing.T) {
	all, ctx := open(t, redistest.StartMini(t).URL()).Desk(), context.Background()
	large := repair.Stored{ID: "val_1", Revision: 1, Sealed: make([]byte, repair.MaxSealed+1)}
	if _, err := all.Create(ctx, large); err == nil {
		t.Error("more than MaxSealed was created")
	}
	if err := all.Save(ctx, large); err == nil {
		t.Error("more than MaxSealed was saved")
	}
}

// TestDeskFaultsAreErrorsSoon has all operations while Redis is away.
func TestDeskFaultsAreErrorsSoon(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		all := openForFaults(t, s.URL()).Desk()
		for name, fault := range map[string]func(){"down": s.Down, "hanging": s.Hang} {
			fault()
			for operation, run := range deskOperations(all) {
				var err error
				took := testkit.Quickest(soon, func() { err = run(context.Background()) })
				if err == nil || took > soon {
					t.Errorf("%s while %s: error %v after %v", operation, name, err, took)
				}
			}
			s.Up()
		}
	})
}
