package voice

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/mail"
	"net/url"
	"strconv"
	"time"

	"github.com/gorilla/mux"

	"updatecenter/ivr"
)

// about is what a call that we make is about, as its URLs have it: what is delivered, and the
// number of the attempt.
const about = "{delivery:[A-Za-z0-9_]{1,64}}/{attempt:[1-9][0-9]{0,3}}"

// Statuses is told how calls that we make go on.
type Statuses interface {
	// Status takes in a status callback. They come in any order, and more than once. After an
	// error Twilio is answered 503 or, if it is [ErrUnknownCall], 404.
	Status(ctx context.Context, status Status) error
}

// ErrUnknownCall says that nobody has asked for such a call.
var ErrUnknownCall = errors.New("no such call is known")

// Status is a status callback of a call that we make.
type Status struct {
	About      string    // what the call is about, such as "dlv_abc/1"
	Call       string    // the CallSid
	Status     string    // Twilio's CallStatus, one that it documents
	Sequence   int       // in which order Twilio has sent it, from 0
	At         time.Time // when, to the second; zero: it did not say
	AnsweredBy string    // as in [ivr.Caller]
}

// statusTime is how long a status may take to be taken in: Twilio waits 15 s.
const statusTime = 10 * time.Second

// answered begins a call that we made, once somebody or something has picked it up. The fallback's form
// may lack which of both, where Twilio listens for that.
func (e *Edge) answered(p posted) reply {
	e.log.Info("callback", slog.String("call", p.call), slog.String("about", aboutOf(p)))
	by := answeredBy(p)
	complete := func(form url.Values) bool { return callFields(form) && (by != "" || !e.detects) }
	return e.take(p, complete, ivr.Event{About: aboutOf(p), Caller: ivr.Caller{AnsweredBy: by}})
}

// callbackStatus passes on how a call that we made goes.
func (e *Edge) callbackStatus(p posted) reply {
	e.note(p)
	status, err := readStatus(p)
	if err != nil {
		e.log.Warn("a status callback can't be read", slog.String("call", p.call), slog.Any("cause", err))
		return reply{status: http.StatusBadRequest}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.Context()), statusTime)
	defer cancel()
	err = e.statuses.Status(ctx, status)
	switch {
	case errors.Is(err, ErrUnknownCall):
		return reply{status: http.StatusNotFound}
	case err != nil:
		e.log.Error("a status callback is lost", slog.String("call", p.call),
			slog.String("about", status.About), slog.Any("cause", err))
		return reply{status: http.StatusServiceUnavailable}
	}
	return done
}

// The reasons to refuse a status callback.
var (
	errStatus    = errors.New("no CallStatus that Twilio documents")
	errSequence  = errors.New("no SequenceNumber from 0 to 65535")
	errTimestamp = errors.New("no Timestamp of RFC 2822")
)

// readStatus reads a status callback.
// https://www.twilio.com/docs/voice/api/call-resource#statuscallback
func readStatus(p posted) (Status, error) {
	s := Status{About: aboutOf(p), Call: p.call, Status: callStatus(p.form.Get("CallStatus")), AnsweredBy: answeredBy(p)}
	if s.Status == unknownStatus {
		return Status{}, errStatus
	}
	sequence, err := strconv.ParseUint(p.form.Get("SequenceNumber"), 10, 16)
	if err != nil {
		return Status{}, errSequence
	}
	s.Sequence = int(sequence)
	if at := p.form.Get("Timestamp"); at != "" {
		if s.At, err = mail.ParseDate(at); err != nil {
			return Status{}, errTimestamp
		}
	}
	return s, nil
}

// aboutOf is what the call is about. The route has looked at its form.
func aboutOf(p posted) string {
	parts := mux.Vars(p.Request)
	return parts["delivery"] + "/" + parts["attempt"]
}

// answeredBy returns one of the words that Twilio documents, or none.
// https://www.twilio.com/docs/voice/answering-machine-detection
func answeredBy(p posted) string {
	switch by := p.form.Get("AnsweredBy"); by {
	case "human", "machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other", "fax", "unknown":
		return by
	}
	return ""
}
