package main

import (
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

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
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
