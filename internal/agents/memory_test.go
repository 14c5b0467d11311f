package agents_test

import (
	"testing"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) agents.Store { return agents.NewMemory() })
}
