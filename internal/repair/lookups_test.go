package repair_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
	"updatecenter/pins"
)

// waysToAsk are all that tell whether a number is a line.
var waysToAsk = map[string]func(t *testing.T, f *fixture, number nanp.Number) error{
	"find": func(t *testing.T, f *fixture, n nanp.Number) error { _, err := f.Find(t.Context(), sue, n); return err },
	"call": func(t *testing.T, f *fixture, n nanp.Number) error {
		_, err := f.Call(t.Context(), sue, n, "")
		return err
	},
	"secret": func(t *testing.T, f *fixture, n nanp.Number) error {
		_, err := f.Secret(t.Context(), sue, n, accounts.Number("nobody-1"), wrongSecret)
		return err
	},
	"photo ID": func(t *testing.T, f *fixture, n nanp.Number) error {
		return f.PhotoID(t.Context(), sue, n, "driver's license MN 1234")
	},
	"reset": func(t *testing.T, f *fixture, n nanp.Number) error {
		_, err := f.Reset(t.Context(), sue, n, "forgot it")
		return err
	},
	"unlock": func(t *testing.T, f *fixture, n nanp.Number) error {
		_, err := f.Unlock(t.Context(), sue, n, "locked out")
		return err
	},
}

// TestNoWayToAskForLinesWithoutLimit has each way ask for a number again and again that is no
// line: each is recorded, and comes to an end, from which on a line is refused as well.
func TestNoWayToAskForLinesWithoutLimit(t *testing.T) {
	for name, ask := range waysToAsk {
		t.Run(name, func(t *testing.T) {
			f, told := newFixture(t), 0
			for i := range 300 {
				if err := ask(t, f, nanp.Number(fmt.Sprintf("+1651555%04d", i))); errors.Is(err, pins.ErrNoLine) {
					told++
				}
			}
			lookups := 0
			for _, event := range f.audit.events {
				if event.Action == audit.LookedUp && event.By == "sue" {
					lookups++
				}
			}
			if told > 120 || told == 0 || lookups != told || len(f.alerts) != 1 {
				t.Errorf("%d numbers were told to be no lines, %d look-ups recorded, alerts %v", told, lookups, f.alerts)
			}
			var limit *repair.LimitError
			for _, number := range []nanp.Number{home, missing} {
				if err := ask(t, f, number); !errors.As(err, &limit) {
					t.Errorf("then of %s: %v", number, err)
				}
			}
		})
	}
}

// TestALookUpThatCannotBeRecordedTellsNothing holds that without the audit no number is told to be
// no line.
func TestALookUpThatCannotBeRecordedTellsNothing(t *testing.T) {
	for name, ask := range waysToAsk {
		f := newFixture(t)
		f.audit.down = true
		if err := ask(t, f, missing); !errors.Is(err, errDown) || errors.Is(err, pins.ErrNoLine) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAValidatedCustomerIsHelpedThoughNoLookUpIsLeft holds that the limit of look-ups cuts off
// nobody in the middle.
func TestAValidatedCustomerIsHelpedThoughNoLookUpIsLeft(t *testing.T) {
	f := newFixture(t)
	f.validated(t, ann)
	for range 120 {
		_, err := f.Find(t.Context(), ann, home)
		f.ok(t, err)
	}
	_, err := f.Call(t.Context(), ann, home, "")
	limited(t, err, repair.LookUps, f.now.Add(time.Hour))
	_, err = f.Reset(t.Context(), ann, home, "forgot it")
	f.ok(t, err)
}

// TestKeysLookUpWithinBounds lets a program look up much more than an agent, and not without end.
func TestKeysLookUpWithinBounds(t *testing.T) {
	f := newFixture(t)
	key, most := repair.Who{Name: "ordering", Via: repair.ViaAPI}, 200
	for range most {
		f.ok(t, f.LookUp(t.Context(), key, home, "line"))
	}
	for range 2 {
		limit := &repair.LimitError{}
		if err := f.LookUp(t.Context(), key, home, "line"); !errors.As(err, &limit) || limit.What != repair.LookUps {
			t.Fatalf("one more: %v", err)
		}
	}
	want := audit.Event{Action: audit.LookedUp, By: "ordering", Via: "api", Subject: string(home), Detail: "line"}
	if got := f.audit.events; len(got) != most+1 || got[0] != want || got[most].Action != audit.LimitReached || len(f.alerts) != 1 {
		t.Errorf("%d entries, the first %+v, %d alerts", len(got), got[0], len(f.alerts))
	}
	f.now = f.now.Add(time.Minute)
	f.ok(t, f.LookUp(t.Context(), key, home, "line"))
}
