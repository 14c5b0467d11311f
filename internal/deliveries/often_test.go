package deliveries_test

import (
	"testing"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
)

// ringNow has a telephone rung once for a notice, which is answered and told.
func (f *fixture) ringNow(t testing.TB, to nanp.Number) {
	t.Helper()
	before := len(f.twilio.calls)
	f.notify(t, deliveries.Notice{About: deliveries.PINChanged, Line: to, Method: deliveries.Voice})
	f.work(t)
	if len(f.twilio.calls) != before+1 {
		t.Fatalf("%d calls, want one more than %d", len(f.twilio.calls), before)
	}
	call := f.twilio.calls[before]
	f.webhook(t, call.Task, call.CallSID, "opened")
	f.webhook(t, call.Task, call.CallSID, "completed")
}

// Whoever asks for whatever, one telephone rings 6 times within an hour at most.
func TestOneTelephoneRingsSixTimesAnHour(t *testing.T) {
	f := newFixture(t)
	began := f.now
	for range 6 {
		f.ringNow(t, home)
		f.now = f.now.Add(2 * time.Minute)
	}
	// Codes and validations are refused before they are taken on, and say until when.
	_, err := f.Request(t.Context(), byVoice())
	for _, err := range []error{err, f.validationOf(t, home)} {
		limit := asType[*deliveries.LimitError](t, err)
		if !limit.Phone || !limit.Until.Equal(began.Add(time.Hour)) {
			t.Errorf("%+v", limit)
		}
	}
	if _, err := f.Request(t.Context(), byLetter()); err != nil {
		t.Errorf("a letter: %v", err)
	}
	// A notice waits until there is room.
	f.notify(t, deliveries.Notice{About: deliveries.AddressChanged, Account: f.account(t, coded).ID, Method: deliveries.Voice})
	f.work(t)
	if len(f.twilio.calls) != 6 {
		t.Errorf("%d calls", len(f.twilio.calls))
	}
	f.now = began.Add(time.Hour)
	f.work(t)
	if len(f.twilio.calls) != 7 {
		t.Errorf("an hour later, %d calls", len(f.twilio.calls))
	}
}

// A reset is always told, at once.
func TestAResetIsAlwaysTold(t *testing.T) {
	f := newFixture(t)
	for range 6 {
		f.ringNow(t, line)
		f.now = f.now.Add(time.Minute)
	}
	for n := range 20 {
		f.notify(t, deliveries.Notice{About: deliveries.PINReset, Line: line, Method: deliveries.Voice})
		f.work(t)
		if len(f.twilio.calls) != 7+n {
			t.Fatalf("reset %d: %d calls", n, len(f.twilio.calls))
		}
		call := f.twilio.calls[6+n]
		f.webhook(t, call.Task, call.CallSID, "opened")
		f.webhook(t, call.Task, call.CallSID, "completed")
		f.now = f.now.Add(time.Minute)
	}
}

// What was taken on before waits, or ends with the reason when it would be too late.
func TestTakenOnBeforeTheTelephoneRangTooOften(t *testing.T) {
	f := newFixture(t)
	code := f.request(t, byVoice())
	validation, err := f.RequestValidation(t.Context(), deliveries.ValidationAsk{Line: home, Ref: ref})
	if err != nil {
		t.Fatal(err)
	}
	began := f.now
	for n := range 6 {
		task := deliveries.Task{Delivery: code.ID, Attempt: 100 + n}
		if _, err := f.store.Reserve(t.Context(), home, task, f.now, f.now, deliveries.Limits{}); err != nil {
			t.Fatal(err)
		}
	}
	f.work(t)
	for id, want := range map[deliveries.ID]deliveries.Status{code.ID: deliveries.Queued, validation.ID: deliveries.Failed} {
		got := f.is(t, id, want, 1)
		if reason, _ := got.Cause(); reason != deliveries.CalledTooOften {
			t.Errorf("%+v", got.Events)
		}
	}
	if got := f.get(t, code.ID); !got.Due.Equal(began.Add(time.Hour)) || len(f.twilio.calls) != 0 {
		t.Errorf("due %v, %d calls", got.Due, len(f.twilio.calls))
	}
	f.now = began.Add(time.Hour)
	f.work(t)
	f.is(t, code.ID, deliveries.Calling, 1)
}

func (f *fixture) validationOf(t testing.TB, to nanp.Number) error {
	t.Helper()
	_, err := f.RequestValidation(t.Context(), deliveries.ValidationAsk{Line: to, Ref: ref})
	return err
}
