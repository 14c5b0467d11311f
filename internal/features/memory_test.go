package features_test

import (
	"testing"

	"updatecenter/internal/features"
	"updatecenter/internal/features/storetest"
	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) storetest.Stores {
		lines := pins.NewMemory()
		m := features.NewMemory(lines)
		return storetest.Stores{
			Features: m, Lines: lines, Registry: lines, Validations: lines,
			Events: func(_ *testing.T, number nanp.Number) [][]byte { return m.Events(number) },
		}
	})
}
