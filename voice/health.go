package voice

import (
	"context"
	"io"
	"net/http"
	"time"
)

// readyTimeout bounds how long an answer to a probe may take.
const readyTimeout = 2 * time.Second

// healthy says whether balancers should send requests here.
func (e *Edge) healthy(w http.ResponseWriter, _ *http.Request) {
	if e.draining != nil && e.draining() {
		http.Error(w, "this server is about to stop", http.StatusServiceUnavailable)
		return
	}
	_, _ = io.WriteString(w, "ok\n")
}

// ready says whether calls can be taken.
func (e *Edge) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if why := e.unready(ctx); why != "" {
		http.Error(w, why, http.StatusServiceUnavailable)
		return
	}
	e.healthy(w, r)
}
