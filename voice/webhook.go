package voice

import (
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"time"

	"updatecenter/voice/signature"
)

// maxForm is the largest form that is read, in bytes.
const maxForm = 64 << 10

// maxSID bounds a CallSid, which has 34 characters: CA and 32 hexadecimal digits.
const maxSID = 64

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
		e.metrics.answered(route, status, time.Since(began))
	})
}

// serve answers a webhook and returns the HTTP status.
func (e *Edge) serve(w http.ResponseWriter, r *http.Request, engine Engine, handle handler) int {
	form, status := readForm(w, r)
	if status != 0 {
		return refuse(w, status)
	}
	if !e.signatures.Valid(e.publicURL+requestURI(r), form, r.Header.Get(signature.Header), r.Header.Get(signature.SettingsHeader)) {
		e.metrics.refusedSignatures.Inc()
		return refuse(w, http.StatusForbidden)
	}
	call := form.Get("CallSid")
	if !isSID(call) {
		return refuse(w, http.StatusBadRequest)
	}
	if len(e.accounts) > 0 && !slices.Contains(e.accounts, form.Get("AccountSid")) {
		e.log.Error("a webhook of an account that TWILIO_ACCOUNT_SID doesn't name", slog.String("call", call))
		return refuse(w, http.StatusForbidden)
	}
	return e.answer(posted{Request: r, engine: engine, call: call, form: form}, handle).write(w)
}

// answer turns a panic into an apology: a mistake of ours must not end in silence.
func (e *Edge) answer(p posted, handle handler) (answer reply) {
	defer func() {
		if cause := recover(); cause != nil {
			e.log.Error("panic in a webhook", slog.String("call", p.call),
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
func isSID(s string) bool {
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return s != "" && len(s) <= maxSID
}
