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
	Apology(l ivr.Language, may string) []byte
}

// Config is what an edge needs.
type Config struct {
	Engine     Engine                       // of calls that come in
	Callback   Engine                       // of calls that we make; nil: we make none
	Statuses   Statuses                     // told how those go on; needed if there is a Callback
	Detects    bool                         // whether Twilio listens for answering machines in them
	PublicURL  string                       // scheme, host and path by which Twilio reaches us; a proxy takes the path off
	Accounts   []string                     // the SIDs that webhooks may be of; none: any that has signed
	AuthTokens []secret.Text                // any of them may have signed
	SharedKeys []signature.SharedKey        // of webhooks that Twilio was told to sign with one
	SIPDomains []string                     // over which 78 comes from the operator's switch: from the line
	Dial78     []nanp.Number                // to which the switch maps 78: from the line when fully attested
	Recordings *Recordings                  // nil: none
	Unready    func(context.Context) string // asks, until its context ends, why no calls can be taken, for everybody to read; empty: they can
	Draining   func() bool                  // whether balancers should send requests elsewhere, as the server is to stop; nil: never
	Metrics    *Metrics
	Log        *slog.Logger
}

// Edge serves Twilio's webhooks.
type Edge struct {
	engine     Engine
	callback   Engine
	statuses   Statuses
	detects    bool
	publicURL  string
	accounts   []string
	signatures *signature.Validator
	origin     origin
	recordings *Recordings
	unready    func(context.Context) string
	draining   func() bool // nil: never
	metrics    *Metrics
	log        *slog.Logger
}

// New returns an edge.
func New(c Config) *Edge {
	domains := make([]string, len(c.SIPDomains))
	for i, d := range c.SIPDomains {
		domains[i] = SIPDomain(d)
	}
	return &Edge{
		engine: c.Engine, callback: c.Callback, statuses: c.Statuses, detects: c.Detects,
		publicURL:  strings.TrimSuffix(c.PublicURL, "/"),
		accounts:   c.Accounts,
		signatures: signature.NewShared(c.SharedKeys, c.AuthTokens...),
		origin:     origin{sipDomains: domains, dial78: c.Dial78},
		recordings: c.Recordings, unready: c.Unready, draining: c.Draining, metrics: c.Metrics, log: c.Log,
	}
}

// The paths of the webhooks, below the public URL. The number of a turn is appended to
// TurnPath and CallbackTurnPath; Twilio is given the others. To CallbackPath, at which a call
// that we make begins, is appended what it is about, such as "dlv_abc/1"; to StatusPath, for
// the statuses of such a call, a slash and the same.
const (
	IncomingPath = "/voice/incoming"
	TurnPath     = "/voice/turn/"
	StatusPath   = "/voice/status"
	FallbackPath = "/voice/fallback"

	CallbackPath         = "/voice/callback/"
	CallbackTurnPath     = "/voice/callback/turn/"
	CallbackFallbackPath = "/voice/callback/fallback"
)

// Routes adds the routes of the webhooks, of recordings, and /healthz, which tells a load balancer
// that this port answers.
func (e *Edge) Routes(r *mux.Router) {
	post := func(path, route string, engine Engine, handle handler) {
		r.Handle(path, e.webhook(route, engine, handle)).Methods(http.MethodPost)
	}
	for _, t := range e.turns() {
		post(t.path, t.name, t.engine, t.handle)
	}
	post(StatusPath, "status", e.engine, e.status)
	post(FallbackPath, "fallback", e.engine, e.fallback)
	r.HandleFunc("/healthz", e.healthy).Methods(http.MethodGet, http.MethodHead)
	if e.callback != nil {
		post(CallbackFallbackPath, "callback-fallback", e.callback, e.fallback)
		post(StatusPath+"/"+about, "callback-status", e.callback, e.callbackStatus)
	}
	if e.recordings != nil {
		r.Handle(RecordingsPath+"{file}", e.recordings).Methods(http.MethodGet, http.MethodHead)
	}
}

// A turnRoute is a webhook that is answered by a turn.
type turnRoute struct {
	name, path string
	engine     Engine
	handle     handler
}

func (e *Edge) turns() []turnRoute {
	all := []turnRoute{
		{"incoming", IncomingPath, e.engine, e.incoming},
		{"turn", TurnPath + "{turn}", e.engine, e.turn},
	}
	if e.callback != nil {
		all = append(all,
			turnRoute{"callback-turn", CallbackTurnPath + "{turn}", e.callback, e.turn},
			turnRoute{"callback", CallbackPath + about, e.callback, e.answered})
	}
	return all
}

// Probes adds /healthz and /readyz, to the router of Routes or to another one.
func (e *Edge) Probes(r *mux.Router) {
	r.HandleFunc("/healthz", e.healthy).Methods(http.MethodGet, http.MethodHead)
	r.HandleFunc("/readyz", e.ready).Methods(http.MethodGet, http.MethodHead)
}
