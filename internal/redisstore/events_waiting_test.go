package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/pins"
)

// TestWaiting finds what waits, however old it is, of a line that was removed too.
func TestWaiting(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, ctx := open(t, s.URL()), context.Background()
		addLine(t, db, pins.DialLock)
		changes(t, db.Features(), 1, 3, now)
		deliver(t, db, 1)
		if err := db.Lines().Remove(ctx, number, pins.Record{At: now, Event: pins.Removed}); err != nil {
			t.Fatal(err)
		}
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
		if err != nil {
			t.Fatal(err)
		}
		look := func(want ...bool) {
			t.Helper()
			if err := db.Events().Look(t.Context(), events); err != nil {
				t.Fatal(err)
			}
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
		if err != nil {
			t.Fatal(err)
		}
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
		if err := skip(events[1].Position); err != nil {
			t.Fatal(err)
		}
		wait(t, db, 1, "event 3", "event 3")
		records, err := db.Lines().History(ctx, number, 1)
		if err != nil || !cmp.Equal(records[0].Changes, record.Changes) || records[0].Event != pins.EventSkipped {
			t.Errorf("history %+v, %v", records, err)
		}
		if err := skip(events[1].Position); !errors.Is(err, redisstore.ErrNotOldest) {
			t.Errorf("skipped twice: %v", err)
		}
		if err := skip(events[2].Position); err != nil || len(waiting(t, db, number)) != 0 {
			t.Errorf("the last: %v", err)
		}
	})
}

// TestSkipHastens holds that a lane which was put off is due when its first event was skipped,
// and that a claim is left alone.
func TestSkipHastens(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, ctx := open(t, s.URL()), context.Background()
		addLine(t, db, pins.DialLock)
		changes(t, db.Features(), 1, 3, now)
		claim := func(holder string, at time.Time, want int) {
			t.Helper()
			lanes, err := db.Outbox().Claim(ctx, holder, at, at.Add(time.Minute), 8)
			if err != nil || len(lanes) != want {
				t.Fatalf("claimed %v, %v", lanes, err)
			}
		}
		skip := func(at time.Time) {
			t.Helper()
			events, err := db.Events().Waiting(ctx, number, 1)
			if err == nil {
				err = db.Events().Skip(ctx, number, events[0].Position, pins.Record{At: at, Event: pins.EventSkipped})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		at := now.Add(time.Second)
		claim("one", at, 1)
		skip(at)
		claim("two", at, 0)
		if err := db.Outbox().Release(ctx, string(number), "one", at, at.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		claim("two", at.Add(time.Minute), 0)
		skip(at.Add(time.Minute))
		claim("two", at.Add(time.Minute), 1)
	})
}
