package deliveries_test

import (
	"testing"

	"updatecenter/deliveries"
	"updatecenter/deliveries/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) storetest.Stores {
		m := deliveries.NewMemory()
		return storetest.Stores{Store: m, Phones: m}
	})
}
