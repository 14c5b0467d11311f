package deliveries_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/torture"
)

// orders are all orders of some statuses.
func orders(of []string) (all [][]string) {
	if len(of) == 0 {
		return [][]string{nil}
	}
	for i, first := range of {
		for _, rest := range orders(slices.Delete(slices.Clone(of), i, i+1)) {
			all = append(all, append([]string{first}, rest...))
		}
	}
	return all
}

// TestTortureStatusesInEveryOrder holds that whatever the order of the status callbacks, and however often
// they come, a delivery ends the same and never goes back.
func TestTortureStatusesInEveryOrder(t *testing.T) {
	tried, wrong := 0, 0
	for _, c := range []struct {
		statuses string
		want     deliveries.Status
		attempt  int
		detail   string
	}{
		{"initiated ringing in-progress completed", deliveries.Queued, 2, "the call ended before it could say anything"},
		{"queued ringing answered completed", deliveries.Queued, 2, "the call ended before it could say anything"},
		{"initiated ringing in-progress", deliveries.Answered, 1, ""},
		{"initiated ringing", deliveries.Ringing, 1, ""},
		{"initiated", deliveries.Calling, 1, ""},
		{"initiated ringing busy", deliveries.Queued, 2, "busy"},
		{"initiated ringing no-answer", deliveries.Queued, 2, "no answer"},
		{"initiated ringing failed", deliveries.Queued, 2, "the call failed"},
		{"initiated ringing canceled", deliveries.Queued, 2, "the call failed"},
		{"initiated ringing what-is-this", deliveries.Ringing, 1, ""},
	} {
		all := orders(strings.Fields(c.statuses))
		for i := 0; i < len(all); i += torture.Times(5, 1) {
			order := all[i]
			tried++
			for _, times := range []int{2, 1}[:torture.Times(1, 2)] {
				f := newFixture(t)
				delivery := f.rung(t)
				for range times {
					for _, status := range order {
						f.status(t, delivery.Task(), delivery.CallSID, status)
						f.status(t, delivery.Task(), delivery.CallSID, status)
					}
				}
				f.Pass(time.Second)
				f.status(t, delivery.Task(), delivery.CallSID, order[0])
				got := f.is(t, delivery.ID, c.want, c.attempt)
				last, seen := got.Events[len(got.Events)-1], tells(got)
				slices.Sort(seen)
				once := len(seen)-len(slices.Compact(seen)) == c.attempt-1 // "queued" stands once for each attempt
				if last.Detail != c.detail || last.Status != c.want || last.Attempt != c.attempt || !once {
					wrong++
					t.Errorf("%v: the last event is %+v, and it has told %v", order, last, tells(got))
				}
			}
		}
	}
	torture.Report(t, "status callbacks in every order", "embedded", torture.Counts{torture.Operations: tried, torture.Untold: wrong})
}

// Twilio's webhooks can come before its answer to the request that made the call.
func TestWebhooksOvertakeTheAnswerOfDial(t *testing.T) {
	for _, lose := range []bool{false, true} {
		for order, want := range map[string]deliveries.Status{
			"ringing": deliveries.Ringing, "opened": deliveries.Answered, "ringing opened": deliveries.Answered,
			"opened ringing": deliveries.Answered, "opened spoken": deliveries.Answered, "busy": deliveries.Queued,
			"completed": deliveries.Queued, "opened completed": deliveries.NoticeLeft, "opened spoken completed": deliveries.Delivered,
			"opened completed spoken": deliveries.NoticeLeft, "opened declined": deliveries.Declined,
		} {
			f := newFixture(t)
			f.twilio.lose = lose
			f.twilio.meet = func(call *ringing) {
				f.webhook(t, call.Task, call.CallSID, strings.Fields(order)...)
			}
			delivery := f.rung(t)
			attempt := 1
			if want == deliveries.Queued {
				attempt = 2
			}
			f.is(t, delivery.ID, want, attempt)
			if attempt == 1 && delivery.CallSID != "CA1" {
				t.Errorf("%s: CallSid %q", order, delivery.CallSID)
			}
			f.passes(t, 40*time.Second)
			f.called(t, 1)
		}
	}
}

// webhook has webhooks of a call come, one after the other.
func (f *fixture) webhook(t testing.TB, task deliveries.Task, callSID string, webhooks ...string) {
	t.Helper()
	for _, webhook := range webhooks {
		var err error
		switch webhook {
		case "opened":
			_, err = f.Opened(t.Context(), task, callSID)
		case "spoken":
			err = f.Spoken(t.Context(), task, 1)
		case "declined":
			err = f.Declined(t.Context(), task)
		default:
			f.status(t, task, callSID, webhook)
		}
		check.OK(t, err)
	}
}

func TestRetries(t *testing.T) {
	f := newFixture(t)
	delivery := f.rung(t)
	for i, wait := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute} {
		n := i + 1
		task := deliveries.Task{Delivery: delivery.ID, Attempt: n}
		f.status(t, task, f.get(t, delivery.ID).CallSID, "busy")
		next := f.is(t, delivery.ID, deliveries.Queued, n+1)
		if !next.Due.Equal(f.Now().Add(wait)) || !next.Began.IsZero() || next.CallSID != "" || next.Sequence != 0 {
			t.Errorf("after attempt %d: %+v", n, next)
		}
		f.status(t, task, "CA9", "ringing") // outdated
		f.passes(t, wait-time.Second)
		f.called(t, n)
		f.passes(t, time.Second)
		f.is(t, delivery.ID, deliveries.Calling, n+1)
	}
	f.status(t, deliveries.Task{Delivery: delivery.ID, Attempt: 4}, "CA4", "no-answer")
	f.is(t, delivery.ID, deliveries.Failed, 4)
	f.passes(t, time.Hour)
	f.called(t, 4)
}

func TestRefusedCalls(t *testing.T) {
	f := newFixture(t)
	f.twilio.refuse = &deliveries.RefusedError{Code: 21211, Reason: deliveries.NumberRefused}
	delivery := f.is(t, f.rung(t).ID, deliveries.Failed, 1)
	if reason, code := delivery.Cause(); reason != deliveries.NumberRefused || code != 21211 {
		t.Errorf("%+v", delivery.Events)
	}
}

// Trouble of Twilio's or of the operator's uses up no attempt, and is asked after as its kind wants it.
func TestCallsRefusedForNow(t *testing.T) {
	const s, m = time.Second, time.Minute
	for name, c := range map[string]struct {
		refused deliveries.RefusedError
		waits   []time.Duration
	}{
		"busy": {
			deliveries.RefusedError{Code: 20429, Reason: deliveries.TwilioBusy},
			[]time.Duration{s, 2 * s, 4 * s, 8 * s, 16 * s, 32 * s, m, m},
		},
		"busy, and says for how long": {
			deliveries.RefusedError{Code: 20429, Reason: deliveries.TwilioBusy, After: 5 * s},
			[]time.Duration{5 * s, 5 * s, 5 * s, 8 * s},
		},
		"busy for a year": {
			deliveries.RefusedError{Code: 10004, Reason: deliveries.TwilioBusy, After: 365 * day}, []time.Duration{time.Hour},
		},
		"the operator's to mend": {
			deliveries.RefusedError{Code: 21212, Reason: deliveries.OperatorMustMend}, []time.Duration{m, 2 * m, 4 * m, 8 * m, 15 * m, 15 * m},
		},
		"unknown": {deliveries.RefusedError{Code: 29999}, []time.Duration{m, 2 * m}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.twilio.refuse = &c.refused
			delivery := f.request(t, byVoice())
			for n, wait := range c.waits {
				later := asType[*deliveries.LaterError](t, f.Attempt(t.Context(), delivery.Task()))
				got := f.is(t, delivery.ID, deliveries.Queued, 1)
				if !later.At.Equal(f.Now().Add(wait)) || later.Err != nil || !got.Due.Equal(later.At) || !got.Began.IsZero() || len(got.Events) != 3 {
					t.Fatalf("refusal %d, %v: again at %v: %+v", n, f.Now(), later.At, got)
				}
				f.Set(later.At)
			}
			f.twilio.refuse = nil
			f.work(t)
			if f.is(t, delivery.ID, deliveries.Calling, 1); f.twilio.rings(delivery.Task()) != 1 || f.twilio.finds != 0 {
				t.Errorf("%d rings, %d finds", f.twilio.rings(delivery.Task()), f.twilio.finds)
			}
		})
	}
}

// What an earlier release has stored, or other settings have, is looked at again before it is called.
func TestNumbersThatAreNotCalled(t *testing.T) {
	f := newFixture(t)
	delivery, err := f.RequestValidation(t.Context(), deliveries.ValidationParams{Line: "+19005550142", Ref: ref})
	check.OK(t, err)
	f.work(t)
	got := f.is(t, delivery.ID, deliveries.Failed, 1)
	if reason, _ := got.Cause(); reason != deliveries.NumberNotCalled || len(f.twilio.calls) != 0 {
		t.Errorf("%+v, %d calls", got.Events, len(f.twilio.calls))
	}
	check.Is(t, f.Notify(t.Context(), deliveries.Notice{
		Topic: deliveries.PINChanged, Line: "+18765550142", Method: deliveries.Voice,
	}), deliveries.ErrNoWay)
}

// What the operator must mend is an error in the log, but not for each delivery; and it is told what
// it is, as often as it changes.
func TestRefusalsAreTold(t *testing.T) {
	f := newFixtureOfAll(t)
	var counted []int
	f.Deliveries = f.with(func(c *deliveries.Config) {
		c.Refused = func(e *deliveries.RefusedError) { counted = append(counted, e.Code) }
	})
	f.twilio.refuse = &deliveries.RefusedError{Code: 21212, Reason: deliveries.OperatorMustMend}
	delivery := f.request(t, byVoice())
	other := byVoice()
	other.Account = fresh
	f.request(t, other)
	f.work(t)
	if errors := strings.Count(f.Log.String(), "level=ERROR"); errors != 1 || len(counted) != 2 {
		t.Errorf("%d errors, counted %v: %s", errors, counted, f.Log)
	}
	f.passes(t, 10*time.Minute)
	f.twilio.refuse = &deliveries.RefusedError{Code: 10001, Reason: deliveries.OperatorMustMend}
	f.passes(t, 10*time.Minute)
	if errors := strings.Count(f.Log.String(), "level=ERROR"); errors != 3 {
		t.Errorf("%d errors: %s", errors, f.Log)
	}
	got := f.is(t, delivery.ID, deliveries.Queued, 1)
	if reason, code := got.Cause(); reason != deliveries.OperatorMustMend || code != 10001 || len(got.Events) != 4 {
		t.Errorf("%+v", got.Events)
	}
}

// A notice is kept for days, until the operator has mended what is wrong.
func TestNoticesOutlastWhatTheOperatorMustMend(t *testing.T) {
	f := newFixture(t)
	f.twilio.refuse = &deliveries.RefusedError{Code: 21212, Reason: deliveries.OperatorMustMend}
	f.notify(t, deliveries.Notice{Topic: deliveries.PINChanged, Line: line, Method: deliveries.Voice})
	for end := f.Now().Add(2 * day); f.Now().Before(end); f.Set(f.Queue.Next()) {
		f.work(t)
	}
	f.twilio.refuse = nil
	f.work(t)
	if len(f.twilio.calls) != 1 || f.twilio.calls[0].To != line {
		t.Errorf("calls %+v", f.twilio.calls)
	}
}

// A call of which nothing more is heard is asked after, not forgotten.
func TestLostStatusCallbacks(t *testing.T) {
	for status, want := range map[string]deliveries.Status{
		"completed": deliveries.NoticeLeft, "no-answer": deliveries.Queued, "in-progress": deliveries.Answered,
	} {
		f := newFixture(t)
		delivery := f.rung(t)
		if status != "no-answer" {
			f.webhook(t, delivery.Task(), "CA1", "opened")
		}
		f.twilio.calls[0].Status = status
		f.passes(t, 6*time.Minute+5*time.Second)
		if got := f.get(t, delivery.ID).Status; got != want {
			t.Errorf("%s: %s, want %s", status, got, want)
		}
		if status == "in-progress" {
			if f.twilio.finds != 1 {
				t.Errorf("asked %d times within a minute", f.twilio.finds)
			}
			f.twilio.calls[0].Status = "completed"
			f.passes(t, 2*time.Minute)
			f.is(t, delivery.ID, deliveries.NoticeLeft, 1)
		}
	}
}

// What a call says counts by the turn that says it: by whether that was answered.
func TestCallsOfWhichATurnWasNotAnswered(t *testing.T) {
	errAway := errors.New("redis is away")
	for webhooks, turn := range map[string]int{"opened": 0, "opened spoken": 1} {
		for _, over := range []string{"told", "forgotten", "never told"} {
			f := newFixture(t)
			answered, err, asked := false, errAway, -1
			config := f.config()
			config.Answered = func(_ context.Context, callSID string, of int) (bool, error) {
				if asked = of; callSID != "CA1" {
					t.Errorf("call %q", callSID)
				}
				return answered, err
			}
			f.Deliveries = deliveries.New(config)
			delivery := f.rung(t)
			f.webhook(t, delivery.Task(), "CA1", strings.Fields(webhooks)...)
			completed := deliveries.StatusCallback{CallSID: "CA1", CallStatus: "completed", Sequence: 3}
			check.Is(t, f.Status(t.Context(), delivery.Task(), completed), errAway)
			f.is(t, delivery.ID, deliveries.Answered, 1)
			err = nil
			switch over {
			case "told":
				check.Is(t, f.Status(t.Context(), delivery.Task(), completed), nil)
			case "forgotten": // by Twilio
				f.twilio.calls = nil
			default:
				f.twilio.calls[0].Status = "completed"
			}
			if f.passes(t, 5*time.Minute+40*time.Second); asked != turn {
				t.Errorf("%s: asked for turn %d", webhooks, asked)
			}
			if got := f.get(t, delivery.ID); got.Attempt != 2 || got.Spoken != 0 {
				t.Errorf("%s, %s: %+v", webhooks, over, got)
			}
		}
	}
}

func TestCallThatTwilioDoesNotKnow(t *testing.T) {
	f := newFixture(t)
	delivery := f.rung(t)
	f.twilio.calls = nil
	f.passes(t, 5*time.Minute+40*time.Second)
	if got := f.is(t, delivery.ID, deliveries.Queued, 2); got.Events[len(got.Events)-1].Detail == "" {
		t.Error("it is not said why")
	}
}

// A webhook with the mark says which call is the attempt's, whatever was thought before, and is not overruled
// by Twilio's answer either.
func TestTheMarkDecides(t *testing.T) {
	f := newFixture(t)
	delivery := f.rung(t)
	f.status(t, delivery.Task(), "CA7", "ringing")
	if got := f.is(t, delivery.ID, deliveries.Ringing, 1); got.CallSID != "CA7" || got.Sequence != 2 {
		t.Errorf("%+v", got)
	}
	f = newFixture(t)
	f.twilio.meet = func(call *ringing) { f.status(t, call.Task, "CA7", "ringing") }
	check.Same(t, f.is(t, f.rung(t).ID, deliveries.Ringing, 1).CallSID, "CA7")
}

// What is late or comes again is not even written down.
func TestLateStatusWritesNothing(t *testing.T) {
	f := newFixture(t)
	delivery := f.rung(t)
	f.status(t, delivery.Task(), "CA1", "in-progress")
	want := f.get(t, delivery.ID).Revision
	for _, late := range []string{"in-progress", "ringing", "initiated"} {
		f.status(t, delivery.Task(), "CA1", late)
	}
	if got := f.get(t, delivery.ID).Revision; got != want {
		t.Errorf("revision %d, want %d", got, want)
	}
}

func TestStatusOfNothing(t *testing.T) {
	f := newFixture(t)
	delivery := f.rung(t)
	for _, task := range []deliveries.Task{
		{}, {Delivery: "dlv_abc", Attempt: 1}, {Delivery: delivery.ID, Attempt: 2}, {Delivery: delivery.ID},
		{Delivery: "dlv_aaaaaaaaaaaaaaaaaaaaaaaaaa", Attempt: 1},
	} {
		f.status(t, task, "CA1", "busy")
	}
	f.status(t, delivery.Task(), "", "busy")
	if got := f.get(t, delivery.ID); got.Revision != delivery.Revision {
		t.Errorf("changed: %+v", got)
	}
}

func TestTimesOfEvents(t *testing.T) {
	f := newFixture(t)
	delivery := f.rung(t)
	f.Pass(10 * time.Second)
	for _, c := range []struct{ at, want time.Time }{
		{f.Now().Add(-4*time.Second + time.Microsecond), f.Now().Add(-4 * time.Second)}, // when it happened
		{f.Now().Add(time.Hour), f.Now()},                                               // in the future
	} {
		callback := deliveries.StatusCallback{CallSID: "CA1", CallStatus: "ringing", Sequence: 1, At: c.at}
		if c.want.Equal(f.Now()) {
			callback.CallStatus, callback.Sequence = "in-progress", 2
		}
		check.OK(t, f.Status(t.Context(), delivery.Task(), callback))
		events := f.get(t, delivery.ID).Events
		if got := events[len(events)-1].At; !got.Equal(c.want) {
			t.Errorf("at %v, want %v", got, c.want)
		}
	}
	f.webhook(t, delivery.Task(), "CA1", "opened")
	callback := deliveries.StatusCallback{CallSID: "CA1", CallStatus: "completed", Sequence: 3, AnsweredBy: "machine_end_beep"}
	check.OK(t, f.Status(t.Context(), delivery.Task(), callback))
	events := f.get(t, delivery.ID).Events
	if got := events[len(events)-1]; !got.At.Equal(f.Now()) || got.Detail != "a machine answered" {
		t.Errorf("%+v", got)
	}
}

// A call that a fax took, or a machine while its greeting was playing, has left no notice: it is
// made again, and told as not reached in the end.
func TestMachinesThatHearNothing(t *testing.T) {
	for by, detail := range map[string]string{"machine_start": "a machine answered", "fax": "a fax machine answered"} {
		f := newFixture(t)
		delivery := f.rung(t)
		for attempt := 1; attempt <= 4; attempt++ {
			sid := f.get(t, delivery.ID).CallSID
			task := deliveries.Task{Delivery: delivery.ID, Attempt: attempt}
			f.webhook(t, task, sid, "opened") // as the release before did
			callback := deliveries.StatusCallback{CallSID: sid, CallStatus: "completed", Sequence: 3, AnsweredBy: by}
			check.OK(t, f.Status(t.Context(), task, callback))
			f.passes(t, 15*time.Minute)
		}
		got := f.get(t, delivery.ID)
		last := got.Events[len(got.Events)-1]
		if got.Status != deliveries.Failed || len(f.twilio.calls) != 4 || last.Detail != detail {
			t.Errorf("%s: %s after %d calls, %+v", by, got.Status, len(f.twilio.calls), last)
		}
		for _, event := range got.Events {
			if event.Status == deliveries.NoticeLeft {
				t.Errorf("%s: a notice was left", by)
			}
		}
	}
}

// A database that was restored has forgotten that it was dialed; the call's webhooks say so.
func TestWebhooksOfAForgottenBeginning(t *testing.T) {
	for _, webhook := range []string{"initiated", "ringing", "opened"} {
		f := newFixture(t)
		delivery := f.request(t, byVoice())
		f.webhook(t, delivery.Task(), "CA9", webhook)
		if got := f.get(t, delivery.ID); got.CallSID != "CA9" || !got.Began.Equal(f.Now()) || got.Status == deliveries.Queued {
			t.Errorf("%s: %+v", webhook, got)
		}
		f.passes(t, time.Minute)
		f.called(t, 0)
	}
}
