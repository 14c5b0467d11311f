package console

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"updatecenter/internal/durability"
)

// policy is all that a page may do in a browser: its own style, script, pictures and events.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// guard stands before every page: who is sent away here is told why, and no page knows of it.
func (c *Console) guard(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := c.now()
		told := &answer{ResponseWriter: w}
		client := r.Context()
		ctx, doubt := durability.Watch(client)
		r = r.WithContext(ctx)
		v := &visit{w: told, r: r, client: client, doubt: doubt, from: c.client(r), loopback: c.loopback}
		c.protect(w.Header())
		defer c.logVisit(v, told, began)
		defer c.caught(v, told)
		if err := c.guarded(v, rt); err != nil {
			c.refuse(v, err)
		}
	})
}

func (c *Console) guarded(v *visit, rt route) error {
	if host(v.r.Host, "") != c.host && host(v.r.Host, c.scheme()) != c.host {
		return misdirected()
	}
	if err := c.foreign.Check(v.r); err != nil {
		return crossOrigin(err)
	}
	return c.serve(v, rt)
}

// protect sets the headers of every answer.
func (c *Console) protect(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	if c.https {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

func (c *Console) scheme() string {
	if c.https {
		return "https"
	}
	return "http"
}

// host writes a host in one way, without the port that its scheme has anyway.
func host(written, scheme string) string {
	written = strings.ToLower(written)
	switch scheme {
	case "https":
		return strings.TrimSuffix(written, ":443")
	case "http":
		return strings.TrimSuffix(written, ":80")
	}
	return written
}

// caught turns a panic into a page; it must be deferred itself.
func (c *Console) caught(v *visit, told *answer) {
	fault := recover()
	if fault == nil {
		return
	}
	if fault == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so, too
		panic(fault)
	}
	c.log.LogAttrs(v.ctx(), slog.LevelError, "console panicked", slog.String("route", pattern(v.r)),
		slog.String("kind", fmt.Sprintf("%T", fault)), slog.String("stack", string(debug.Stack())))
	if told.status == 0 {
		c.refuse(v, broken(nil))
	}
}

// An answer remembers its status for the log.
type answer struct {
	http.ResponseWriter
	status int // 0: not yet
}

// WriteHeader implements [http.ResponseWriter].
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(b)
}

// Unwrap lets [http.ResponseController] reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// logVisit writes the one line of a request.
func (c *Console) logVisit(v *visit, told *answer, began time.Time) {
	attributes := []slog.Attr{
		slog.String("method", knownMethod(v.r.Method)), slog.String("route", pattern(v.r)),
		slog.Int("status", told.status), slog.Duration("took", c.now().Sub(began)),
	}
	if v.session.Agent.Name != "" {
		attributes = append(attributes, slog.String("agent", string(v.session.Agent.Name)))
	}
	c.log.LogAttrs(v.ctx(), slog.LevelInfo, "console request", attributes...)
}

// pattern is the path as the table has it: the path itself may hold a token, or anything.
func pattern(r *http.Request) string {
	current := mux.CurrentRoute(r)
	if current == nil {
		return ""
	}
	path, err := current.GetPathTemplate()
	if err != nil {
		return ""
	}
	return path
}

// knownMethod leaves away what a client made up.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}
