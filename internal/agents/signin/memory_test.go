package signin_test

import (
	"testing"

	"updatecenter/internal/agents/signin"
	"updatecenter/internal/agents/signin/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) storetest.Stores {
		m := signin.NewMemory()
		return storetest.Stores{Store: m, Attempts: m}
	})
}
