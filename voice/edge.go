package voice

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/ivr"
	"updatecenter/voice/signature"
)

// Engine answers turns; [ivr.Engine] is one.
type Engine interface {
	Turn(ctx context.Context, event ivr.Event) ([]byte, error)
	Apology(l ivr.Language) []byte
}

// Config is what an edge needs.
type Config struct {
	Engine     Engine
	PublicURL  string                      // scheme, host and path by which Twilio reaches us; a proxy takes the path off
	AuthTokens []secret.Text               // any of them may have signed
	SIPDomains []string                    // over which 78 comes from the operator's switch: from the line
	Dial78     []nanp.Number               // to which the switch maps 78: from the line when fully attested
	Recordings *Recordings                 // nil: none
	Reachable  func(context.Context) error // asks whether Redis answers, until its context ends
	Metrics    *Metrics
	Log        *slog.Logger
}

// Edge serves Twilio's webhooks.
type Edge struct {
	engine     Engine
	publicURL  string
	signatures *signature.Validator
	origin     origin
	recordings *Recordings
	reachable  func(context.Context) error
	metrics    *Metrics
	log        *slog.Logger
}

// New returns an edge.
func New(c Config) *Edge {
	domains := make([]string, len(c.SIPDomains))
	for i, d := range c.SIPDomains {
		domains[i] = strings.ToLower(d)
	}
	return &Edge{
		engine: c.Engine, publicURL: strings.TrimSuffix(c.PublicURL, "/"),
		signatures: signature.New(c.AuthTokens...),
		origin:     origin{sipDomains: domains, dial78: c.Dial78},
		recordings: c.Recordings, reachable: c.Reachable, metrics: c.Metrics, log: c.Log,
	}
}

// The paths of the webhooks, below the public URL. The number of a turn is appended to
// TurnPath; Twilio is given the others.
const (
	IncomingPath = "/voice/incoming"
	TurnPath     = "/voice/turn/"
	StatusPath   = "/voice/status"
	FallbackPath = "/voice/fallback"
)

// Routes adds the edge's routes.
func (e *Edge) Routes(r *mux.Router) {
	r.Handle(IncomingPath, e.webhook("incoming", e.incoming)).Methods(http.MethodPost)
	r.Handle(TurnPath+"{turn}", e.webhook("turn", e.turn)).Methods(http.MethodPost)
	r.Handle(StatusPath, e.webhook("status", e.status)).Methods(http.MethodPost)
	r.Handle(FallbackPath, e.webhook("fallback", e.fallback)).Methods(http.MethodPost)
	r.HandleFunc("/healthz", healthy).Methods(http.MethodGet, http.MethodHead)
	r.HandleFunc("/readyz", e.ready).Methods(http.MethodGet, http.MethodHead)
	if e.recordings != nil {
		r.Handle(RecordingsPath+"{file}", e.recordings).Methods(http.MethodGet, http.MethodHead)
	}
}
