package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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
