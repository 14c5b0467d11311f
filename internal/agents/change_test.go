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

// in is the agent in person, in the session that began with the profile as it is here.
func in(agent agents.Agent) agents.By {
	by := self(agent)
	by.Epoch = agent.Epoch
	return by
}

// What agents do about their own profile, from the session of a profile as it once was.
func (f *fixture) ownChanges(t *testing.T, of agents.Agent) map[string]func() error {
	t.Helper()
	app := check.Must(f.NewApp(of))(t)
	code := f.code(t, app.Key, 0)
	profile := agents.Profile{FullName: "Bob Berg", Email: "thief@example.com"}
	return map[string]func() error{
		"ConfirmApp":    func() error { _, err := f.ConfirmApp(t.Context(), in(of), of.ID, app.Key, code); return err },
		"ChooseEmail":   func() error { _, err := f.ChooseEmail(t.Context(), in(of), of.ID); return err },
		"UpdateProfile": func() error { _, err := f.UpdateProfile(t.Context(), in(of), of.ID, profile); return err },
		"ChangePassword": func() error {
			_, err := f.ChangePassword(t.Context(), in(of), of.ID, goodPassword, otherPassword)
			return err
		},
	}
}

func TestAnOutdatedSessionChangesNothing(t *testing.T) {
	f := newFixture(t)
	agent := f.active(t, bob())
	after := check.Must(f.EndSessions(t.Context(), self(agent), agent.ID))(t)
	f.Audit.Take()
	for name, do := range f.ownChanges(t, agent) {
		t.Log(name)
		is(t, do(), agents.ErrStaleSession)
	}
	same(t, f.get(t, agent.ID), after)
	same(t, len(f.Audit.Lines()), 0)
	same(t, len(f.Mail.Kinds()), 0)
	for name := range f.ownChanges(t, agent) {
		t.Log(name)
		ok(t, f.ownChanges(t, f.get(t, agent.ID))[name]())
	}
}

// Also if the session ends only between the look at the profile and the change.
func TestASessionThatEndsMeanwhileChangesNothing(t *testing.T) {
	f := newFixture(t)
	agent := f.active(t, bob())
	for name := range f.ownChanges(t, agent) {
		t.Log(name)
		var ended agents.Agent
		do := f.ownChanges(t, f.get(t, agent.ID))[name]
		f.Calls.BeforeNext("Agents.Save", func() {
			ended = check.Must(f.EndSessions(t.Context(), self(agent), agent.ID))(t)
		})
		is(t, do(), agents.ErrStaleSession)
		same(t, f.get(t, agent.ID), ended)
	}
}

func TestAnOutdatedSessionOfTheSetUp(t *testing.T) {
	f := newFixture(t)
	_, token := f.invited(t, bob())
	outdated := check.Must(f.UseLink(t.Context(), agents.By{Via: audit.ViaConsole}, token, goodPassword))(t)
	ok(t, check.Err(f.Reinvite(t.Context(), byRoot, "bob")))
	agent := check.Must(f.UseLink(t.Context(), agents.By{Via: audit.ViaConsole}, f.Mail.Token(t), otherPassword))(t)
	for name, do := range f.ownChanges(t, outdated) {
		t.Log(name)
		is(t, do(), agents.ErrStaleSession)
	}
	agent = check.Must(f.ChooseEmail(t.Context(), in(agent), agent.ID))(t)
	agent = check.Must(f.AcceptTerms(t.Context(), in(agent), agent.ID))(t)
	agent, err := f.UpdateProfile(t.Context(), in(agent), agent.ID, agents.Profile{FullName: "Bob", Email: "new@example.com"})
	ok(t, err)
	same(t, agent.SetUp(), true)
}

// Another address is another second factor for whoever gets codes there, or has yet to choose.
func TestAnotherAddressEndsSessions(t *testing.T) {
	f := newFixture(t)
	mailed, app := f.active(t, bob()), f.withApp(t, named("carl", agents.RoleAgent))
	_, token := f.invited(t, named("dora", agents.RoleAgent))
	begun := check.Must(f.UseLink(t.Context(), agents.By{Via: audit.ViaConsole}, token, goodPassword))(t)
	for _, test := range []struct {
		of      agents.Agent
		address string
		rise    int64
	}{{mailed, mailed.Email, 0}, {mailed, "new@example.com", 1}, {begun, "new@example.com", 1}, {app, "new@example.com", 0}} {
		after, err := f.UpdateProfile(t.Context(), in(test.of), test.of.ID, agents.Profile{FullName: "B", Email: test.address})
		ok(t, err)
		same(t, after.Epoch, test.of.Epoch+test.rise)
	}
}

// Who mistyped the own address gets no codes any more, and can't correct it.
func TestAnAdministratorCorrectsAnAddress(t *testing.T) {
	f := newFixture(t)
	root := f.active(t, named("root", agents.Administrator))
	agent := f.active(t, bob())
	agent, err := f.UpdateProfile(t.Context(), in(agent), agent.ID, agents.Profile{FullName: "Bob Berg", Email: "bbo@example.com"})
	ok(t, err)
	f.Mail.Forget()
	f.Audit.Take()
	by := in(root)
	by.Epoch += 7 // the profile is another's, and so is its epoch
	after, err := f.UpdateProfile(t.Context(), by, agent.ID, agents.Profile{FullName: "Bob Berg", Email: "bob@example.com"})
	ok(t, err)
	same(t, []any{after.Email, after.Epoch, after.SetUp()}, []any{"bob@example.com", agent.Epoch + 1, true})
	same(t, f.Mail.Kinds(), []string{"email-was-changed bbo@example.com"})
	same(t, f.Audit.Lines(), []string{"root profile-changed agent bob e-mail address"})
}

// A link lies in a mailbox, from where it must not undo what was changed after it was sent.
func TestAnOlderLinkIsDead(t *testing.T) {
	for _, name := range []string{"ConfirmApp", "ChooseEmail", "UpdateProfile", "ChangePassword"} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			agent := f.withApp(t, bob())
			ok(t, check.Err(f.Reinvite(t.Context(), byRoot, "bob")))
			token := f.Mail.Token(t)
			_, err := f.UpdateProfile(t.Context(), in(agent), agent.ID, agents.Profile{FullName: "Robert", Email: agent.Email})
			ok(t, err)
			_, err = f.Open(t.Context(), token)
			ok(t, err) // another name alone is nothing to it
			ok(t, f.ownChanges(t, agent)[name]())
			_, err = f.UseLink(t.Context(), agents.By{Via: audit.ViaConsole}, token, goodPassword)
			is(t, err, agents.ErrLink)
		})
	}
}

// The first factor replaces nothing: a link sent during the set-up still works after it.
func TestALinkSentDuringTheSetUp(t *testing.T) {
	f := newFixture(t)
	_, token := f.invited(t, bob())
	agent := check.Must(f.UseLink(t.Context(), agents.By{Via: audit.ViaConsole}, token, goodPassword))(t)
	ok(t, check.Err(f.Reinvite(t.Context(), byRoot, "bob")))
	ok(t, check.Err(f.ChooseEmail(t.Context(), in(agent), agent.ID)))
	ok(t, check.Err(f.Open(t.Context(), f.Mail.Token(t))))
}

const unknown = "it is not known whether it was done"

// What became of what was recorded is recorded as far as it is known, whoever has gone meanwhile.
func TestFailuresAreRecorded(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(*fixture, context.CancelFunc)
		want  string
		done  bool
	}{
		"the store fails":        {func(f *fixture, _ context.CancelFunc) { f.Calls.Fail("Agents.Save", errBroken) }, unknown, false},
		"its answers are lost":   {func(f *fixture, _ context.CancelFunc) { f.Calls.Lose("Agents.Save", errBroken) }, unknown, true},
		"the client goes before": {func(f *fixture, gone context.CancelFunc) { f.Calls.BeforeNext("Agents.Save", gone) }, unknown, false},
		"the client goes after": {func(f *fixture, gone context.CancelFunc) {
			f.Calls.AfterNext("Agents.Save", gone)
			f.Calls.LoseNext("Agents.Save", errBroken)
		}, unknown, true},
		"it has become impossible": {func(f *fixture, _ context.CancelFunc) { f.Calls.BeforeNext("Agents.Save", f.deactivateBob) }, "failed, not done", false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			agent := f.active(t, bob())
			ctx, gone := context.WithCancel(t.Context())
			defer gone()
			test.spoil(f, gone)
			_, err := f.SetRole(ctx, byRoot, "bob", agents.Supervisor)
			if err == nil {
				t.Fatal("no error")
			}
			same(t, f.get(t, agent.ID).Role == agents.Supervisor, test.done)
			lines := f.Audit.Lines()
			same(t, lines[0], "root role-changed agent bob supervisor")
			same(t, lines[len(lines)-1], "root role-changed agent bob "+test.want)
		})
	}
}

func (f *fixture) deactivateBob() { _, _ = f.Deactivate(context.Background(), byRoot, "bob") }

func TestAFailedInvitationIsRecorded(t *testing.T) {
	f := newFixture(t)
	f.Calls.Fail("Agents.Create", errBroken)
	is(t, check.Err(f.Invite(t.Context(), byRoot, bob())), errBroken)
	f.Calls.Mend("Agents.Create")
	f.Calls.BeforeNext("Agents.Create", func() { f.invited(t, bob()) })
	is(t, check.Err(f.Invite(t.Context(), byRoot, bob())), agents.ErrTaken)
	same(t, f.Audit.Lines(), []string{
		"root agent-invited agent bob agent", "root agent-invited agent bob " + unknown,
		"root agent-invited agent bob agent", "root agent-invited agent bob agent", "root agent-invited agent bob failed, not done",
	})
}

// Who hangs up once the deed is done can't keep its owner from being told.
func TestTheOwnerIsToldAfterTheClientHasGone(t *testing.T) {
	f := newFixture(t)
	agent := f.active(t, bob())
	ctx, gone := context.WithCancel(t.Context())
	defer gone()
	f.Calls.AfterNext("Agents.Save", gone)
	ok(t, check.Err(f.ChangePassword(ctx, in(agent), agent.ID, goodPassword, otherPassword)))
	same(t, f.Mail.Kinds(), []string{"password-was-changed bob@example.com"})
}

// The last administrator is put back though the client has gone, the answer of the store was lost,
// and the deed has ended the own session.
func TestTheLastAdministratorIsRestoredAfterTheClientHasGone(t *testing.T) {
	for name, lose := range map[string]bool{"done": false, "answer lost": true} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			one := f.active(t, named("one", agents.Administrator))
			f.active(t, named("two", agents.Administrator))
			ctx, gone := context.WithCancel(t.Context())
			defer gone()
			f.Calls.BeforeNext("Agents.Save", func() {
				ok(t, check.Err(f.Deactivate(t.Context(), byRoot, "two")))
				f.Calls.AfterNext("Agents.Save", gone)
				if lose {
					f.Calls.LoseNext("Agents.Save", errBroken)
				}
			})
			is(t, check.Err(f.SetRole(ctx, in(one), "one", agents.RoleAgent)), agents.ErrLastAdministrator)
			same(t, f.get(t, one.ID).Role, agents.Administrator)
			lines := f.Audit.Lines()
			same(t, lines[len(lines)-1], "one role-changed agent one taken back: the last administrator")
		})
	}
}

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
	// This password is made of your own name, user name, e-mail address or telephone number, or of our name. Four or more words that have nothing to do with each other make a good password.
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
