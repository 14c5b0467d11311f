package voice

import (
	"context"
	"log/slog"
	"net/url"
	"strconv"

	"github.com/gorilla/mux"

	"updatecenter/ivr"
)

// incoming begins a call.
func (e *Edge) incoming(p posted) reply {
	caller := e.origin.caller(p.form)
	e.log.Info("call", slog.String("call", p.call), slog.Bool("from_line", caller.FromLine))
	return e.take(p, ivr.Event{Caller: caller})
}

// turn goes on with a call. To a turn that can't be the caller hears the apology.
func (e *Edge) turn(p posted) reply {
	number, err := strconv.ParseUint(mux.Vars(p.Request)["turn"], 10, 16)
	if err != nil || number == 0 {
		e.log.Error("no such turn", slog.String("call", p.call))
		return e.apologize(p.engine, language(p.URL))
	}
	return e.take(p, ivr.Event{
		Turn: int(number), Caller: e.origin.caller(p.form), Language: language(p.URL),
		Heard: ivr.Heard{Keys: p.form.Get("Digits"), DialStatus: p.form.Get("DialCallStatus")},
	})
}

// take runs a turn to its end, even if Twilio goes away meanwhile: it will ask again.
func (e *Edge) take(p posted, event ivr.Event) reply {
	event.Call = p.call
	document, err := p.engine.Turn(context.WithoutCancel(p.Context()), event)
	if err != nil {
		e.log.Error("no answer to a turn", slog.String("call", event.Call),
			slog.Int("turn", event.Turn), slog.Any("cause", err))
		return e.apologize(p.engine, event.Language)
	}
	return speak(document)
}

func (e *Edge) apologize(engine Engine, l ivr.Language) reply {
	e.metrics.apologies.Inc()
	return speak(engine.Apology(l))
}

// status notes how a call goes. Callbacks can arrive in any order, so each stands alone.
func (e *Edge) status(p posted) reply {
	e.note(p)
	return done
}

// note logs and counts a status callback.
func (e *Edge) note(p posted) {
	status := callStatus(p.form.Get("CallStatus"))
	e.metrics.statuses.WithLabelValues(status).Inc()
	seconds, err := strconv.ParseUint(p.form.Get("CallDuration"), 10, 31)
	if err != nil {
		seconds = 0 // absent but on completed
	}
	e.log.Info("call status", slog.String("call", p.call),
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

// fallback is asked when an answer of ours did not arrive, or could not be read.
func (e *Edge) fallback(p posted) reply {
	e.log.Error("Twilio fell back", slog.String("call", p.call), slog.String("error_code", p.form.Get("ErrorCode")))
	failed, err := url.Parse(p.form.Get("ErrorUrl"))
	if err != nil {
		failed = &url.URL{}
	}
	return e.apologize(p.engine, language(failed))
}

// language is what a turn's URL says of the language of the call.
func language(u *url.URL) ivr.Language { return ivr.ParseLanguage(u.Query().Get("lang")) }
