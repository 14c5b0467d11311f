package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/accounts"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

// shown is the account that newAccount makes.
func shown() Account {
	language, email := "es", "pat@mail.example.com"
	return Account{
		Account: coded, Phone: line, Language: &language, Name: "Pat Larsen",
		Address:      accounts.Address{Street: []string{"12 Elm Street", "Apt. 3"}, City: "Minneapolis", State: "MN", ZIP: "55403"},
		AddressSince: start, Email: &email, EmailSince: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Secret: CodeSecret, Since: start,
	}
}

// uncoded is newAccount without the code.
var uncoded = strings.Replace(newAccount, `"security_code":"`+code+`"`, `"security_code":null`, 1)

func (a answer) account() Account {
	a.t.Helper()
	var account Account
	a.read(&account)
	return account
}

func TestPutAccount(t *testing.T) {
	r := newRig(t)
	r.secrets = append(r.secrets, code)
	for _, test := range []struct {
		name, path, body string
		status           int
		edit             func(*Account)
		changed          accounts.Changes
	}{
		{"creates", "/v1/accounts/" + url.PathEscape("mn- 1000-4"), newAccount, http.StatusCreated, func(*Account) {}, nil},
		{"again", accountPath, uncoded, http.StatusOK, func(*Account) {}, nil},
		{"nothing", accountPath, `{}`, http.StatusOK, func(*Account) {}, nil},
		{
			"null leaves it", accountPath, `{"phone":null,"language":null,"name":null,"address":null,"email":null,"email_since":null,"security_code":null}`,
			http.StatusOK, func(*Account) {}, nil,
		},
		{
			"telephone", accountPath, `{"phone":"(651) 555-0199"}`, http.StatusOK,
			func(a *Account) { a.Phone = "+16515550199" }, accounts.Changes{accounts.ChangedPhone},
		},
		{
			"language and name", accountPath, `{"language":"","name":" Pat Lund "}`, http.StatusOK,
			func(a *Account) { a.Language, a.Name = nil, "Pat Lund" }, accounts.Changes{accounts.ChangedLanguage, accounts.ChangedName},
		},
		{
			"address", accountPath, `{"address":{"street":["PO Box 7",""],"city":"Duluth","state":"MN","zip":"558021234"}}`, http.StatusOK,
			func(a *Account) {
				a.Address = accounts.Address{Street: []string{"PO Box 7"}, City: "Duluth", State: "MN", ZIP: "55802-1234"}
				a.AddressSince = start.Add(time.Hour)
			}, accounts.Changes{accounts.ChangedAddress},
		},
		{
			"no e-mail", accountPath, `{"email":""}`, http.StatusOK,
			func(a *Account) { a.Email, a.EmailSince = nil, time.Time{} }, accounts.Changes{accounts.ChangedEmail},
		},
	} {
		r.notices = nil
		before := shown()
		want := shown()
		test.edit(&want)
		got := r.ask(http.MethodPut, test.path, test.body).is(test.status, "")
		if diff := cmp.Diff(want, got.account()); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
		if location := got.header.Get("Location"); (location == accountPath) != (test.status == http.StatusCreated) {
			t.Errorf("%s: Location = %q", test.name, location)
		}
		if diff := cmp.Diff(want, r.ask(http.MethodGet, accountPath, "").is(http.StatusOK, "").account()); diff != "" {
			t.Errorf("%s: then %s", test.name, diff)
		}
		r.told(test.name, test.status == http.StatusCreated, test.changed, before)
		r = r.afresh(t)
	}
}

// afresh is a world with the account, an hour later.
func (r *rig) afresh(t *testing.T) *rig {
	next := newRig(t)
	next.secrets = append(next.secrets, code)
	next.ask(http.MethodPut, accountPath, newAccount).is(http.StatusCreated, "")
	next.world.Set(start.Add(time.Hour))
	return next
}

// told fails unless the customer was told of these changes, where the account was before.
func (r *rig) told(what string, created bool, changed accounts.Changes, before Account) {
	r.Helper()
	if !created && len(changed) == 0 {
		if len(r.notices) > 0 {
			r.Errorf("%s: told of %v", what, r.notices[0].Changed)
		}
		return
	}
	if len(r.notices) != 1 {
		r.Fatalf("%s: told %d times", what, len(r.notices))
	}
	notice := r.notices[0]
	if diff := cmp.Diff(changed, notice.Changed); diff != "" || notice.Created != created {
		r.Errorf("%s: told of created %v, changed %s", what, notice.Created, diff)
	}
	if !created && notice.Before.Phone != before.Phone {
		r.Errorf("%s: told at %s", what, notice.Before.Phone)
	}
}

// TestPutAccountRefused names the field that package accounts refuses, also where a text was given that is empty.
func TestPutAccountRefused(t *testing.T) {
	r := newRig(t)
	edited := func(from, to string) string { return strings.Replace(newAccount, from, to, 1) }
	for _, test := range []struct{ name, body, field string }{
		{"nothing of a new one", `{}`, "phone"},
		{"no name", edited(`"name":"Pat Larsen",`, ""), "name"},
		{"empty telephone", edited("612-555-0142", ""), "phone"},
		{"empty name", edited("Pat Larsen", ""), "name"},
		{"no street", edited(`["12 Elm Street","Apt. 3"]`, `[]`), "street1"},
		{"e-mail of tomorrow", edited("2026-01-02", "2026-12-02"), "email_since"},
		{"code in words", edited(code, "swordfish"), "security_code"},
	} {
		r.secrets = append(r.secrets[:0:0], code, "swordfish")
		got := r.ask(http.MethodPut, accountPath, test.body).is(http.StatusUnprocessableEntity, "details-refused")
		var problem Problem
		got.read(&problem)
		if problem.Field != test.field {
			t.Errorf("%s: %+v", test.name, problem)
		}
	}
	r.ask(http.MethodGet, accountPath, "").is(http.StatusNotFound, "no-such-account")
	if len(r.notices) > 0 {
		t.Error("told of nothing")
	}
}

func TestAccountBodies(t *testing.T) {
	r := newRig(t)
	r.provision()
	for _, test := range []struct{ method, path, body string }{
		{http.MethodPut, "", `{"account":"MN-2"}`},
		{http.MethodPut, "", `{"answer":"` + luz + `"}`},
		{http.MethodPut, "", `{"address":{"street":["x"],"zip":"55403","country":"US"}}`},
		{http.MethodPut, "", `{"address":"12 Elm Street"}`},
		{http.MethodPut, "", `{"security_code":826517}`},
		{http.MethodPut, "", `{"email_since":"2026-01-02"}`},
		{http.MethodPut, "", `[]`},
		{http.MethodPost, "/renumber", `{}`},
		{http.MethodPost, "/renumber", `{"account":"No. 7!"}`},
		{http.MethodPost, "/renumber", `{"account":7}`},
		{http.MethodPost, "/renumber", `{"account":"` + strings.Repeat("7", 25) + `"}`},
		{http.MethodPut, "/security-question", `{"question":"Which color?","answer":["blue"]}`},
		{http.MethodPut, "/security-question", `{"question":"Which color?","answer":"blue","hint":"sky"}`},
		{http.MethodPost, "/verify", `{}`},
		{http.MethodPost, "/verify", `{"zip":""}`},
		{http.MethodPost, "/verify", `{"zip":55403}`},
		{http.MethodPost, "/verify", `{"zip":"55403","security_code":"` + code + `"}`},
		{http.MethodPost, "/verify", `{"pin":"1234"}`},
		{http.MethodPost, "/verify", `{"security_answer":"` + strings.Repeat("x", 401) + `"}`},
		{http.MethodPost, "/deliveries", `{"secret":"security_code"}`},
		{http.MethodPost, "/deliveries", `{"method":"voice"}`},
		{http.MethodPost, "/deliveries", `{"secret":"welcome","method":"letter"}`},
		{http.MethodPost, "/deliveries", `{"secret":"security_code","method":"fax"}`},
		{http.MethodPost, "/deliveries", `{"secret":"security_code","method":"voice","phone":"+16515550199"}`},
		{http.MethodPost, "/deliveries", `{"secret":"security_code","method":"email","email":"thief@mail.example.com"}`},
	} {
		r.ask(test.method, accountPath+test.path, test.body).is(http.StatusBadRequest, "bad-body")
	}
	if len(r.notices) > 0 {
		t.Error("told of nothing")
	}
}

func TestBadAccount(t *testing.T) {
	r := newRig(t)
	for _, form := range []string{"%20", "No.7", "7%2F8", "%00", strings.Repeat("7", 25), strings.Repeat("%20", 256) + "7", "caf%C3%A9"} {
		for _, path := range []string{"", "/renumber", "/security-question", "/verify", "/deliveries"} {
			method := http.MethodPost
			if path == "" || path == "/security-question" {
				method = http.MethodPut
			}
			if strings.Contains(form, "%2F") {
				continue
			}
			r.ask(method, "/v1/accounts/"+form+path, `{}`).is(http.StatusBadRequest, "bad-account")
		}
	}
}

func TestRenumber(t *testing.T) {
	r := newRig(t)
	r.provision()
	r.ask(http.MethodPut, "/v1/accounts/TAKEN-1", newAccount).is(http.StatusCreated, "")
	r.notices = nil
	r.ask(http.MethodPost, accountPath+"/renumber", `{"account":"taken-1"}`).is(http.StatusConflict, "account-taken")
	r.ask(http.MethodPost, "/v1/accounts/"+string(missing)+"/renumber", `{"account":"MN-2"}`).is(http.StatusNotFound, "no-such-account")
	r.told("refused", false, nil, shown())

	want := shown()
	want.Account = "MN-2000-7"
	got := r.ask(http.MethodPost, accountPath+"/renumber", `{"account":"mn-2000-7"}`).is(http.StatusOK, "").account()
	check.Same(t, got, want)
	r.told("renumbered", false, accounts.Changes{accounts.ChangedNumber}, shown())
	r.ask(http.MethodGet, accountPath, "").is(http.StatusNotFound, "no-such-account")
	r.ask(http.MethodGet, "/v1/accounts/MN-2000-7", "").is(http.StatusOK, "")

	r.notices = nil
	r.ask(http.MethodPost, "/v1/accounts/MN-2000-7/renumber", `{"account":"MN-2000-7"}`).is(http.StatusOK, "")
	r.told("to the same", false, nil, shown())
	r.world.Log.Holds(t, "account put", "MN-2000-7", "ordering")
}

func TestSecurityQuestion(t *testing.T) {
	r := newRig(t)
	r.provision()
	path := accountPath + "/security-question"
	body := func(question, answer string) string {
		text, err := json.Marshal(map[string]string{"question": question, "answer": answer})
		check.OK(t, err)
		return string(text)
	}
	r.ask(http.MethodPut, "/v1/accounts/"+string(missing)+"/security-question", body("Who?", luz)).is(http.StatusNotFound, "no-such-account")
	for _, bad := range []struct{ question, answer, field string }{
		{"??", luz, "question"},
		{"Who?", "two\nlines", "answer"},
	} {
		var problem Problem
		r.ask(http.MethodPut, path, body(bad.question, bad.answer)).is(http.StatusUnprocessableEntity, "details-refused").read(&problem)
		if problem.Field != bad.field {
			t.Errorf("%q: %+v", bad.question, problem)
		}
	}
	r.told("refused", false, nil, shown())

	r.world.Set(start.Add(time.Hour))
	want := shown()
	want.Secret, want.Question, want.Since = QuestionSecret, "Who was your first teacher?", r.now()
	got := r.ask(http.MethodPut, path, body(want.Question, luz)).is(http.StatusOK, "").account()
	check.Same(t, got, want)
	r.told("question", false, accounts.Changes{accounts.ChangedQuestion}, shown())
	check.Same(t, r.ask(http.MethodGet, accountPath, "").is(http.StatusOK, "").account(), want)
}

// TestHistoryNamesTheKey: who changed an account stands in its history.
func TestHistoryNamesTheKey(t *testing.T) {
	r := newRig(t)
	r.provision()
	r.ask(http.MethodPost, accountPath+"/verify", `{"security_code":"`+code+`"}`).is(http.StatusOK, "")
	account, err := r.config.Accounts.Get(t.Context(), coded)
	check.OK(t, err)
	got, err := r.config.Accounts.History(t.Context(), account.ID, 10)
	check.OK(t, err)
	want := []accounts.Record{
		{At: start, Event: accounts.Verified, By: "ordering", From: "api"},
		{At: start, Event: accounts.CodeProvisioned, By: "ordering", From: "api"},
		{At: start, Event: accounts.Created, By: "ordering", From: "api"},
	}
	check.Same(t, got, want)
}

func ExampleAccountDocument() {
	document, err := json.MarshalIndent(AccountDocument(accounts.Account{
		ID: "acc_7", Number: "MN-2000-7", Phone: "+16515550199", Name: "Mateo Ruiz",
		Address:      accounts.Address{Street: []string{"PO Box 17"}, City: "Saint Paul", State: "MN", ZIP: "55101-0017"},
		AddressSince: start.Add(-24 * time.Hour), Question: "Who was your first teacher?", Answer: secret.New("nobody is told"), Since: start,
	}), "", "  ")
	fmt.Println(string(document), err)
	// Output:
	// {
	//   "account": "MN-2000-7",
	//   "phone": "+16515550199",
	//   "language": null,
	//   "name": "Mateo Ruiz",
	//   "address": {
	//     "street": [
	//       "PO Box 17"
	//     ],
	//     "city": "Saint Paul",
	//     "state": "MN",
	//     "zip": "55101-0017"
	//   },
	//   "address_since": "2026-03-03T14:00:00Z",
	//   "email": null,
	//   "secret": "question",
	//   "question": "Who was your first teacher?",
	//   "since": "2026-03-04T14:00:00Z"
	// } <nil>
}

// TestPutNoCode: the code of an account that exists is refused, the right one as any other.
func TestPutNoCode(t *testing.T) {
	r := newRig(t)
	r.provision()
	for _, body := range []string{newAccount, `{"security_code":"999999"}`, `{"name":"Pat Lund","security_code":"` + code + `"}`} {
		got := r.ask(http.MethodPut, accountPath, body).is(http.StatusUnprocessableEntity, "details-refused")
		if !strings.Contains(got.body, `"field":"security_code"`) || !strings.Contains(got.body, "/security-code") {
			t.Errorf("got %s", got.body)
		}
	}
	if got := r.ask(http.MethodGet, accountPath, "").is(http.StatusOK, "").account(); got.Name != "Pat Larsen" {
		t.Errorf("it was changed: %+v", got)
	}
	if len(r.notices) > 0 {
		t.Error("the customer was told")
	}
}

// TestNewCode makes codes, of an account with a code and of one with a question, and shows none.
func TestNewCode(t *testing.T) {
	r := newRig(t)
	r.provision()
	verified := func(claim string) bool {
		return r.verify(claim).Verified
	}
	for range 2 {
		r.notices = nil
		r.world.Pass(time.Hour)
		got := r.ask(http.MethodPost, accountPath+"/security-code", "").is(http.StatusOK, "")
		want := shown()
		want.Since = r.now()
		check.Same(t, got.account(), want)
		r.told("new code", false, accounts.Changes{accounts.ChangedCode}, want)
		made := r.notices[0].After.Code.Reveal()
		r.secrets = append(r.secrets, made)
		if strings.Contains(got.body, made) || verified(`{"security_code":"`+code+`"}`) || !verified(`{"security_code":"`+made+`"}`) {
			t.Error("the new code is shown, or the old one counts")
		}
		r.ask(http.MethodPut, accountPath+"/security-question", `{"question":"Who?","answer":"`+luz+`"}`).is(http.StatusOK, "")
	}
	r.ask(http.MethodPost, "/v1/accounts/"+string(missing)+"/security-code", "").is(http.StatusNotFound, "no-such-account")
	r.ask(http.MethodPost, "/v1/accounts/No.7/security-code", "").is(http.StatusBadRequest, "bad-account")
	r.world.Log.Holds(t, "account put", "code", "ordering")
}
