package agents_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

func TestDeactivateAndReactivate(t *testing.T) {
	f := newFixture(t)
	agent := f.active(t, bob())
	f.Pass(time.Hour)
	after := check.Must(f.Deactivate(t.Context(), byRoot, "bob"))(t)
	same(t, []any{after.State, after.Since, after.Epoch}, []any{agents.Deactivated, f.Now(), agent.Epoch + 1})
	again := check.Must(f.Deactivate(t.Context(), byRoot, "bob"))(t)
	same(t, again, after)
	is(t, check.Err(f.Reinvite(t.Context(), byRoot, "bob")), agents.ErrDeactivated)
	is(t, check.Err(f.SignedIn(t.Context(), agent.ID)), agents.ErrDeactivated)
	is(t, check.Err(f.ChooseEmail(t.Context(), self(agent), agent.ID)), agents.ErrDeactivated)
	f.Pass(time.Hour)
	after = check.Must(f.Reactivate(t.Context(), byRoot, "bob"))(t)
	same(t, []any{after.State, after.Since, after.Epoch, after.SetUp()}, []any{agents.Active, f.Now(), agent.Epoch + 2, true})
	same(t, f.Audit.Lines(), []string{"root agent-deactivated agent bob", "root agent-reactivated agent bob"})
}

// Failures are counted from Since: one who is locked out is let in by being reactivated.
func TestReactivateWhoIsActive(t *testing.T) {
	f := newFixture(t)
	f.active(t, bob())
	f.Pass(time.Hour)
	after := check.Must(f.Reactivate(t.Context(), byRoot, "bob"))(t)
	same(t, []any{after.State, after.Since}, []any{agents.Active, f.Now()})
	f.invited(t, named("carl", agents.RoleAgent))
	carl := check.Must(f.Reactivate(t.Context(), byRoot, "carl"))(t)
	same(t, carl.State, agents.Invited)
	is(t, check.Err(f.Reactivate(t.Context(), byRoot, "dora")), agents.ErrNoAgent)
}

func TestTheLastAdministrator(t *testing.T) {
	f := newFixture(t)
	f.active(t, named("root", agents.Administrator))
	f.invited(t, named("later", agents.Administrator)) // who can't do anything yet
	is(t, check.Err(f.Deactivate(t.Context(), byRoot, "root")), agents.ErrLastAdministrator)
	is(t, check.Err(f.SetRole(t.Context(), byRoot, "root", agents.Supervisor)), agents.ErrLastAdministrator)
	root := check.Must(f.SetRole(t.Context(), byRoot, "root", agents.Administrator))(t)
	same(t, root.State, agents.Active)
	ok(t, check.Err(f.Deactivate(t.Context(), byRoot, "later")))

	f.active(t, named("other", agents.Administrator))
	after := check.Must(f.SetRole(t.Context(), byRoot, "root", agents.RoleAgent))(t)
	same(t, []any{after.Role, after.Epoch}, []any{agents.RoleAgent, root.Epoch + 1})
	is(t, check.Err(f.Deactivate(t.Context(), byRoot, "other")), agents.ErrLastAdministrator)
	is(t, check.Err(f.SetRole(t.Context(), byRoot, "root", "owner")), agents.ErrField)
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
		all := check.Must(f.List(t.Context()))(t)
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
		ok(t, check.Err(f.Deactivate(t.Context(), byRoot, "two")))
	})
	is(t, check.Err(f.Deactivate(t.Context(), byRoot, "one")), agents.ErrLastAdministrator)
	after := f.get(t, one.ID)
	same(t, []any{after.State, after.Role, after.Since}, []any{agents.Active, agents.Administrator, one.Since})
	lines := f.Audit.Lines()
	same(t, lines[len(lines)-1], "root agent-deactivated agent one taken back: the last administrator")
}

func TestRecreate(t *testing.T) {
	f := newFixture(t)
	f.active(t, bob())
	is(t, check.Err(f.Recreate(t.Context(), byRoot, "bob", named("bob2", agents.RoleAgent))), agents.ErrNotDeleted)
	f.Set(agents.AddMonths(f.Now(), 12))
	for range 2 { // also before a sweep has written it down
		is(t, check.Err(f.Recreate(t.Context(), byRoot, "bob", bob())), agents.ErrTaken)
		is(t, check.Err(f.Reactivate(t.Context(), byRoot, "bob")), agents.ErrDeleted)
		is(t, check.Err(f.Deactivate(t.Context(), byRoot, "bob")), agents.ErrDeleted)
		ok(t, f.Sweep(t.Context()))
	}
	f.Audit.Take()
	agent := check.Must(f.Recreate(t.Context(), byRoot, "bob", named("bob2", agents.Supervisor)))(t)
	same(t, []any{agent.Name, agent.State}, []any{agents.UserName("bob2"), agents.Invited})
	same(t, f.Audit.Lines(), []string{"root agent-recreated agent bob2 supervisor, was bob"})
	same(t, f.Mail.Kinds(), []string{"invitation bob@example.com"})
}

func TestEndSessionsAndSignedIn(t *testing.T) {
	f := newFixture(t)
	agent := f.active(t, bob())
	after := check.Must(f.EndSessions(t.Context(), self(agent), agent.ID))(t)
	same(t, after.Epoch, agent.Epoch+1)
	f.Pass(time.Hour)
	after = check.Must(f.SignedIn(t.Context(), agent.ID))(t)
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
		ok(t, check.Err(f.Require(t.Context(), byRoot, "bob", agents.Email)))
	})
	after := check.Must(f.SetRole(t.Context(), byRoot, "bob", agents.Supervisor))(t)
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
	ok(t, check.Err(f.EndSessions(t.Context(), agents.By{Via: audit.ViaConsole}, agent.ID)))
	same(t, f.Audit.Lines(), []string{"unknown signed-out-everywhere agent bob"})
}

func TestNobody(t *testing.T) {
	f := newFixture(t)
	const nobody = "agt_aaaaaaaaaaaaaaaaaaaaaaaaaa"
	is(t, check.Err(f.Get(t.Context(), nobody)), agents.ErrNoAgent)
	is(t, check.Err(f.UseCode(t.Context(), nobody, secret.New("123456"))), agents.ErrNoAgent)
	is(t, check.Err(f.Deactivate(t.Context(), byRoot, "nobody")), agents.ErrNoAgent)
}

func day(text string) time.Time {
	at, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		panic(err)
	}
	return at
}

func TestAddMonths(t *testing.T) {
	for _, test := range []struct {
		from   string
		months int
		want   string
	}{
		{"2026-03-01 12:00", 6, "2026-09-01 12:00"},
		{"2026-08-31 23:59", 6, "2027-02-28 23:59"},
		{"2027-08-31 00:00", 6, "2028-02-29 00:00"}, // a leap year
		{"2028-02-29 00:00", 6, "2028-08-29 00:00"},
		{"2028-02-29 00:00", 12, "2029-02-28 00:00"},
		{"2026-12-31 08:00", 6, "2027-06-30 08:00"},
		{"2026-10-31 08:00", 6, "2027-04-30 08:00"},
		{"2099-09-30 08:00", 6, "2100-03-30 08:00"}, // 2100 is no leap year
		{"2099-08-30 08:00", 6, "2100-02-28 08:00"},
	} {
		same(t, agents.AddMonths(day(test.from), test.months), day(test.want))
	}
	chicago := time.FixedZone("CST", -6*3600)
	same(t, agents.AddMonths(time.Date(2026, 8, 30, 20, 0, 0, 0, chicago), 6), day("2027-02-28 02:00"))
}

func TestStateAt(t *testing.T) {
	active := agents.Agent{State: agents.Active, Since: day("2026-08-31 10:00")}
	signedIn := active
	signedIn.LastSignIn = day("2027-01-15 09:00")
	reactivated := agents.Agent{State: agents.Active, Since: day("2027-01-15 09:00"), LastSignIn: day("2026-01-01 00:00")}
	off := agents.Agent{State: agents.Deactivated, Since: day("2027-02-28 10:00"), LastSignIn: day("2027-01-15 09:00")}
	invited := agents.Agent{State: agents.Invited, Since: day("2026-08-31 10:00")}
	for _, test := range []struct {
		agent agents.Agent
		at    string
		want  agents.State
	}{
		{active, "2026-08-31 10:00", agents.Active}, {active, "2027-02-28 09:59", agents.Active},
		{active, "2027-02-28 10:00", agents.Deactivated}, {active, "2027-08-28 09:59", agents.Deactivated},
		{active, "2027-08-28 10:00", agents.Deleted}, {active, "2099-01-01 00:00", agents.Deleted},
		{signedIn, "2027-07-15 08:59", agents.Active}, {signedIn, "2027-07-15 09:00", agents.Deactivated},
		{signedIn, "2028-01-15 08:59", agents.Deactivated}, {signedIn, "2028-01-15 09:00", agents.Deleted},
		{reactivated, "2027-07-15 08:59", agents.Active}, {reactivated, "2027-07-15 09:00", agents.Deactivated},
		{off, "2027-03-01 00:00", agents.Deactivated}, {off, "2027-08-28 10:00", agents.Deleted},
		{invited, "2027-02-28 09:59", agents.Invited}, {invited, "2027-02-28 10:00", agents.Deactivated},
		{agents.Agent{State: agents.Deleted, Since: day("2020-01-01 00:00")}, "2020-01-01 00:00", agents.Deleted},
	} {
		if got := test.agent.StateAt(day(test.at)); got != test.want {
			t.Errorf("%s since %s, at %s: %s, want %s", test.agent.State, test.agent.Since, test.at, got, test.want)
		}
	}
}

// A year in which nobody signs in, by the clock.
func TestAYearUnused(t *testing.T) {
	f := newFixture(t)
	f.Set(day("2026-08-31 10:00"))
	agent := f.active(t, bob())
	sweepAt := func(at string) {
		t.Helper()
		f.Set(day(at))
		ok(t, f.Sweep(t.Context()))
		ok(t, f.Sweep(t.Context()))
	}
	sweepAt("2027-01-29 09:59")
	same(t, len(f.Mail.Kinds()), 0)
	sweepAt("2027-01-29 10:00") // 30 days before February 28
	same(t, f.Mail.Kinds(), []string{"deactivation-soon bob@example.com"})
	same(t, f.Mail.Last(t).On, day("2027-02-28 10:00"))
	sweepAt("2027-02-28 09:59")
	same(t, f.get(t, agent.ID).State, agents.Active)
	sweepAt("2027-02-28 17:00")
	now := f.get(t, agent.ID)
	same(t, []any{now.State, now.Since, now.Epoch}, []any{agents.Deactivated, day("2027-02-28 10:00"), agent.Epoch + 1})
	sweepAt("2027-07-29 09:59")
	same(t, f.Mail.Kinds(), []string{"deactivation-soon bob@example.com"})
	sweepAt("2027-07-29 10:00")
	same(t, f.Mail.Kinds(), []string{"deactivation-soon bob@example.com", "deletion-soon bob@example.com"})
	same(t, f.Mail.Last(t).On, day("2027-08-28 10:00"))
	sweepAt("2027-08-28 10:00")
	now = f.get(t, agent.ID)
	same(t, now, agents.Agent{
		ID: agent.ID, Name: "bob", Revision: now.Revision, State: agents.Deleted, Since: day("2027-08-28 10:00"), Epoch: agent.Epoch + 2,
	})
	sweepAt("2037-01-01 00:00")
	same(t, f.get(t, agent.ID), now)
	same(t, f.Audit.Lines(), []string{"system agent-deactivated agent bob unused", "system agent-deleted agent bob unused"})
	same(t, len(f.Mail.Kinds()), 2)
}

// Who signs in after the e-mail has six months again, and another e-mail before their end.
func TestSigningInAfterTheWarning(t *testing.T) {
	f := newFixture(t)
	f.Set(day("2026-03-01 12:00"))
	agent := f.active(t, bob())
	f.Set(day("2026-08-15 12:00"))
	ok(t, f.Sweep(t.Context()))
	ok(t, check.Err(f.SignedIn(t.Context(), agent.ID)))
	f.Set(day("2026-09-02 12:00"))
	ok(t, f.Sweep(t.Context()))
	same(t, f.get(t, agent.ID).StateAt(f.Now()), agents.Active)
	f.Set(day("2027-01-16 12:00"))
	ok(t, f.Sweep(t.Context()))
	same(t, len(f.Mail.Kinds()), 2)
}

// Two servers, ten times at once: one e-mail, one record.
func TestSweepingAtOnce(t *testing.T) {
	f := newFixture(t)
	f.active(t, bob())
	both := func(at time.Time) {
		f.Set(at)
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() { ok(t, f.Sweep(t.Context())) })
		}
		group.Wait()
	}
	start := f.Now()
	both(agents.AddMonths(start, 6).AddDate(0, 0, -30))
	same(t, f.Mail.Kinds(), []string{"deactivation-soon bob@example.com"})
	both(agents.AddMonths(start, 6))
	both(agents.AddMonths(start, 12))
	state := f.Audit.Lines()
	if last := state[len(state)-1]; !strings.Contains(last, "agent-deleted") {
		t.Errorf("recorded last: %s", last)
	}
}

func TestAWarningThatFailsIsSentAgain(t *testing.T) {
	f := newFixture(t)
	f.active(t, bob())
	f.active(t, named("carl", agents.RoleAgent))
	f.Set(agents.AddMonths(f.Now(), 6).AddDate(0, 0, -20))
	f.Calls.Fail("Mail", errBroken)
	err := f.Sweep(t.Context())
	is(t, err, errBroken)
	same(t, strings.Count(err.Error(), "send warning"), 2)
	f.Calls.Mend("Mail")
	f.Pass(9 * time.Minute) // the server that failed may still be at it
	ok(t, f.Sweep(t.Context()))
	same(t, len(f.Mail.Kinds()), 0)
	f.Pass(time.Minute)
	ok(t, f.Sweep(t.Context()))
	ok(t, f.Sweep(t.Context()))
	same(t, len(f.Mail.Kinds()), 2)
}

// A server that dies once the e-mail is sent, before it noted that: twice is better than never.
func TestAServerThatDiesAfterTheWarning(t *testing.T) {
	f := newFixture(t)
	f.active(t, bob())
	f.Set(agents.AddMonths(f.Now(), 6).AddDate(0, 0, -30))
	f.Calls.AfterNext("Agents.Save", func() { f.Calls.Fail("Agents.Save", errBroken) }) // the first is the claim
	is(t, f.Sweep(t.Context()), errBroken)
	f.Calls.Mend("Agents.Save")
	f.Pass(time.Hour)
	ok(t, f.Sweep(t.Context()))
	f.Pass(time.Hour)
	ok(t, f.Sweep(t.Context()))
	same(t, len(f.Mail.Kinds()), 2)
}

// Nothing is swept that can't be recorded; a profile that can't be read hinders no others.
func TestSweepGoesOn(t *testing.T) {
	f := newFixture(t)
	agent := f.active(t, bob())
	ok(t, f.AgentStore().Create(t.Context(), agents.Stored{ID: "agt_aaaaaaaaaaaaaaaaaaaaaaaaaa", Name: "aaa", Revision: 1, Sealed: []byte("?")}))
	f.Set(agents.AddMonths(f.Now(), 6))
	f.Calls.Fail("Record", errBroken)
	is(t, f.Sweep(t.Context()), errBroken)
	same(t, f.get(t, agent.ID).State, agents.Active)
	f.Calls.Mend("Record")
	ok(t, f.Sweep(t.Context()))
	same(t, f.get(t, agent.ID).State, agents.Deactivated)
	if !strings.Contains(f.Log.String(), "agent left out") {
		t.Error("a profile that can't be read isn't logged")
	}
}
