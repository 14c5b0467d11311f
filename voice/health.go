package voice

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// readyTimeout bounds how long Redis may take to answer a probe.
const readyTimeout = 2 * time.Second

func healthy(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, "ok\n")
}

// ready says whether calls can be taken.
func (e *Edge) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if err := e.reachable(ctx); err != nil {
		e.log.Warn("not ready", slog.Any("cause", err))
		http.Error(w, "Redis cannot be reached", http.StatusServiceUnavailable)
		return
	}
	healthy(w, r)
}
