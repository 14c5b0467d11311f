package main

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"regexp"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
	"updatecenter/voice/simulator"
)

const testConsole = "https://repair.test"

var linkForm = regexp.MustCompile(`https://repair\.test/repair/welcome/[A-Za-z0-9_-]{40,}`)

// agentSettings are those of a server with a console and no mail server.
func agentSettings(t *testing.T) {
	t.Helper()
	t.Setenv("SECRET_KEYS", auditKeys("a"))
	t.Setenv("CONSOLE_URL", testConsole)
	t.Setenv("SMTP_URL", "")
	t.Setenv("MAIL_FROM", "")
}

// invite is the command line that invites somebody.
func invite(name string, more ...string) []string {
	return append([]string{
		"agents", "invite", name, "--full-name", "Ada Lind", "--email", name + "@example.com", "--by", "root",
	}, more...)
}

// become does what somebody does who has got a link.
func become(t *testing.T, server *redistest.Server, link string) {
	t.Helper()
	db := must(redisstore.Open(server.URL()))(t)
	defer db.Close()
	keys := must(secret.ParseKeyring(auditKeys("a")))(t)
	o := outside{db: db, now: time.Now, hash: cheap}
	c := config{redisSettings: redisSettings{SecretKeys: keys}, consoleSettings: consoleSettings{ConsoleURL: testConsole}}
	people := must(newAgents(c, o, audit.New(audit.Config{Store: db.Audit(), Keys: keys}), noMail{}))(t)
	token := secret.New(link[strings.LastIndex(link, "/")+1:])
	by := agents.By{Via: audit.ViaConsole}
	agent := must(people.UseLink(t.Context(), by, token, secret.New("quiet harbor violet ladder")))(t)
	must(people.ChooseEmail(t.Context(), by, agent.ID))(t)
	must(people.AcceptTerms(t.Context(), by, agent.ID))(t)
	must(people.UpdateProfile(t.Context(), by, agent.ID, agents.Profile{FullName: "Ada Lind", Email: "ada@example.com"}))(t)
}

// TestAgentsCommands looks after agents as an operator does who has no mail server.
func TestAgentsCommands(t *testing.T) {
	server := redistest.Start(t)
	s := shell{t, server.URL()}
	agentSettings(t)
	s.expect(exitOK, []string{"NAME  ROLE  STATE  LAST SIGN-IN  FACTOR"}, "", "agents", "list")

	t.Setenv("REDIS_URL", s.redis)
	out, errs, status := s.run("", invite("ada", "--role", "administrator")...)
	link := strings.TrimSpace(out)
	if status != exitOK || linkForm.FindString(out) != link || !strings.Contains(errs, "It is a secret") ||
		!strings.Contains(errs, "no mail server") || !strings.Contains(errs, "ada is invited. The link works until") || strings.Contains(errs, link) {
		t.Fatalf("invite: %d\n%s%s", status, out, errs)
	}
	s.expect(exitOK, []string{"ada   administrator  invited  -             -"}, "", "agents", "list")
	become(t, server, link)
	s.expect(exitOK, []string{"ada   administrator  active  -             email"}, "", "agents", "list")

	s.expect(exitOK, []string{testConsole}, "", invite("bob", "--require-app")...)
	s.expect(exitOK, []string{"bob   agent ", "invited  -             -, app required"}, "", "agents", "list")
	s.expect(exitError, []string{"the user name is taken", "agents reactivate bob --new-link"}, "", invite("bob")...)
	s.expect(exitUsage, []string{"email"}, "", "agents", "invite", "cid", "--full-name", "Cid", "--email", "nowhere")
	s.expect(exitUsage, []string{"--role"}, "", invite("cid", "--role", "king")...)
	s.expect(exitUsage, []string{"a user name is 3 to 32"}, "", invite("no")...)

	s.expect(exitError, []string{"last active administrator"}, "", "agents", "deactivate", "ada")
	s.expect(exitOK, []string{"bob is deactivated"}, "", "agents", "deactivate", "BOB", "--by", "root")
	s.expect(exitOK, []string{"bob   agent          deactivated"}, "", "agents", "list")
	s.expect(exitOK, []string{"bob is reactivated", "no password yet"}, "", "agents", "reactivate", "bob")
	s.expect(exitOK, []string{"bob is reactivated", testConsole + "/repair/welcome/"}, "", "agents", "reactivate", "bob", "--new-link")
	s.expect(exitError, []string{"no such agent"}, "", "agents", "reactivate", "nobody")
	s.expect(exitOK, []string{
		`"action":"agent-invited","by":"command line: root","via":"command line","from":"`, `,"subject":"agent ada","detail":"administrator"`,
		`"action":"agent-deactivated","by":"command line: root"`, `"action":"agent-reactivated"`,
	}, "", "audit", "export")
	out, _, _ = s.run("", "audit", "export")
	if strings.Contains(out, link[len(link)-20:]) || strings.Contains(out, "ada@example.com") {
		t.Errorf("the audit tells too much:\n%s", out)
	}
}

// TestAgentsAreInvitedByMail sends links where there is a mail server, and shows none.
func TestAgentsAreInvitedByMail(t *testing.T) {
	server := redistest.Start(t)
	s, office := shell{t, server.URL()}, newPostOffice(t)
	agentSettings(t)
	t.Setenv("MAIL_FROM", "repair@example.com")
	t.Setenv("SMTP_URL", fmt.Sprintf("smtp://127.0.0.1:%d", office.port))
	t.Setenv("REDIS_URL", s.redis)
	out, errs, status := s.run("", invite("ada", "--role", "administrator")...)
	if status != exitOK || !strings.Contains(out, "ada is invited. The link went to ada@example.com") || linkForm.MatchString(out+errs) {
		t.Fatalf("invite: %d\n%s%s", status, out, errs)
	}
	become(t, server, linkForm.FindString(plainText(t, office.taken()[0])))

	// A mail server that is away loses the link, but not the agent.
	t.Setenv("SMTP_URL", "smtp://"+nobodyThere(t))
	out, errs, status = s.run("", invite("bob")...)
	if status != exitError || !strings.Contains(errs, "could not be sent") || !strings.Contains(errs, "agents reactivate bob --new-link") ||
		linkForm.MatchString(out+errs) {
		t.Errorf("invite: %d\n%s%s", status, out, errs)
	}
	t.Setenv("SMTP_URL", fmt.Sprintf("smtp://127.0.0.1:%d", office.port))
	s.expect(exitOK, []string{"bob is reactivated. The link went to bob@example.com"}, "", "agents", "reactivate", "bob", "--new-link")
	if took := office.taken(); len(took) != 2 || !linkForm.MatchString(plainText(t, took[1])) {
		t.Errorf("the mail server took %d", len(took))
	}
}

// plainText is the plain text of an e-mail.
func plainText(t *testing.T, data string) string {
	t.Helper()
	message := must(netmail.ReadMessage(strings.NewReader(data)))(t)
	_, parameters, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	check.OK(t, err)
	part := must(multipart.NewReader(message.Body, parameters["boundary"]).NextRawPart())(t)
	return string(must(io.ReadAll(quotedprintable.NewReader(part)))(t))
}

// nobodyThere is an address at which nobody listens.
func nobodyThere(t *testing.T) string {
	t.Helper()
	listener := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	defer listener.Close()
	return listener.Addr().String()
}

func TestAgentsCommandsWantSettings(t *testing.T) {
	s := shell{t, "redis://127.0.0.1:1"}
	agentSettings(t)
	for name, c := range map[string]struct {
		set  map[string]string
		want []string
	}{
		"no keys":             {map[string]string{"SECRET_KEYS": ""}, []string{"SECRET_KEYS: is required"}},
		"no console":          {map[string]string{"CONSOLE_URL": ""}, []string{"CONSOLE_URL: is required"}},
		"a zone of no place":  {map[string]string{"CONSOLE_TIME_ZONE": "Chicago"}, []string{"CONSOLE_TIME_ZONE: want"}},
		"neither":             {map[string]string{"CONSOLE_URL": "", "SECRET_KEYS": ""}, []string{"SECRET_KEYS", "CONSOLE_URL"}},
		"a console for all":   {map[string]string{"CONSOLE_URL": "http://repair.example.com"}, []string{"want https"}},
		"e-mail from nobody":  {map[string]string{"SMTP_URL": "smtp://mail.example.com"}, []string{"MAIL_FROM"}},
		"no mail server":      {map[string]string{"SMTP_URL": "http://hidden@mail.example.com"}, []string{"SMTP_URL"}},
		"nobody who writes":   {map[string]string{"COMPANY": strings.Repeat("long ", 20), "SMTP_URL": "smtp://mail.example.com", "MAIL_FROM": "a@example.com"}, []string{"company"}},
		"a password in clear": {map[string]string{"SMTP_URL": "smtp://u:hidden@127.0.0.1", "MAIL_FROM": "a@example.com"}, []string{"encryption"}},
	} {
		t.Run(name, func(t *testing.T) {
			for setting, value := range c.set {
				t.Setenv(setting, value)
			}
			if said := s.expect(exitUsage, c.want, "", "agents", "reactivate", "bob", "--new-link"); strings.Contains(said, "hidden") {
				t.Errorf("it tells a password:\n%s", said)
			}
		})
	}
}

// Who must be kept from signing in at once is not to wait for a setting that only links need.
func TestAgentsAreDeactivatedWithoutConsole(t *testing.T) {
	server := redistest.Start(t)
	s := shell{t, server.URL()}
	agentSettings(t)
	s.expect(exitOK, nil, "", invite("bob")...)
	t.Setenv("CONSOLE_URL", "")
	s.expect(exitOK, []string{"bob is deactivated"}, "", "agents", "deactivate", "bob")
	s.expect(exitOK, []string{"deactivated"}, "", "agents", "list")
	s.expect(exitOK, []string{"bob is reactivated"}, "", "agents", "reactivate", "bob")
}

func TestShowAgents(t *testing.T) {
	now := time.Date(2026, time.August, 1, 12, 0, 0, 0, time.UTC)
	var out strings.Builder
	err := showAgents(&out, []agents.Agent{
		{Name: "ann", Role: agents.RoleAgent, State: agents.Active, Since: now.AddDate(0, -1, 0), LastSignIn: now.AddDate(0, 0, -1), Factor: agents.App},
		{Name: "bob", Role: agents.Supervisor, State: agents.Active, Since: now.AddDate(0, -7, 0), Factor: agents.Email, Required: agents.App},
		{Name: "cid", State: agents.Deleted},
	}, now)
	want := `NAME  ROLE        STATE        LAST SIGN-IN  FACTOR
ann   agent       active       2026-07-31    app
bob   supervisor  deactivated  -             email, app required
cid   -           deleted      -             -
`
	if err != nil || out.String() != want {
		t.Errorf("%v\n%s", err, &out)
	}
}

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
	s.printed(t, 3) // the demo has two accounts that are welcomed
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
