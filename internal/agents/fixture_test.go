package agents_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/pquerna/otp/totp"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/hash"
	"updatecenter/internal/logtest"
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
	agent := check.Must(f.Invite(t.Context(), byRoot, invitee))(t)
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
	app := check.Must(f.NewApp(agent))(t)
	agent = check.Must(f.ConfirmApp(t.Context(), self(agent), agent.ID, app.Key, f.code(t, app.Key, 0)))(t)
	f.forget()
	return agent
}

// code is what an app shows some time from now.
func (f *fixture) code(t testing.TB, key secret.Text, from time.Duration) secret.Text {
	t.Helper()
	code := check.Must(totp.GenerateCode(key.Reveal(), f.Now().Add(from)))(t)
	return secret.New(code)
}

func (f *fixture) get(t testing.TB, id agents.ID) agents.Agent {
	t.Helper()
	agent := check.Must(f.Get(t.Context(), id))(t)
	return agent
}

func self(agent agents.Agent) agents.By {
	return agents.By{Name: string(agent.Name), Via: audit.ViaConsole, From: "192.0.2.7"}
}

func same(t testing.TB, got, want any) {
	t.Helper()
	check.Same(t, got, want, cmpopts.EquateEmpty())
}

func exampleNow() time.Time { return time.Date(2026, 8, 31, 12, 0, 0, 0, time.UTC) }

func exampleContext() context.Context { return context.Background() }

func exampleConfig(store agents.Store, mailer agents.Mailer) agents.Config {
	keys, err := secret.ParseKeyring("2026a:q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=")
	if err != nil {
		panic(err)
	}
	hasher, err := hash.New(hash.Config{Keys: keys, AtOnce: 2, Waiting: 64})
	if err != nil {
		panic(err)
	}
	return agents.Config{
		Store: store, Hasher: hasher, Keys: keys, Mailer: mailer, Audit: &testkit.Trail{}, LinkURL: linkURL, Now: exampleNow,
	}
}

func ExampleAgents() {
	db, end := testkit.Embedded()
	defer end()
	var inbox testkit.Mail
	all, err := agents.New(exampleConfig(db.Agents(), &inbox))
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := exampleContext()
	root := agents.By{Name: "command line: root", Via: audit.ViaCommandLine}
	ann, err := all.Invite(ctx, root, agents.Invitee{
		Name: "ann", FullName: "Ann Olson", Email: "ann@example.com", Role: agents.RoleAgent,
	})
	fmt.Println(ann.Name, ann.State, err)

	token := secret.New(strings.TrimPrefix(inbox.All()[0].Link.Reveal(), linkURL))
	_, err = all.UseLink(ctx, agents.By{Via: audit.ViaConsole}, token, secret.New("ann.olson2026"))
	fmt.Println(err)
	ann, err = all.UseLink(ctx, agents.By{Via: audit.ViaConsole}, token, secret.New("wagon lichen thirsty plum"))
	fmt.Println(ann.State, ann.Next(), err)
	deadline, then := ann.Deadline(exampleNow())
	fmt.Println(then, "on", deadline.Format(time.DateOnly), "if unused")
	// Output:
	// ann invited <nil>
	// This password is made of your own name, user name or e-mail address, or of our name. Four or more words that have nothing to do with each other make a good password.
	// active factor <nil>
	// deactivated on 2027-02-28 if unused
}

func TestNothingPrintsASecret(t *testing.T) {
	f := newFixture(t)
	agent := f.withApp(t, bob())
	ok(t, check.Err(f.Reinvite(t.Context(), byRoot, "bob")))
	token, message := f.Mail.Token(t), f.Mail.Last(t)
	app := check.Must(f.NewApp(agent))(t)
	stored := check.Must(f.AgentStore().Load(t.Context(), agent.ID))(t)
	_, weak := f.ChangePassword(t.Context(), self(agent), agent.ID, goodPassword, secret.New("password1234"))
	_, wrong := f.ChangePassword(t.Context(), self(agent), agent.ID, otherPassword, otherPassword)
	f.Calls.Fail("Mail", errBroken)
	_, unsent := f.Reinvite(t.Context(), byRoot, "bob")
	_, code := f.ConfirmApp(t.Context(), self(agent), agent.ID, app.Key, secret.New("000000"))
	for name, value := range map[string]any{
		"agent": agent, "pointer": &agent, "message": message, "app": app, "stored": stored, "agents": *f.Agents, "config": f.AgentsConfig(),
		"weak": weak, "wrong": wrong, "unsent": unsent, "code": code, "audit": f.Audit.Lines(), "log": f.Log.String(),
	} {
		logtest.Hides(t, name, logtest.Shown(value), goodPassword.Reveal(), otherPassword.Reveal(), "password1234",
			token.Reveal(), agent.AppKey.Reveal(), app.Key.Reveal())
	}
}

func TestErrorsQuoteNothing(t *testing.T) {
	f := newFixture(t)
	agent := f.active(t, bob())
	given := secret.New("Zyxwvut 83746591\x01")
	hidden := []string{"Zyxwvut", "83746591"}
	_, name := agents.ParseUserName(given.Reveal())

	_, link := f.Open(t.Context(), given)
	_, use := f.UseLink(t.Context(), self(agent), given, given)
	_, invitee := f.Invite(t.Context(), byRoot, agents.Invitee{Name: given.Reveal()})
	_, profile := f.UpdateProfile(t.Context(), self(agent), agent.ID, agents.Profile{FullName: given.Reveal()})
	_, email := f.UpdateProfile(t.Context(), self(agent), agent.ID, agents.Profile{FullName: "B", Email: given.Reveal()})
	_, phone := f.UpdateProfile(t.Context(), self(agent), agent.ID, agents.Profile{FullName: "B", Email: "b@example.com", Phone: given.Reveal()})
	_, password := f.ChangePassword(t.Context(), self(agent), agent.ID, goodPassword, given)
	_, role := f.SetRole(t.Context(), byRoot, "bob", agents.Role(given.Reveal()))
	for i, err := range []error{name, link, use, invitee, profile, email, phone, password, role} {
		if err == nil {
			t.Errorf("%d: no error", i)
			continue
		}
		logtest.Hides(t, "error", err.Error(), hidden...)
	}
}

// Of a deleted profile nothing personal is left, not even in the store.
func TestNothingIsLeftOfTheDeleted(t *testing.T) {
	f := newFixture(t)
	agent := f.withApp(t, bob())
	f.Set(agents.AddMonths(f.Now(), 12))
	ok(t, f.Sweep(t.Context()))
	stored := check.Must(f.AgentStore().Load(t.Context(), agent.ID))(t)
	plaintext := check.Must(testkit.Keys("2026a").Open(stored.Sealed, []byte("agent "+string(agent.ID)+" bob")))(t)
	same(t, string(plaintext), `{"v":1,"state":"deleted","since":"2027-03-01T12:00:00Z","epoch":`+fmt.Sprint(agent.Epoch+1)+`}`)
}
