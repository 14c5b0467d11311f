package pins_test

import (
	"testing"

	"updatecenter/pins"
	"updatecenter/pins/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) storetest.Stores {
		m := pins.NewMemory()
		return storetest.Stores{Store: m, Callers: m, Registry: m}
	})
}
