package agents_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/secret"
)

func TestDeactivateAndReactivate(t *testing.T) {
	f := newFixture(t)
	agent := f.active(t, bob())
	f.Pass(time.Hour)
	after, err := f.Deactivate(t.Context(), byRoot, "bob")
	ok(t, err)
	same(t, []any{after.State, after.Since, after.Epoch}, []any{agents.Deactivated, f.Now(), agent.Epoch + 1})
	again, err := f.Deactivate(t.Context(), byRoot, "bob")
	ok(t, err)
	same(t, again, after)
	_, err = f.Reinvite(t.Context(), byRoot, "bob")
	is(t, err, agents.ErrDeactivated)
	_, err = f.SignedIn(t.Context(), agent.ID)
	is(t, err, agents.ErrDeactivated)
	_, err = f.ChooseEmail(t.Context(), self(agent), agent.ID)
	is(t, err, agents.ErrDeactivated)
	f.Pass(time.Hour)
	after, err = f.Reactivate(t.Context(), byRoot, "bob")
	ok(t, err)
	same(t, []any{after.State, after.Since, after.Epoch, after.SetUp()}, []any{agents.Active, f.Now(), agent.Epoch + 2, true})
	same(t, f.Audit.Lines(), []string{"root agent-deactivated agent bob", "root agent-reactivated agent bob"})
}

// Failures are counted from Since: one who is locked out is let in by being reactivated.
func TestReactivateWhoIsActive(t *testing.T) {
	f := newFixture(t)
	f.active(t, bob())
	f.Pass(time.Hour)
	after, err := f.Reactivate(t.Context(), byRoot, "bob")
	ok(t, err)
	same(t, []any{after.State, after.Since}, []any{agents.Active, f.Now()})
	f.invited(t, named("carl", agents.RoleAgent))
	carl, err := f.Reactivate(t.Context(), byRoot, "carl")
	ok(t, err)
	same(t, carl.State, agents.Invited)
	_, err = f.Reactivate(t.Context(), byRoot, "dora")
	is(t, err, agents.ErrNoAgent)
}

func TestTheLastAdministrator(t *testing.T) {
	f := newFixture(t)
	f.active(t, named("root", agents.Administrator))
	f.invited(t, named("later", agents.Administrator)) // who can't do anything yet
	_, err := f.Deactivate(t.Context(), byRoot, "root")
	is(t, err, agents.ErrLastAdministrator)
	_, err = f.SetRole(t.Context(), byRoot, "root", agents.Supervisor)
	is(t, err, agents.ErrLastAdministrator)
	root, err := f.SetRole(t.Context(), byRoot, "root", agents.Administrator)
	ok(t, err)
	same(t, root.State, agents.Active)
	_, err = f.Deactivate(t.Context(), byRoot, "later")
	ok(t, err)

	f.active(t, named("other", agents.Administrator))
	after, err := f.SetRole(t.Context(), byRoot, "root", agents.RoleAgent)
	ok(t, err)
	same(t, []any{after.Role, after.Epoch}, []any{agents.RoleAgent, root.Epoch + 1})
	_, err = f.Deactivate(t.Context(), byRoot, "other")
	is(t, err, agents.ErrLastAdministrator)
	_, err = f.SetRole(t.Context(), byRoot, "root", "owner")
	is(t, err, agents.ErrField)
}

// Two who take the role from each other at the same moment can't both succeed.
func TestTheLastAdministratorsAtOnce(t *testing.T) {
	for range 10 {
		f := newFixture(t)
		f.active(t, named("one", agents.Administrator))
		f.active(t, named("two", agents.Administrator))
		var group sync.WaitGroup
		for _, name := range []agents.UserName{"one", "two"} {
			group.Go(func() { _, _ = f.SetRole(t.Context(), byRoot, name, agents.RoleAgent) })
		}
		group.Wait()
		all, err := f.List(t.Context())
		ok(t, err)
		if all[0].Role != agents.Administrator && all[1].Role != agents.Administrator {
			t.Fatal("no administrator is left")
		}
	}
}

// The other one goes between the look and the deed: it is taken back, and recorded.
func TestTheLastAdministratorIsRestored(t *testing.T) {
	f := newFixture(t)
	one := f.active(t, named("one", agents.Administrator))
	f.active(t, named("two", agents.Administrator))
	f.Calls.BeforeNext("Agents.Save", func() {
		_, err := f.Deactivate(t.Context(), byRoot, "two")
		ok(t, err)
	})
	_, err := f.Deactivate(t.Context(), byRoot, "one")
	is(t, err, agents.ErrLastAdministrator)
	after := f.get(t, one.ID)
	same(t, []any{after.State, after.Role, after.Since}, []any{agents.Active, agents.Administrator, one.Since})
	lines := f.Audit.Lines()
	same(t, lines[len(lines)-1], "root agent-deactivated agent one taken back: the last administrator")
}

func TestRecreate(t *testing.T) {
	f := newFixture(t)
	f.active(t, bob())
	_, err := f.Recreate(t.Context(), byRoot, "bob", named("bob2", agents.RoleAgent))
	is(t, err, agents.ErrNotDeleted)
	f.Set(agents.AddMonths(f.Now(), 12))
	for range 2 { // also before a sweep has written it down
		_, err = f.Recreate(t.Context(), byRoot, "bob", bob())
		is(t, err, agents.ErrTaken)
		_, err = f.Reactivate(t.Context(), byRoot, "bob")
		is(t, err, agents.ErrDeleted)
		_, err = f.Deactivate(t.Context(), byRoot, "bob")
		is(t, err, agents.ErrDeleted)
		ok(t, f.Sweep(t.Context()))
	}
	f.Audit.Take()
	agent, err := f.Recreate(t.Context(), byRoot, "bob", named("bob2", agents.Supervisor))
	ok(t, err)
	same(t, []any{agent.Name, agent.State}, []any{agents.UserName("bob2"), agents.Invited})
	same(t, f.Audit.Lines(), []string{"root agent-recreated agent bob2 supervisor, was bob"})
	same(t, f.Mail.Kinds(), []string{"invitation bob@example.com"})
}

func TestEndSessionsAndSignedIn(t *testing.T) {
	f := newFixture(t)
	agent := f.active(t, bob())
	after, err := f.EndSessions(t.Context(), self(agent), agent.ID)
	ok(t, err)
	same(t, after.Epoch, agent.Epoch+1)
	f.Pass(time.Hour)
	after, err = f.SignedIn(t.Context(), agent.ID)
	ok(t, err)
	same(t, []any{after.LastSignIn, after.Epoch}, []any{f.Now(), agent.Epoch + 1})
}

func TestAlert(t *testing.T) {
	f := newFixture(t)
	f.active(t, bob())
	f.invited(t, named("carl", agents.Supervisor))
	f.active(t, named("sue", agents.Supervisor))
	f.active(t, named("root", agents.Administrator))
	ok(t, f.Alert(t.Context(), "bob: 30 calls in an hour"))
	same(t, f.Mail.Kinds(), []string{"limit-alert bob@example.com", "limit-alert bob@example.com"})
	same(t, f.Mail.Last(t).Detail, "bob: 30 calls in an hour")
	f.Calls.Fail("Mail", errBroken)
	is(t, f.Alert(t.Context(), "x"), errBroken)
}

// A change that meets another starts over on what is there then, and is recorded once.
func TestChangesThatMeet(t *testing.T) {
	f := newFixture(t)
	agent := f.active(t, bob())
	f.Calls.BeforeNext("Agents.Save", func() {
		_, err := f.Require(t.Context(), byRoot, "bob", agents.Email)
		ok(t, err)
	})
	after, err := f.SetRole(t.Context(), byRoot, "bob", agents.Supervisor)
	ok(t, err)
	same(t, []any{after.Role, after.Required, after.Epoch}, []any{agents.Supervisor, agents.Email, agent.Epoch + 1})
	same(t, f.Audit.Lines(), []string{"root role-changed agent bob supervisor", "root factor-required agent bob email"})
}

func TestUserNames(t *testing.T) {
	for given, want := range map[string]agents.UserName{
		"ann": "ann", " Ann.Olson-2_x\n": "ann.olson-2_x", "A" + strings.Repeat("1", 31): agents.UserName("a" + strings.Repeat("1", 31)),
		"an": "", "1ann": "", "a" + strings.Repeat("1", 32): "", "ann olson": "", "änn": "", "\u212aurt": "", "": "", "ann\x00": "", ".ann": "",
	} {
		got, err := agents.ParseUserName(given)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", given, got, err, want)
		}
	}
}

func TestNew(t *testing.T) {
	f := newFixture(t)
	for _, url := range []string{"", "/welcome/", "https:///welcome/", "ftp://example.com/", "https://example.com/?t=", "https://example.com/#", "%"} {
		config := f.AgentsConfig()
		if config.LinkURL = url; url == "https://example.com/#" {
			config.LinkURL += "x"
		}
		if _, err := agents.New(config); err == nil {
			t.Errorf("%q is taken for a URL", url)
		}
	}
	config := f.AgentsConfig()
	config.Issuer = strings.Repeat("x", 61)
	if _, err := agents.New(config); err == nil {
		t.Error("an endless name is taken")
	}
}

// Without a name it is known only that somebody did it.
func TestByNobody(t *testing.T) {
	f := newFixture(t)
	agent := f.active(t, bob())
	_, err := f.EndSessions(t.Context(), agents.By{Via: audit.ViaConsole}, agent.ID)
	ok(t, err)
	same(t, f.Audit.Lines(), []string{"unknown signed-out-everywhere agent bob"})
}

func TestNobody(t *testing.T) {
	f := newFixture(t)
	const nobody = "agt_aaaaaaaaaaaaaaaaaaaaaaaaaa"
	_, err := f.Get(t.Context(), nobody)
	is(t, err, agents.ErrNoAgent)
	_, err = f.UseCode(t.Context(), nobody, secret.New("123456"))
	is(t, err, agents.ErrNoAgent)
	_, err = f.Deactivate(t.Context(), byRoot, "nobody")
	is(t, err, agents.ErrNoAgent)
}
