package deliveries_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
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

// sentTo notes which accounts are told that their secret was sent.
type sentTo struct {
	*accounts.Accounts
	told []accounts.ID
	err  error
}

func (s *sentTo) Sent(_ context.Context, id accounts.ID) error {
	s.told = append(s.told, id)
	return s.err
}

// TestAccountsAreToldWhatWasSent: once a secret was heard, or was written; not when it was asked for, and
// of no notice.
func TestAccountsAreToldWhatWasSent(t *testing.T) {
	for name, test := range map[string]struct {
		ask  deliveries.Ask
		do   func(f *fixture, d deliveries.Delivery)
		told int
	}{
		"asked for": {byVoice(), func(*fixture, deliveries.Delivery) {}, 0},
		"canceled":  {byVoice(), func(f *fixture, d deliveries.Delivery) { _, err := f.Cancel(t.Context(), d.ID); mustBe(t, err, nil) }, 0},
		"rings":     {byVoice(), func(f *fixture, _ deliveries.Delivery) { f.work(t) }, 0},
		"heard": {byVoice(), func(f *fixture, d deliveries.Delivery) {
			f.work(t)
			mustBe(t, f.Spoken(t.Context(), d.Task(), 1), nil)
		}, 1},
		"left with nobody": {byVoice(), func(f *fixture, d deliveries.Delivery) {
			f.work(t)
			f.webhook(t, f.twilio.calls[0].Task, "CA1", "opened")
			f.webhook(t, f.twilio.calls[0].Task, "CA1", "completed")
		}, 0},
		"letter": {deliveries.Ask{Account: coded, About: deliveries.SecurityCode, Method: deliveries.ByMail}, func(f *fixture, _ deliveries.Delivery) { f.work(t) }, 1},
		"e-mail": {deliveries.Ask{Account: coded, About: deliveries.SecurityCode, Method: deliveries.Email}, func(f *fixture, _ deliveries.Delivery) { f.work(t) }, 1},
		"answer": {deliveries.Ask{Account: answered, About: deliveries.SecurityAnswer, Method: deliveries.ByMail}, func(f *fixture, _ deliveries.Delivery) { f.work(t) }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			all, config := &sentTo{Accounts: f.accounts}, f.config()
			config.Accounts = all
			f.Deliveries = deliveries.New(config)
			delivery := f.request(t, test.ask)
			test.do(f, delivery)
			if len(all.told) != test.told || test.told > 0 && all.told[0] != delivery.Account {
				t.Errorf("told %v", all.told)
			}
			mustBe(t, f.Notify(t.Context(), deliveries.Notice{About: deliveries.CodeChanged, Account: delivery.Account, Method: deliveries.ByMail}), nil)
			f.work(t)
			if n := len(all.told); n > 1 {
				t.Errorf("told %d times", n)
			}
		})
	}
}

// TestADeliveryStandsThoughItsAccountIsNotTold, and the log has that.
func TestADeliveryStandsThoughItsAccountIsNotTold(t *testing.T) {
	f := newFixture(t)
	config := f.config()
	config.Accounts = &sentTo{Accounts: f.accounts, err: errors.New("out of order")}
	f.Deliveries = deliveries.New(config)
	delivery := f.request(t, deliveries.Ask{Account: coded, About: deliveries.SecurityCode, Method: deliveries.ByMail})
	f.work(t)
	f.is(t, delivery.ID, deliveries.Sent, 1)
	if !bytes.Contains(f.log.Bytes(), []byte("may stay closed")) {
		t.Errorf("the log says %s", f.log)
	}
}
