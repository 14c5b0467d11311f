package deliveries_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/logtest"
	"updatecenter/internal/testkit/check"
)

func TestWhatACallSays(t *testing.T) {
	f := newFixtureOfAll(t)
	delivery := f.rung(t)
	opening, err := f.Opened(t.Context(), delivery.Task(), "CA1")
	if err != nil || opening.Code.Reveal() != code || opening.InWords || opening.Language != "es" || opening.Topic != deliveries.SecurityCode {
		t.Fatalf("%+v, %v", opening, err)
	}
	f.is(t, delivery.ID, deliveries.Answered, 1)

	delivery = f.request(t, deliveries.Params{Account: answered, Topic: deliveries.SecurityAnswer, Method: deliveries.Voice})
	f.work(t)
	opening, err = f.Opened(t.Context(), delivery.Task(), "CA2")
	if err != nil || opening.Code.Reveal() != answer || !opening.InWords {
		t.Fatalf("%+v, %v", opening, err)
	}

	f.notify(t, deliveries.Notice{Topic: deliveries.PINChanged, Line: line, Method: deliveries.Voice})
	f.work(t)
	call := f.twilio.calls[2]
	opening, err = f.Opened(t.Context(), call.Task, call.CallSID)
	if err != nil || !opening.Code.IsZero() || opening.Topic != deliveries.PINChanged || call.To != line {
		t.Fatalf("%+v, %v", opening, err)
	}
}

// During its call the code can be read again, also once it was spoken; another call gets
// nothing then.
func TestOpenedAgain(t *testing.T) {
	f := newFixture(t)
	delivery := f.rung(t)
	f.webhook(t, delivery.Task(), "CA1", "opened", "opened", "spoken", "opened", "spoken", "completed", "opened")
	f.told(t, delivery.ID, deliveries.Queued, deliveries.Calling, deliveries.Answered, deliveries.Delivered)
	_, err := f.Opened(t.Context(), delivery.Task(), "CA2")
	check.Is(t, err, deliveries.ErrNotFound)
}

func TestACallTellsNothing(t *testing.T) {
	unknown := deliveries.ID("dlv_aaaaaaaaaaaaaaaaaaaaaaaaaa")
	for name, change := range map[string]func(*fixture, *deliveries.Task, *string) error{
		"unknown":   func(_ *fixture, task *deliveries.Task, _ *string) error { task.Delivery = unknown; return nil },
		"no ID":     func(_ *fixture, task *deliveries.Task, _ *string) error { task.Delivery = "x"; return nil },
		"to come":   func(_ *fixture, task *deliveries.Task, _ *string) error { task.Attempt = 2; return nil },
		"attempt 0": func(_ *fixture, task *deliveries.Task, _ *string) error { task.Attempt = 0; return nil },
		"no call":   func(_ *fixture, _ *deliveries.Task, callSID *string) error { *callSID = ""; return nil },
		"outdated": func(f *fixture, task *deliveries.Task, _ *string) error {
			return f.Status(t.Context(), *task, deliveries.StatusCallback{CallSID: "CA1", CallStatus: "busy"})
		},
		"canceled": func(f *fixture, task *deliveries.Task, _ *string) error {
			_, err := f.Cancel(t.Context(), task.Delivery)
			return err
		},
		"declined": func(f *fixture, task *deliveries.Task, _ *string) error { return f.Declined(t.Context(), *task) },
		"another telephone": func(f *fixture, _ *deliveries.Task, _ *string) error {
			_, err := f.accounts.Put(t.Context(), coded, accounts.Details{Phone: line}, byAnn)
			return err
		},
		"replaced": func(f *fixture, _ *deliveries.Task, _ *string) error {
			_, err := f.accounts.SetQuestion(t.Context(), coded, "Who?", rightAnswer, byAnn)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			task, callSID := f.rung(t).Task(), "CA1"
			check.OK(t, change(f, &task, &callSID))
			opening, err := f.Opened(t.Context(), task, callSID)
			check.Is(t, err, deliveries.ErrNotFound)
			if !opening.Code.IsZero() || opening.Topic != "" {
				t.Errorf("%+v", opening)
			}
		})
	}
}

func TestOutcomesOfACall(t *testing.T) {
	for webhooks, want := range map[string]deliveries.Status{
		"opened,completed":                   deliveries.NoticeLeft,
		"opened,spoken,completed":            deliveries.Delivered,
		"opened,declined":                    deliveries.Declined,
		"opened,spoken,declined":             deliveries.Declined,
		"opened,completed,spoken":            deliveries.NoticeLeft,
		"opened,completed,declined":          deliveries.Declined,
		"opened,spoken,completed,busy":       deliveries.Delivered,
		"opened,declined,spoken,completed":   deliveries.Declined,
		"opened,declined,declined,completed": deliveries.Declined,
		"opened,failed":                      deliveries.NoticeLeft,
		"opened,spoken,spoken,failed":        deliveries.Delivered,
	} {
		f := newFixture(t)
		delivery := f.rung(t)
		f.webhook(t, delivery.Task(), "CA1", strings.Split(webhooks, ",")...)
		f.is(t, delivery.ID, want, 1)
		f.passes(t, time.Hour)
		f.called(t, 1)
	}
}

// What a call says of itself counts although its attempt was given up, and stops the next.
func TestOutcomeOfALostAttempt(t *testing.T) {
	f := newFixture(t)
	delivery := f.rung(t)
	f.status(t, delivery.Task(), "CA1", "failed")
	f.webhook(t, delivery.Task(), "CA1", "declined")
	f.passes(t, time.Hour)
	f.is(t, delivery.ID, deliveries.Declined, 2)
	f.called(t, 1)
}

func TestOutcomesOfNothing(t *testing.T) {
	f := newFixture(t)
	delivery := f.rung(t)
	unknown := deliveries.Task{Delivery: "dlv_aaaaaaaaaaaaaaaaaaaaaaaaaa", Attempt: 1}
	check.Is(t, f.Spoken(t.Context(), unknown, 1), deliveries.ErrNotFound)
	check.Is(t, f.Declined(t.Context(), unknown), deliveries.ErrNotFound)
	for _, attempt := range []int{0, 2} {
		task := deliveries.Task{Delivery: delivery.ID, Attempt: attempt}
		f.webhook(t, task, "CA1", "spoken", "declined")
	}
	f.is(t, delivery.ID, deliveries.Calling, 1)
}

func TestDeclined(t *testing.T) {
	f := newFixture(t)
	delivery := f.rung(t)
	f.webhook(t, delivery.Task(), "CA1", "opened")
	until := f.Now().Add(day)
	for range 2 {
		f.webhook(t, delivery.Task(), "CA1", "declined")
	}
	records, err := f.accounts.History(t.Context(), delivery.Account, 10)
	check.OK(t, err)
	disowned := slices.DeleteFunc(records, func(r accounts.Record) bool { return r.Event != accounts.Disowned })
	if len(disowned) != 1 || disowned[0].From != "telephone" {
		t.Errorf("recorded %+v", disowned)
	}

	f.Pass(day - time.Millisecond)
	_, err = f.Request(t.Context(), byVoice())
	if blocked := asType[*deliveries.BlockedError](t, err); !blocked.Until.Equal(until) {
		t.Errorf("blocked until %v", blocked.Until)
	}
	ask := byVoice()
	ask.Method = deliveries.ByMail
	f.request(t, ask)
	f.notify(t, deliveries.Notice{Topic: deliveries.CodeChanged, Account: delivery.Account, Method: deliveries.Voice})
	f.work(t)
	if len(f.post.letters) != 1 || len(f.twilio.calls) != 2 || f.twilio.calls[1].Task.Delivery == delivery.ID {
		t.Errorf("%d letters, %d calls", len(f.post.letters), len(f.twilio.calls))
	}
	f.Set(until)
	f.request(t, byVoice())
}

// An objection also keeps the telephone from ringing for what was asked for before it.
func TestDeclinedStopsWhatWaits(t *testing.T) {
	f := newFixture(t)
	delivery, other := f.rung(t), f.request(t, byVoice())
	f.webhook(t, delivery.Task(), "CA1", "declined")
	f.passes(t, 5*time.Minute)
	got := f.is(t, other.ID, deliveries.Canceled, 1)
	if len(f.twilio.calls) != 1 || got.Events[1].Detail == "" {
		t.Errorf("%d calls, %+v", len(f.twilio.calls), got)
	}
}

// The objection is noted before all else, and can be noted again after a failure.
func TestDecliningDiesAtEveryMoment(t *testing.T) {
	atEveryMoment(t, func(f *fixture, left int) {
		delivery := f.rung(t)
		f.dies(left)
		died := f.Declined(t.Context(), delivery.Task())
		f.restart()
		if died == nil {
			f.is(t, delivery.ID, deliveries.Declined, 1)
		}
		f.webhook(t, delivery.Task(), "CA1", "declined")
		f.is(t, delivery.ID, deliveries.Declined, 1)
		_, err := f.Request(t.Context(), byVoice())
		_ = asType[*deliveries.BlockedError](t, err)
	})
}

func TestCancel(t *testing.T) {
	for name, c := range map[string]struct {
		webhooks string
		hungUp   bool
	}{
		"calling": {"initiated", true}, "ringing": {"ringing", true}, "answered": {"opened", true},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			delivery := f.rung(t)
			f.webhook(t, delivery.Task(), "CA1", c.webhooks)
			got, err := f.Cancel(t.Context(), delivery.ID)
			if err != nil || got.Status != deliveries.Canceled || !slices.Equal(f.twilio.hungUp, []string{"CA1"}) {
				t.Fatalf("%+v, %v; hung up %v", got, err, f.twilio.hungUp)
			}
			f.webhook(t, delivery.Task(), "CA1", "canceled", "completed", "spoken", "declined")
			f.is(t, delivery.ID, deliveries.Canceled, 1)
			_, err = f.Cancel(t.Context(), delivery.ID)
			check.Is(t, err, deliveries.ErrFinal)
		})
	}
}

func TestCancelWhatWaits(t *testing.T) {
	f := newFixture(t)
	for _, method := range []deliveries.Method{deliveries.Voice, deliveries.ByMail, deliveries.Email} {
		ask := byVoice()
		ask.Method = method
		delivery := f.request(t, ask)
		if _, err := f.Cancel(t.Context(), delivery.ID); err != nil {
			t.Fatal(err)
		}
		f.told(t, delivery.ID, deliveries.Queued, deliveries.Canceled)
	}
	f.passes(t, time.Minute)
	if len(f.twilio.calls)+len(f.post.letters)+len(f.post.mails) != 0 {
		t.Error("what was canceled was made")
	}
}

// A call that is canceled while Twilio is asked for it is hung up, or tells nothing.
func TestCancelWhileDialing(t *testing.T) {
	for _, lose := range []bool{false, true} {
		f := newFixture(t)
		f.twilio.lose = lose
		f.twilio.meet = func(call *ringing) {
			if _, err := f.Cancel(t.Context(), call.Task.Delivery); err != nil {
				t.Fatal(err)
			}
		}
		delivery := f.rung(t)
		f.is(t, delivery.ID, deliveries.Canceled, 1)
		if slices.Equal(f.twilio.hungUp, []string{"CA1"}) == lose {
			t.Errorf("hung up %v", f.twilio.hungUp)
		}
		_, err := f.Opened(t.Context(), delivery.Task(), "CA1")
		check.Is(t, err, deliveries.ErrNotFound)
	}
}

func TestCancelTooLate(t *testing.T) {
	f := newFixture(t)
	_, err := f.Cancel(t.Context(), "dlv_aaaaaaaaaaaaaaaaaaaaaaaaaa")
	check.Is(t, err, deliveries.ErrNotFound)
	for _, webhook := range []string{"spoken", "completed", "declined"} {
		f := newFixture(t)
		delivery := f.rung(t)
		f.webhook(t, delivery.Task(), "CA1", "opened")
		f.webhook(t, delivery.Task(), "CA1", webhook)
		got, err := f.Cancel(t.Context(), delivery.ID)
		check.Is(t, err, deliveries.ErrFinal)
		if got.Status != f.get(t, delivery.ID).Status || len(f.twilio.hungUp) != 0 {
			t.Errorf("%+v, hung up %v", got, f.twilio.hungUp)
		}
	}
	ask := byVoice()
	ask.Method = deliveries.ByMail
	delivery := f.request(t, ask)
	f.post.meet = func() {
		_, err := f.Cancel(t.Context(), delivery.ID)
		check.Is(t, err, deliveries.ErrFinal)
	}
	f.work(t)
	f.is(t, delivery.ID, deliveries.Sent, 1)
}

// Neither a delivery, nor its events, its task, the errors or the log hold a code, an answer, an address or
// a number.
var hiddenWords = []string{code, answer, oneTime, "Elm Street", "pat@mail", home.National()}

func TestSecretsStayHidden(t *testing.T) {
	f := newFixtureOfAll(t)
	var shown []any
	for _, ask := range []deliveries.Params{
		byVoice(), byLetter(), {Account: coded, Topic: deliveries.SecurityCode, Method: deliveries.Email},
		{Account: answered, Topic: deliveries.SecurityAnswer, Method: deliveries.Voice},
	} {
		delivery := f.request(t, ask)
		f.work(t)
		if ask.Method == deliveries.Voice {
			call := f.twilio.calls[len(f.twilio.calls)-1]
			opening, err := f.Opened(t.Context(), call.Task, call.CallSID)
			check.OK(t, err)
			f.webhook(t, call.Task, call.CallSID, "declined")
			shown = append(shown, fmt.Sprintf("%v %+v %#v", opening, opening, opening), call.Task)
		}
		made := f.get(t, delivery.ID)
		made.To = "" // stands open
		shown = append(shown, made)
	}
	asked := f.validate(t, "es")
	f.passes(t, 2*time.Minute)
	call := f.twilio.calls[len(f.twilio.calls)-1]
	opening, err := f.Opened(t.Context(), call.Task, call.CallSID)
	if err != nil || opening.Code.Reveal() != oneTime {
		t.Fatal(err)
	}
	made := f.get(t, asked.ID)
	made.To = "" // stands open
	shown = append(shown, fmt.Sprintf("%v %+v %#v", opening, opening, opening), made)
	f.twilio.refuse, f.post.err = &deliveries.RefusedError{Code: 21211}, errLost
	f.request(t, deliveries.Params{Account: answered, Topic: deliveries.SecurityAnswer, Method: deliveries.ByMail})
	f.notify(t, deliveries.Notice{Topic: deliveries.CodeChanged, Account: f.account(t, coded).ID, Method: deliveries.ByMail})
	f.work(t)
	for _, value := range append(shown, f.Log.String()) {
		logtest.Hides(t, fmt.Sprintf("%T", value), logtest.Shown(value), hiddenWords...)
	}
	if !strings.Contains(f.Log.String(), "delivery not written") {
		t.Error("nothing was logged")
	}
}

func TestErrorsTellNothing(t *testing.T) {
	f := newFixtureOfAll(t)
	var errs []error
	for _, number := range []accounts.Number{coded, answered, fresh, missing} {
		for _, about := range []deliveries.Topic{deliveries.SecurityCode, deliveries.SecurityAnswer, deliveries.PINChanged} {
			for _, method := range []deliveries.Method{deliveries.Voice, deliveries.Email, "x"} {
				_, err := f.Request(t.Context(), deliveries.Params{Account: number, Topic: about, Method: method})
				errs = append(errs, err)
			}
		}
	}
	errs = append(errs, &deliveries.LimitError{}, &deliveries.LimitError{All: true}, &deliveries.BlockedError{},
		&deliveries.RefusedError{Code: 21211}, &deliveries.LaterError{}, &deliveries.LaterError{Err: errLost})
	logtest.Hides(t, "an error", errors.Join(errs...).Error(), hiddenWords...)
	for _, err := range errs {
		if err != nil && strings.Contains(err.Error(), "612-555") {
			t.Errorf("quotes the account's number: %v", err)
		}
	}
}
