package deliveries_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/secret"
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
		ID: got.ID, Revision: 1, Account: f.account(t, coded).ID, About: deliveries.SecurityCode, Method: deliveries.Voice,
		To: home, Language: "es", Status: deliveries.Queued, Attempt: 1, Due: f.now, Created: f.now,
	}
	events := got.Events
	got.Events = nil
	if !equal(got, want) || !slices.Equal(events, []deliveries.Event{{At: f.now, Status: deliveries.Queued, Attempt: 1}}) {
		t.Errorf("%+v", got)
	}
}

func equal(a, b deliveries.Delivery) bool {
	return a.ID == b.ID && a.Revision == b.Revision && a.Account == b.Account && a.To == b.To && a.About == b.About &&
		a.Method == b.Method && a.Language == b.Language && a.Status == b.Status && a.Attempt == b.Attempt &&
		a.Due.Equal(b.Due) && a.Created.Equal(b.Created) && a.Began.Equal(b.Began) && a.CallSID == b.CallSID
}

func TestRequestRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		ask  deliveries.Ask
		want error
	}{
		"no account":          {deliveries.Ask{Account: missing, About: deliveries.SecurityCode, Method: deliveries.Voice}, accounts.ErrNoAccount},
		"answer, has a code":  {deliveries.Ask{Account: coded, About: deliveries.SecurityAnswer, Method: deliveries.Voice}, deliveries.ErrNoSecret},
		"code, has an answer": {deliveries.Ask{Account: answered, About: deliveries.SecurityCode, Method: deliveries.ByMail}, deliveries.ErrNoSecret},
		"a notice":            {deliveries.Ask{Account: coded, About: deliveries.PINChanged, Method: deliveries.Voice}, deliveries.ErrAsk},
		"a welcome":           {deliveries.Ask{Account: coded, About: deliveries.Welcome, Method: deliveries.ByMail}, deliveries.ErrAsk},
		"no method":           {deliveries.Ask{Account: coded, About: deliveries.SecurityCode}, deliveries.ErrAsk},
		"a pigeon":            {deliveries.Ask{Account: coded, About: deliveries.SecurityCode, Method: "pigeon"}, deliveries.ErrAsk},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			_, err := f.Request(t.Context(), c.ask)
			mustBe(t, err, c.want)
			if !f.queue.Next().IsZero() {
				t.Error("queued all the same")
			}
		})
	}
}

func TestEmailMustBeOnFileFor30Days(t *testing.T) {
	f := newFixture(t)
	ask := deliveries.Ask{Account: fresh, About: deliveries.SecurityCode, Method: deliveries.Email}
	since := f.now.Add(-day)
	_, err := f.Request(t.Context(), ask)
	if got := asType[*deliveries.EmailTooNewError](t, err); !got.Since.Equal(since) || !got.From.Equal(since.Add(30*day)) {
		t.Errorf("%+v", got)
	}
	f.now = since.Add(30*day - time.Millisecond)
	_, err = f.Request(t.Context(), ask)
	_ = asType[*deliveries.EmailTooNewError](t, err)
	f.now = since.Add(30 * day)
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
	_, err := f.Request(t.Context(), deliveries.Ask{Account: coded, About: deliveries.SecurityCode, Method: deliveries.Email})
	if got := asType[*deliveries.EmailTooNewError](t, err); !got.Since.IsZero() || !got.From.IsZero() {
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
	start := f.now
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
		limited(f.now.Add(time.Hour))
		f.now = f.now.Add(time.Hour)
	}
	f.request(t, byVoice()) // the tenth of the day
	limited(start.Add(day))
	f.now = start.Add(day)
	f.request(t, byVoice())
}

func TestGlobalLimit(t *testing.T) {
	f := newFixture(t)
	config := f.config()
	config.Limits = deliveries.Limits{Global: 1, Every: time.Minute}
	f.Deliveries = deliveries.New(config)
	f.request(t, byVoice())
	_, err := f.Request(t.Context(), deliveries.Ask{Account: fresh, About: deliveries.SecurityCode, Method: deliveries.ByMail})
	if got := asType[*deliveries.LimitError](t, err); !got.All || !got.Until.Equal(f.now.Add(time.Minute)) {
		t.Errorf("%+v", got)
	}
}

func TestIdempotencyKey(t *testing.T) {
	f := newFixture(t)
	ask := byVoice()
	ask.Key, ask.Request = "client key", "POST x"
	first := f.request(t, ask)
	f.queue.Lose()
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
	mustBe(t, err, deliveries.ErrKeyReused)
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
	f := newFixture(t)
	ask := byLetter()
	ask.Account = fresh
	f.request(t, ask) // as old as the account
	put, err := f.accounts.Put(t.Context(), coded, accounts.Details{Address: elsewhere()}, byAnn)
	if err != nil {
		t.Fatal(err)
	}
	since := put.After.AddressSince
	_, err = f.Request(t.Context(), byLetter())
	if got := asType[*deliveries.AddressTooNewError](t, err); !got.Since.Equal(since) || !got.From.Equal(since.Add(30*day)) {
		t.Errorf("%+v", got)
	}
	f.now = since.Add(30 * day)
	f.request(t, byLetter())
}

func TestRandomnessFails(t *testing.T) {
	f := newFixture(t)
	config := f.config()
	config.Random = strings.NewReader("short")
	if _, err := deliveries.New(config).Request(t.Context(), byVoice()); err == nil {
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
			mustBe(t, err, deliveries.ErrNotFound)
			return
		}
		if string(id) != s || len(s) != 30 || strings.Trim(s[4:], "abcdefghijklmnopqrstuvwxyz234567") != "" {
			t.Errorf("took %q as %q", s, id)
		}
	})
}
