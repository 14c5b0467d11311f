package redisstore_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/pins"
)

func TestEventsSince(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db := open(t, s.URL())
		addLine(t, db, pins.DialLock)
		changes(t, db.Features(), 1, 3, now)
		deliver(t, db, 1)
		for from, want := range map[time.Time]int{
			{}: 3, now: 3, now.Add(2 * time.Millisecond): 2, now.Add(3 * time.Millisecond): 1, now.Add(time.Second): 0,
		} {
			events, err := db.Events().Since(t.Context(), number, from)
			if err != nil || len(events) != want {
				t.Errorf("%d events since %v, want %d: %v", len(events), from, want, err)
			}
		}
		events, err := db.Events().Since(t.Context(), number, now)
		if err != nil {
			t.Fatal(err)
		}
		at := now.Add(time.Millisecond)
		want := redisstore.Event{
			Number: number, Position: fmt.Sprintf("%d-0", at.UnixMilli()), At: at, Stored: []byte("event 1"), Delivered: true,
		}
		if diff := cmp.Diff(want, events[0]); diff != "" {
			t.Errorf("the first (-want +got)\n%s", diff)
		}
		if events[1].Delivered || events[2].Delivered {
			t.Error("what waits is said to be delivered")
		}
	})
}

func TestEventsSinceOfAll(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, ctx := open(t, s.URL()), context.Background()
		const count = 120 // more than are read at once
		var lines []pins.NewLine
		for i := range count {
			lines = append(lines, pins.NewLine{
				Number: nanp.Number(fmt.Sprintf("+1612555%04d", i)), Features: pins.FeaturesOf(pins.DialLock),
			})
		}
		if _, err := db.Lines().Add(ctx, lines, now); err != nil {
			t.Fatal(err)
		}
		for n := 1; n <= 2; n++ {
			for i, line := range lines {
				change := changeOf(n, now.Add(time.Duration(n*count+i)*time.Second))
				change.Number, change.Event = line.Number, []byte(fmt.Sprint(n*count+i))
				if err := db.Features().Change(ctx, change); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, test := range []struct{ from, most, first, last int }{
			{0, 10000, count, 3*count - 1}, {0, 7, 3*count - 7, 3*count - 1},
			{2*count + 5, 10000, 2*count + 5, 3*count - 1}, {0, 0, 3*count - 1, 3*count - 1},
		} {
			events, err := db.Events().SinceOfAll(ctx, now.Add(time.Duration(test.from)*time.Second), test.most)
			if err != nil {
				t.Fatal(err)
			}
			var want, got []string
			for n := test.first; n <= test.last; n++ {
				want = append(want, fmt.Sprint(n))
			}
			for _, event := range events {
				got = append(got, string(event.Stored))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%+v (-want +got)\n%s", test, diff)
			}
		}
	})
}

func TestRewind(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db := open(t, s.URL())
		addLine(t, db, pins.DialLock)
		rewind := func(from time.Time, want int) {
			t.Helper()
			if n, err := db.Events().Rewind(t.Context(), number, from, now); err != nil || n != want {
				t.Errorf("rewound %d, %v, want %d", n, err, want)
			}
		}
		wait := func(want ...string) {
			t.Helper()
			var got []string
			for _, event := range waiting(t, db, number) {
				got = append(got, string(event))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("waiting (-want +got)\n%s", diff)
			}
		}
		rewind(now, 0)
		changes(t, db.Features(), 1, 4, now)
		rewind(now, 0)
		deliver(t, db, 3)
		rewind(now.Add(4*time.Millisecond), 0)
		wait("event 4")
		rewind(now.Add(2*time.Millisecond), 2)
		wait("event 2", "event 3", "event 4")
		rewind(time.Time{}, 1)
		wait("event 1", "event 2", "event 3", "event 4")
		if n := deliver(t, db, 10); n != 4 {
			t.Errorf("%d delivered", n)
		}
		wait()
		rewind(time.Time{}, 4)
	})
}

// TestRewindUnderADelivery holds that a delivery which was under way during a rewind doesn't
// take it back.
func TestRewindUnderADelivery(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, ctx := open(t, s.URL()), context.Background()
		addLine(t, db, pins.DialLock)
		changes(t, db.Features(), 1, 3, now)
		deliver(t, db, 2)
		messages, err := db.Outbox().Next(ctx, string(number), 10)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Events().Rewind(ctx, number, now, now); err != nil {
			t.Fatal(err)
		}
		if err := db.Outbox().Delivered(ctx, string(number), messages[0].Position); err != nil {
			t.Fatal(err)
		}
		if got := waiting(t, db, number); len(got) != 3 {
			t.Errorf("%d events wait, want all 3", len(got))
		}
	})
}

// TestRewindAnnounces holds that somebody comes to deliver what was rewound, of a line that
// was removed, too.
func TestRewindAnnounces(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		addLine(t, db, pins.DialLock)
		changes(t, db.Features(), 1, 1, now)
		deliver(t, db, 1)
		if err := db.Lines().Remove(ctx, number, pins.Record{At: now, Event: pins.Removed}); err != nil {
			t.Fatal(err)
		}
		if err := client.Del(ctx, ours[10], ours[11]).Err(); err != nil { // long ago
			t.Fatal(err)
		}
		later := now.Add(24 * time.Hour)
		if n, err := db.Events().Rewind(ctx, number, now, later); err != nil || n != 1 {
			t.Errorf("rewound %d, %v", n, err)
		}
		lanes, err := db.Outbox().Claim(ctx, "h", later, later.Add(time.Minute), 8)
		if err != nil || !cmp.Equal(lanes, []string{string(number)}) {
			t.Errorf("claimed %v, %v", lanes, err)
		}
		if err := db.Features().Change(ctx, features.Change{Number: number}); err == nil {
			t.Error("a line that was removed was changed")
		}
	})
}
