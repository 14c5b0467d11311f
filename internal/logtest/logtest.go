// Package logtest helps tests to look for secrets in a log.
package logtest

import "log/slog"

// Untimed are options of a handler that leave the time of day out, since its digits could be
// the PIN or the code that a test looks for by chance. It logs every level.
func Untimed() *slog.HandlerOptions {
	return &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: withoutTime}
}

func withoutTime(groups []string, attribute slog.Attr) slog.Attr {
	if len(groups) == 0 && attribute.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return attribute
}
