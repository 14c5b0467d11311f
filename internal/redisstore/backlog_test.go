package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/features"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// fill has the line's events be 1000, as changes would, but sooner.
func fill(t *testing.T, db *redisstore.DB, client *redis.Client) {
	t.Helper()
	ctx := context.Background()
	addLine(t, db, pins.DialLock)
	changes(t, db.Features(), 1, 1, now)
	commands := client.Pipeline()
	for n := 2; n < 1000; n++ {
		commands.XAdd(ctx, &redis.XAddArgs{Stream: ours[8], ID: fmt.Sprint(now.UnixMilli() + int64(n)),
			Values: []any{"v", "1", "event", fmt.Sprint("event ", n)}})
	}
	commands.HSet(ctx, ours[7], "r:dial-lock", "999")
	if _, err := commands.Exec(ctx); err != nil {
		t.Fatal(err)
	}
	changes(t, db.Features(), 1000, 1000, now)
}

// full wants a change to be refused, and to leave nothing.
func full(t *testing.T, s *redistest.Server, store features.Store, n int) {
	t.Helper()
	before := unannounced(t, s)
	if err := store.Change(t.Context(), changeOf(n, now)); !errors.Is(err, features.ErrBacklog) {
		t.Fatalf("change %d: %v", n, err)
	}
	if after := unannounced(t, s); after != before {
		t.Error("a change that was refused left something")
	}
}

// wait wants so many events to wait, from one to another.
func wait(t *testing.T, db *redisstore.DB, count int, first, last string) {
	t.Helper()
	events, err := db.Events().Waiting(t.Context(), number, 2000)
	if err != nil || len(events) != count {
		t.Fatalf("%d events, %v, want %d", len(events), err, count)
	}
	if a, z := string(events[0].Stored), string(events[count-1].Stored); a != first || !strings.HasPrefix(z, last) {
		t.Errorf("from %s to %s, want from %s to %s", a, z, first, last)
	}
}

// TestBacklog holds that of the events that wait none is dropped, that those that were delivered
// make room, and that a server without a switch drops none of a line of which another delivered
// some.
func TestBacklog(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client := open(t, s.URL()), raw(t, s)
		fill(t, db, client)
		full(t, s, db.Features(), 1001)
		if n := deliver(t, db, 2); n != 2 {
			t.Fatalf("%d events delivered", n)
		}
		changes(t, db.Features(), 1001, 1001, now)
		changes(t, db.Features().WithoutEvents(), 1002, 1002, now)
		full(t, s, db.Features(), 1003)
		full(t, s, db.Features().WithoutEvents(), 1003)
		wait(t, db, 1000, "event 3", "event 1002")
		if _, err := db.Events().Rewind(t.Context(), number, time.Time{}, now); err != nil {
			t.Fatal(err)
		}
		full(t, s, db.Features().WithoutEvents(), 1003)
	})
}

// TestUnheard holds that the oldest of the events that wait are dropped if nobody takes them,
// and that nobody does who has claimed no partition for a month.
func TestUnheard(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client := open(t, s.URL()), raw(t, s)
		fill(t, db, client)
		store := db.Features().WithoutEvents()
		changes(t, store, 1001, 1003, now)
		wait(t, db, 1000, "event 4", "event 1003")

		if partitions, err := db.Outbox().Claim(t.Context(), "h", now.Add(-time.Hour), now, 8); err != nil || len(partitions) != 0 {
			t.Fatalf("claimed %v, %v", partitions, err)
		}
		changes(t, store, 1004, 1004, now) // who finds no partition has taken nothing
		if partitions, err := db.Outbox().Claim(t.Context(), "h", now.Add(time.Second), now.Add(time.Minute), 8); err != nil || len(partitions) != 1 {
			t.Fatalf("claimed %v, %v", partitions, err)
		}
		full(t, s, store, 1005)
		full(t, s, store, 1005)
		later := now.Add(30 * 24 * time.Hour) // and a second, and 5 ms
		changes(t, store, 1005, 1005, later)
		wait(t, db, 1000, "event 6", "event 1005")
	})
}

// TestRemovalsFindRoom holds that a feature can be taken away while 1000 events wait, that
// none of these is dropped for it, unless nobody takes them, and that what was delivered is.
func TestRemovalsFindRoom(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client := open(t, s.URL()), raw(t, s)
		fill(t, db, client)
		install := func(store features.Store, at time.Time, installed ...pins.Feature) {
			t.Helper()
			_, err := store.Install(t.Context(), []features.Installation{{Number: number, Features: pins.FeaturesOf(installed...)}},
				pins.Record{At: at, Event: pins.FeaturesInstalled, By: "ann"}, removal)
			check.OK(t, err)
		}
		install(db.Features(), now.Add(time.Hour))
		wait(t, db, 1001, "event 1", fmt.Sprint("removed dial-lock ", now.Add(time.Hour).UnixMilli()))
		install(db.Features(), now, pins.AllFeatures[:]...)
		install(db.Features().WithoutEvents(), now.Add(2*time.Hour), pins.DialLock)
		wait(t, db, 1000, "event 7", "removed selective-call-forwarding")
		deliver(t, db, 3)
		install(db.Features(), now.Add(3*time.Hour))
		wait(t, db, 998, "event 10", fmt.Sprint("removed dial-lock ", now.Add(3*time.Hour).UnixMilli()))
		if n := client.XLen(t.Context(), ours[8]).Val(); n != 1000 {
			t.Errorf("%d events are kept", n)
		}
	})
}

// TestRemovalsAreAnnounced holds that somebody comes to deliver the removals of a line, that
// nobody is called for other installations, and that nothing is taken away when nobody can be.
func TestRemovalsAreAnnounced(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		addLine(t, db, pins.DialLock)
		install := func(installed ...pins.Feature) error {
			_, err := db.Features().Install(ctx, []features.Installation{{Number: number, Features: pins.FeaturesOf(installed...)}},
				pins.Record{At: now, Event: pins.FeaturesInstalled, By: "ann"}, removal)
			return err
		}
		partitions := func() int64 { return client.ZCard(ctx, ours[10]).Val() }
		if err := errors.Join(install(pins.DialLock), install(pins.DialLock, pins.CallRejection)); err != nil || partitions() != 0 {
			t.Errorf("%v, %d partitions known", err, partitions())
		}
		check.OK(t, client.Set(ctx, ours[10], "x", 0).Err())
		before := contents(t, s)
		if err := install(); !errors.Is(err, storage.ErrDamaged) {
			t.Errorf("without an outbox: %v", err)
		}
		if after := contents(t, s); after != before {
			t.Errorf("became\n%s", after)
		}
		if err := errors.Join(client.Del(ctx, ours[10]).Err(), install()); err != nil || partitions() != 1 {
			t.Errorf("%v, %d partitions known", err, partitions())
		}
	})
}
