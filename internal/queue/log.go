package queue

import (
	"fmt"
	"log/slog"
)

// logger is how asynq logs. It names tasks by their IDs, and never their payloads.
type logger struct{ log *slog.Logger }

// Debug is below what is asked for.
func (l logger) Debug(...any) {}

// Info tells of asynq's own starting and stopping, which nobody needs to see.
func (l logger) Info(args ...any) { l.log.Debug("queue", "said", fmt.Sprint(args...)) }

// Warn tells what asynq will try again.
func (l logger) Warn(args ...any) { l.log.Warn("queue", "said", fmt.Sprint(args...)) }

// Error tells what went wrong, such as that Redis can't be reached.
func (l logger) Error(args ...any) { l.log.Error("queue", "said", fmt.Sprint(args...)) }

// Fatal ends nothing here: the server has other work than this.
func (l logger) Fatal(args ...any) { l.Error(args...) }
