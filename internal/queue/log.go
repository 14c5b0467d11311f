package queue

import (
	"context"
	"fmt"
	"log/slog"
)

// logger is how asynq logs. It names tasks by their IDs, and never their payloads.
type logger struct {
	log  *slog.Logger
	away func() bool
}

// Debug is below what is asked for.
func (l logger) Debug(...any) {}

// Info tells of asynq's own starting and stopping, which nobody needs to see.
func (l logger) Info(args ...any) { l.say(slog.LevelDebug, args) }

// Warn tells what asynq will try again.
func (l logger) Warn(args ...any) { l.tell(slog.LevelWarn, args) }

// Error tells what went wrong.
func (l logger) Error(args ...any) { l.tell(slog.LevelError, args) }

// Fatal ends nothing here: the server has other work than this.
func (l logger) Fatal(args ...any) { l.Error(args...) }

// tell tells what asynq meets, unless that comes of a Redis that is away: it tries again and again.
func (l logger) tell(level slog.Level, args []any) {
	if l.away() {
		level = slog.LevelDebug
	}
	l.say(level, args)
}

func (l logger) say(level slog.Level, args []any) {
	l.log.Log(context.Background(), level, "queue", "said", fmt.Sprint(args...))
}
