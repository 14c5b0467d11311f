package voice

import (
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"runtime/debug"
	"time"

	"updatecenter/voice/signature"
)

// maxForm is the largest form that is read, in bytes.
const maxForm = 64 << 10

// maxSID bounds a CallSid, which has 34 characters: CA and 32 hexadecimal digits.
const maxSID = 64

// A handler answers the true webhooks of one route. It returns the answer's document, or
// nothing for 204.
type handler func(r *http.Request, call string, form url.Values) []byte

// webhook lets through what Twilio has posted, and nobody else. Who is refused doesn't
// learn why.
func (e *Edge) webhook(route string, handle handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		status := e.serve(w, r, handle)
		e.metrics.answered(route, status, time.Since(began))
	})
}

// serve answers a webhook and returns the HTTP status.
func (e *Edge) serve(w http.ResponseWriter, r *http.Request, handle handler) int {
	form, status := readForm(w, r)
	if status != 0 {
		return refuse(w, status)
	}
	if !e.signatures.Valid(e.publicURL+requestURI(r), form, r.Header.Get(signature.Header)) {
		e.metrics.refusedSignatures.Inc()
		return refuse(w, http.StatusForbidden)
	}
	call := form.Get("CallSid")
	if !isSID(call) {
		return refuse(w, http.StatusBadRequest)
	}
	document := e.answer(r, handle, call, form)
	w.Header().Set("Cache-Control", "no-store")
	if document == nil {
		w.WriteHeader(http.StatusNoContent)
		return http.StatusNoContent
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = w.Write(document) //nolint:gosec // escaped where it was built; and whoever hung up needs no answer
	return http.StatusOK
}

// answer turns a panic into an apology: a mistake of ours must not end in silence.
func (e *Edge) answer(r *http.Request, handle handler, call string, form url.Values) (document []byte) {
	defer func() {
		if cause := recover(); cause != nil {
			e.log.Error("panic in a webhook", slog.String("call", call),
				slog.Any("cause", cause), slog.String("stack", string(debug.Stack())))
			document = e.apologize(language(r.URL))
		}
	}()
	return handle(r, call, form)
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
