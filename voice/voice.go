// Package voice is the edge towards Twilio: the webhooks of telephone calls.
//
//	POST /voice/incoming      every incoming call
//	POST /voice/turn/{n}      what came of the question that turn n-1 asked
//	POST /voice/help-line/turn/{n}   the same, in a call to the help line
//	POST /voice/status        how calls begin and end; answered 204
//	POST /voice/fallback      asked when an answer was lost: gives it, or runs the turn; without
//	                          Redis it apologizes
//	GET  /voice/recordings/   prompts that are played instead of spoken
//	GET  /healthz             200, or 503 once the server is about to stop
//	GET  /readyz              and its Redis takes writes; else 503, and why
//
// The calls that we make have an engine of their own. What they are about stands in the URL
// at which each of them begins:
//
//	POST /voice/callback/{delivery}/{attempt}   the call was answered
//	POST /voice/callback/turn/{n}               as /voice/turn/{n}
//	POST /voice/callback/fallback               as /voice/fallback
//	POST /voice/status/{delivery}/{attempt}     how the call goes on; 204, or 4xx for one that can't be
//
// A webhook is a form of at most 64 kB, posted and signed by Twilio; anything else is
// refused before it is read any further. The signature is checked against the public URL
// that Twilio was given, never against what the request says of itself.
//
// Whatever goes wrong behind a true webhook, the answer is a document: the caller hears
// a sentence and a number to call.
package voice

import (
	"context"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"

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
	HelpLine   Engine                       // of calls that come in to HelpLines; needed if there are any
	HelpLines  map[nanp.Number]string       // the numbers of the help line, and what calls to each are about: [ivr.Event]'s Reference
	Callback   Engine                       // of calls that we make; nil: we make none
	Statuses   Statuses                     // take in how those go on; needed if there is a Callback
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
	config     Config
	signatures *signature.Validator
	origin     origin
}

// New returns an edge.
func New(c Config) *Edge {
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	domains := make([]string, len(c.SIPDomains))
	for i, d := range c.SIPDomains {
		domains[i] = SIPDomain(d)
	}
	return &Edge{
		config: c, signatures: signature.New(c.SharedKeys, c.AuthTokens...), origin: origin{sipDomains: domains, dial78: c.Dial78},
	}
}

// The paths of the webhooks, below the public URL. The number of a turn is appended to
// TurnPath, HelpLineTurnPath and CallbackTurnPath; Twilio is given the others. To CallbackPath, at which a call
// that we make begins, is appended what it is about, such as "dlv_abc/1"; to StatusPath, for
// the statuses of such a call, a slash and the same.
const (
	IncomingPath     = "/voice/incoming"
	TurnPath         = "/voice/turn/"
	StatusPath       = "/voice/status"
	HelpLineTurnPath = "/voice/help-line/turn/"
	FallbackPath     = "/voice/fallback"

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
	post(StatusPath, "status", e.config.Engine, e.status)
	post(FallbackPath, "fallback", e.config.Engine, e.fallback)
	r.HandleFunc("/healthz", e.healthy).Methods(http.MethodGet, http.MethodHead)
	if e.config.Callback != nil {
		post(CallbackFallbackPath, "callback-fallback", e.config.Callback, e.fallback)
		post(StatusPath+"/"+referencePath, "callback-status", e.config.Callback, e.callbackStatus)
	}
	if e.config.Recordings != nil {
		r.Handle(RecordingsPath+"{file}", e.config.Recordings).Methods(http.MethodGet, http.MethodHead)
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
		{"incoming", IncomingPath, e.config.Engine, e.incoming},
		{"turn", TurnPath + "{turn}", e.config.Engine, e.turn},
	}
	if e.config.HelpLine != nil {
		all = append(all, turnRoute{"help-line-turn", HelpLineTurnPath + "{turn}", e.config.HelpLine, e.turn})
	}
	if e.config.Callback != nil {
		all = append(all,
			turnRoute{"callback-turn", CallbackTurnPath + "{turn}", e.config.Callback, e.turn},
			turnRoute{"callback", CallbackPath + referencePath, e.config.Callback, e.answered})
	}
	return all
}

// Probes adds /healthz and /readyz, to the router of Routes or to another one.
func (e *Edge) Probes(r *mux.Router) {
	r.HandleFunc("/healthz", e.healthy).Methods(http.MethodGet, http.MethodHead)
	r.HandleFunc("/readyz", e.ready).Methods(http.MethodGet, http.MethodHead)
}

// maxForm is the largest form that is read, in bytes.
const maxForm = 64 << 10

// A CallSid has 34 characters: CA and 32 hexadecimal digits.
const (
	maxSID        = 64
	sidCharacters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// A handler answers the true webhooks of one route.
type handler func(p posted) reply

// posted is a true webhook.
type posted struct {
	*http.Request
	engine Engine     // of the calls that the route is for
	call   string     // the CallSid
	form   url.Values // with all else
	lost   bool       // it comes from the fallback: URL is that of the webhook that went wrong
}

// A reply is what a webhook is answered: a document with 200, or a status alone.
type reply struct {
	document []byte
	status   int
}

// done is the reply to what wants none.
var done = reply{status: http.StatusNoContent}

// speak replies with a document.
func speak(document []byte) reply { return reply{document: document, status: http.StatusOK} }

// webhook lets through what Twilio has posted, and nobody else. Who is refused doesn't
// learn why.
func (e *Edge) webhook(route string, engine Engine, handle handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		status := e.serve(w, r, engine, handle)
		e.config.Metrics.answered(route, status, time.Since(began))
	})
}

// serve answers a webhook and returns the HTTP status.
func (e *Edge) serve(w http.ResponseWriter, r *http.Request, engine Engine, handle handler) int {
	form, status := readForm(w, r)
	if status != 0 {
		return refuse(w, status)
	}
	if !e.signatures.Valid(e.config.PublicURL+requestURI(r), form, r.Header.Get(signature.Header), r.Header.Get(signature.SettingsHeader)) {
		e.config.Metrics.refusedSignatures.Inc()
		return refuse(w, http.StatusForbidden)
	}
	call := form.Get("CallSid")
	if !isSID(call) {
		return refuse(w, http.StatusBadRequest)
	}
	if len(e.config.Accounts) > 0 && !slices.Contains(e.config.Accounts, form.Get("AccountSid")) {
		e.config.Log.Error("a webhook of an account that TWILIO_ACCOUNT_SID doesn't name", slog.String("call", call))
		return refuse(w, http.StatusForbidden)
	}
	return e.answer(posted{Request: r, engine: engine, call: call, form: form}, handle).write(w)
}

// answer turns a panic into an apology: a mistake of ours must not end in silence.
func (e *Edge) answer(p posted, handle handler) (answer reply) {
	defer func() {
		if cause := recover(); cause != nil {
			e.config.Log.Error("panic in a webhook", slog.String("call", p.call),
				slog.Any("cause", cause), slog.String("stack", string(debug.Stack())))
			answer = e.apologize(p)
		}
	}()
	return handle(p)
}

// write sends the reply and returns its HTTP status.
func (a reply) write(w http.ResponseWriter) int {
	w.Header().Set("Cache-Control", "no-store")
	switch {
	case a.status >= http.StatusBadRequest:
		return refuse(w, a.status)
	case a.document == nil:
		w.WriteHeader(a.status)
	default:
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		_, _ = w.Write(a.document) // whoever hung up needs no answer
	}
	return a.status
}

// readForm reads the posted form, or says with which status it is refused.
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, int) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, http.StatusUnsupportedMediaType
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err = r.ParseForm()
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, http.StatusRequestEntityTooLarge
	case err != nil:
		return nil, http.StatusBadRequest
	}
	return r.PostForm, 0
}

// refuse answers with a status alone.
func refuse(w http.ResponseWriter, status int) int {
	http.Error(w, http.StatusText(status), status)
	return status
}

// requestURI is the path and query as they were received, which is how they were signed.
func requestURI(r *http.Request) string {
	if r.RequestURI != "" {
		return r.RequestURI
	}
	return r.URL.RequestURI()
}

// isSID says whether a CallSid can be one.
func isSID(s string) bool { return s != "" && len(s) <= maxSID && strings.Trim(s, sidCharacters) == "" }
