package mailboxes_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/internal/proofs"
	"updatecenter/internal/rows"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

var crm = pins.Note{By: "crm", From: "api"}

// fixture is a line with an account and a mailbox that is set up.
type fixture struct {
	*testkit.World
	*mailboxes.Mailboxes
	config mailboxes.Config
	turn   int
}

func newFixture(t *testing.T) *fixture { t.Helper(); return onWorld(t, testkit.New(t)) }

func onWorld(t *testing.T, w *testkit.World) *fixture {
	t.Helper()
	w.AddLines(t, pins.NewLine{Number: testkit.Home}, pins.NewLine{Number: testkit.Other})
	all := w.Accounts(t)
	w.PutAccount(t, all, testkit.Coded, testkit.Details(testkit.Home), "")
	w.PutAccount(t, all, testkit.Answered, testkit.Details(testkit.Other), "")
	lines := check.Must(pins.New(pins.Config{
		Store: w.Lines(), Callers: w.Lines(), Hasher: w.Hasher().Hasher, Now: w.Now,
		Policy: pins.Policy{Temporary: secret.New("1234"), MinDigits: 4, MaxDigits: 4},
	}))(t)
	f := &fixture{World: w, config: mailboxes.Config{
		Store: w.MailboxStore(), Keys: w.Keys, Accounts: all, Callers: lines, Now: w.Now,
		Notice:      func(number nanp.Number, once string) []byte { return fmt.Appendf(nil, "%s: %s", number, once) },
		EmailLocked: func(number nanp.Number, once string) []byte { return fmt.Appendf(nil, "%s locked: %s", number, once) },
	}}
	f.Mailboxes = check.Must(mailboxes.New(f.config))(t)
	f.put(t, testkit.Home, true)
	return f
}

func (f *fixture) put(t *testing.T, number nanp.Number, setUp bool) mailboxes.Update {
	t.Helper()
	return check.Must(f.Put(t.Context(), mailboxes.Put{Number: number, SetUp: setUp, Note: crm}))(t)
}

// request is that of a caller who has just proved to know the PIN, in a turn of its own.
func (f *fixture) request(t *testing.T) mailboxes.Request {
	t.Helper()
	f.turn++
	return mailboxes.Request{
		Line: testkit.Home, Proved: f.Line(t, testkit.Home).Revision, Side: pins.FromLine, From: string(testkit.Home),
		Turn: pins.Turn{Call: "CA1", Number: f.turn},
	}
}

func (f *fixture) proof(account accounts.Number, code string) mailboxes.Proof {
	f.turn++
	return mailboxes.Proof{
		Account: account, Code: secret.New(code), From: "+19525550100", Vouched: true, Side: pins.Remote,
		Turn: pins.Turn{Call: "CA2", Number: f.turn},
	}
}

// events are those of the line, as the platform is sent them.
func (f *fixture) events(t *testing.T) (all []mailboxes.Event) {
	t.Helper()
	for _, stored := range testkit.Events(t, f.DB, testkit.Home) {
		all = append(all, check.Must(f.OpenEvent(stored))(t))
	}
	return all
}

// stands wants so many resets, each with its event and its record, and so many notices.
func (f *fixture) stands(t *testing.T, resets, notices int) {
	t.Helper()
	records := 0
	for _, record := range f.Records(t, testkit.Home) {
		if record.Event == pins.MailboxPasswordReset {
			records++
		}
	}
	check.Same(t, []int{len(f.events(t)), records, len(testkit.Notices(t, f.DB, string(testkit.Home)))}, []int{resets, resets, notices})
}

// is wants an outcome, and a password with Done alone.
func is(t *testing.T, result mailboxes.Result, err error, want mailboxes.Outcome) {
	t.Helper()
	if err != nil || result.Outcome != want || result.Password.IsZero() != (want != mailboxes.Done) {
		t.Errorf("%s, %v, want %s", result.Outcome, err, want)
	}
}

func TestResetByPIN(t *testing.T) {
	f := newFixture(t)
	before := check.Must(f.Find(t.Context(), testkit.Home))(t)
	f.Pass(time.Minute)
	request := f.request(t)
	first, err := f.Reset(t.Context(), request)
	is(t, first, err, mailboxes.Done)
	if first.Mailbox.Revision <= before.Revision || !first.Mailbox.SetUp || !first.Mailbox.Reset.Equal(f.Now()) {
		t.Errorf("%+v after %+v", first.Mailbox, before)
	}
	f.Pass(mailboxes.PasswordKept - time.Second)
	for range 2 { // the same turn again
		again, err := f.Reset(t.Context(), request)
		is(t, again, err, mailboxes.Done)
		if !again.Password.Equal(first.Password) {
			t.Error("the same turn has another password")
		}
		check.Same(t, again.Mailbox, first.Mailbox)
	}
	f.stands(t, 1, 1)
	event := f.events(t)[0]
	if !event.Password.Equal(first.Password) || event.Number != testkit.Home || event.By != pins.ByCaller || event.Revision != first.Mailbox.Revision {
		t.Errorf("%+v", event)
	}
	record := f.Records(t, testkit.Home)[0]
	check.Same(t, record, pins.Record{
		At: first.Mailbox.Reset, Event: pins.MailboxPasswordReset, By: pins.ByCaller, Side: pins.FromLine,
		From: string(testkit.Home), Call: "CA1", Changes: []string{"proved by PIN"},
	})
	other, err := f.Reset(t.Context(), f.request(t))
	is(t, other, err, mailboxes.Done)
	if other.Password.Equal(first.Password) {
		t.Error("another turn has the same password")
	}

	f.SetPIN(t, testkit.Home, check.Must(f.Hasher().Hash(t.Context(), secret.New("4907")))(t))
	request.Turn.Call = "CA3"
	result, err := f.Reset(t.Context(), request)
	is(t, result, err, mailboxes.Overtaken)
	request.Proved = 0
	if _, err := f.Reset(t.Context(), request); err == nil {
		t.Error("a reset without a proof")
	}
	request = f.request(t)
	request.Line, request.Proved = testkit.Other, f.Line(t, testkit.Other).Revision
	result, err = f.Reset(t.Context(), request)
	is(t, result, err, mailboxes.None)
	f.stands(t, 2, 2)
}

func TestResetOfAccount(t *testing.T) {
	f := newFixture(t)
	for _, c := range []struct {
		account accounts.Number
		code    string
		want    mailboxes.Outcome
	}{
		{testkit.Coded, testkit.Code, mailboxes.Done},
		{testkit.Coded, testkit.Code, mailboxes.Done},
		{testkit.Answered, testkit.Code, mailboxes.None}, // it has no mailbox
		{testkit.Coded, "000000", proofs.Wrong},
		{testkit.Nobodys, testkit.Code, proofs.Wrong},
		{testkit.Coded, "12", proofs.Malformed},
	} {
		proof := f.proof(c.account, c.code)
		first, err := f.ResetOfAccount(t.Context(), proof)
		is(t, first, err, c.want)
		again, err := f.ResetOfAccount(t.Context(), proof)
		is(t, again, err, c.want)
		if !again.Password.Equal(first.Password) {
			t.Errorf("%+v: the same turn has another password", c)
		}
	}
	f.stands(t, 2, 2)
	for want := range slices.Values([]mailboxes.Outcome{proofs.Wrong, proofs.Wrong, proofs.Wrong, proofs.LockedForNow, proofs.LockedForNow}) {
		result, err := f.ResetOfAccount(t.Context(), f.proof(testkit.Coded, "000000"))
		is(t, result, err, want)
	}
	for range pins.DefaultCallers().Most {
		_, err := f.ResetOfAccount(t.Context(), f.proof(testkit.Nobodys+"7", "000000"))
		check.OK(t, err)
	}
	result, err := f.ResetOfAccount(t.Context(), f.proof(testkit.Answered, testkit.Code))
	is(t, result, err, proofs.CallerLocked)
}

func TestResetByCall(t *testing.T) {
	f := newFixture(t)
	first, err := f.ResetByCall(t.Context(), testkit.Home, "", "dlv_1", "CA7")
	is(t, first, err, mailboxes.Done)
	again, err := f.ResetByCall(t.Context(), testkit.Home, "", "dlv_1", "CA8") // that call was lost
	is(t, again, err, mailboxes.Done)
	if !again.Password.Equal(first.Password) {
		t.Error("the same delivery has another password")
	}
	f.stands(t, 1, 0) // the line was told by the call itself
	result, err := f.ResetByCall(t.Context(), testkit.Missing, "", "dlv_2", "CA9")
	is(t, result, err, mailboxes.None)
}

// A mailbox is reset a few times in a day; a password is known again for an hour.
func TestLimit(t *testing.T) {
	f := newFixture(t)
	var request mailboxes.Request
	most := mailboxes.DefaultLimit().Most
	for i := range most {
		request = f.request(t)
		result, err := f.Reset(t.Context(), request)
		is(t, result, err, mailboxes.Done)
		if i == 0 {
			f.Pass(2 * time.Hour)
		}
	}
	result, err := f.Reset(t.Context(), f.request(t))
	is(t, result, err, mailboxes.TooMany)
	result, err = f.Reset(t.Context(), request) // came before
	is(t, result, err, mailboxes.Done)
	f.Pass(22 * time.Hour)
	result, err = f.Reset(t.Context(), f.request(t))
	is(t, result, err, mailboxes.Done)
	result, err = f.Reset(t.Context(), f.request(t))
	is(t, result, err, mailboxes.TooMany)
	f.stands(t, most+1, most+1)
}

func TestPut(t *testing.T) {
	f := newFixture(t)
	before := check.Must(f.Find(t.Context(), testkit.Home))(t)
	if update := f.put(t, testkit.Home, true); update.Changed || update.Mailbox != before {
		t.Errorf("as before: %+v", update)
	}
	if update := f.put(t, testkit.Home, false); !update.Changed || update.Created || update.Mailbox.SetUp || update.Mailbox.Revision <= before.Revision {
		t.Errorf("another: %+v", update)
	}
	if update := f.put(t, testkit.Missing, false); !update.Created || !update.Changed {
		t.Errorf("of a number that is no line: %+v", update)
	}
	stale := mailboxes.Put{Number: testkit.Home, Note: crm, Match: func(revision int64) bool { return revision == before.Revision }}
	check.Is(t, check.Err(f.Put(t.Context(), stale)), storage.ErrStale)
	check.Is(t, check.Err(f.Put(t.Context(), mailboxes.Put{Number: testkit.Home})), pins.ErrNote)
	check.Is(t, check.Err(f.Find(t.Context(), testkit.Other)), mailboxes.ErrNoMailbox)
	f.stands(t, 0, 0)
	check.Same(t, len(f.Records(t, testkit.Home)), 2)
}

// What is kept in Redis, and what an operator is shown, tells nobody the password; what the platform is sent does.
func TestPasswordIsSealed(t *testing.T) {
	f := newFixture(t)
	result, err := f.Reset(t.Context(), f.request(t))
	is(t, result, err, mailboxes.Done)
	password := result.Password.Reveal()
	stored := testkit.Events(t, f.DB, testkit.Home)[0]
	record := check.Must(f.MailboxStore().Load(t.Context(), testkit.Home))(t)
	shown := check.Must(json.Marshal(check.Must(mailboxes.ShowEvent(stored))(t)))(t)
	printed := fmt.Sprintf("%v %+v", result, check.Must(f.OpenEvent(stored))(t))
	for _, text := range []string{string(stored), string(record.Sealed), string(shown), printed} {
		if strings.Contains(text, password) {
			t.Errorf("the password stands in %s", text)
		}
	}
	var sent struct {
		Type string
		Data struct {
			Number   nanp.Number
			Revision int64
			By       string
			Password string
		}
	}
	check.OK(t, json.Unmarshal(check.Must(f.events(t)[0].Payload())(t), &sent))
	check.Same(t, []any{sent.Type, sent.Data.Number, sent.Data.Revision, sent.Data.By, sent.Data.Password},
		[]any{"mailbox.password.reset", testkit.Home, result.Mailbox.Revision, "caller", password})

	moved := bytes.ReplaceAll(stored, []byte(testkit.Home), []byte(testkit.Other))
	check.Is(t, check.Err(f.OpenEvent(moved)), storage.ErrUnreadable)
	for _, spoilt := range []string{"", "{}", `{"v":2}`, strings.ReplaceAll(string(stored), "mailbox.password.reset", "weather")} {
		check.Is(t, check.Err(mailboxes.ShowEvent([]byte(spoilt))), storage.ErrUnreadable)
	}
	f.config.Keys = testkit.Keys("2027a")
	f.Mailboxes = check.Must(mailboxes.New(f.config))(t)
	check.Is(t, check.Err(f.Find(t.Context(), testkit.Home)), storage.ErrUnreadable)
}

// A password is never one that a stranger would try first.
func TestWeakPasswordsAreDrawnAgain(t *testing.T) {
	f := newFixture(t)
	random := bytes.NewReader(append(make([]byte, 16), append([]byte{
		7, 7, 7, 7, 7, 7, 1, 2, 3, 4, 5, 6, 5, 5, 0, 1, 4, 2, 9, 1, 9, 1, 9, 1, 8, 0, 3, 5, 2, 9,
	}, bytes.Repeat([]byte{1}, 200)...)...))
	f.config.Random = random
	f.Mailboxes = check.Must(mailboxes.New(f.config))(t)
	result, err := f.Reset(t.Context(), f.request(t))
	is(t, result, err, mailboxes.Done)
	check.Same(t, result.Password.Reveal(), "803529")
	f.config.Random = bytes.NewReader(make([]byte, 10_000))
	f.Mailboxes = check.Must(mailboxes.New(f.config))(t)
	if _, err := f.Reset(t.Context(), f.request(t)); err == nil {
		t.Error("randomness that is none")
	}
	f.config.Random = nil
	f.config.Digits = 8
	f.Mailboxes = check.Must(mailboxes.New(f.config))(t)
	result, err = f.Reset(t.Context(), f.request(t))
	is(t, result, err, mailboxes.Done)
	check.Same(t, len(result.Password.Reveal()), 8)
	for _, digits := range []int{5, 11, -1} {
		if _, err := mailboxes.New(mailboxes.Config{Digits: digits}); err == nil {
			t.Errorf("passwords of %d digits", digits)
		}
	}
}

// A lost answer, and a backlog of the platform's, each have one effect or none.
func TestLostAnswers(t *testing.T) {
	f := newFixture(t)
	lost := errors.New("lost")
	f.Calls.LoseNext("Mailboxes.Change", lost)
	request := f.request(t)
	first, err := f.Reset(t.Context(), request)
	is(t, first, err, mailboxes.Done)
	f.Calls.LoseNext("Mailboxes.Change", lost, lost)
	request = f.request(t)
	if _, err := f.Reset(t.Context(), request); !errors.Is(err, lost) {
		t.Errorf("%v", err)
	}
	again, err := f.Reset(t.Context(), request) // it was stored all the same
	is(t, again, err, mailboxes.Done)
	f.stands(t, 2, 2)
	f.Calls.FailNext("Mailboxes.Change", mailboxes.ErrBacklog)
	result, err := f.Reset(t.Context(), f.request(t))
	is(t, result, err, mailboxes.Busy)
	f.Calls.LoseNext("Mailboxes.Change", lost)
	f.put(t, testkit.Home, false)
	f.stands(t, 2, 2)
}

func TestReadCSV(t *testing.T) {
	file := "number,set_up\n612-555-0142,yes\n(612) 555-0143,\n+16125550144,No\n911,yes\n612-555-0145,perhaps\n"
	var read []string
	for row, err := range mailboxes.ReadCSV(strings.NewReader(file)) {
		var bad *rows.Error
		if errors.As(err, &bad) {
			read = append(read, fmt.Sprint("line ", bad.Line))
			continue
		}
		check.OK(t, err)
		read = append(read, fmt.Sprint(row.Number, " ", row.SetUp))
	}
	check.Same(t, read, []string{"+16125550142 true", "+16125550143 false", "+16125550144 false", "line 5", "line 6"})
	for _, err := range mailboxes.ReadCSV(strings.NewReader("set_up\nyes\n")) {
		check.Is(t, err, rows.ErrHeader)
	}
}

func TestReadEmailCSV(t *testing.T) {
	const rest = "first_pet,Rex,birth_city,St. Cloud\n"
	file := "Number;Address;Question 1;Answer 1;Question 2;Answer 2\n" + strings.ReplaceAll("(612) 555-0142,"+ann+",FIRST_PET,Rex,own,St. Cloud\n"+
		"911,"+ann+","+rest+"6125550143,ann,"+rest+"6125550143,ben@example.com,Rex,first_pet,birth_city,Duluth\n6125550143,ben@example.com,first_pet,Rex,birth_city,F.\n", ",", ";")
	var read, bad []string
	for row, err := range mailboxes.ReadEmailCSV(strings.NewReader(file)) {
		if err != nil {
			bad = append(bad, err.Error())
			continue
		}
		check.Same(t, fmt.Sprint(row), "line 2")
		for _, asked := range row.Put.Questions {
			read = append(read, string(row.Put.Number), row.Put.Address, string(asked.Question), asked.Answer.Reveal())
		}
	}
	check.Same(t, read, []string{string(testkit.Home), ann, "first_pet", "Rex", string(testkit.Home), ann, "own", "St. Cloud"})
	for i, want := range []string{`line 3: number "911": `, `line 4: address "ann": `, "line 5: question_1: want one of first_pet", "line 6: answer_2: want up to 64"} {
		if len(bad) != 4 || !strings.HasPrefix(bad[i], want) || strings.Contains(bad[i], "Rex") {
			t.Errorf("%q, want %q", bad, want)
		}
	}
}
