package api

import (
	"fmt"
	"net/http"
	"time"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
)

// A lastCallerBody is a call to a line.
type lastCallerBody struct {
	Caller *string    `json:"caller"` // null: withheld
	At     *time.Time `json:"at"`     // null: now
}

func (b lastCallerBody) check(f *form) {
	f.need(f.given["/caller"] && (b.Caller == nil || *b.Caller != ""), "/caller", "want a telephone number, or null if it was withheld")
}

// putLastCaller notes who has called a line. Whom somebody talks to is protected information (CPNI, 47 USC 222): nothing
// shows it, and no log has it. Nor has the audit an entry of each call, which would be a record of all calls of all lines,
// kept for a year, and one more round trip for each.
func (a *API) putLastCaller(w http.ResponseWriter, r *http.Request, _ apikey.Key, number nanp.Number, body lastCallerBody) error {
	var caller features.Entry
	if body.Caller != nil {
		caller = features.Entry(*body.Caller)
	}
	var at time.Time
	if body.At != nil {
		at = *body.At
	}
	err := a.config.Features.SetLastCaller(r.Context(), number, caller, at)
	if _, refused := features.ReasonOf(err); refused {
		return notListable
	}
	if err != nil {
		return fmt.Errorf("put last caller: %w", err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
