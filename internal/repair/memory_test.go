package repair_test

import (
	"testing"

	"updatecenter/internal/repair"
	"updatecenter/internal/repair/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) repair.Store { return repair.NewMemory() })
}
