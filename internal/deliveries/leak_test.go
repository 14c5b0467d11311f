package deliveries_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/logtest"
	"updatecenter/internal/testkit/check"
)

// Neither a delivery, nor its events, its task, the errors or the log hold a code, an answer, an address or
// a number.
var hiddenWords = []string{code, answer, oneTime, "Elm Street", "pat@mail", home.National()}

func TestSecretsStayHidden(t *testing.T) {
	f := newFixture(t)
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
	f := newFixture(t)
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
