package deliveries_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/testkit/check"
)

func (f *fixture) notify(t testing.TB, notice deliveries.Notice) {
	t.Helper()
	check.OK(t, f.Notify(t.Context(), notice))
}

// A notice never goes to what was changed, nor to an address that is not of record.
func TestWhereANoticeGoes(t *testing.T) {
	for name, c := range map[string]struct {
		about  deliveries.Topic
		number accounts.Number
		method deliveries.Method
		line   string
		want   string
	}{
		"code, by voice":                  {deliveries.CodeChanged, coded, deliveries.Voice, "", "call +16125550142"},
		"code, by letter":                 {deliveries.CodeChanged, coded, deliveries.ByMail, "", "letter"},
		"code, by e-mail":                 {deliveries.CodeChanged, coded, deliveries.Email, "", "mail"},
		"question, by e-mail":             {deliveries.QuestionChanged, coded, deliveries.Email, "", "mail"},
		"e-mail, by e-mail":               {deliveries.EmailChanged, coded, deliveries.Email, "", "call +16125550142"},
		"e-mail, by letter":               {deliveries.EmailChanged, coded, deliveries.ByMail, "", "letter"},
		"address, by letter":              {deliveries.AddressChanged, coded, deliveries.ByMail, "", "call +16125550142"},
		"address, by e-mail":              {deliveries.AddressChanged, coded, deliveries.Email, "", "mail"},
		"phone, by voice":                 {deliveries.PhoneChanged, coded, deliveries.Voice, "", "letter"},
		"phone, by voice, to the old":     {deliveries.PhoneChanged, coded, deliveries.Voice, "+16125550150", "call +16125550150"},
		"phone, all is new":               {deliveries.PhoneChanged, fresh, deliveries.Voice, "", "letter"},
		"fresh e-mail":                    {deliveries.CodeChanged, fresh, deliveries.Email, "", "call +16125550144"},
		"as old as the account":           {deliveries.CodeChanged, fresh, deliveries.ByMail, "", "letter"},
		"welcome":                         {deliveries.Welcome, fresh, deliveries.Voice, "", "letter"},
		"contact of a ticket, to the old": {deliveries.TicketContactChanged, coded, deliveries.Voice, "+16125550150", "call +16125550150"},
		"ticket, by letter":               {deliveries.TicketCanceled, coded, deliveries.ByMail, "+16125550150", "letter"},
		"PIN of an account's line":        {deliveries.PINChanged, coded, deliveries.Voice, "+16125550150", "call +16125550150"},
		"PIN, by letter":                  {deliveries.PINReset, coded, deliveries.ByMail, "+16125550150", "letter"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixtureOfAll(t)
			notice := deliveries.Notice{Topic: c.about, Account: f.account(t, c.number).ID, Method: c.method}
			if c.line != "" {
				notice.Line = line
			}
			f.notify(t, notice)
			f.work(t)
			check.Same(t, f.went(t), c.want)
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
		if letter.Account.Code.IsZero() == (letter.Topic == deliveries.Welcome) || letter.Account.Question != "" || !letter.Date.Equal(f.Now()) {
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
	f.notify(t, deliveries.Notice{Topic: deliveries.PINChanged, Line: line, Language: "en", Method: deliveries.ByMail})
	f.work(t)
	call := f.twilio.calls[0]
	if got := f.get(t, call.Task.Delivery); got.Language != "en" || got.Method != deliveries.Voice || call.To != line {
		t.Errorf("%+v", got)
	}
	f.webhook(t, call.Task, call.CallSID, "opened", "completed")
	f.is(t, call.Task.Delivery, deliveries.NoticeLeft, 1)
}

func TestNotifyRefuses(t *testing.T) {
	f := newFixture(t)
	id := f.account(t, coded).ID
	for _, notice := range []deliveries.Notice{
		{Topic: deliveries.SecurityCode, Account: id, Method: deliveries.Voice},
		{Topic: deliveries.PINChanged, Method: deliveries.Voice},
		{Topic: deliveries.PINChanged, Account: id},
		{Topic: deliveries.Welcome, Line: line, Method: deliveries.ByMail},
		{Topic: "weather", Account: id, Method: deliveries.Voice},
		{Topic: deliveries.ServiceTest, Account: id, Method: deliveries.Voice},
		{Topic: deliveries.ServiceTest, Account: id, Method: deliveries.ByMail, Ref: "r"},
		{Topic: deliveries.ServiceTest, Line: line, Method: deliveries.Voice, Ref: "r"},
	} {
		check.Is(t, f.Notify(t.Context(), notice), deliveries.ErrParams)
	}
	unknown := deliveries.Notice{Topic: deliveries.CodeChanged, Account: "acc_x", Method: deliveries.Voice}
	check.Is(t, f.Notify(t.Context(), unknown), accounts.ErrNoAccount)
}

// Requests and notices have limits of their own.
func TestLimitsOfNotices(t *testing.T) {
	f := newFixture(t)
	notice := deliveries.Notice{Topic: deliveries.CodeChanged, Account: f.account(t, coded).ID, Method: deliveries.ByMail}
	for range 3 {
		f.request(t, byVoice())
	}
	for range 20 {
		f.notify(t, notice)
	}
	_ = asType[*deliveries.LimitError](t, f.Notify(t.Context(), notice))
	for _, topic := range []deliveries.Topic{deliveries.PasswordAsked, deliveries.TicketCanceled} { // which who has a bill can bring about
		other := notice
		other.Topic = topic
		f.notify(t, other)
	}
	f.Pass(time.Hour)
	f.request(t, byVoice())
	f.notify(t, notice)
}

// An objection does not keep the customer from being told of changes.
func TestNotifyAfterAnObjection(t *testing.T) {
	f := newFixture(t)
	notice := deliveries.Notice{Topic: deliveries.PINChanged, Line: line, Method: deliveries.Voice}
	f.notify(t, notice)
	f.work(t)
	f.webhook(t, f.twilio.calls[0].Task, "CA1", "declined")
	f.notify(t, notice)
	f.passes(t, 2*time.Minute)
	f.called(t, 2)
}

// A notice goes neither to an address that is too new nor to nobody unnoticed.
func TestNoticeWhenAddressesAreNew(t *testing.T) {
	f := newFixture(t)
	f.put(t, accounts.Details{Address: elsewhere()})
	notice := deliveries.Notice{Topic: deliveries.PhoneChanged, Account: f.account(t, coded).ID, Method: deliveries.ByMail}
	f.notify(t, notice)
	f.work(t)
	check.Same(t, f.went(t), "mail")
	f.put(t, accounts.Details{Email: new("new@mail.example.com")})
	check.Is(t, f.Notify(t.Context(), notice), deliveries.ErrNoWay)
	notice.Line = line
	f.notify(t, notice)
	f.work(t)
	check.Same(t, f.went(t), "call "+string(line))
}

// A notice that can't be made any more has failed: the way was right when it was chosen.
func TestNoticeAfterFurtherChanges(t *testing.T) {
	for name, c := range map[string]struct {
		about  deliveries.Topic
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
			f.notify(t, deliveries.Notice{Topic: c.about, Account: f.account(t, coded).ID, Method: c.method})
			check.OK(t, c.change(f))
			f.work(t)
			check.Same(t, f.went(t), "nothing")
			check.Same(t, f.Queue.Next(), time.Time{})
		})
	}
}

func (f *fixture) notifyLine(t testing.TB, about deliveries.Topic, key string) {
	t.Helper()
	f.notify(t, deliveries.Notice{Topic: about, Line: line, Method: deliveries.Voice, Key: key})
}

// What was changed before a call begins to tell is told in that call.
func TestSeveralNoticesAreOneCall(t *testing.T) {
	f := newFixture(t)
	f.notifyLine(t, deliveries.PINChanged, "1")
	f.work(t) // it rings
	f.notifyLine(t, deliveries.PINChanged, "2")
	f.notifyLine(t, deliveries.PINReset, "3")
	f.notify(t, deliveries.Notice{Topic: deliveries.AddressChanged, Account: f.account(t, coded).ID, Line: line, Method: deliveries.Voice})
	f.passes(t, 2*time.Minute)
	f.called(t, 1)
	call := f.twilio.calls[0]
	opening, err := f.Opened(t.Context(), call.Task, call.CallSID)
	if err != nil || opening.Topic != deliveries.PINChanged ||
		!slices.Equal(opening.Also, []deliveries.Topic{deliveries.PINReset, deliveries.AddressChanged}) {
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
	f.passes(t, 10*time.Minute)
	f.called(t, 2)
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
	f.webhook(t, call.Task, call.CallSID, "opened", "completed")
	f.notifyLine(t, deliveries.PINReset, "2")
	f.passes(t, 10*time.Minute)
	f.called(t, 1)
}

// A reset does not wait with a notice that waits since its telephone rang too often.
func TestAResetDoesNotWaitWithOthers(t *testing.T) {
	f := newFixture(t)
	for range 6 {
		f.ringNow(t, line)
		f.Pass(time.Minute)
	}
	f.notifyLine(t, deliveries.PINChanged, "")
	f.work(t)
	f.notifyLine(t, deliveries.PINChanged, "")
	f.notifyLine(t, deliveries.PINReset, "")
	f.work(t)
	f.called(t, 7)
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
		f.passes(t, 16*time.Minute)
	}
	last := f.twilio.calls[len(f.twilio.calls)-1]
	if last.Task.Attempt != 4 {
		t.Fatalf("%+v", last.Task)
	}
	f.notifyLine(t, deliveries.PINReset, "")
	f.status(t, last.Task, last.CallSID, "no-answer")
	f.passes(t, 2*time.Minute)
	if got := f.twilio.calls[len(f.twilio.calls)-1]; got.Task.Delivery == last.Task.Delivery {
		t.Error("nobody is called of the reset")
	}
	if got := *untold; len(got) != 1 || got[0].Topic != deliveries.PINChanged {
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
		f.Pass(time.Minute)
	}
	phones := &joining{Phones: f.store}
	f.Deliveries = f.with(func(c *deliveries.Config) { c.Phones = phones })
	f.notifyLine(t, deliveries.PINChanged, "")
	phones.notice = func() { f.notifyLine(t, deliveries.PINReset, "") }
	f.work(t)
	f.passes(t, time.Minute)
	f.called(t, 7)
}

// All that was merged into a call is recorded as untold when nobody is reached.
func TestMergedNoticesUntold(t *testing.T) {
	f := newFixture(t)
	untold := f.untoldBy(nil)
	f.notifyLine(t, deliveries.PINChanged, "")
	f.notifyLine(t, deliveries.PINReset, "")
	f.twilio.refuse = &deliveries.RefusedError{Code: 21211, Reason: deliveries.NumberRefused}
	f.work(t)
	if got := *untold; len(got) != 2 || got[0].Topic != deliveries.PINChanged || got[1].Topic != deliveries.PINReset {
		t.Errorf("%+v", got)
	}
}

// The result of a service test is told by a call of its own, once there is one, and to nobody who has heard it.
func TestResultOfAServiceTest(t *testing.T) {
	for name, c := range map[string]struct {
		result string
		err    error
		calls  int
		want   deliveries.Status
	}{
		"there is a result":       {result: "good", calls: 1, want: deliveries.NoticeLeft},
		"the caller has heard it": {err: deliveries.ErrNotFound, want: deliveries.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			var result string
			var failed error
			f.Deliveries = f.with(func(config *deliveries.Config) {
				config.Results = func(_ context.Context, ref string) (string, error) {
					check.Same(t, ref, "+16125550142/tst_1")
					return result, failed
				}
			})
			id := f.account(t, coded).ID
			test := deliveries.Notice{
				Topic: deliveries.ServiceTest, Account: id, Line: line, Method: deliveries.Voice, Ref: "+16125550142/tst_1", Key: "tst_1",
			}
			for range 2 {
				f.notify(t, test)
			}
			f.passes(t, 5*time.Minute)
			f.called(t, 0)
			unfinished := check.Must(f.store.Unfinished(t.Context(), f.Now().Add(time.Hour), 10))(t)
			check.Same(t, len(unfinished), 1)
			f.told(t, unfinished[0], deliveries.Queued) // however often it was looked for

			result, failed = c.result, c.err
			f.passes(t, 16*time.Second)
			f.called(t, c.calls)
			if c.calls > 0 {
				change := deliveries.Notice{Topic: deliveries.PINChanged, Line: line, Method: deliveries.Voice}
				f.notify(t, change) // which has a call of its own
				call := f.twilio.calls[0]
				opening := check.Must(f.Opened(t.Context(), call.Task, call.CallSID))(t)
				check.Same(t, []any{opening.Topic, opening.Result, opening.Language, len(opening.Also)}, []any{deliveries.ServiceTest, "good", "es", 0})
				f.status(t, call.Task, call.CallSID, "completed")
			}
			f.is(t, unfinished[0], c.want, 1)
		})
	}
}

func TestResultThatCanNotBeToldAnyMore(t *testing.T) {
	f := newFixture(t)
	result, failed := "good", error(nil)
	f.Deliveries = f.with(func(config *deliveries.Config) {
		config.Results = func(context.Context, string) (string, error) { return result, failed }
	})
	f.notify(t, deliveries.Notice{Topic: deliveries.ServiceTest, Account: f.account(t, coded).ID, Method: deliveries.Voice, Ref: "r"})
	f.work(t)
	call := f.twilio.calls[0]
	for _, now := range []struct {
		result string
		err    error
	}{{"", nil}, {"", deliveries.ErrNotFound}} {
		result, failed = now.result, now.err
		check.Is(t, check.Err(f.Opened(t.Context(), call.Task, call.CallSID)), deliveries.ErrNotFound)
	}
}
