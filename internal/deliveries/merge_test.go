package deliveries_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
)

func (f *fixture) notifyLine(t testing.TB, about deliveries.About, key string) {
	t.Helper()
	f.notify(t, deliveries.Notice{About: about, Line: line, Method: deliveries.Voice, Key: key})
}

// What was changed before a call begins to tell is told in that call.
func TestSeveralNoticesAreOneCall(t *testing.T) {
	f := newFixture(t)
	f.notifyLine(t, deliveries.PINChanged, "1")
	f.work(t) // it rings
	f.notifyLine(t, deliveries.PINChanged, "2")
	f.notifyLine(t, deliveries.PINReset, "3")
	f.notify(t, deliveries.Notice{About: deliveries.AddressChanged, Account: f.account(t, coded).ID, Line: line, Method: deliveries.Voice})
	f.pass(t, 2*time.Minute)
	if len(f.twilio.calls) != 1 {
		t.Fatalf("%d calls", len(f.twilio.calls))
	}
	call := f.twilio.calls[0]
	opening, err := f.Opened(t.Context(), call.Task, call.CallSID)
	if err != nil || opening.About != deliveries.PINChanged ||
		!slices.Equal(opening.Also, []deliveries.About{deliveries.PINReset, deliveries.AddressChanged}) {
		t.Errorf("%+v, %v", opening, err)
	}
	got := f.get(t, call.Task.Delivery)
	if last := got.Events[len(got.Events)-2]; last.Detail != "tells another change as well: address_changed" {
		t.Errorf("%+v", got.Events)
	}

	// The call that tells is not the one for what was changed since. What was told is not told again.
	f.notifyLine(t, deliveries.PINChanged, "4")
	f.webhook(t, call.Task, call.CallSID, "completed")
	for _, key := range []string{"1", "2", "3", "4"} {
		about := deliveries.PINChanged
		if key == "3" {
			about = deliveries.PINReset
		}
		if key != "2" && key != "3" { // merged ones are known as long as their call is the newest
			f.notifyLine(t, about, key)
		}
	}
	f.pass(t, 10*time.Minute)
	if len(f.twilio.calls) != 2 {
		t.Errorf("%d calls", len(f.twilio.calls))
	}
}

// A notice that is merged twice is told once, also when that is known only after its call.
func TestAMergedNoticeIsToldOnce(t *testing.T) {
	f := newFixture(t)
	f.notifyLine(t, deliveries.PINChanged, "1")
	f.notifyLine(t, deliveries.PINReset, "2")
	f.notifyLine(t, deliveries.PINReset, "2")
	f.work(t)
	call := f.twilio.calls[0]
	if got := f.get(t, call.Task.Delivery); len(got.Merged) != 1 {
		t.Errorf("%+v", got.Merged)
	}
	f.webhook(t, call.Task, call.CallSID, "opened")
	f.webhook(t, call.Task, call.CallSID, "completed")
	f.notifyLine(t, deliveries.PINReset, "2")
	f.pass(t, 10*time.Minute)
	if len(f.twilio.calls) != 1 {
		t.Errorf("%d calls", len(f.twilio.calls))
	}
}

// A reset does not wait with a notice that waits since its telephone rang too often.
func TestAResetDoesNotWaitWithOthers(t *testing.T) {
	f := newFixture(t)
	for range 6 {
		f.ringNow(t, line)
		f.now = f.now.Add(time.Minute)
	}
	f.notifyLine(t, deliveries.PINChanged, "")
	f.work(t)
	f.notifyLine(t, deliveries.PINChanged, "")
	f.notifyLine(t, deliveries.PINReset, "")
	f.work(t)
	if len(f.twilio.calls) != 7 {
		t.Errorf("%d calls", len(f.twilio.calls))
	}
}

// A reset has all its attempts, and is not told in the last one of another notice.
func TestAResetHasItsOwnAttempts(t *testing.T) {
	f := newFixture(t)
	untold := f.untoldBy(nil)
	f.notifyLine(t, deliveries.PINChanged, "")
	for range 3 { // of four
		f.work(t)
		call := f.twilio.calls[len(f.twilio.calls)-1]
		f.status(t, call.Task, call.CallSID, "no-answer")
		f.pass(t, 16*time.Minute)
	}
	last := f.twilio.calls[len(f.twilio.calls)-1]
	if last.Task.Attempt != 4 {
		t.Fatalf("%+v", last.Task)
	}
	f.notifyLine(t, deliveries.PINReset, "")
	f.status(t, last.Task, last.CallSID, "no-answer")
	f.pass(t, 2*time.Minute)
	if got := f.twilio.calls[len(f.twilio.calls)-1]; got.Task.Delivery == last.Task.Delivery {
		t.Error("nobody is called of the reset")
	}
	if got := *untold; len(got) != 1 || got[0].About != deliveries.PINChanged {
		t.Errorf("%+v", got)
	}
}

// joining are telephones that are asked for while a notice comes.
type joining struct {
	deliveries.Phones
	notice func()
}

func (j *joining) Reserve(
	ctx context.Context, to nanp.Number, task deliveries.Task, now, until time.Time, limits deliveries.Limits,
) (time.Time, error) {
	if j.notice != nil && task != (deliveries.Task{}) {
		notice := j.notice
		j.notice = nil
		notice()
	}
	return j.Phones.Reserve(ctx, to, task, now, until, limits)
}

// A reset that joins a notice just when its telephone turns out to have rung too often does not wait.
func TestAResetThatJoinsAtTheLastMomentDoesNotWait(t *testing.T) {
	f := newFixture(t)
	for range 6 {
		f.ringNow(t, line)
		f.now = f.now.Add(time.Minute)
	}
	config := f.config()
	phones := &joining{Phones: config.Phones}
	config.Phones = phones
	f.Deliveries = deliveries.New(config)
	f.notifyLine(t, deliveries.PINChanged, "")
	phones.notice = func() { f.notifyLine(t, deliveries.PINReset, "") }
	f.work(t)
	f.pass(t, time.Minute)
	if len(f.twilio.calls) != 7 {
		t.Errorf("%d calls", len(f.twilio.calls))
	}
}

// All that was merged into a call is recorded as untold when nobody is reached.
func TestMergedNoticesUntold(t *testing.T) {
	f := newFixture(t)
	untold := f.untoldBy(nil)
	f.notifyLine(t, deliveries.PINChanged, "")
	f.notifyLine(t, deliveries.PINReset, "")
	f.twilio.refuse = &deliveries.RefusedError{Code: 21211, Reason: deliveries.NumberRefused}
	f.work(t)
	if got := *untold; len(got) != 2 || got[0].About != deliveries.PINChanged || got[1].About != deliveries.PINReset {
		t.Errorf("%+v", got)
	}
}
