package detached_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"updatecenter/internal/detached"
)

func TestContextOutlivesItsParent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, cancel := context.WithCancel(t.Context())
		cancel()
		ctx, end := detached.Context(parent, time.Minute)
		defer end()
		if ctx.Err() != nil {
			t.Error("it has ended with its parent")
		}
		start := time.Now()
		<-ctx.Done()
		if lasted := time.Since(start); lasted != time.Minute {
			t.Errorf("it has lasted for %v", lasted)
		}
	})
}
