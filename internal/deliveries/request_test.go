package deliveries_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/limit"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

var rightAnswer = secret.New(answer)

// asType is the error of a type in an error's chain.
func asType[E error](t testing.TB, err error) E {
	t.Helper()
	target, is := errors.AsType[E](err)
	if !is {
		t.Fatalf("error %v, want a %T", err, target)
	}
	return target
}

func TestRequest(t *testing.T) {
	f := newFixture(t)
	got := f.request(t, byVoice())
	if _, err := deliveries.ParseID(string(got.ID)); err != nil {
		t.Errorf("ID %q", got.ID)
	}
	want := deliveries.Delivery{
		ID: got.ID, Revision: 1, Account: f.account(t, coded).ID, Topic: deliveries.SecurityCode, Method: deliveries.Voice,
		To: home, Language: "es", Status: deliveries.Queued, Attempt: 1, Due: f.Now(), Created: f.Now(),
	}
	events := got.Events
	got.Events = nil
	if !equal(got, want) || !slices.Equal(events, []deliveries.Event{{At: f.Now(), Status: deliveries.Queued, Attempt: 1}}) {
		t.Errorf("%+v", got)
	}
}

func equal(a, b deliveries.Delivery) bool {
	return a.ID == b.ID && a.Revision == b.Revision && a.Account == b.Account && a.To == b.To && a.Topic == b.Topic &&
		a.Method == b.Method && a.Language == b.Language && a.Status == b.Status && a.Attempt == b.Attempt &&
		a.Due.Equal(b.Due) && a.Created.Equal(b.Created) && a.Began.Equal(b.Began) && a.CallSID == b.CallSID
}

func TestRequestRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		ask  deliveries.Params
		want error
	}{
		"no account":          {deliveries.Params{Account: missing, Topic: deliveries.SecurityCode, Method: deliveries.Voice}, accounts.ErrNoAccount},
		"answer, has a code":  {deliveries.Params{Account: coded, Topic: deliveries.SecurityAnswer, Method: deliveries.Voice}, deliveries.ErrNoSecret},
		"code, has an answer": {deliveries.Params{Account: answered, Topic: deliveries.SecurityCode, Method: deliveries.ByMail}, deliveries.ErrNoSecret},
		"a notice":            {deliveries.Params{Account: coded, Topic: deliveries.PINChanged, Method: deliveries.Voice}, deliveries.ErrParams},
		"a welcome":           {deliveries.Params{Account: coded, Topic: deliveries.Welcome, Method: deliveries.ByMail}, deliveries.ErrParams},
		"no method":           {deliveries.Params{Account: coded, Topic: deliveries.SecurityCode}, deliveries.ErrParams},
		"a pigeon":            {deliveries.Params{Account: coded, Topic: deliveries.SecurityCode, Method: "pigeon"}, deliveries.ErrParams},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixtureOfAll(t)
			_, err := f.Request(t.Context(), c.ask)
			check.Is(t, err, c.want)
			if !f.Queue.Next().IsZero() {
				t.Error("queued all the same")
			}
		})
	}
}

func TestEmailMustBeOnFileFor30Days(t *testing.T) {
	f := newFixtureOfAll(t)
	ask := deliveries.Params{Account: fresh, Topic: deliveries.SecurityCode, Method: deliveries.Email}
	since := f.Now().Add(-day)
	_, err := f.Request(t.Context(), ask)
	if got := asType[*deliveries.TooNewError](t, err); !got.Since.Equal(since) || !got.From.Equal(since.Add(30*day)) {
		t.Errorf("%+v", got)
	}
	f.Set(since.Add(30*day - time.Millisecond))
	_, err = f.Request(t.Context(), ask)
	_ = asType[*deliveries.TooNewError](t, err)
	f.Set(since.Add(30 * day))
	delivery := f.request(t, ask)
	f.work(t)
	f.is(t, delivery.ID, deliveries.Sent, 1)
	if len(f.post.mails) != 1 || f.post.mails[0].Account.Code.Reveal() != code || f.post.mails[0].ID != delivery.ID {
		t.Errorf("sent %+v", f.post.mails)
	}
}

func TestNoEmail(t *testing.T) {
	f := newFixture(t)
	f.put(t, accounts.Details{Email: new("")})
	_, err := f.Request(t.Context(), deliveries.Params{Account: coded, Topic: deliveries.SecurityCode, Method: deliveries.Email})
	if got := asType[*deliveries.TooNewError](t, err); !got.Since.IsZero() || !got.From.IsZero() {
		t.Errorf("%+v", got)
	}
}

func (f *fixture) put(t testing.TB, details accounts.Details) {
	t.Helper()
	if _, err := f.accounts.Put(t.Context(), coded, details, byAnn); err != nil {
		t.Fatal(err)
	}
}

func TestLimits(t *testing.T) {
	f := newFixture(t)
	start := f.Now()
	limited := func(until time.Time) {
		t.Helper()
		_, err := f.Request(t.Context(), byVoice())
		if got := asType[*deliveries.LimitError](t, err); !got.Until.Equal(until) || got.All {
			t.Fatalf("%+v, want until %v", got, until)
		}
	}
	for range 3 {
		for range 3 {
			f.request(t, byVoice())
		}
		limited(f.Now().Add(time.Hour))
		f.Pass(time.Hour)
	}
	f.request(t, byVoice()) // the tenth of the day
	limited(start.Add(day))
	f.Set(start.Add(day))
	f.request(t, byVoice())
}

func TestGlobalLimit(t *testing.T) {
	f := newFixtureOfAll(t)
	f.Deliveries = f.with(func(c *deliveries.Config) {
		c.Limits = deliveries.Limits{Global: limit.Rate{Most: 1, Within: time.Minute}}
	})
	f.request(t, byVoice())
	_, err := f.Request(t.Context(), deliveries.Params{Account: fresh, Topic: deliveries.SecurityCode, Method: deliveries.ByMail})
	if got := asType[*deliveries.LimitError](t, err); !got.All || !got.Until.Equal(f.Now().Add(time.Minute)) {
		t.Errorf("%+v", got)
	}
}

func TestIdempotencyKey(t *testing.T) {
	f := newFixture(t)
	ask := byVoice()
	ask.Key, ask.Request = "client key", "POST x"
	first := f.request(t, ask)
	f.Queue.Lose()
	if again := f.request(t, ask); again.ID != first.ID {
		t.Errorf("another delivery: %s", again.ID)
	}
	f.work(t)
	f.is(t, first.ID, deliveries.Calling, 1)
	if again := f.request(t, ask); again.Status != deliveries.Calling {
		t.Errorf("%+v", again)
	}
	ask.Request = "POST y"
	_, err := f.Request(t.Context(), ask)
	check.Is(t, err, deliveries.ErrKeyReused)
}

// Who asks again, since the answer was lost, is not told what would be answered by now.
func TestIdempotencyKeyAfterChanges(t *testing.T) {
	f := newFixture(t)
	ask := byVoice()
	ask.Key, ask.Request = "client key", "POST x"
	first := f.request(t, ask)
	if _, err := f.accounts.SetQuestion(t.Context(), coded, "Who?", rightAnswer, byAnn); err != nil {
		t.Fatal(err)
	}
	for _, d := range []*deliveries.Deliveries{f.Deliveries, f.without()} {
		if again, err := d.Request(t.Context(), ask); err != nil || again.ID != first.ID {
			t.Errorf("%q, %v", again.ID, err)
		}
	}
}

func TestLettersGoToAddressesOfRecord(t *testing.T) {
	f := newFixtureOfAll(t)
	ask := byLetter()
	ask.Account = fresh
	f.request(t, ask) // as old as the account
	put, err := f.accounts.Put(t.Context(), coded, accounts.Details{Address: elsewhere()}, byAnn)
	check.OK(t, err)
	since := put.After.AddressSince
	_, err = f.Request(t.Context(), byLetter())
	if got := asType[*deliveries.TooNewError](t, err); !got.Since.Equal(since) || !got.From.Equal(since.Add(30*day)) {
		t.Errorf("%+v", got)
	}
	f.Set(since.Add(30 * day))
	f.request(t, byLetter())
}

func TestRandomnessFails(t *testing.T) {
	f := newFixture(t)
	lame := f.with(func(c *deliveries.Config) { c.Random = strings.NewReader("short") })
	if _, err := lame.Request(t.Context(), byVoice()); err == nil {
		t.Error("a delivery without an identity")
	}
}

func FuzzParseID(f *testing.F) {
	for _, s := range []string{"", "dlv_", "dlv_aaaaaaaaaaaaaaaaaaaaaaaaaa", "dlv_aaaaaaaaaaaaaaaaaaaaaaaaa}", "acc_aaaaaaaaaaaaaaaaaaaaaaaaaa", "dlv_AAAAAAAAAAAAAAAAAAAAAAAAAA"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := deliveries.ParseID(s)
		if err != nil {
			check.Is(t, err, deliveries.ErrNotFound)
			return
		}
		if string(id) != s || len(s) != 30 || strings.Trim(s[4:], "abcdefghijklmnopqrstuvwxyz234567") != "" {
			t.Errorf("took %q as %q", s, id)
		}
	})
}

// without is the fixture's service on a server that has no telephone and no mail server.
func (f *fixture) without() *deliveries.Deliveries {
	return f.with(func(c *deliveries.Config) { c.Dialer, c.Mailer = nil, nil })
}

// What is not set up is refused to whoever asks for it, and a notice goes another way.
func TestWaysThatAreNotSetUp(t *testing.T) {
	f := newFixture(t)
	d := f.without()
	for _, method := range []deliveries.Method{deliveries.Voice, deliveries.Email} {
		_, err := d.Request(t.Context(), deliveries.Params{Account: coded, Topic: deliveries.SecurityCode, Method: method})
		check.Is(t, err, deliveries.ErrNoWay)
	}
	account := f.account(t, coded).ID
	check.OK(t, d.Notify(t.Context(), deliveries.Notice{Topic: deliveries.CodeChanged, Account: account, Method: deliveries.Voice}))
	f.work(t)
	check.Same(t, f.went(t), "letter")
	check.Is(t, d.Notify(t.Context(), deliveries.Notice{Topic: deliveries.PINChanged, Line: line, Method: deliveries.Voice}), deliveries.ErrNoWay)
}

// An attempt waits for a server that can make it.
func TestAttemptWithoutTheWay(t *testing.T) {
	f := newFixture(t)
	delivery, err := f.Request(t.Context(), deliveries.Params{Account: coded, Topic: deliveries.SecurityCode, Method: deliveries.Voice})
	check.OK(t, err)
	err = f.without().Attempt(t.Context(), delivery.Task())
	var later *deliveries.LaterError
	if !errors.As(err, &later) || !errors.Is(err, deliveries.ErrNoWay) || !later.At.Equal(f.Now().Add(time.Minute)) {
		t.Fatalf("attempt: %v", err)
	}
	f.Set(later.At)
	f.work(t)
	check.Same(t, f.went(t), "call +16125550142")
}

// What can't be made here does not stand before all else that is unfinished.
func TestWhatHasNoWayStepsAside(t *testing.T) {
	f := newFixture(t)
	f.request(t, byVoice())
	f.Pass(time.Minute)
	letter := f.request(t, byLetter())
	f.Queue.Run(t.Context(), f.Now(), f.without().Attempt) // fails at the call, prints the letter
	f.Pass(10 * time.Second)
	ids, err := f.store.Unfinished(t.Context(), f.Now(), 1)
	if err != nil || len(ids) != 0 {
		t.Errorf("unfinished %v, %v", ids, err)
	}
	f.is(t, letter.ID, deliveries.Sent, 1)
}

// The same change is told once, however often it is told of.
func TestNoticeOfTheSameChange(t *testing.T) {
	f := newFixture(t)
	for range 3 {
		f.notify(t, deliveries.Notice{Topic: deliveries.PINChanged, Line: line, Method: deliveries.Voice, Key: "pin of turn 4"})
	}
	f.work(t)
	check.Same(t, f.went(t), "call "+string(line))
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
		ask  deliveries.Params
		do   func(f *fixture, d deliveries.Delivery)
		told int
	}{
		"asked for": {byVoice(), func(*fixture, deliveries.Delivery) {}, 0},
		"canceled":  {byVoice(), func(f *fixture, d deliveries.Delivery) { _, err := f.Cancel(t.Context(), d.ID); check.Is(t, err, nil) }, 0},
		"rings":     {byVoice(), func(f *fixture, _ deliveries.Delivery) { f.work(t) }, 0},
		"heard": {byVoice(), func(f *fixture, d deliveries.Delivery) {
			f.work(t)
			check.Is(t, f.Spoken(t.Context(), d.Task(), 1), nil)
		}, 1},
		"left with nobody": {byVoice(), func(f *fixture, d deliveries.Delivery) {
			f.work(t)
			f.webhook(t, f.twilio.calls[0].Task, "CA1", "opened", "completed")
		}, 0},
		"letter": {deliveries.Params{Account: coded, Topic: deliveries.SecurityCode, Method: deliveries.ByMail}, func(f *fixture, _ deliveries.Delivery) { f.work(t) }, 1},
		"e-mail": {deliveries.Params{Account: coded, Topic: deliveries.SecurityCode, Method: deliveries.Email}, func(f *fixture, _ deliveries.Delivery) { f.work(t) }, 1},
		"answer": {deliveries.Params{Account: answered, Topic: deliveries.SecurityAnswer, Method: deliveries.ByMail}, func(f *fixture, _ deliveries.Delivery) { f.work(t) }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixtureOfAll(t)
			all := &sentTo{Accounts: f.accounts}
			f.Deliveries = f.with(func(c *deliveries.Config) { c.Accounts = all })
			delivery := f.request(t, test.ask)
			test.do(f, delivery)
			if len(all.told) != test.told || test.told > 0 && all.told[0] != delivery.Account {
				t.Errorf("told %v", all.told)
			}
			check.Is(t, f.Notify(t.Context(), deliveries.Notice{Topic: deliveries.CodeChanged, Account: delivery.Account, Method: deliveries.ByMail}), nil)
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
	f.Deliveries = f.with(func(c *deliveries.Config) {
		c.Accounts = &sentTo{Accounts: f.accounts, err: errors.New("out of order")}
	})
	delivery := f.request(t, deliveries.Params{Account: coded, Topic: deliveries.SecurityCode, Method: deliveries.ByMail})
	f.work(t)
	f.is(t, delivery.ID, deliveries.Sent, 1)
	if !bytes.Contains([]byte(f.Log.String()), []byte("may stay closed")) {
		t.Errorf("the log says %s", f.Log)
	}
}

const aTask = "dlv_abcdefghijklmnopqrstuvwxyz/2"

func TestParseTask(t *testing.T) {
	id := "dlv_abcdefghijklmnopqrstuvwxyz"
	for text, want := range map[string]int{aTask: 2, id + "/1": 1, id + "/9999": 9999} {
		if got, err := deliveries.ParseTask(text); err != nil || string(got.Delivery) != id || got.Attempt != want {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "/", id, id + "/", id + "/0", id + "/01", id + "/+1", id + "/-1", id + "/10000", id + "/1/1", id + "/99999999999999999999",
		"/1", "dlv_abc/1", strings.ToUpper(id) + "/1", " " + id + "/1", id + "/1 ", id + "/x",
	} {
		if got, err := deliveries.ParseTask(text); !errors.Is(err, deliveries.ErrNotFound) || got != (deliveries.Task{}) {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
}

// FuzzParseTask holds that what is read has one form alone.
func FuzzParseTask(f *testing.F) {
	for _, text := range []string{aTask, "", "/", "dlv_abc/1", aTask + "0", aTask + "/2", "x" + aTask} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := deliveries.ParseTask(text)
		if err == nil && fmt.Sprintf("%s/%d", got.Delivery, got.Attempt) != text {
			t.Errorf("%q is %+v", text, got)
		}
	})
}
