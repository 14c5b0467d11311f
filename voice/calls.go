package voice

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/detached"
	"updatecenter/ivr"
)

// incoming begins a call, to the help line or to the Update Center.
func (e *Edge) incoming(p posted) reply {
	caller := e.origin.caller(p.form)
	about, helps := e.helpLine(p.form)
	if helps {
		p.engine = e.config.HelpLine
	}
	e.config.Log.Info("call", slog.String("call", p.call), slog.Bool("from_line", caller.FromLine), slog.Bool("help_line", helps))
	return e.take(p, callFields, ivr.Event{Caller: caller, Reference: about})
}

// helpLine says whether a call is to the help line, and what it is about.
func (e *Edge) helpLine(form url.Values) (about string, helps bool) {
	about, helps = e.config.HelpLines[parseParty(form.Get("To")).number()]
	return about, helps
}

// turn goes on with a call. To a turn that can't be the caller hears the apology.
func (e *Edge) turn(p posted) reply {
	number, err := strconv.ParseUint(mux.Vars(p.Request)["turn"], 10, 16)
	if err != nil || number == 0 {
		e.config.Log.Error("no such turn", slog.String("call", p.call))
		return e.apologize(p)
	}
	about, _ := e.helpLine(p.form)
	return e.take(p, turnFields, ivr.Event{
		Turn: int(number), Reference: about, Caller: e.origin.caller(p.form), Language: language(p.URL),
		Input: ivr.Input{Keys: p.form.Get("Digits"), DialStatus: p.form.Get("DialCallStatus")},
	})
}

// What a turn needs of the form. Twilio documents for the fallback what all webhooks of a call hold,
// and sends what was posted to the URL that failed as well, as far as is seen.
var (
	callFields = func(form url.Values) bool { return form.Has("From") && form.Has("To") }
	turnFields = func(form url.Values) bool { // Digits can be missing when nothing was keyed
		return form.Has("Digits") || form.Has("FinishedOnKey") || form.Has("msg") || form.Has("DialCallStatus")
	}
)

// take runs a turn to its end, even if Twilio goes away meanwhile: it will ask again. The
// fallback's, whose form may lack what the turn needs, is then only looked for.
func (e *Edge) take(p posted, complete func(url.Values) bool, event ivr.Event) reply {
	event.Call, event.Look = p.call, p.lost && !complete(p.form)
	document, err := p.engine.Turn(context.WithoutCancel(p.Context()), event)
	if err != nil {
		e.config.Log.Error("no answer to a turn", slog.String("call", event.Call),
			slog.Int("turn", event.Turn), slog.Any("cause", err))
		return e.apologize(p)
	}
	return speak(document)
}

// apologize needs nothing but the turn's URL.
func (e *Edge) apologize(p posted) reply {
	e.config.Metrics.apologies.Inc()
	return speak(p.engine.Apology(language(p.URL), p.URL.Query().Get("may")))
}

// status notes how a call goes. Callbacks can arrive in any order, so each stands alone.
func (e *Edge) status(p posted) reply {
	e.note(p)
	return done
}

// note logs and counts a status callback.
func (e *Edge) note(p posted) {
	status := callStatus(p.form.Get("CallStatus"))
	e.config.Metrics.statuses.WithLabelValues(status).Inc()
	seconds, err := strconv.ParseUint(p.form.Get("CallDuration"), 10, 31)
	if err != nil {
		seconds = 0 // absent but on completed
	}
	e.config.Log.Info("call status", slog.String("call", p.call),
		slog.String("status", status), slog.Uint64("seconds", seconds))
}

// unknownStatus is any other word.
const unknownStatus = "unknown"

// callStatus returns one of the words that Twilio documents, so that metrics stay few.
// https://www.twilio.com/docs/voice/api/call-resource#call-status-values
func callStatus(s string) string {
	switch s {
	case "queued", "initiated", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled":
		return s
	}
	return unknownStatus
}

// fallback is asked at once when an answer of ours did not arrive, or could not be read, and the
// webhook isn't delivered again. The turn of the URL that failed gives the answer that it has been given, or is
// run. For a URL that is no turn of ours the caller hears the apology.
// https://www.twilio.com/docs/usage/security/availability-reliability#fallback-urls
func (e *Edge) fallback(p posted) reply {
	e.config.Log.Error("Twilio fell back", slog.String("call", p.call), slog.String("error_code", p.form.Get("ErrorCode")))
	failed, err := url.Parse(p.form.Get("ErrorUrl"))
	if err != nil {
		failed = &url.URL{}
	}
	request := *p.Request
	request.URL, p.Request, p.lost = failed, &request, true
	path, ours := e.below(failed)
	if !ours {
		return e.apologize(p)
	}
	for _, t := range e.turns() {
		var match mux.RouteMatch
		if mux.NewRouter().Path(t.path).Match(&http.Request{URL: &url.URL{Path: path}}, &match) {
			p.Request, p.engine = mux.SetURLVars(p.Request, match.Vars), t.engine
			return e.answer(p, t.handle)
		}
	}
	return e.apologize(p)
}

// below returns the path of a URL below our public one, if it is there.
func (e *Edge) below(u *url.URL) (string, bool) {
	public, err := url.Parse(e.config.PublicURL)
	if err != nil || !strings.EqualFold(u.Scheme, public.Scheme) || hostPort(u) != hostPort(public) {
		return "", false
	}
	return strings.CutPrefix(u.Path, public.Path)
}

// hostPort is the host of a URL with its port, which may go without saying.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = strings.ToLower(u.Scheme)
	}
	port = strings.NewReplacer("https", "443", "http", "80").Replace(port)
	return strings.ToLower(u.Hostname()) + ":" + port
}

// language is what a turn's URL says of the language of the call.
func language(u *url.URL) ivr.Language { return ivr.ParseLanguage(u.Query().Get("lang")) }

// referencePath is what a call that we make refers to, as its URLs have it: what is delivered, and the
// number of the attempt.
const referencePath = "{delivery:[A-Za-z0-9_]{1,64}}/{attempt:[1-9][0-9]{0,3}}"

// Statuses takes in the status callbacks of calls that we make: deliveries.Deliveries is one.
type Statuses interface {
	// Status takes in a status callback. They come in any order, and more than once. After an
	// error Twilio is answered 503.
	Status(ctx context.Context, task deliveries.Task, callback deliveries.StatusCallback) error
}

// statusTime is how long a status may take to be taken in: Twilio waits 15 s.
const statusTime = 10 * time.Second

// answered begins a call that we made, once somebody or something has picked it up. The fallback's form
// may lack which of both, where Twilio listens for that.
func (e *Edge) answered(p posted) reply {
	reference, by := referenceOf(p), answeredBy(p)
	e.config.Log.Info("callback", slog.String("call", p.call), slog.String("about", reference))
	complete := func(form url.Values) bool { return callFields(form) && (by != "" || !e.config.Detects) }
	return e.take(p, complete, ivr.Event{Reference: reference, Caller: ivr.Caller{AnsweredBy: by}})
}

// callbackStatus passes on how a call that we made goes.
func (e *Edge) callbackStatus(p posted) reply {
	e.note(p)
	callback, err := readStatus(p)
	if err != nil {
		e.config.Log.Warn("a status callback can't be read", slog.String("call", p.call), slog.Any("cause", err))
		return reply{status: http.StatusBadRequest}
	}
	reference := referenceOf(p)
	task, err := deliveries.ParseTask(reference)
	if err != nil {
		return reply{status: http.StatusNotFound} // nobody has asked for such a call
	}
	ctx, cancel := detached.Context(p.Context(), statusTime)
	defer cancel()
	if err := e.config.Statuses.Status(ctx, task, callback); err != nil {
		e.config.Log.Error("a status callback is lost", slog.String("call", p.call),
			slog.String("about", reference), slog.Any("cause", err))
		return reply{status: http.StatusServiceUnavailable}
	}
	return done
}

// readStatus reads a status callback.
// https://www.twilio.com/docs/voice/api/call-resource#statuscallback
func readStatus(p posted) (deliveries.StatusCallback, error) {
	s := deliveries.StatusCallback{CallSID: p.call, CallStatus: callStatus(p.form.Get("CallStatus")), AnsweredBy: answeredBy(p)}
	if s.CallStatus == unknownStatus {
		return deliveries.StatusCallback{}, errors.New("no CallStatus that Twilio documents")
	}
	sequence, err := strconv.ParseUint(p.form.Get("SequenceNumber"), 10, 16)
	if err != nil {
		return deliveries.StatusCallback{}, errors.New("no SequenceNumber from 0 to 65535")
	}
	s.Sequence = int(sequence)
	if at := p.form.Get("Timestamp"); at != "" {
		if s.At, err = mail.ParseDate(at); err != nil {
			return deliveries.StatusCallback{}, errors.New("no Timestamp of RFC 2822")
		}
	}
	return s, nil
}

// referenceOf is what the call is about. The route has looked at its form.
func referenceOf(p posted) string {
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
