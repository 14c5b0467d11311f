// Package detached is for work that must come to its end although whoever asked for it has gone away.
package detached

import (
	"context"
	"time"
)

// Context returns a context that goes on when ctx is canceled, or its time is up, and ends after the time
// within. It keeps the values of ctx.
func Context(ctx context.Context, within time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), within)
}
