package agents_test

import (
	"fmt"
	"testing"

	"updatecenter/internal/agents"
	"updatecenter/internal/logtest"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
)

func TestNothingPrintsASecret(t *testing.T) {
	f := newFixture(t)
	agent := f.withApp(t, bob())
	_, err := f.Reinvite(t.Context(), byRoot, "bob")
	ok(t, err)
	token, message := f.Mail.Token(t), f.Mail.Last(t)
	app, err := f.NewApp(agent)
	ok(t, err)
	stored, err := f.AgentStore().Load(t.Context(), agent.ID)
	ok(t, err)
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
	_, id := agents.ParseID(given.Reveal())
	_, link := f.Open(t.Context(), given)
	_, use := f.UseLink(t.Context(), self(agent), given, given)
	_, invitee := f.Invite(t.Context(), byRoot, agents.Invitee{Name: given.Reveal()})
	_, profile := f.UpdateProfile(t.Context(), self(agent), agent.ID, agents.Profile{FullName: given.Reveal()})
	_, email := f.UpdateProfile(t.Context(), self(agent), agent.ID, agents.Profile{FullName: "B", Email: given.Reveal()})
	_, phone := f.UpdateProfile(t.Context(), self(agent), agent.ID, agents.Profile{FullName: "B", Email: "b@example.com", Phone: given.Reveal()})
	_, password := f.ChangePassword(t.Context(), self(agent), agent.ID, goodPassword, given)
	_, role := f.SetRole(t.Context(), byRoot, "bob", agents.Role(given.Reveal()))
	for i, err := range []error{name, id, link, use, invitee, profile, email, phone, password, role} {
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
	stored, err := f.AgentStore().Load(t.Context(), agent.ID)
	ok(t, err)
	plaintext, err := testkit.Keys("2026a").Open(stored.Sealed, []byte("agent "+string(agent.ID)+" bob"))
	ok(t, err)
	same(t, string(plaintext), `{"v":1,"state":"deleted","since":"2027-03-01T12:00:00Z","epoch":`+fmt.Sprint(agent.Epoch+1)+`}`)
}
