package audit_test

import (
	"testing"

	"updatecenter/internal/audit"
	"updatecenter/internal/audit/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) audit.Store { return audit.NewMemory() })
}
