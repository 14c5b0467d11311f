package deliveries_test

import (
	"slices"
	"testing"
	"time"

	"updatecenter/deliveries"
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
	f.webhook(t, call.Task, call.CallSID, "left notice")
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
	f.webhook(t, call.Task, call.CallSID, "left notice")
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
