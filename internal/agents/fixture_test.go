package agents_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/pquerna/otp/totp"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

const linkURL = testkit.LinkURL

var (
	goodPassword  = secret.New(testkit.Password)
	otherPassword = secret.New("velvet acorn hydrant 7 moth")
	byRoot        = agents.By{Name: "root", Via: audit.ViaConsole, From: "192.0.2.1"}
	errBroken     = errors.New("connection lost")

	ok = check.OK
	is = check.Is
)

// fixture is a world with nobody in it.
type fixture struct {
	*agents.Agents
	*testkit.World
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	w := testkit.New(t)
	return &fixture{w.Agents(t), w}
}

func bob() agents.Invitee {
	return agents.Invitee{Name: "bob", FullName: "Bob Berg", Email: "bob@example.com", Role: agents.RoleAgent}
}

func named(name string, role agents.Role) agents.Invitee {
	invitee := bob()
	invitee.Name, invitee.Role = name, role
	return invitee
}

// invited has somebody invited, and returns the token of the link in the e-mail.
func (f *fixture) invited(t testing.TB, invitee agents.Invitee) (agents.Agent, secret.Text) {
	t.Helper()
	agent, err := f.Invite(t.Context(), byRoot, invitee)
	ok(t, err)
	return agent, f.Mail.Token(t)
}

// active has somebody invited and set up, with codes by e-mail.
func (f *fixture) active(t testing.TB, invitee agents.Invitee) agents.Agent {
	t.Helper()
	agent := f.Agent(t, f.Agents, invitee)
	f.forget()
	return agent
}

// forget forgets e-mails and the audit.
func (f *fixture) forget() {
	f.Mail.Forget()
	f.Audit.Take()
}

// withApp has somebody set up, with an app.
func (f *fixture) withApp(t testing.TB, invitee agents.Invitee) agents.Agent {
	t.Helper()
	agent := f.active(t, invitee)
	app, err := f.NewApp(agent)
	ok(t, err)
	agent, err = f.ConfirmApp(t.Context(), self(agent), agent.ID, app.Key, f.code(t, app.Key, 0))
	ok(t, err)
	f.forget()
	return agent
}

// code is what an app shows some time from now.
func (f *fixture) code(t testing.TB, key secret.Text, from time.Duration) secret.Text {
	t.Helper()
	code, err := totp.GenerateCode(key.Reveal(), f.Now().Add(from))
	ok(t, err)
	return secret.New(code)
}

func (f *fixture) get(t testing.TB, id agents.ID) agents.Agent {
	t.Helper()
	agent, err := f.Get(t.Context(), id)
	ok(t, err)
	return agent
}

func self(agent agents.Agent) agents.By {
	return agents.By{Name: string(agent.Name), Via: audit.ViaConsole, From: "192.0.2.7"}
}

func same(t testing.TB, got, want any) {
	t.Helper()
	check.Same(t, got, want, cmpopts.EquateEmpty())
}
