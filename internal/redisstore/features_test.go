package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// addLine adds the line that the tests use, with these features.
func addLine(t *testing.T, db *redisstore.DB, installed ...pins.Feature) {
	t.Helper()
	line := pins.NewLine{Number: number, Features: pins.FeaturesOf(installed...)}
	if _, err := db.Lines().Add(t.Context(), []pins.NewLine{line}, now); err != nil {
		t.Fatal(err)
	}
}

// changeOf is the nth change of the line's Dial Lock, in a turn of its own.
func changeOf(n int, at time.Time) features.Change {
	return features.Change{
		Number: number, Feature: pins.DialLock, Expected: int64(n - 1), Revision: int64(n),
		Settings: []byte("{}"), Event: fmt.Appendf(nil, "event %d", n),
		Record: pins.Record{At: at, Event: pins.FeatureChanged, By: pins.ByCaller},
		Turn:   pins.Turn{Call: "CA1", Number: n},
	}
}

// removal is the event that a feature is gone.
func removal(_ nanp.Number, feature pins.Feature) (before, after []byte, err error) {
	return fmt.Append(nil, "removed ", feature, " "), nil, nil
}

// changes makes the changes from first to last, a millisecond apart.
func changes(t *testing.T, store features.Store, first, last int, at time.Time) {
	t.Helper()
	for n := first; n <= last; n++ {
		if err := store.Change(t.Context(), changeOf(n, at.Add(time.Duration(n)*time.Millisecond))); err != nil {
			t.Fatalf("change %d: %v", n, err)
		}
	}
}

// unannounced is all that a server holds but the partitions of the outbox.
func unannounced(t *testing.T, s *redistest.Server) string {
	t.Helper()
	var kept []string
	for line := range strings.Lines(contents(t, s)) {
		if !strings.HasPrefix(line, "uc:outbox:") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// deliver delivers up to most events of the line and returns how many were there.
func deliver(t *testing.T, db *redisstore.DB, most int) int {
	t.Helper()
	messages, err := db.Outbox().Next(t.Context(), string(number), most)
	if err == nil && len(messages) > 0 {
		err = db.Outbox().Delivered(t.Context(), string(number), messages[len(messages)-1].Position)
	}
	check.OK(t, err)
	return len(messages)
}

// TestLinesOfTheFirstRelease holds that a line written before there were features is read,
// and gets them.
func TestLinesOfTheFirstRelease(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		err := errors.Join(
			client.HSet(ctx, ours[1], "v", "1", "lang", "es", "pin", "$h", "since", "1900000000000", "rev", "1900000000007",
				"t:CA1:3", "1900000000000").Err(),
			client.LPush(ctx, ours[4], `{"v":1,"at":"2030-03-17T17:46:40Z","event":"pin-changed","by":"caller"}`).Err())
		check.OK(t, err)
		want := pins.Line{Number: number, Language: "es", PIN: "$h", Since: time.UnixMilli(1900000000000).UTC(), Revision: 1900000000007}
		if line, err := db.Lines().Line(ctx, number); err != nil || line != want {
			t.Errorf("line %+v, %v", line, err)
		}
		stored, err := db.Features().Features(ctx, number, pins.Turn{Call: "CA1", Number: 3})
		if err != nil || stored.Installed.Len() != 0 || len(stored.Settings) != 0 || stored.Done {
			t.Errorf("features %+v, %v", stored, err)
		}
		want.Features = pins.FeaturesOf(pins.DialLock)
		changed, err := db.Features().Install(ctx, []features.Installation{{Number: number, Features: want.Features}},
			pins.Record{At: now, Event: pins.FeaturesInstalled, By: "ann"}, removal)
		if err != nil || !changed[0] {
			t.Errorf("install: %v, %v", changed, err)
		}
		admission, err := db.Lines().Admit(ctx, pins.Attempt{Number: number, Side: pins.FromLine, At: now}, pins.DefaultLock())
		if err != nil || admission.Line != want {
			t.Errorf("line %+v, %v", admission.Line, err)
		}
		records, err := db.Lines().History(ctx, number, 10)
		if err != nil || len(records) != 2 || !cmp.Equal(records[0].Changes, []string{"installed dial-lock"}) {
			t.Errorf("history %+v, %v", records, err)
		}
	})
}

// TestFeaturesOfANewerRelease holds that names which we don't know are ignored and stay.
func TestFeaturesOfANewerRelease(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		addLine(t, db, pins.DialLock)
		err := errors.Join(
			client.HSet(ctx, ours[1], "features", "caller-id dial-lock 3-way").Err(),
			client.HSet(ctx, ours[7], "v", "1", "s:3-way", "{}", "r:3-way", "5", "s:dial-lock", "{}", "r:dial-lock", "6").Err())
		check.OK(t, err)
		stored, err := db.Features().Features(ctx, number, pins.Turn{})
		want := make(map[pins.Feature]features.Kept)
		want[pins.DialLock] = features.Kept{Revision: 6, Settings: []byte("{}")}
		if err != nil || stored.Installed != pins.FeaturesOf(pins.DialLock) || !cmp.Equal(stored.Settings, want) {
			t.Errorf("%+v, %v", stored, err)
		}
		_, err = db.Features().Install(ctx, []features.Installation{{Number: number, Features: pins.FeaturesOf(pins.CallRejection)}},
			pins.Record{At: now, Event: pins.FeaturesInstalled, By: "ann"}, removal)
		check.OK(t, err)
		if names := client.HGet(ctx, ours[1], "features").Val(); names != "call-rejection caller-id 3-way" {
			t.Errorf("features %q", names)
		}
		if left := client.HGetAll(ctx, ours[7]).Val(); !cmp.Equal(left, map[string]string{"v": "1", "s:3-way": "{}", "r:3-way": "5"}) {
			t.Errorf("settings %v", left)
		}
	})
}

// TestSettingsOfAnEarlierCustomer holds that a new line doesn't get the settings that the
// first release left when it removed the line of that number.
func TestSettingsOfAnEarlierCustomer(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		addLine(t, db, pins.DialLock)
		changes(t, db.Features(), 1, 1, now)
		check.OK(t, client.Del(ctx, ours[1]).Err())
		addLine(t, db, pins.DialLock)
		stored, err := db.Features().Features(ctx, number, changeOf(1, now).Turn)
		if err != nil || len(stored.Settings) != 0 || stored.Done {
			t.Errorf("%+v, %v", stored, err)
		}
	})
}

// TestNewerSettingsAreLeftAlone holds that settings, and notes of deliveries, which a newer
// release wrote beside a line that we can read are neither read nor touched; nor is anything
// else, but that the change was announced.
func TestNewerSettingsAreLeftAlone(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		for key, names := range map[string][]string{
			ours[7]: {"features", "change feature", "install", "remove"},
			ours[9]: {"change feature", "install", "next", "delivered", "since", "rewind", "forget", "waiting", "look", "skip"},
		} {
			check.OK(t, client.FlushAll(ctx).Err())
			addLine(t, db, pins.DialLock)
			changes(t, db.Features(), 1, 1, now)
			deliver(t, db, 10)
			check.OK(t, client.HSet(ctx, key, "v", "2").Err())
			before := unannounced(t, s)
			for _, name := range names {
				err := operations(db)[name](ctx)
				if name == "change feature" && key == ours[9] {
					change := changeOf(2, now)
					err = db.Features().Change(ctx, change)
				}
				if !errors.Is(err, storage.ErrNewer) {
					t.Errorf("%s with a newer %s: %v", name, key, err)
				}
			}
			if after := unannounced(t, s); after != before {
				t.Errorf("with a newer %s\n%s\nbecame\n%s", key, before, after)
			}
		}
	})
}

// TestGarbageForSettings holds that a line with damaged settings can be removed, and added.
func TestGarbageForSettings(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		for what, fill := range put {
			addLine(t, db, pins.DialLock)
			if err := errors.Join(fill(ctx, client, ours[7]), operations(db)["remove"](ctx)); err != nil {
				t.Fatalf("remove with %s for settings: %v", what, err)
			}
			addLine(t, db, pins.DialLock)
			if err := errors.Join(operations(db)["features"](ctx), operations(db)["remove"](ctx)); err != nil {
				t.Errorf("features after %s: %v", what, err)
			}
		}
	})
}

// TestDeliveredEventsGo holds that events that were delivered are kept for a month, and those
// that wait for ever.
func TestDeliveredEventsGo(t *testing.T) {
	const month = 30 * 24 * time.Hour
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db := open(t, s.URL())
		addLine(t, db, pins.DialLock)
		all := func(want string) {
			t.Helper()
			events, err := db.Events().Since(t.Context(), number, time.Time{})
			check.OK(t, err)
			var got []string
			for _, event := range events {
				got = append(got, strings.TrimPrefix(string(event.Stored), "event "))
			}
			if strings.Join(got, " ") != want {
				t.Errorf("events %v, want %s", got, want)
			}
		}
		changes(t, db.Features(), 1, 4, now)
		deliver(t, db, 2)
		changes(t, db.Features(), 5, 5, now.Add(month-3*time.Millisecond))
		all("2 3 4 5")
		changes(t, db.Features(), 6, 6, now.Add(2*month))
		all("3 4 5 6")
		deliver(t, db, 3)
		changes(t, db.Features(), 7, 7, now.Add(4*month))
		all("6 7")
	})
}

// TestEventsKeepTheirOrderWhenClocksDiffer holds that the events of a line are in the order of
// its changes, even of servers of which one is behind, and are found after those delivered.
func TestEventsKeepTheirOrderWhenClocksDiffer(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db := open(t, s.URL())
		addLine(t, db, pins.DialLock)
		changes(t, db.Features(), 1, 1, now)
		changes(t, db.Features(), 2, 2, now.Add(-time.Hour))
		deliver(t, db, 2)
		if err := raw(t, s).Del(t.Context(), ours[8]).Err(); err != nil { // Redis swept up
			t.Fatal(err)
		}
		changes(t, db.Features(), 3, 4, now.Add(-2*time.Hour))
		var got []string
		for _, event := range testkit.Events(t, db, number) {
			got = append(got, string(event))
		}
		if !cmp.Equal(got, []string{"event 3", "event 4"}) {
			t.Errorf("waiting: %q", got)
		}
	})
}

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
		changes(t, db.WithoutEvents().Features(), 1002, 1002, now)
		full(t, s, db.Features(), 1003)
		full(t, s, db.WithoutEvents().Features(), 1003)
		wait(t, db, 1000, "event 3", "event 1002")
		if _, err := db.Events().Rewind(t.Context(), number, time.Time{}, now); err != nil {
			t.Fatal(err)
		}
		full(t, s, db.WithoutEvents().Features(), 1003)
	})
}

// TestUnheard holds that the oldest of the events that wait are dropped if nobody takes them,
// and that nobody does who has claimed no partition for a month.
func TestUnheard(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client := open(t, s.URL()), raw(t, s)
		fill(t, db, client)
		store := db.WithoutEvents().Features()
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
		install(db.WithoutEvents().Features(), now.Add(2*time.Hour), pins.DialLock)
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
