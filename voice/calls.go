package voice

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gorilla/mux"

	"updatecenter/ivr"
)

// incoming begins a call.
func (e *Edge) incoming(r *http.Request, call string, form url.Values) []byte {
	caller := e.origin.caller(form)
	e.log.Info("call", slog.String("call", call), slog.Bool("from_line", caller.FromLine))
	return e.take(r, ivr.Event{Call: call, Caller: caller})
}

// turn goes on with a call. To a turn that can't be the caller hears the apology.
func (e *Edge) turn(r *http.Request, call string, form url.Values) []byte {
	number, err := strconv.ParseUint(mux.Vars(r)["turn"], 10, 16)
	if err != nil || number == 0 {
		e.log.Error("no such turn", slog.String("call", call))
		return e.apologize(language(r.URL))
	}
	return e.take(r, ivr.Event{
		Call: call, Turn: int(number), Caller: e.origin.caller(form), Language: language(r.URL),
		Heard: ivr.Heard{Keys: form.Get("Digits"), DialStatus: form.Get("DialCallStatus")},
	})
}

// take runs a turn to its end, even if Twilio goes away meanwhile: it will ask again.
func (e *Edge) take(r *http.Request, event ivr.Event) []byte {
	document, err := e.engine.Turn(context.WithoutCancel(r.Context()), event)
	if err != nil {
		e.log.Error("no answer to a turn", slog.String("call", event.Call),
			slog.Int("turn", event.Turn), slog.Any("cause", err))
		return e.apologize(event.Language)
	}
	return document
}

func (e *Edge) apologize(l ivr.Language) []byte {
	e.metrics.apologies.Inc()
	return e.engine.Apology(l)
}

// status notes how a call goes. Callbacks can arrive in any order, so each stands alone.
func (e *Edge) status(_ *http.Request, call string, form url.Values) []byte {
	status := callStatus(form.Get("CallStatus"))
	e.metrics.statuses.WithLabelValues(status).Inc()
	seconds, err := strconv.ParseUint(form.Get("CallDuration"), 10, 31)
	if err != nil {
		seconds = 0 // absent but on completed
	}
	e.log.Info("call status", slog.String("call", call),
		slog.String("status", status), slog.Uint64("seconds", seconds))
	return nil
}

// callStatus returns one of the words that Twilio documents, so that metrics stay few.
// https://www.twilio.com/docs/voice/api/call-resource#call-status-values
func callStatus(s string) string {
	switch s {
	case "queued", "initiated", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled":
		return s
	}
	return "unknown"
}

// fallback is asked when an answer of ours did not arrive, or could not be read.
func (e *Edge) fallback(_ *http.Request, call string, form url.Values) []byte {
	e.log.Error("Twilio fell back", slog.String("call", call), slog.String("error_code", form.Get("ErrorCode")))
	failed, err := url.Parse(form.Get("ErrorUrl"))
	if err != nil {
		failed = &url.URL{}
	}
	return e.apologize(language(failed))
}

// language is what a turn's URL says of the language of the call.
func language(u *url.URL) ivr.Language { return ivr.ParseLanguage(u.Query().Get("lang")) }
