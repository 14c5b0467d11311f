package agents_test

import (
	"testing"

	"updatecenter/agents"
	"updatecenter/agents/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) agents.Store { return agents.NewMemory() })
}
