package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
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
		check.OK(t, err)
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
				check.OK(t, db.Features().Change(ctx, change))
			}
		}
		for _, test := range []struct{ from, most, first, last int }{
			{0, 10000, count, 3*count - 1}, {0, 7, 3*count - 7, 3*count - 1},
			{2*count + 5, 10000, 2*count + 5, 3*count - 1}, {0, 0, 3*count - 1, 3*count - 1},
		} {
			events, err := db.Events().SinceOfAll(ctx, now.Add(time.Duration(test.from)*time.Second), test.most)
			check.OK(t, err)
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
			for _, event := range testkit.Events(t, db, number) {
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
		check.OK(t, err)
		if _, err := db.Events().Rewind(ctx, number, now, now); err != nil {
			t.Fatal(err)
		}
		check.OK(t, db.Outbox().Delivered(ctx, string(number), messages[0].Position))
		if got := testkit.Events(t, db, number); len(got) != 3 {
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
		check.OK(t, db.Lines().Remove(ctx, number, pins.Record{At: now, Event: pins.Removed}))
		if err := client.Del(ctx, ours[10], ours[11]).Err(); err != nil { // long ago
			t.Fatal(err)
		}
		later := now.Add(24 * time.Hour)
		if n, err := db.Events().Rewind(ctx, number, now, later); err != nil || n != 1 {
			t.Errorf("rewound %d, %v", n, err)
		}
		partitions, err := db.Outbox().Claim(ctx, "h", later, later.Add(time.Minute), 8)
		if err != nil || !cmp.Equal(partitions, []string{string(number)}) {
			t.Errorf("claimed %v, %v", partitions, err)
		}
		if err := db.Features().Change(ctx, features.Change{Number: number}); err == nil {
			t.Error("a line that was removed was changed")
		}
	})
}

// TestWaiting finds what waits, however old it is, of a line that was removed too.
func TestWaiting(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, ctx := open(t, s.URL()), context.Background()
		addLine(t, db, pins.DialLock)
		changes(t, db.Features(), 1, 3, now)
		deliver(t, db, 1)
		check.OK(t, db.Lines().Remove(ctx, number, pins.Record{At: now, Event: pins.Removed}))
		if err := db.Announce(ctx, "+16125550143", now.Add(60*24*time.Hour)); err != nil { // for the line, long ago
			t.Fatal(err)
		}
		lines, err := db.Events().WaitingLines(ctx)
		if err != nil || !cmp.Equal(lines, []nanp.Number{number, "+16125550143"}) {
			t.Errorf("lines %v, %v", lines, err)
		}
		at := now.Add(2 * time.Millisecond)
		want := []redisstore.Event{{Number: number, Position: fmt.Sprintf("%d-0", at.UnixMilli()), At: at, Stored: []byte("event 2")}}
		for most, count := range map[int]int{0: 0, 1: 1, 2: 2, 100: 2} {
			events, err := db.Events().Waiting(ctx, number, most)
			if err != nil || len(events) != count || count == 1 && !cmp.Equal(events, want) {
				t.Errorf("at most %d: %v, %v", most, events, err)
			}
		}
	})
}

// TestLook brings events up to date.
func TestLook(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db := open(t, s.URL())
		addLine(t, db, pins.DialLock)
		changes(t, db.Features(), 1, 3, now)
		events, err := db.Events().Since(t.Context(), number, now)
		check.OK(t, err)
		look := func(want ...bool) {
			t.Helper()
			check.OK(t, db.Events().Look(t.Context(), events))
			for i, event := range events {
				if event.Delivered != want[i] {
					t.Errorf("event %d delivered: %t", i+1, event.Delivered)
				}
			}
		}
		look(false, false, false)
		deliver(t, db, 2)
		look(true, true, false)
		if _, err := db.Events().Rewind(t.Context(), number, now, now); err != nil {
			t.Fatal(err)
		}
		look(false, false, false)
	})
}

// TestSkip gives up the oldest event that waits, and no other.
func TestSkip(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, ctx := open(t, s.URL()), context.Background()
		addLine(t, db, pins.DialLock)
		changes(t, db.Features(), 1, 3, now)
		deliver(t, db, 1)
		events, err := db.Events().Since(ctx, number, now)
		check.OK(t, err)
		record := pins.Record{At: now.Add(time.Minute), Event: pins.EventSkipped, By: "ann", Reason: "refused", Changes: []string{"evt_2"}}
		skip := func(position string) error { return db.Events().Skip(ctx, number, position, record) }
		before := contents(t, s)
		for _, position := range []string{"", "?", "9-9", events[0].Position, events[2].Position} {
			if err := skip(position); !errors.Is(err, redisstore.ErrNotOldest) {
				t.Errorf("skip of %q: %v", position, err)
			}
		}
		if after := contents(t, s); after != before {
			t.Errorf("became\n%s", after)
		}
		check.OK(t, skip(events[1].Position))
		wait(t, db, 1, "event 3", "event 3")
		records, err := db.Lines().History(ctx, number, 1)
		if err != nil || !cmp.Equal(records[0].Changes, record.Changes) || records[0].Event != pins.EventSkipped {
			t.Errorf("history %+v, %v", records, err)
		}
		if err := skip(events[1].Position); !errors.Is(err, redisstore.ErrNotOldest) {
			t.Errorf("skipped twice: %v", err)
		}
		if err := skip(events[2].Position); err != nil || len(testkit.Events(t, db, number)) != 0 {
			t.Errorf("the last: %v", err)
		}
	})
}

// TestSkipHastens holds that a partition which was put off is due when its first event was skipped,
// and that a claim is left alone.
func TestSkipHastens(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, ctx := open(t, s.URL()), context.Background()
		addLine(t, db, pins.DialLock)
		changes(t, db.Features(), 1, 3, now)
		claim := func(holder string, at time.Time, want int) {
			t.Helper()
			partitions, err := db.Outbox().Claim(ctx, holder, at, at.Add(time.Minute), 8)
			if err != nil || len(partitions) != want {
				t.Fatalf("claimed %v, %v", partitions, err)
			}
		}
		skip := func(at time.Time) {
			t.Helper()
			events, err := db.Events().Waiting(ctx, number, 1)
			if err == nil {
				err = db.Events().Skip(ctx, number, events[0].Position, pins.Record{At: at, Event: pins.EventSkipped})
			}
			check.OK(t, err)
		}
		at := now.Add(time.Second)
		claim("one", at, 1)
		skip(at)
		claim("two", at, 0)
		check.OK(t, db.Outbox().Release(ctx, string(number), "one", at, at.Add(time.Hour)))
		claim("two", at.Add(time.Minute), 0)
		skip(at.Add(time.Minute))
		claim("two", at.Add(time.Minute), 1)
	})
}
