package api

import (
	"context"
	"net/http"
	"testing"

	"updatecenter/internal/durability"
)

// TestUncertainChanges holds that programs are told of a change that may not last, and that it is no failure.
func TestUncertainChanges(t *testing.T) {
	r := newRig(t)
	for _, doubt := range []bool{false, true} {
		r.store.fault = func(ctx context.Context) error {
			if doubt {
				durability.Tell(ctx)
			}
			return nil
		}
		got := r.askWith("*", http.MethodPut, linePath, `{"language":"en"}`).is(map[bool]int{false: http.StatusCreated, true: http.StatusOK}[doubt], "")
		if told := got.header.Get(DurabilityHeader) == "uncertain"; told != doubt {
			t.Errorf("in doubt: %t, told: %t", doubt, told)
		}
	}
}
