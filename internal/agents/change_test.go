package agents_test

import (
	"context"
	"testing"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
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
