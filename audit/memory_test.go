package audit_test

import (
	"testing"

	"updatecenter/audit"
	"updatecenter/audit/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) audit.Store { return audit.NewMemory() })
}
