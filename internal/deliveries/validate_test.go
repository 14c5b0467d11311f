package deliveries_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

const (
	ref     = "val_1"  // of a validation
	oneTime = "804713" // its code
)

// codes are those of validations, by their references.
type codes map[string]string

func (c codes) ValidationCode(_ context.Context, ref string) (secret.Text, error) {
	code, known := c[ref]
	if !known {
		return secret.Text{}, fmt.Errorf("no code: %w", deliveries.ErrNotFound)
	}
	if code == "down" {
		return secret.Text{}, errLost
	}
	return secret.New(code), nil
}

func ofLine() deliveries.ValidationParams {
	return deliveries.ValidationParams{Line: line, Language: "es", Ref: ref}
}

func (f *fixture) validate(t testing.TB, language string) deliveries.Delivery {
	t.Helper()
	ask := ofLine()
	ask.Language = language
	delivery, err := f.RequestValidation(t.Context(), ask)
	check.OK(t, err)
	return delivery
}

// ringsFor is a validation whose call rings.
func (f *fixture) ringsFor(t testing.TB) deliveries.Delivery {
	t.Helper()
	delivery := f.validate(t, "es")
	f.work(t)
	return f.get(t, delivery.ID)
}

func TestValidation(t *testing.T) {
	f := newFixture(t)
	delivery := f.ringsFor(t)
	if delivery.Topic != deliveries.ValidationCode || delivery.Method != deliveries.Voice || delivery.To != line ||
		delivery.Ref != ref || delivery.Account != "" || delivery.Language != "es" {
		t.Errorf("%+v", delivery)
	}
	if call := f.twilio.calls[0]; call.To != line || call.Task != delivery.Task() {
		t.Errorf("it rings %+v", call.Ring)
	}
	f.webhook(t, delivery.Task(), "CA1", "ringing")
	for range 2 { // the code can be asked for again during the call
		opening, err := f.Opened(t.Context(), delivery.Task(), "CA1")
		if err != nil || opening.Code.Reveal() != oneTime || opening.InWords || opening.Language != "es" || opening.Topic != deliveries.ValidationCode {
			t.Fatalf("%+v, %v", opening, err)
		}
		f.webhook(t, delivery.Task(), "CA1", "spoken")
	}
	f.webhook(t, delivery.Task(), "CA1", "completed")
	f.told(t, delivery.ID, deliveries.Queued, deliveries.Calling, deliveries.Ringing, deliveries.Answered, deliveries.Delivered)
}

func TestValidationParams(t *testing.T) {
	f := newFixture(t)
	for name, change := range map[string]func(*deliveries.ValidationParams){
		"no line":         func(a *deliveries.ValidationParams) { a.Line = "" },
		"no number":       func(a *deliveries.ValidationParams) { a.Line = "+44" },
		"no reference":    func(a *deliveries.ValidationParams) { a.Ref = "" },
		"long reference":  func(a *deliveries.ValidationParams) { a.Ref = strings.Repeat("r", 101) },
		"third language":  func(a *deliveries.ValidationParams) { a.Language = "fr" },
		"another writing": func(a *deliveries.ValidationParams) { a.Language = "ES" },
	} {
		t.Run(name, func(t *testing.T) {
			ask := ofLine()
			change(&ask)
			_, err := f.RequestValidation(t.Context(), ask)
			check.Is(t, err, deliveries.ErrParams)
		})
	}
	_, err := f.Request(t.Context(), deliveries.Params{Account: coded, Topic: deliveries.ValidationCode, Method: deliveries.Voice})
	check.Is(t, err, deliveries.ErrParams)
	for _, method := range []deliveries.Method{deliveries.Voice, deliveries.ByMail, deliveries.Email} {
		notice := deliveries.Notice{Topic: deliveries.ValidationCode, Line: line, Account: f.account(t, coded).ID, Method: method}
		check.Is(t, f.Notify(t.Context(), notice), deliveries.ErrParams)
	}
}

// Nobody is called on a server that can't, and another one makes what it has taken.
func TestValidationWithoutTheWay(t *testing.T) {
	for name, change := range map[string]func(*deliveries.Config){
		"no telephone": func(c *deliveries.Config) { c.Dialer = nil },
		"no codes":     func(c *deliveries.Config) { c.Codes = nil },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			config := f.config()
			change(&config)
			lame := deliveries.New(config)
			_, err := lame.RequestValidation(t.Context(), ofLine())
			check.Is(t, err, deliveries.ErrNoWay)
			delivery := f.validate(t, "es")
			check.Is(t, lame.Attempt(t.Context(), delivery.Task()), deliveries.ErrNoWay)
			f.passes(t, time.Minute)
			if n := f.twilio.rings(delivery.Task()); n != 1 {
				t.Fatalf("%d rings", n)
			}
			if _, err = lame.Opened(t.Context(), delivery.Task(), "CA1"); config.Codes == nil {
				check.Is(t, err, deliveries.ErrNoWay)
			}
		})
	}
}

// There is one attempt: the agent hears at once what came of it.
func TestValidationFailsAtOnce(t *testing.T) {
	for status, want := range map[string]string{
		"busy": "busy", "no-answer": "no answer", "failed": "the call failed", "canceled": "the call failed",
		"completed": "the call ended before it could say anything",
	} {
		t.Run(status, func(t *testing.T) {
			f := newFixture(t)
			delivery := f.ringsFor(t)
			f.webhook(t, delivery.Task(), "CA1", status)
			f.failedWith(t, delivery, want)
			f.passes(t, 20*time.Minute)
			f.called(t, 1)
			_, err := f.Opened(t.Context(), delivery.Task(), "CA1")
			check.Is(t, err, deliveries.ErrNotFound)
		})
	}
}

// failedWith says that a delivery failed in its only attempt, and with what word.
func (f *fixture) failedWith(t testing.TB, delivery deliveries.Delivery, want string) {
	t.Helper()
	got := f.is(t, delivery.ID, deliveries.Failed, 1)
	if last := got.Events[len(got.Events)-1]; last.Detail != want {
		t.Errorf("it says %q, want %q", last.Detail, want)
	}
}

// What Twilio refuses has failed as well, be it for good or not: an agent waits. It is told whose
// fault it is.
func TestValidationRefusedByTwilio(t *testing.T) {
	for reason, want := range map[deliveries.Reason]string{ //nolint:exhaustive // the others are not Twilio's
		deliveries.NumberRefused: "the telephone can't be called", deliveries.TwilioBusy: "no telephone can be called right now",
		deliveries.OperatorMustMend: "no telephone can be called right now",
	} {
		f := newFixture(t)
		f.twilio.refuse = &deliveries.RefusedError{Code: 20429, Reason: reason}
		delivery := f.ringsFor(t)
		f.passes(t, 30*time.Second)
		f.failedWith(t, delivery, want)
		if got, code := f.get(t, delivery.ID).Cause(); got != reason || code != 20429 {
			t.Errorf("got %s, %d", got, code)
		}
	}
}

// Twilio that is busy for seconds is asked again, as an agent waits.
func TestValidationWhileTwilioIsBusy(t *testing.T) {
	f := newFixture(t)
	f.twilio.refuse = &deliveries.RefusedError{Code: 20429, Reason: deliveries.TwilioBusy}
	delivery := f.ringsFor(t)
	f.is(t, delivery.ID, deliveries.Queued, 1)
	f.passes(t, 6*time.Second)
	f.twilio.refuse = nil
	f.passes(t, 2*time.Second)
	f.is(t, delivery.ID, deliveries.Calling, 1)
}

// A call of which nothing more is heard has failed, and is not made again.
func TestValidationOfWhichNothingIsHeard(t *testing.T) {
	f := newFixture(t)
	delivery := f.ringsFor(t)
	f.twilio.calls = nil
	f.passes(t, 6*time.Minute)
	f.failedWith(t, delivery, "nothing was heard of the call")
}

// Ten minutes after it was asked for, a validation tells nothing: not in the call that goes on,
// and not by one that is still to be made.
func TestValidationLastsTenMinutes(t *testing.T) {
	const lasts = 10 * time.Minute
	f := newFixture(t)
	delivery := f.ringsFor(t)
	f.Set(delivery.Created.Add(lasts - time.Millisecond))
	f.webhook(t, delivery.Task(), "CA1", "opened", "spoken")
	f.Set(delivery.Created.Add(lasts))
	opening, err := f.Opened(t.Context(), delivery.Task(), "CA1")
	check.Is(t, err, deliveries.ErrNotFound)
	if !opening.Code.IsZero() {
		t.Error("it still has the code")
	}
	for _, late := range []time.Duration{0, time.Millisecond, time.Hour} {
		f = newFixture(t)
		delivery = f.validate(t, "en")
		f.Set(delivery.Created.Add(lasts + late))
		f.work(t)
		if f.is(t, delivery.ID, deliveries.Failed, 1); len(f.twilio.calls) != 0 {
			t.Errorf("it rings %v late", late)
		}
	}
}

// A code that is gone, as it was used or the agent needs it no more, is told to nobody.
func TestValidationWhoseCodeIsGone(t *testing.T) {
	f := newFixture(t)
	delivery := f.validate(t, "en")
	f.codes[ref] = ""
	f.work(t)
	f.failedWith(t, delivery, "the code is not needed any more")

	f.codes[ref] = oneTime
	delivery = f.ringsFor(t)
	f.webhook(t, delivery.Task(), "CA1", "opened")
	delete(f.codes, ref)
	_, err := f.Opened(t.Context(), delivery.Task(), "CA1")
	check.Is(t, err, deliveries.ErrNotFound)
}

// While the codes can't be read nothing rings and nothing is lost.
func TestValidationWhileCodesAreAway(t *testing.T) {
	f := newFixture(t)
	f.codes[ref] = "down"
	delivery := f.ringsFor(t)
	f.is(t, delivery.ID, deliveries.Queued, 1)
	f.codes[ref] = oneTime
	f.passes(t, 2*time.Second)
	f.is(t, delivery.ID, deliveries.Calling, 1)
	f.codes[ref] = "down"
	_, err := f.Opened(t.Context(), delivery.Task(), "CA1")
	check.Is(t, err, errLost)
	f.is(t, delivery.ID, deliveries.Calling, 1) // it counts as told only if it can be
}

// Who says that no agent is on the line is not called so again for a day; notices are owed all
// the same, and other lines are called.
func TestValidationDeclined(t *testing.T) {
	for name, before := range map[string][]string{
		"at once": {"opened"}, "after the code": {"opened", "spoken"}, "after a notice": {"opened", "completed"},
		"and declined again": {"opened", "declined"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			delivery, waiting := f.ringsFor(t), f.validate(t, "es")
			for _, webhook := range append(before, "declined") {
				f.webhook(t, delivery.Task(), "CA1", webhook)
			}
			f.is(t, delivery.ID, deliveries.Declined, 1)
			_, err := f.Opened(t.Context(), delivery.Task(), "CA1")
			check.Is(t, err, deliveries.ErrNotFound)

			until := f.Now().Add(day)
			_, err = f.RequestValidation(t.Context(), ofLine())
			if blocked := asType[*deliveries.BlockedError](t, err); !blocked.Until.Equal(until) {
				t.Errorf("blocked until %v, want %v", blocked.Until, until)
			}
			other := ofLine()
			other.Line = home
			if _, err := f.RequestValidation(t.Context(), other); err != nil {
				t.Error(err)
			}
			f.notify(t, deliveries.Notice{Topic: deliveries.PINReset, Line: line, Method: deliveries.Voice})
			f.passes(t, 2*time.Minute)
			f.is(t, waiting.ID, deliveries.Canceled, 1)
			f.called(t, 3) // it, the other line's, the notice
			f.Set(until)
			f.validate(t, "es")
		})
	}
}

// An objection to a validation is none to the codes of accounts, and the other way round.
func TestObjectionsAreOfAKind(t *testing.T) {
	ask := ofLine()
	ask.Line = home
	f := newFixture(t)
	validation, err := f.RequestValidation(t.Context(), ask)
	check.OK(t, err)
	f.webhook(t, validation.Task(), "CA1", "declined")
	f.request(t, byVoice())

	f = newFixture(t)
	f.webhook(t, f.request(t, byVoice()).Task(), "CA1", "declined")
	if _, err := f.RequestValidation(t.Context(), ask); err != nil {
		t.Error(err)
	}
}

// The limits count for a line, apart from what else rings it.
func TestValidationLimits(t *testing.T) {
	f := newFixture(t)
	for range 20 {
		f.notify(t, deliveries.Notice{Topic: deliveries.PINReset, Line: line, Method: deliveries.Voice})
	}
	start := f.Now()
	for hour := range 3 {
		for range 3 {
			f.validate(t, "es")
		}
		_, err := f.RequestValidation(t.Context(), ofLine())
		if got := asType[*deliveries.LimitError](t, err); !got.Until.Equal(f.Now().Add(time.Hour)) || got.All {
			t.Fatalf("hour %d: %+v", hour, got)
		}
		f.Pass(time.Hour)
	}
	f.validate(t, "es") // the tenth of the day
	_, err := f.RequestValidation(t.Context(), ofLine())
	if got := asType[*deliveries.LimitError](t, err); !got.Until.Equal(start.Add(day)) {
		t.Fatalf("%+v", got)
	}
	other := ofLine()
	other.Line = home
	if _, err := f.RequestValidation(t.Context(), other); err != nil {
		t.Error(err)
	}
}

// The same key is one call, with the reference of the first asking, whatever has become of it.
func TestValidationKey(t *testing.T) {
	f := newFixture(t)
	ask := ofLine()
	ask.Key = "bob 1"
	first, err := f.RequestValidation(t.Context(), ask)
	check.OK(t, err)
	f.Queue.Lose()
	again := ask
	again.Ref, again.Language = "val_2", "en"
	for range 5 { // more than an hour's worth
		got, err := f.RequestValidation(t.Context(), again)
		if err != nil || got.ID != first.ID || got.Ref != ref || got.Language != "es" {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	f.work(t) // asking again has queued it again
	f.called(t, 1)
	if got, err := f.without().RequestValidation(t.Context(), again); err != nil || got.Status != deliveries.Calling {
		t.Errorf("%+v, %v", got, err)
	}
	again.Line = home
	_, err = f.RequestValidation(t.Context(), again)
	check.Is(t, err, deliveries.ErrKeyReused)
	code := byVoice()
	code.Key = ask.Key // of a client of the API
	if f.request(t, code).ID == first.ID {
		t.Error("keys of two kinds have met")
	}
}

// Dying after a line was found busy makes it ring no second time.
func TestValidationDyingAtItsEnd(t *testing.T) {
	atEveryMoment(t, func(f *fixture, left int) {
		delivery := f.ringsFor(t)
		f.dies(left)
		_ = f.Status(t.Context(), delivery.Task(), deliveries.StatusCallback{CallSID: "CA1", CallStatus: "busy", Sequence: 2})
		f.twilio.calls[0].Status = "busy"
		f.restart()
		f.Queue.Lose()
		f.passes(t, 8*time.Minute)
		f.failedWith(t, delivery, "busy")
		f.called(t, 1)
	})
}

// A validation that was canceled, since the agent has given up, tells nothing.
func TestValidationCanceled(t *testing.T) {
	f := newFixture(t)
	delivery := f.ringsFor(t)
	if _, err := f.Cancel(t.Context(), delivery.ID); err != nil {
		t.Fatal(err)
	}
	_, err := f.Opened(t.Context(), delivery.Task(), "CA1")
	check.Is(t, err, deliveries.ErrNotFound)
	if len(f.twilio.hungUp) != 1 {
		t.Errorf("hung up: %v", f.twilio.hungUp)
	}
}
