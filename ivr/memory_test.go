package ivr_test

import (
	"testing"

	"updatecenter/ivr"
	"updatecenter/ivr/storetest"
)

func TestMemoryKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(*testing.T) ivr.Store { return &ivr.Memory{} })
}
