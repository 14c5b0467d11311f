package main

import (
	"encoding/json"
	"strings"
	"testing"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
	"updatecenter/voice/simulator"
)

// accountsFile has two sound rows and a bad one.
const accountsFile = "account,phone,name,street1,city,state,zip,email,security_code,language\n" +
	"1000-1,612-555-0142,Ann Olson,12 Elm Street,Minneapolis,MN,55401,ann@example.com,9182736455,en\n" +
	"1000-2,612-555-0143,\"Peña, José\",\"14 Oak, rear\",Minneapolis,MN,55401-1234,,,es\n" +
	"1000-3,612-555-0144,Bad Zip,1 Main,Minneapolis,MN,554,,,\n"

// TestAccounts imports accounts, and reads what became of them; never their codes.
func TestAccounts(t *testing.T) {
	server := redistest.Start(t)
	s := shell{t, server.URL()}
	t.Setenv("SECRET_KEYS", sound["SECRET_KEYS"])
	s.expect(exitError, []string{"2 accounts added, 0 changed, 0 were so already, 1 bad rows", `line 4: zip "554": want 5 or 9 digits`}, accountsFile, "accounts", "import", "-")
	s.expect(exitOK, []string{`"account": "1000-1"`, `"phone": "+16125550142"`, `"secret": "code"`}, "", "accounts", "show", "1000-1")
	s.expect(exitOK, []string{`"name": "Peña, José"`, "14 Oak, rear", `"language": "es"`}, "", "accounts", "show", "1000 - 2")
	out, _, _ := s.run("", "accounts", "show", "1000-1")
	if strings.Contains(out, "9182736455") || !json.Valid([]byte(out)) {
		t.Errorf("shown: %s", out)
	}
	moved := strings.Replace(accountsFile, "12 Elm Street", "77 New Road", 1)
	s.expect(exitError, []string{"0 accounts added, 1 changed, 1 were so already, 1 bad rows"}, moved, "accounts", "import", "-")
	s.expect(exitOK, []string{"address-changed", "account-created", "import", "command line"}, "", "accounts", "history", "1000-1")
	s.expect(exitError, []string{"no such account"}, "", "accounts", "show", "1000-9")
	s.expect(exitUsage, []string{"account"}, "", "accounts", "show", "!")
	s.expect(exitUsage, []string{"SECRET_KEYS"}, "", "accounts", "show", "1000-1", "--secret-keys", "a:short")
}

// TestNoticesOfPINs calls the owner of a line whose PIN was changed by telephone, reset by the
// API, or reset by the command line: each once.
func TestNoticesOfPINs(t *testing.T) {
	server := redistest.Start(t)
	s, exchange := newCallingStage(t, server, func(c *config) { c.Notices, c.CallRate = deliveries.Voice, 100 })
	c := s.dial(t, demoNew.Display())
	for _, keys := range []string{"1234#", "8265#", "8265#"} {
		c.press(keys)
	}
	c.hears("Your PIN has been changed.")
	called := s.pickUp(t, exchange, simulator.Human)
	called.hears("The PIN of your telephone line was changed")
	called.press("*")

	reset := pins.Provisioning{
		Registry: s.db.Lines(), Validations: s.db.Lines(), Now: s.clock.Now, Notice: s.app.notices.PIN,
	}
	s.clock.Advance(phoneApart)
	check.OK(t, reset.ResetByOperator(t.Context(), demoNew, pins.Note{By: "agent", Reason: "forgot it"}))
	called = s.pickUp(t, exchange, simulator.Human)
	called.hears("The PIN of your telephone line was reset")
}

// TestNoticesOfAccounts tells the old number that there is a new one, and prints a welcome.
func TestNoticesOfAccounts(t *testing.T) {
	server := redistest.Start(t)
	s, exchange := newCallingStage(t, server, func(c *config) {
		c.Notices, c.CallRate, c.LettersDir = deliveries.Voice, 100, t.TempDir()
	})
	must(s.app.accounts.Put(t.Context(), demoAccount, accounts.Details{Phone: demoSuburb}, accounts.Note{By: "test"}))(t)
	called := s.pickUp(t, exchange, simulator.Human) // at the number that was on the account before
	called.hears("The telephone number of your account was changed")

	address := accounts.Address{Street: []string{"1 Main Street"}, City: "Edina", State: "MN", ZIP: "55424"}
	must(s.app.accounts.Put(t.Context(), "1000-7777", accounts.Details{
		Phone: demoChosen, Name: "New Customer", Address: &address,
	}, accounts.Note{By: "test"}))(t)
	s.printed(t, 1)
}

// TestAccountsNewCode makes a code in place of one that is known, which no output shows, and
// asks the servers to tell the customer.
func TestAccountsNewCode(t *testing.T) {
	server := redistest.Start(t)
	s := shell{t, server.URL()}
	t.Setenv("SECRET_KEYS", sound["SECRET_KEYS"])
	s.expect(exitError, []string{"2 accounts added"}, accountsFile, "accounts", "import", "-")
	before, _, _ := s.run("", "accounts", "show", "1000-1")
	s.expect(exitUsage, []string{"--by"}, "", "accounts", "new-code", "1000-1")
	s.expect(exitOK, []string{"1000-1 has a new security code"}, "", "accounts", "new-code", "1000-1", "--by", "ann", "--reason", "told a stranger")
	s.expect(exitOK, []string{"code-made", "ann", "command line", "told a stranger"}, "", "accounts", "history", "1000-1")
	after, _, _ := s.run("", "accounts", "show", "1000-1")
	if since(t, before) == since(t, after) {
		t.Error("the code counts since before")
	}
	if !strings.Contains(string(server.Contents(t)), "code_changed") {
		t.Error("no notice was asked for")
	}
	s.expect(exitError, []string{"no such account"}, "", "accounts", "new-code", "1000-9", "--by", "ann")
}

// since is since when the secret of an account counts that is shown.
func since(t *testing.T, shown string) string {
	t.Helper()
	var account struct{ Since string }
	check.OK(t, json.Unmarshal([]byte(shown), &account))
	return account.Since
}
