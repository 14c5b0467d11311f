package agents_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/agents"
)

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
	_, err := f.SignedIn(t.Context(), agent.ID)
	ok(t, err)
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
