package deliveries_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

func byLetter() deliveries.Params {
	return deliveries.Params{Account: coded, Topic: deliveries.SecurityCode, Method: deliveries.ByMail}
}

func TestLetter(t *testing.T) {
	f := newFixture(t)
	delivery := f.request(t, byLetter())
	f.Pass(time.Second)
	f.work(t)
	f.told(t, delivery.ID, deliveries.Queued, deliveries.Sent)
	letter := f.post.letters[0]
	if letter.ID != delivery.ID || !letter.Date.Equal(delivery.Created) || letter.Topic != deliveries.SecurityCode || letter.Account.Code.Reveal() != code {
		t.Errorf("%+v", letter)
	}
	if err := f.Attempt(t.Context(), delivery.Task()); err != nil || len(f.post.letters) != 1 {
		t.Errorf("%v, %d letters", err, len(f.post.letters))
	}
}

func TestLettersAndEmailsAreTriedAgain(t *testing.T) {
	for _, method := range []deliveries.Method{deliveries.ByMail, deliveries.Email} {
		f := newFixture(t)
		f.post.err = errors.New("spool is full")
		ask := byLetter()
		ask.Method = method
		delivery := f.request(t, ask)
		f.work(t)
		for i, wait := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, time.Hour} {
			got := f.is(t, delivery.ID, deliveries.Queued, i+2)
			if !got.Due.Equal(f.Now().Add(wait)) {
				t.Errorf("attempt %d is due %v", i+2, got.Due)
			}
			f.passes(t, wait)
		}
		for f.get(t, delivery.ID).Status == deliveries.Queued {
			f.Set(f.get(t, delivery.ID).Due)
			f.work(t)
		}
		if lasted := f.Now().Sub(delivery.Created); lasted > 3*day || lasted < 3*day-time.Hour {
			t.Errorf("given up after %v", lasted)
		}
		f.is(t, delivery.ID, deliveries.Failed, 75)
	}
}

// unsendable is what a printer or a mailer says that never will take a letter or a message.
type unsendable struct{}

func (unsendable) Error() string { return "no such address" }
func (unsendable) Final() bool   { return true }

func TestWhatCannotBeSentIsGivenUp(t *testing.T) {
	for _, hopeless := range []error{unsendable{}, fmt.Errorf("print: %w", unsendable{}), deliveries.ErrNoSecret, deliveries.ErrParams} {
		f := newFixture(t)
		f.post.err = hopeless
		delivery := f.request(t, byLetter())
		f.work(t)
		f.is(t, delivery.ID, deliveries.Failed, 1)
	}
}

// A process that dies over a letter leaves a claim that runs out; then it is written again.
func TestDyingOverALetter(t *testing.T) {
	atEveryMoment(t, func(f *fixture, left int) {
		delivery := f.request(t, byLetter())
		f.dies(left)
		f.work(t)
		f.restart()
		f.passes(t, 2*time.Minute)
		f.is(t, delivery.ID, deliveries.Sent, 1)
		for _, letter := range f.post.letters {
			if letter.ID != delivery.ID || !letter.Date.Equal(delivery.Created) {
				t.Errorf("%+v", letter)
			}
		}
	})
}

// What the account was asked for may not be its own any more when it is to be told.
func TestAccountChangesMeanwhile(t *testing.T) {
	for name, c := range map[string]struct {
		method deliveries.Method
		change func(*fixture) error
	}{
		"code replaced": {deliveries.ByMail, func(f *fixture) error {
			_, err := f.accounts.SetQuestion(t.Context(), coded, "Who?", rightAnswer, byAnn)
			return err
		}},
		"code replaced before a call": {deliveries.Voice, func(f *fixture) error {
			_, err := f.accounts.SetQuestion(t.Context(), coded, "Who?", rightAnswer, byAnn)
			return err
		}},
		"another address": {deliveries.ByMail, func(f *fixture) error {
			_, err := f.accounts.Put(t.Context(), coded, accounts.Details{Address: elsewhere()}, byAnn)
			return err
		}},
		"another telephone": {deliveries.Voice, func(f *fixture) error {
			_, err := f.accounts.Put(t.Context(), coded, accounts.Details{Phone: line}, byAnn)
			return err
		}},
		"another e-mail address": {deliveries.Email, func(f *fixture) error {
			_, err := f.accounts.Put(t.Context(), coded, accounts.Details{Email: new("new@mail.example.com")}, byAnn)
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			ask := byVoice()
			ask.Method = c.method
			delivery := f.request(t, ask)
			check.OK(t, c.change(f))
			f.work(t)
			got := f.is(t, delivery.ID, deliveries.Failed, 1)
			if got.Events[1].Detail == "" || len(f.post.letters)+len(f.post.mails)+len(f.twilio.calls) != 0 {
				t.Errorf("%+v", got)
			}
		})
	}
}

func elsewhere() *accounts.Address {
	return &accounts.Address{Street: []string{"7 Oak Street"}, City: "Duluth", State: "MN", ZIP: "55802"}
}

// A telephone number that changes while nobody knows whether the old one rang makes neither
// ring once more, and keeps nobody from finding the call.
func TestTelephoneChangesWhileDialing(t *testing.T) {
	atEveryMoment(t, func(f *fixture, left int) {
		delivery := f.request(t, byVoice())
		f.dies(left)
		f.work(t)
		f.put(t, accounts.Details{Phone: line})
		f.restart()
		f.passes(t, 10*time.Minute)
		if n := len(f.twilio.calls); n > 1 || n == 1 && (f.twilio.calls[0].To != home || f.get(t, delivery.ID).CallSID != "CA1") {
			t.Errorf("died at moment %d: %d calls, %+v", left, n, f.get(t, delivery.ID))
		}
	})
}

// A notice goes to the telephone that was of record when something was changed.
func TestNoticeKeepsItsTelephone(t *testing.T) {
	f := newFixture(t)
	f.notify(t, deliveries.Notice{Topic: deliveries.CodeChanged, Account: f.account(t, coded).ID, Method: deliveries.Voice})
	f.put(t, accounts.Details{Phone: line})
	f.work(t)
	check.Same(t, f.went(t), "call "+string(home))
}

func TestAccountsAreDown(t *testing.T) {
	f := newFixture(t)
	delivery := f.request(t, byVoice())
	config := f.config()
	config.Accounts = brokenAccounts{f.accounts, errLost}
	f.Deliveries = deliveries.New(config)
	check.Is(t, f.Attempt(t.Context(), delivery.Task()), errLost)
	f.is(t, delivery.ID, deliveries.Queued, 1)
	for hopeless, detail := range map[error]string{
		accounts.ErrNoAccount: "the account can't be found", storage.ErrUnreadable: "what it is to tell can't be read",
	} {
		f.restart() // with accounts that work, until it was asked for
		delivery := f.request(t, byVoice())
		config.Accounts = brokenAccounts{f.accounts, hopeless}
		check.Is(t, deliveries.New(config).Attempt(t.Context(), delivery.Task()), nil)
		events := f.is(t, delivery.ID, deliveries.Failed, 1).Events
		check.Same(t, events[len(events)-1].Detail, detail)
	}
}

// TestAnAccountOfANewerRelease is read by another server, a minute later.
func TestAnAccountOfANewerRelease(t *testing.T) {
	f := newFixture(t)
	delivery := f.request(t, byVoice())
	older := f.with(func(c *deliveries.Config) { c.Accounts = brokenAccounts{f.accounts, storage.ErrNewer} })
	err := older.Attempt(t.Context(), delivery.Task())
	later, waits := errors.AsType[*deliveries.LaterError](err)
	if !waits || !errors.Is(err, storage.ErrNewer) || !later.At.Equal(f.Now().Add(time.Minute)) {
		t.Fatalf("attempt: %v", err)
	}
	f.is(t, delivery.ID, deliveries.Queued, 1)
	f.restart()
	f.Set(later.At)
	f.work(t)
	check.Same(t, f.went(t), "call "+string(home))
}

type brokenAccounts struct {
	deliveries.Accounts
	err error
}

func (b brokenAccounts) ByID(context.Context, accounts.ID) (accounts.Account, error) {
	return accounts.Account{}, b.err
}

// A call that could not be made for hours is not made at night.
func TestPatience(t *testing.T) {
	f := newFixture(t)
	call, letter := f.request(t, byVoice()), f.request(t, byLetter())
	f.Pass(2*time.Hour + time.Second)
	f.work(t)
	f.is(t, call.ID, deliveries.Failed, 1)
	f.is(t, letter.ID, deliveries.Sent, 1)

	f.twilio.lose = true
	call = f.request(t, byVoice())
	f.work(t)
	f.Pass(3 * time.Hour)
	f.work(t)
	f.is(t, call.ID, deliveries.Failed, 1)

	f.twilio.lose, f.twilio.refuse = false, &deliveries.RefusedError{Code: 20429, Reason: deliveries.TwilioBusy}
	call = f.request(t, byVoice())
	f.passes(t, 3*time.Hour)
	if got := f.is(t, call.ID, deliveries.Failed, 1); len(got.Events) != 4 || got.Events[3].Reason != deliveries.TwilioBusy {
		t.Errorf("events %+v", got.Events)
	}
}

func TestPace(t *testing.T) {
	f := newFixture(t)
	config := f.config()
	paced := 0
	config.Pace = func(_ context.Context, class deliveries.Class) error {
		if class != deliveries.CodeCalls {
			t.Errorf("it waits with %s", class)
		}
		paced++
		if paced == 1 {
			return errLost
		}
		f.Pass(time.Minute) // others come first
		return nil
	}
	f.Deliveries = deliveries.New(config)
	delivery := f.request(t, byVoice())
	if later := asType[*deliveries.LaterError](t, f.Attempt(t.Context(), delivery.Task())); later.Err != nil || !later.At.Equal(f.Now()) {
		t.Errorf("a call whose turn did not come: %v", later)
	}
	f.is(t, delivery.ID, deliveries.Queued, 1)
	check.OK(t, f.Attempt(t.Context(), delivery.Task()))
	if got := f.is(t, delivery.ID, deliveries.Calling, 1); !got.Began.Equal(f.Now()) || paced != 2 {
		t.Errorf("began %v, paced %d times", got.Began, paced)
	}
}

// Each kind of delivery waits with its like, also one that a release before has queued with all.
func TestClasses(t *testing.T) {
	f := newFixture(t)
	queued := &classes{}
	f.Deliveries = f.with(func(c *deliveries.Config) { c.Queue = queued })
	first := f.request(t, byVoice())
	f.request(t, byLetter())
	f.request(t, deliveries.Params{Account: coded, Topic: deliveries.SecurityCode, Method: deliveries.Email})
	f.notify(t, deliveries.Notice{Topic: deliveries.PINReset, Line: line, Method: deliveries.Voice})
	check.OK(t, f.validationOf(t, line))
	for _, task := range []deliveries.Task{first.Task(), {Delivery: first.ID, Attempt: 2}, {Delivery: "dlv_aaaaaaaaaaaaaaaaaaaaaaaaaa", Attempt: 1}} {
		check.OK(t, f.Requeue(t.Context(), task))
	}
	want := classes{deliveries.CodeCalls, deliveries.Letters, deliveries.Emails, deliveries.NoticeCalls, deliveries.ValidationCalls, deliveries.CodeCalls}
	if !slices.Equal(*queued, want) {
		t.Errorf("queued %v, want %v", *queued, want)
	}
}

// classes is a queue that only notes of which class tasks are.
type classes []deliveries.Class

func (c *classes) Enqueue(_ context.Context, class deliveries.Class, _ deliveries.Task, _ time.Time) error {
	*c = append(*c, class)
	return nil
}

// A queue that loses everything loses no delivery.
func TestSweep(t *testing.T) {
	f := newFixture(t)
	call, letter := f.request(t, byVoice()), f.request(t, byLetter())
	f.Queue.Lose()
	f.Pass(5 * time.Second)
	f.sweep(t)
	if f.Queue.Next() != (time.Time{}) {
		t.Error("swept what is not forgotten yet")
	}
	f.Pass(time.Second)
	f.sweep(t)
	f.sweep(t)
	if n := f.Queue.Run(t.Context(), f.Now(), f.Attempt); n != 2 {
		t.Errorf("%d tasks", n)
	}
	f.is(t, call.ID, deliveries.Calling, 1)
	f.is(t, letter.ID, deliveries.Sent, 1)
}

func (f *fixture) sweep(t testing.TB) {
	t.Helper()
	check.OK(t, f.Sweep(t.Context()))
}

// A store may announce what it never came to store.
func TestSweepOfNothing(t *testing.T) {
	f := newFixture(t)
	f.Deliveries = f.with(func(c *deliveries.Config) { c.Store = announcing{f.store} })
	f.sweep(t)
	if !f.Queue.Next().IsZero() {
		t.Error("queued what is not there")
	}
}

type announcing struct{ deliveries.Store }

func (announcing) Unfinished(context.Context, time.Time, int) ([]deliveries.ID, error) {
	return []deliveries.ID{"dlv_aaaaaaaaaaaaaaaaaaaaaaaaaa"}, nil
}

func TestSweepFails(t *testing.T) {
	f := newFixture(t)
	f.request(t, byVoice())
	f.Pass(time.Minute)
	for left := range 4 {
		f.dies(left)
		check.Is(t, f.Sweep(t.Context()), testkit.ErrDead)
	}
}

// A request is accepted when only the queue fails.
func TestQueueIsDown(t *testing.T) {
	f := newFixture(t)
	f.Calls.Fail("Queue", testkit.ErrDead)
	delivery := f.request(t, byVoice())
	f.restart()
	f.passes(t, time.Minute)
	f.is(t, delivery.ID, deliveries.Calling, 1)
}
