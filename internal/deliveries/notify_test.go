package deliveries_test

import (
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
)

func (f *fixture) notify(t testing.TB, notice deliveries.Notice) {
	t.Helper()
	if err := f.Notify(t.Context(), notice); err != nil {
		t.Fatal(err)
	}
}

// A notice never goes to what was changed, nor to an address that is not of record.
func TestWhereANoticeGoes(t *testing.T) {
	for name, c := range map[string]struct {
		about  deliveries.About
		number accounts.Number
		method deliveries.Method
		line   string
		want   string
	}{
		"code, by voice":              {deliveries.CodeChanged, coded, deliveries.Voice, "", "call +16125550142"},
		"code, by letter":             {deliveries.CodeChanged, coded, deliveries.ByMail, "", "letter"},
		"code, by e-mail":             {deliveries.CodeChanged, coded, deliveries.Email, "", "mail"},
		"question, by e-mail":         {deliveries.QuestionChanged, coded, deliveries.Email, "", "mail"},
		"e-mail, by e-mail":           {deliveries.EmailChanged, coded, deliveries.Email, "", "call +16125550142"},
		"e-mail, by letter":           {deliveries.EmailChanged, coded, deliveries.ByMail, "", "letter"},
		"address, by letter":          {deliveries.AddressChanged, coded, deliveries.ByMail, "", "call +16125550142"},
		"address, by e-mail":          {deliveries.AddressChanged, coded, deliveries.Email, "", "mail"},
		"phone, by voice":             {deliveries.PhoneChanged, coded, deliveries.Voice, "", "letter"},
		"phone, by voice, to the old": {deliveries.PhoneChanged, coded, deliveries.Voice, "+16125550150", "call +16125550150"},
		"phone, all is new":           {deliveries.PhoneChanged, fresh, deliveries.Voice, "", "letter"},
		"fresh e-mail":                {deliveries.CodeChanged, fresh, deliveries.Email, "", "call +16125550144"},
		"as old as the account":       {deliveries.CodeChanged, fresh, deliveries.ByMail, "", "letter"},
		"welcome":                     {deliveries.Welcome, fresh, deliveries.Voice, "", "letter"},
		"PIN of an account's line":    {deliveries.PINChanged, coded, deliveries.Voice, "+16125550150", "call +16125550150"},
		"PIN, by letter":              {deliveries.PINReset, coded, deliveries.ByMail, "+16125550150", "letter"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			notice := deliveries.Notice{About: c.about, Account: f.account(t, c.number).ID, Method: c.method}
			if c.line != "" {
				notice.Line = line
			}
			f.notify(t, notice)
			f.work(t)
			if got := f.went(t); got != c.want {
				t.Errorf("went by %s, want %s", got, c.want)
			}
		})
	}
}

// went says where the one delivery went, and that it told no secret but a welcome's.
func (f *fixture) went(t testing.TB) string {
	t.Helper()
	switch {
	case len(f.twilio.calls) == 1:
		return "call " + string(f.twilio.calls[0].To)
	case len(f.post.letters) == 1:
		letter := f.post.letters[0]
		if letter.Account.Code.IsZero() == (letter.About == deliveries.Welcome) || letter.Account.Question != "" || !letter.Date.Equal(f.now) {
			t.Errorf("%+v", letter)
		}
		return "letter"
	case len(f.post.mails) == 1:
		if !f.post.mails[0].Account.Code.IsZero() {
			t.Error("an e-mail has the code")
		}
		return "mail"
	}
	return "nothing"
}

func TestNotifyOfALine(t *testing.T) {
	f := newFixture(t)
	f.notify(t, deliveries.Notice{About: deliveries.PINChanged, Line: line, Language: "en", Method: deliveries.ByMail})
	f.work(t)
	call := f.twilio.calls[0]
	if got := f.get(t, call.Task.Delivery); got.Language != "en" || got.Method != deliveries.Voice || call.To != line {
		t.Errorf("%+v", got)
	}
	f.webhook(t, call.Task, call.CallSID, "opened")
	f.webhook(t, call.Task, call.CallSID, "completed")
	f.is(t, call.Task.Delivery, deliveries.NoticeLeft, 1)
}

func TestNotifyRefuses(t *testing.T) {
	f := newFixture(t)
	id := f.account(t, coded).ID
	for _, notice := range []deliveries.Notice{
		{About: deliveries.SecurityCode, Account: id, Method: deliveries.Voice},
		{About: deliveries.PINChanged, Method: deliveries.Voice},
		{About: deliveries.PINChanged, Account: id},
		{About: deliveries.Welcome, Line: line, Method: deliveries.ByMail},
		{About: "weather", Account: id, Method: deliveries.Voice},
	} {
		mustBe(t, f.Notify(t.Context(), notice), deliveries.ErrAsk)
	}
	unknown := deliveries.Notice{About: deliveries.CodeChanged, Account: "acc_x", Method: deliveries.Voice}
	mustBe(t, f.Notify(t.Context(), unknown), accounts.ErrNoAccount)
}

// Requests and notices have limits of their own.
func TestLimitsOfNotices(t *testing.T) {
	f := newFixture(t)
	notice := deliveries.Notice{About: deliveries.CodeChanged, Account: f.account(t, coded).ID, Method: deliveries.ByMail}
	for range 3 {
		f.request(t, byVoice())
	}
	for range 20 {
		f.notify(t, notice)
	}
	_ = asType[*deliveries.LimitError](t, f.Notify(t.Context(), notice))
	f.now = f.now.Add(time.Hour)
	f.request(t, byVoice())
	f.notify(t, notice)
}

// An objection does not keep the customer from being told of changes.
func TestNotifyAfterAnObjection(t *testing.T) {
	f := newFixture(t)
	notice := deliveries.Notice{About: deliveries.PINChanged, Line: line, Method: deliveries.Voice}
	f.notify(t, notice)
	f.work(t)
	f.webhook(t, f.twilio.calls[0].Task, "CA1", "declined")
	f.notify(t, notice)
	f.pass(t, 2*time.Minute)
	if n := len(f.twilio.calls); n != 2 {
		t.Errorf("%d calls", n)
	}
}

// A notice goes neither to an address that is too new nor to nobody unnoticed.
func TestNoticeWhenAddressesAreNew(t *testing.T) {
	f := newFixture(t)
	f.put(t, accounts.Details{Address: elsewhere()})
	notice := deliveries.Notice{About: deliveries.PhoneChanged, Account: f.account(t, coded).ID, Method: deliveries.ByMail}
	f.notify(t, notice)
	f.work(t)
	if got := f.went(t); got != "mail" {
		t.Errorf("went by %s", got)
	}
	f.put(t, accounts.Details{Email: new("new@mail.example.com")})
	mustBe(t, f.Notify(t.Context(), notice), deliveries.ErrNoWay)
	notice.Line = line
	f.notify(t, notice)
	f.work(t)
	if got := f.went(t); got != "call "+string(line) {
		t.Errorf("went by %s", got)
	}
}

// A notice that can't be made any more has failed: the way was right when it was chosen.
func TestNoticeAfterFurtherChanges(t *testing.T) {
	for name, c := range map[string]struct {
		about  deliveries.About
		method deliveries.Method
		change func(*fixture) error
	}{
		"e-mail address taken away": {deliveries.CodeChanged, deliveries.Email, func(f *fixture) error {
			_, err := f.accounts.Put(t.Context(), coded, accounts.Details{Email: new("")}, byAnn)
			return err
		}},
		"no code left for a welcome": {deliveries.Welcome, deliveries.ByMail, func(f *fixture) error {
			_, err := f.accounts.SetQuestion(t.Context(), coded, "Who?", rightAnswer, byAnn)
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.notify(t, deliveries.Notice{About: c.about, Account: f.account(t, coded).ID, Method: c.method})
			if err := c.change(f); err != nil {
				t.Fatal(err)
			}
			f.work(t)
			if got := f.went(t); got != "nothing" || !f.queue.Next().IsZero() {
				t.Errorf("went by %s", got)
			}
		})
	}
}
