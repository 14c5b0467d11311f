package redisstore

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/redis/go-redis/v9"
)

// LogTo sends what the Redis client has to say, such as each connection that it failed to
// make, to a log, at level debug: what matters of it is in the errors of the operations. The
// client has one log for the process, so this is for a program's start. It holds addresses,
// and never passwords or what is stored.
func LogTo(log *slog.Logger) { redis.SetLogger(clientLog{log}) }

type clientLog struct{ log *slog.Logger }

// Printf is how the client logs.
func (l clientLog) Printf(ctx context.Context, format string, args ...any) {
	if l.log.Enabled(ctx, slog.LevelDebug) {
		l.log.DebugContext(ctx, "Redis client", "said", fmt.Sprintf(format, args...))
	}
}
