package desk_test

import (
	"testing"

	"updatecenter/desk"
	"updatecenter/desk/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) desk.Store { return desk.NewMemory() })
}
