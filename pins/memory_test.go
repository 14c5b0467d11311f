package pins_test

import (
	"testing"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/pins"
	"updatecenter/pins/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) storetest.Stores {
		m := pins.NewMemory()
		due := func(_ testing.TB, number nanp.Number) [][]byte { return m.Due(number) }
		return storetest.Stores{Store: m, Callers: m, Registry: m, Validations: m, Due: due}
	})
}

func TestMemoryFeatures(t *testing.T) {
	m := pins.NewMemory()
	some, more := pins.FeaturesOf(pins.DialLock), pins.FeaturesOf(pins.DialLock, pins.CallRejection)
	wants := func(want pins.Features, wantKnown bool) {
		t.Helper()
		if got, known := m.Features(personal); got != want || known != wantKnown {
			t.Errorf("%q, known %t; want %q, %t", got, known, want, wantKnown)
		}
	}
	wants(pins.Features{}, false)
	if m.SetFeatures(personal, some) {
		t.Error("changed what is no line")
	}
	wants(pins.Features{}, false)
	if _, err := m.Add(t.Context(), []pins.NewLine{{Number: personal, Features: some}}, time.Now()); err != nil {
		t.Fatal(err)
	}
	wants(some, true)
	for _, step := range []struct {
		set     pins.Features
		changed bool
	}{{some, false}, {more, true}, {more, false}, {pins.Features{}, true}, {pins.Features{}, false}, {some, true}} {
		if changed := m.SetFeatures(personal, step.set); changed != step.changed {
			t.Errorf("set %q: changed %t", step.set, changed)
		}
		wants(step.set, true)
	}
	line, err := m.Line(t.Context(), personal)
	if line.Features != some || err != nil {
		t.Errorf("%+v, %v", line, err)
	}
	if err := m.Remove(t.Context(), personal, pins.Record{Event: pins.Removed}); err != nil {
		t.Fatal(err)
	}
	wants(pins.Features{}, false)
}
