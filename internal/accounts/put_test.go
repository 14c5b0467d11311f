package accounts_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

func text(s string) *string { return &s }

func TestPutCreates(t *testing.T) {
	f := newFixture(t)
	details := home()
	details.Code, details.EmailSince = secret.Text{}, f.Now().AddDate(0, -2, 0)
	update := f.put(t, missing, details)
	account := f.get(t, missing)
	if !update.Created || update.Changed != nil || account.Revision != 1 || !strings.HasPrefix(string(account.ID), "acc_") {
		t.Errorf("update %+v", update)
	}
	if code := account.Code.Reveal(); len(code) != 6 || strings.Trim(code, "0123456789") != "" {
		t.Errorf("a code of %d characters", len(code))
	}
	same(t, account.Email, "pat@mail.example.com")
	same(t, account.EmailSince, details.EmailSince)
	same(t, account.AddressSince, f.Now())
	same(t, account.Since, f.Now())
	same(t, f.events(t, missing), []accounts.Event{accounts.Created, accounts.CodeMade})
	same(t, f.events(t, coded), []accounts.Event{accounts.Created, accounts.CodeProvisioned})
}

// A telephone that is not called is refused, but one that an account has from before stays.
func TestPutRefusesTelephonesThatAreNotCalled(t *testing.T) {
	f := newFixture(t)
	premium := home()
	premium.Phone = "+19005550142"
	for _, number := range []accounts.Number{missing, coded} {
		_, err := f.Put(t.Context(), number, premium, byAnn)
		var field *accounts.FieldError
		if !errors.As(err, &field) || field.Field != "phone" || !strings.Contains(field.Reason, "premium") {
			t.Errorf("%s: %v", number, err)
		}
	}
	config := f.config()
	var err error
	if config.Destinations, err = nanp.ParseDestinations("JM"); err != nil {
		t.Fatal(err)
	}
	wider, err := accounts.New(config)
	check.OK(t, err)
	abroad := home()
	abroad.Phone, abroad.Name = "+18765550142", "Robin Larsen"
	if _, err := wider.Put(t.Context(), coded, abroad, byAnn); err != nil {
		t.Fatal(err)
	}
	abroad.Name = "Pat Larsen"
	if update, err := f.Put(t.Context(), coded, abroad, byAnn); err != nil || update.After.Phone != abroad.Phone {
		t.Errorf("%+v, %v", update, err)
	}
}

func TestPutChangesWhatIsGiven(t *testing.T) {
	moved := accounts.Address{Street: []string{"9 Oak"}, City: "Duluth", State: "mn", ZIP: "558011234"}
	tests := map[string]struct {
		details accounts.Details
		changed accounts.Changes
	}{
		"nothing":           {accounts.Details{}, nil},
		"all as it was":     {home(), nil},
		"phone":             {accounts.Details{Phone: "+16125550188"}, accounts.Changes{accounts.ChangedPhone}},
		"name":              {accounts.Details{Name: " Robin Larsen "}, accounts.Changes{accounts.ChangedName}},
		"language":          {accounts.Details{Language: text("es")}, accounts.Changes{accounts.ChangedLanguage}},
		"no language":       {accounts.Details{Language: text("")}, accounts.Changes{accounts.ChangedLanguage}},
		"address":           {accounts.Details{Address: &moved}, accounts.Changes{accounts.ChangedAddress}},
		"email":             {accounts.Details{Email: text("new@mail.example.com")}, accounts.Changes{accounts.ChangedEmail}},
		"no email":          {accounts.Details{Email: text("")}, accounts.Changes{accounts.ChangedEmail}},
		"a code":            {accounts.Details{Code: wrongCode}, nil},
		"address and phone": {accounts.Details{Address: &moved, Phone: "+16125550188"}, accounts.Changes{accounts.ChangedPhone, accounts.ChangedAddress}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			before := f.get(t, coded)
			f.Pass(time.Hour)
			update := f.put(t, coded, test.details)
			after := f.get(t, coded)
			same(t, update.Changed, test.changed)
			if update.Before.Phone != before.Phone || update.After.Revision != after.Revision || update.Created {
				t.Error("the update tells another story")
			}
			if !after.Code.Equal(rightCode) || !after.Since.Equal(before.Since) {
				t.Error("the code changed")
			}
			if test.changed.Has(accounts.ChangedAddress) != after.AddressSince.Equal(f.Now()) {
				t.Errorf("address since %v", after.AddressSince)
			}
			if after.Email != before.Email && after.Email != "" && !after.EmailSince.Equal(f.Now()) ||
				after.Email == "" != after.EmailSince.IsZero() {
				t.Errorf("email since %v", after.EmailSince)
			}
			same(t, len(f.events(t, coded)), 2+len(test.changed))
		})
	}
}

// TestPutBringsNoOldSinceBack: an address that was just changed is no 30 days old, whatever
// a request says.
func TestPutBringsNoOldSinceBack(t *testing.T) {
	f := newFixture(t)
	f.put(t, coded, accounts.Details{Email: text("new@mail.example.com"), EmailSince: f.Now().AddDate(-1, 0, 0)})
	same(t, f.get(t, coded).EmailSince, f.Now())
}

func TestPutRefuses(t *testing.T) {
	type edit func(d *accounts.Details)
	address := func(change func(a *accounts.Address)) edit {
		return func(d *accounts.Details) { change(d.Address) }
	}
	long := strings.Repeat("x", 101)
	tests := map[string]struct {
		edit  edit
		field string
	}{
		"phone":             {func(d *accounts.Details) { d.Phone = "911" }, "phone"},
		"no phone":          {func(d *accounts.Details) { d.Phone = "" }, "phone"},
		"language":          {func(d *accounts.Details) { d.Language = text("fr") }, "language"},
		"no name":           {func(d *accounts.Details) { d.Name = " " }, "name"},
		"name in Chinese":   {func(d *accounts.Details) { d.Name = "王小明" }, "name"},
		"name in Hebrew":    {func(d *accounts.Details) { d.Name = "דוד" }, "name"},
		"city in Arabic":    {address(func(a *accounts.Address) { a.City = "القاهرة" }), "city"},
		"street in Thai":    {address(func(a *accounts.Address) { a.Street = []string{"1 Main", "ถนน"} }), "street2"},
		"long name":         {func(d *accounts.Details) { d.Name = long }, "name"},
		"two lines of name": {func(d *accounts.Details) { d.Name = "a\nb" }, "name"},
		"name not UTF-8":    {func(d *accounts.Details) { d.Name = "a\xff" }, "name"},
		"no address":        {func(d *accounts.Details) { d.Address = nil }, "address"},
		"no street":         {address(func(a *accounts.Address) { a.Street = []string{"", " "} }), "street1"},
		"long street":       {address(func(a *accounts.Address) { a.Street = []string{"x", long} }), "street2"},
		"four streets":      {address(func(a *accounts.Address) { a.Street = []string{"a", "b", "c", "d"} }), "street3"},
		"no city":           {address(func(a *accounts.Address) { a.City = "" }), "city"},
		"long city":         {address(func(a *accounts.Address) { a.City = long }), "city"},
		"state":             {address(func(a *accounts.Address) { a.State = "Minn" }), "state"},
		"state of digits":   {address(func(a *accounts.Address) { a.State = "M1" }), "state"},
		"ZIP":               {address(func(a *accounts.Address) { a.ZIP = "5540" }), "zip"},
		"ZIP of ten":        {address(func(a *accounts.Address) { a.ZIP = "55401-12345" }), "zip"},
		"email":             {func(d *accounts.Details) { d.Email = text("pat") }, "email"},
		"email of two":      {func(d *accounts.Details) { d.Email = text("a@b.example, c@d.example") }, "email"},
		"email with header": {func(d *accounts.Details) { d.Email = text("a@b.example\r\nBcc: c@d.example") }, "email"},
		"email with name":   {func(d *accounts.Details) { d.Email = text("Pat <a@b.example>") }, "email"},
		"email without dot": {func(d *accounts.Details) { d.Email = text("pat@localhost") }, "email"},
		"long email":        {func(d *accounts.Details) { d.Email = text("a@" + strings.Repeat("b.", 130) + "example") }, "email"},
		"email of tomorrow": {func(d *accounts.Details) { d.EmailSince = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC) }, "email_since"},
		"email of old":      {func(d *accounts.Details) { d.EmailSince = time.Date(-5, 3, 2, 0, 0, 0, 0, time.UTC) }, "email_since"},
		"short code":        {func(d *accounts.Details) { d.Code = secret.New("82651") }, "security_code"},
		"long code":         {func(d *accounts.Details) { d.Code = secret.New("82651739518") }, "security_code"},
		"code of letters":   {func(d *accounts.Details) { d.Code = secret.New("82651a") }, "security_code"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			details := home()
			test.edit(&details)
			_, err := f.Put(t.Context(), missing, details, byAnn)
			var bad *accounts.FieldError
			if !errors.As(err, &bad) || bad.Field != test.field || !errors.Is(err, accounts.ErrDetails) {
				t.Errorf("%v; want a fault of %s", err, test.field)
			}
			if _, err := f.Get(t.Context(), missing); !errors.Is(err, accounts.ErrNoAccount) {
				t.Errorf("the account is there: %v", err)
			}
		})
	}
}

func TestNotesAndNumbersAreChecked(t *testing.T) {
	f := newFixture(t)
	for name, note := range map[string]accounts.Note{"nobody": {}, "lines": {By: "a\nb"}, "long": {By: "a", Reason: strings.Repeat("x", 501)}} {
		_, put := f.Put(t.Context(), coded, home(), note)
		_, code := f.NewCode(t.Context(), coded, note)
		_, question := f.SetQuestion(t.Context(), coded, "Who?", rightAnswer, note)
		_, renumber := f.Renumber(t.Context(), coded, "A", note)
		appended := f.Append(t.Context(), f.get(t, coded).ID, accounts.Disowned, note)
		for _, err := range []error{put, code, question, renumber, appended} {
			if !errors.Is(err, accounts.ErrNote) {
				t.Errorf("%s: %v; want ErrNote", name, err)
			}
		}
	}
	for _, number := range []accounts.Number{"", "a b", "ÄÖ"} {
		_, put := f.Put(t.Context(), number, home(), byAnn)
		_, renumber := f.Renumber(t.Context(), coded, number, byAnn)
		if !errors.Is(put, accounts.ErrNumber) || !errors.Is(renumber, accounts.ErrNumber) {
			t.Errorf("%q: %v, %v", number, put, renumber)
		}
	}
}

func TestQuestionTakesTheCodesPlace(t *testing.T) {
	f := newFixture(t)
	update, err := f.SetQuestion(t.Context(), coded, "Who?", rightAnswer, byAnn)
	check.OK(t, err)
	account := f.get(t, coded)
	same(t, update.Changed, accounts.Changes{accounts.ChangedQuestion})
	if !account.HasQuestion() || !account.Code.IsZero() || account.Question != "Who?" || !update.Before.Code.Equal(rightCode) {
		t.Error("the question doesn't stand alone")
	}
	f.put(t, coded, home()) // with the old code once more
	same(t, f.verify(t, coded, accounts.Claim{Code: rightCode}).Verified, false)
	same(t, f.verify(t, coded, accounts.Claim{Answer: rightAnswer}).Verified, true)

	update, err = f.NewCode(t.Context(), coded, byAnn)
	check.OK(t, err)
	same(t, update.Changed, accounts.Changes{accounts.ChangedCode})
	same(t, f.verify(t, coded, accounts.Claim{Answer: rightAnswer}).Verified, false)
	same(t, f.verify(t, coded, accounts.Claim{Code: update.After.Code}).Verified, true)
	same(t, f.get(t, coded).HasQuestion(), false)
}

func TestQuestionsAreChecked(t *testing.T) {
	f := newFixture(t)
	for name, test := range map[string]struct{ question, answer, field string }{
		"no question":      {"", "Luz", "question"},
		"no words":         {"?", "Luz", "question"},
		"long question":    {strings.Repeat("x", 201), "Luz", "question"},
		"no answer":        {"Who?", "", "answer"},
		"marks":            {"Who?", "...!", "answer"},
		"one letter":       {"Who?", "- a -", "answer"},
		"Korean question":  {"누구?", "Ann", "question"},
		"Chinese answer":   {"Who?", "王小明", "answer"},
		"long answer":      {"Who?", strings.Repeat("x", 101), "answer"},
		"answer of lines":  {"Who?", "a\nb", "answer"},
		"answer not UTF-8": {"Who?", "ab\xff", "answer"},
	} {
		_, err := f.SetQuestion(t.Context(), coded, test.question, secret.New(test.answer), byAnn)
		var bad *accounts.FieldError
		if !errors.As(err, &bad) || bad.Field != test.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	same(t, f.get(t, coded).HasQuestion(), false)
}

func TestRenumber(t *testing.T) {
	f := newFixture(t)
	id := f.get(t, coded).ID
	update, err := f.Renumber(t.Context(), coded, missing, byAnn)
	check.OK(t, err)
	same(t, update.Changed, accounts.Changes{accounts.ChangedNumber})
	same(t, f.get(t, missing).ID, id)
	account, err := f.ByID(t.Context(), id)
	check.OK(t, err)
	same(t, account.Number, missing)
	if _, err := f.Get(t.Context(), coded); !errors.Is(err, accounts.ErrNoAccount) {
		t.Errorf("under the old number: %v", err)
	}
	if _, err := f.Renumber(t.Context(), missing, answered, byAnn); !errors.Is(err, accounts.ErrTaken) {
		t.Errorf("to a number that is taken: %v", err)
	}
	if _, err := f.Renumber(t.Context(), coded, "B1", byAnn); !errors.Is(err, accounts.ErrNoAccount) {
		t.Errorf("of nobody: %v", err)
	}
	same(t, f.verify(t, missing, accounts.Claim{Code: rightCode}).Verified, true)
}

func TestChangesMeet(t *testing.T) {
	f := newFixture(t)
	f.Calls.BeforeNext("Accounts.Change", func() { f.put(t, coded, accounts.Details{Name: "Robin Larsen"}) })
	f.put(t, coded, accounts.Details{Phone: "+16125550188"})
	account := f.get(t, coded)
	if account.Name != "Robin Larsen" || account.Phone != "+16125550188" || account.Revision != 3 {
		t.Errorf("one change is lost: revision %d", account.Revision)
	}
}

func TestALostAnswerIsNoLostChange(t *testing.T) {
	f := newFixture(t)
	f.Calls.LoseNext("Accounts.Change", errBroken)
	update := f.put(t, coded, accounts.Details{Phone: "+16125550188"})
	same(t, update.Changed, accounts.Changes{accounts.ChangedPhone})
	same(t, f.get(t, coded).Revision, int64(2))
	f.Calls.LoseNext("Accounts.Change", errBroken)
	check.OK(t, f.Append(t.Context(), f.get(t, coded).ID, accounts.Disowned, byAnn))
	same(t, f.events(t, coded)[2:], []accounts.Event{accounts.PhoneChanged, accounts.Disowned})
}

func TestManyAppendTogether(t *testing.T) {
	f := newFixture(t)
	id := f.get(t, coded).ID
	check.AtOnce(10, func(int) {
		check.Is(t, f.Append(t.Context(), id, accounts.Disowned, byAnn), nil)
	})
	same(t, len(f.events(t, coded)), 12)
}

func TestManyPutTogether(t *testing.T) {
	f := newFixture(t)
	var group sync.WaitGroup
	created := make([]bool, 20)
	for i := range created {
		group.Go(func() {
			details := home()
			details.Name = fmt.Sprint("Pat ", i)
			update, err := f.Put(t.Context(), missing, details, byAnn)
			check.Is(t, err, nil)
			created[i] = update.Created
		})
	}
	group.Wait()
	n := 0
	for _, yes := range created {
		if yes {
			n++
		}
	}
	same(t, n, 1)
	same(t, f.get(t, missing).Revision, int64(20))
}

func TestOfNobody(t *testing.T) {
	f := newFixture(t)
	_, get := f.ByID(t.Context(), "acc_none")
	_, code := f.NewCode(t.Context(), missing, byAnn)
	_, question := f.SetQuestion(t.Context(), missing, "Who?", rightAnswer, byAnn)
	for _, err := range []error{get, code, question, f.Append(t.Context(), "acc_none", accounts.Disowned, byAnn)} {
		check.Is(t, err, accounts.ErrNoAccount)
	}
	records, err := f.History(t.Context(), "acc_none", 5)
	if err != nil || len(records) != 0 {
		t.Errorf("%d records, %v", len(records), err)
	}
}

// TestContended: who is overtaken all the time ends after 100 tries, also where one change is part of another.
func TestContended(t *testing.T) {
	f := newFixture(t)
	id := f.get(t, coded).ID
	f.Calls.Fail("Accounts.Change", storage.ErrStale)
	for name, change := range map[string]func() error{
		"append": func() error { return f.Append(t.Context(), id, accounts.Disowned, byAnn) },
		"code":   func() error { _, err := f.NewCode(t.Context(), coded, byAnn); return err },
		"put": func() error {
			_, err := f.Put(t.Context(), coded, accounts.Details{Name: "Pat Doe"}, byAnn)
			return err
		},
		"append in a change": func() error {
			_, err := storage.Retry(t.Context(), func() (any, error) {
				return nil, f.Append(t.Context(), id, accounts.Disowned, byAnn)
			})
			return err
		},
	} {
		f.Calls.Made("")
		err := change()
		if n := len(f.Calls.Made("Accounts.Change")); !errors.Is(err, storage.ErrContended) || n != 100 {
			t.Errorf("%s: %v after %d tries", name, err, n)
		}
	}
}

func TestStoreTroubleIsTold(t *testing.T) {
	f := newFixture(t)
	for _, method := range []string{"Find", "Change"} {
		f.Calls.Mend("")
		f.Calls.Fail("Accounts."+method, errBroken)
		if _, err := f.NewCode(t.Context(), coded, byAnn); !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", method, err)
		}
	}
	for _, method := range []string{"Find", "Admit", "Settle"} {
		f.Calls.Mend("")
		f.Calls.Fail("Accounts."+method, errBroken)
		if result, err := f.Verify(t.Context(), coded, accounts.Claim{Code: rightCode}); !errors.Is(err, errBroken) || result.Verified {
			t.Errorf("%s: %v", method, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	f := newFixture(t)
	for name, edit := range map[string]func(c *accounts.Config){
		"few digits":    func(c *accounts.Config) { c.CodeDigits = 5 },
		"many digits":   func(c *accounts.Config) { c.CodeDigits = 11 },
		"no keys":       func(c *accounts.Config) { c.Keys = secret.Keyring{} },
		"no randomness": func(c *accounts.Config) { c.Random = strings.NewReader("") },
	} {
		config := f.config()
		edit(&config)
		if _, err := accounts.New(config); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestAnotherKeyReadsNothing(t *testing.T) {
	f := newFixture(t)
	config := f.config()
	config.Keys = testkit.Keys("2027a")
	all, err := accounts.New(config)
	check.OK(t, err)
	if _, err := all.Get(t.Context(), coded); !errors.Is(err, storage.ErrUnreadable) || !errors.Is(err, secret.ErrUnreadable) {
		t.Errorf("%v; want ErrUnreadable", err)
	}
}

func TestACodeOfOneThatExistsCanBeRefused(t *testing.T) {
	f := newFixture(t)
	for _, tried := range []secret.Text{rightCode, wrongCode} { // nobody can try codes here
		_, err := f.Put(t.Context(), coded, accounts.Details{Name: "Robin Larsen", Code: tried, RefuseCode: true}, byAnn)
		check.Is(t, err, accounts.ErrKeepsCode)
	}
	same(t, f.get(t, coded).Name, "Pat Larsen")
	details := home()
	details.RefuseCode = true
	same(t, f.put(t, missing, details).Created, true)
	details.Code = secret.Text{}
	same(t, f.put(t, missing, details).Created, false)
}

func TestWhenAnAccountWasCreated(t *testing.T) {
	f := newFixture(t)
	created := f.Now()
	f.Pass(time.Hour)
	f.put(t, coded, accounts.Details{Name: "Robin Larsen"})
	same(t, f.get(t, coded).Created, created)
}
