package console

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/hash"
	"updatecenter/internal/httplog"
	"updatecenter/internal/ids"
	"updatecenter/internal/storage"
	"updatecenter/pins"
)

// A refusal is an error with two faces: a page for the agent, a cause for the log.
type refusal struct {
	status   int
	title    string
	sentence string // what was wrong, and what to do
	allow    string // of a method that isn't allowed
	cause    error  // may be nil, where the title says it all
}

// Error is the log's face. It holds nothing that was sent.
func (r *refusal) Error() string {
	if r.cause == nil {
		return r.title
	}
	return fmt.Sprintf("%s: %v", r.title, r.cause)
}

// Unwrap returns the cause.
func (r *refusal) Unwrap() error { return r.cause }

func (r refusal) because(cause error) *refusal {
	r.cause = cause
	return &r
}

func refusing(status int, title, sentence string) *refusal {
	return &refusal{status: status, title: title, sentence: sentence}
}

// Refusals that are always the same.
var (
	noPage    = refusing(http.StatusNotFound, "There is no such page", "Check the address, or start from the beginning.")
	forbidden = refusing(http.StatusForbidden, "This page is not for your role",
		"If you need it for your work, ask an administrator of the console.")
	signedOut   = refusing(http.StatusUnauthorized, "You are signed out", "Sign in again.")
	misdirected = refusing(http.StatusMisdirectedRequest, "This is not the console’s address",
		"Open the console by the address that you were given.")
)

func crossOrigin(cause error) *refusal {
	return refusing(http.StatusForbidden, "This came from another site",
		"Nothing was done. Open the console itself, and try there.").because(cause)
}

func badMethod(allow string) *refusal {
	no := refusing(http.StatusMethodNotAllowed, "This page can’t do that", "Start from the beginning.")
	no.allow = allow
	return no
}

func badForm(status int) *refusal {
	return refusing(status, "What was sent is not a form of this console",
		"Nothing was done. Go back, load the page again, and send it once more.")
}

func broken(cause error) *refusal {
	return refusing(http.StatusInternalServerError, "The page could not be made",
		"This is our fault. Try again; if it stays so, report it with the reference.").because(cause)
}

func unavailable(cause error) *refusal {
	return refusing(http.StatusServiceUnavailable, "The console can’t do this at the moment",
		"Something that it needs does not answer. Try again in a few seconds, and look first whether it was done.").because(cause)
}

func busy(cause error) *refusal {
	return refusing(http.StatusServiceUnavailable, "Many people sign in at this moment",
		"Nothing was counted against you. Try again in a moment.").because(cause)
}

// explain finds the refusal in an error. What no rule of the domain says is taken for trouble of
// a store that passes.
func explain(err error) *refusal {
	var known *refusal
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, hash.ErrBusy):
		return busy(err)
	case errors.Is(err, agents.ErrStaleSession), errors.Is(err, signin.ErrSignedOut):
		return signedOut.because(err)
	case errors.Is(err, pins.ErrNoLine), errors.Is(err, agents.ErrNoAgent):
		return noPage.because(err)
	case errors.Is(err, storage.ErrUnreadable):
		return broken(err)
	}
	return unavailable(err)
}

// refuse tells the agent and the log, with a reference by which one finds the other. A client that
// went away is told nothing, and that work for it ended early is no fault of ours.
func (c *Console) refuse(v *visit, err error) {
	no := explain(err)
	if no.status == http.StatusServiceUnavailable && v.left() {
		c.config.Log.LogAttrs(v.ctx(), slog.LevelInfo, "client of console left", slog.String("method", httplog.Method(v.r)),
			slog.String("route", httplog.Route(v.r)), slog.Any("cause", no.cause))
		return
	}
	reference := c.reference()
	c.logRefusal(v, no, reference)
	if no.allow != "" {
		v.w.Header().Set("Allow", no.allow)
	}
	if no.status == http.StatusServiceUnavailable {
		v.w.Header().Set("Retry-After", "5")
	}
	page := struct{ Title, Sentence, Reference string }{no.title, no.sentence, reference}
	if err := c.showStatus(v, no.status, "error", no.title, page); err != nil {
		http.Error(v.w, no.title, no.status)
	}
}

func (c *Console) logRefusal(v *visit, no *refusal, reference string) {
	attributes := []slog.Attr{
		slog.Int("status", no.status), slog.String("title", no.title),
		slog.String("method", httplog.Method(v.r)), slog.String("route", httplog.Route(v.r)),
		slog.String("reference", reference),
	}
	if no.cause != nil {
		attributes = append(attributes, slog.Any("cause", no.cause))
	}
	level := slog.LevelInfo
	if no.status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	c.config.Log.LogAttrs(v.ctx(), level, "console request refused", attributes...)
}

// reference names one refusal, "K7QM-2F9D", so that it can be told by telephone; "" without
// randomness.
func (c *Console) reference() string {
	written, err := ids.Base32(c.config.Random, 5)
	if err != nil {
		return ""
	}
	return written[:4] + "-" + written[4:]
}
