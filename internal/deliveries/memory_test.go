package deliveries_test

import (
	"slices"
	"testing"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/deliveries/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) storetest.Stores {
		m := deliveries.NewMemory()
		return storetest.Stores{Store: m, Phones: m}
	})
}

func TestMemoryDue(t *testing.T) {
	storetest.RunDue(t, func(*testing.T) storetest.DueStores {
		m := &deliveries.MemoryDue{}
		return storetest.DueStores{
			Due:    m,
			Append: func(_ testing.TB, lane string, stored []byte) { m.Append(lane, stored) },
			Untold: func(_ testing.TB, untold deliveries.Untold) int {
				return len(slices.DeleteFunc(m.Untold(), func(u deliveries.Untold) bool { return u != untold }))
			},
		}
	})
}
