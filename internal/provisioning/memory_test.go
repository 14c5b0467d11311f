package provisioning_test

import (
	"testing"
	"time"

	"updatecenter/internal/provisioning"
	"updatecenter/internal/provisioning/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) storetest.Stores {
		m := &provisioning.Memory{}
		return storetest.Stores{
			Outbox:   m,
			Announce: func(_ testing.TB, lane string, now time.Time) { m.Announce(lane, now) },
			Append:   func(_ testing.TB, lane string, stored []byte) { m.Append(lane, stored) },
		}
	})
}

func TestMemoryRefusesUnknownPositions(t *testing.T) {
	m := &provisioning.Memory{}
	m.Publish("lane", []byte("a"), time.Now())
	for _, position := range []string{"", "0", "2", "-1", "one"} {
		if err := m.Delivered(t.Context(), "lane", position); err == nil {
			t.Errorf("position %q was taken", position)
		}
	}
	if err := m.Delivered(t.Context(), "other", "1"); err == nil {
		t.Error("a position in an unknown lane was taken")
	}
}
