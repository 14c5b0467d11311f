package deliveries_test

import (
	"errors"
	"testing"
	"time"

	"updatecenter/deliveries"
)

// without is the fixture's service on a server that has no telephone and no mail server.
func (f *fixture) without() *deliveries.Deliveries {
	config := f.config()
	config.Dialer, config.Mailer = nil, nil
	return deliveries.New(config)
}

// What is not set up is refused to whoever asks for it, and a notice goes another way.
func TestWaysThatAreNotSetUp(t *testing.T) {
	f := newFixture(t)
	d := f.without()
	for _, method := range []deliveries.Method{deliveries.Voice, deliveries.Email} {
		_, err := d.Request(t.Context(), deliveries.Ask{Account: coded, About: deliveries.SecurityCode, Method: method})
		mustBe(t, err, deliveries.ErrNoWay)
	}
	account := f.account(t, coded).ID
	if err := d.Notify(t.Context(), deliveries.Notice{About: deliveries.CodeChanged, Account: account, Method: deliveries.Voice}); err != nil {
		t.Fatal(err)
	}
	f.work(t)
	if got := f.went(t); got != "letter" {
		t.Errorf("the notice went by %s", got)
	}
	mustBe(t, d.Notify(t.Context(), deliveries.Notice{About: deliveries.PINChanged, Line: line, Method: deliveries.Voice}), deliveries.ErrNoWay)
}

// An attempt waits for a server that can make it.
func TestAttemptWithoutTheWay(t *testing.T) {
	f := newFixture(t)
	delivery, err := f.Request(t.Context(), deliveries.Ask{Account: coded, About: deliveries.SecurityCode, Method: deliveries.Voice})
	if err != nil {
		t.Fatal(err)
	}
	err = f.without().Attempt(t.Context(), delivery.Task())
	var later *deliveries.LaterError
	if !errors.As(err, &later) || !errors.Is(err, deliveries.ErrNoWay) || !later.At.Equal(f.now.Add(time.Minute)) {
		t.Fatalf("attempt: %v", err)
	}
	f.now = later.At
	f.work(t)
	if got := f.went(t); got != "call +16125550142" {
		t.Errorf("then it went by %s", got)
	}
}

// What can't be made here does not stand before all else that is unfinished.
func TestWhatHasNoWayStepsAside(t *testing.T) {
	f := newFixture(t)
	f.request(t, byVoice())
	f.now = f.now.Add(time.Minute)
	letter := f.request(t, byLetter())
	f.queue.Run(t.Context(), f.now, f.without().Attempt) // fails at the call, prints the letter
	f.now = f.now.Add(10 * time.Second)
	ids, err := f.store.Unfinished(t.Context(), f.now, 1)
	if err != nil || len(ids) != 0 {
		t.Errorf("unfinished %v, %v", ids, err)
	}
	f.is(t, letter.ID, deliveries.Sent, 1)
}

// The same change is told once, however often it is told of.
func TestNoticeOfTheSameChange(t *testing.T) {
	f := newFixture(t)
	for range 3 {
		f.notify(t, deliveries.Notice{About: deliveries.PINChanged, Line: line, Method: deliveries.Voice, Key: "pin of turn 4"})
	}
	f.work(t)
	if got := f.went(t); got != "call "+string(line) {
		t.Errorf("went by %s", got)
	}
}
