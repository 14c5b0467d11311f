package voice

import (
	"context"
	"io"
	"net/http"
	"time"
)

// readyTimeout bounds how long an answer to a probe may take.
const readyTimeout = 2 * time.Second

func healthy(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, "ok\n")
}

// ready says whether calls can be taken.
func (e *Edge) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if err := e.reachable(ctx); err != nil {
		http.Error(w, "Redis or the queue in it cannot be used", http.StatusServiceUnavailable)
		return
	}
	healthy(w, r)
}
