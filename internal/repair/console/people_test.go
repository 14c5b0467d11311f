package console_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"updatecenter/internal/agents"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
	"updatecenter/internal/repair/console"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

func secretOf(t *testing.T, setUp string) string {
	t.Helper()
	parsed, err := url.Parse(setUp)
	check.OK(t, err)
	return parsed.Query().Get("secret")
}

func TestInvite(t *testing.T) {
	s := newShop(t)
	b := s.of("ada")
	b.get("/repair/invite").says(http.StatusOK, "Invite somebody", "INVITE")
	b.post("/repair/invite", "name", "ann", "full_name", "Ann Two", "email", "ann2@mail.example.com", "role", "agent").
		says(http.StatusUnprocessableEntity, "somebody else’s").has(`value="Ann Two"`)
	b.post("/repair/invite", "name", "9lives", "full_name", "Cat", "email", "cat@mail.example.com", "role", "agent").
		says(http.StatusUnprocessableEntity, "begins with a letter")
	b.post("/repair/invite", "name", "cat", "full_name", "Cat", "email", "cat@mail.example.com", "role", "king", "required", "luck").
		says(http.StatusUnprocessableEntity, "Choose one of the list")
	b.post("/repair/invite", "name", "cat", "full_name", "<b>Cat</b>", "email", "cat@mail.example.com", "role", "supervisor", "required", "app").
		leads("/repair/people/cat?note=invite")
	b.get("/repair/people/cat?note=link").says(http.StatusOK, "A new link is on its way", "lost invitation").lacks("present password")
	b.get("/repair/people/ann?note=link").says(http.StatusOK, "The present password works until it is used")
	b.get("/repair/people/cat?note=invite").says(http.StatusOK, "Invited", "cat@mail.example.com").lacks("<b>Cat")
	b.get("/repair/people").says(http.StatusOK, "cat").lacks("<b>Cat")
	if to := s.mailed(agents.Invitation).To; to != "cat@mail.example.com" {
		t.Errorf("the link went to %s", to)
	}
	if s.deeds()[0].Action != audit.AgentInvited && s.deeds()[1].Action != audit.AgentInvited {
		t.Errorf("the audit ends in %s", s.deeds()[0].Action)
	}
}

func TestChangePeople(t *testing.T) {
	s := newShop(t)
	b := s.of("ada")
	before := len(s.deeds())
	b.post("/repair/people/bob/deactivate").says(http.StatusUnprocessableEntity, "bob is not to sign in any more", "Tick this when it is so").
		has(`href="#sure_deactivate"`)
	b.post("/repair/people/bob/deactivate", "sure_unlock", "yes").says(http.StatusUnprocessableEntity)
	b.post("/repair/people/bob/reactivate").says(http.StatusUnprocessableEntity, "it was the agent who failed", "Tick this when it is so")
	if n := len(s.deeds()); n != before {
		t.Errorf("%d entries without a tick", n-before)
	}
	b.post("/repair/people/bob/reactivate", "sure_unlock", "yes").leads("/repair/people/bob?note=reactivate")
	b.post("/repair/people/bob/deactivate", "sure_deactivate", "yes").leads("/repair/people/bob?note=deactivate")
	b.get("/repair/people/bob?note=deactivate").says(http.StatusOK, "Deactivated", "Reactivate").lacks("Change role")
	b.post("/repair/people/bob/role", "role", "supervisor").says(http.StatusConflict, "Reactivate it first")
	b.post("/repair/people/bob/reactivate").leads("/repair/people/bob?note=reactivate")
	b.post("/repair/people/bob/role", "role", "king").says(http.StatusUnprocessableEntity, "Choose one of the list")
	b.post("/repair/people/bob/role", "role", "supervisor").leads("/repair/people/bob?note=role")
	b.post("/repair/people/bob/require", "required", "app").leads("/repair/people/bob?note=require")
	b.post("/repair/people/bob/require", "required", "").leads("/repair/people/bob?note=require")
	b.post("/repair/people/bob/link").leads("/repair/people/bob?note=link")
	b.post("/repair/people/ada/role", "role", "agent").says(http.StatusConflict, "last active administrator")
	b.post("/repair/people/ada/deactivate", "sure_deactivate", "yes").says(http.StatusConflict, "last active administrator")
	for _, path := range []string{"/repair/people/zoe", "/repair/people/Bob", "/repair/people/x"} {
		b.get(path).says(http.StatusNotFound)
		b.post(path + "/deactivate").says(http.StatusNotFound)
	}
	b.post("/repair/people/bob/recreate", "name", "bob2", "full_name", "Bob", "email", "bob@mail.example.com", "role", "agent").
		says(http.StatusUnprocessableEntity, "reactivate it instead")
}

// TestCorrectProfile mends a mistyped address: the link that went there is dead, and another can be sent.
func TestCorrectProfile(t *testing.T) {
	s := newShop(t)
	b := s.of("ada")
	b.post("/repair/invite", "name", "cat", "full_name", "Cat", "email", "cta@mail.example.com", "role", "agent").leads("/repair/people/cat?note=invite")
	link := s.mailed(agents.Invitation).Link.Reveal()
	b.get("/repair/people/cat").has(`href="/repair/people/cat/profile"`)
	b.get("/repair/people/cat/profile").says(http.StatusOK, "Correct cat").has(`value="cta@mail.example.com"`)
	b.post("/repair/people/cat/profile", "full_name", "Cat", "email", "cat", "phone", "").says(http.StatusUnprocessableEntity).has(`href="#email"`)
	b.post("/repair/people/cat/profile", "full_name", "Cat", "email", "cat@mail.example.com", "phone", "").leads("/repair/people/cat?note=readdressed")
	s.browser().get(strings.TrimPrefix(link, "https://"+shopHost)).says(http.StatusNotFound)
	if to := s.mailed(agents.EmailWasChanged).To; to != "cta@mail.example.com" {
		t.Errorf("%s was told of the change", to)
	}
	b.post("/repair/people/cat/link").leads("/repair/people/cat?note=link")
	if to := s.mailed(agents.Invitation).To; to != "cat@mail.example.com" {
		t.Errorf("the link went to %s", to)
	}
	b.post("/repair/people/bob/profile", "full_name", "Bob B.", "email", "bob@mail.example.com", "phone", "612-555-0100").leads("/repair/people/bob?note=corrected")
	b.get("/repair/people/bob").says(http.StatusOK, "Bob B.", "612-555-0100")
	b.get("/repair/people/ada/profile").leads("/repair/profile")
	b.post("/repair/people/ada/profile", "full_name", "Ada", "email", "evil@mail.example.com", "phone", "").leads("/repair/profile")
	b.get("/repair/profile").lacks("evil@")
}

// TestYearsPass: six months deactivate, six more delete, and only another name follows.
func TestYearsPass(t *testing.T) {
	s := newShop(t)
	s.Pass(185 * 24 * time.Hour)
	s.browser().signInAs("ada").says(http.StatusUnprocessableEntity, "Your profile is deactivated")
	_, err := s.people.Reactivate(t.Context(), agents.By{Name: "root", Via: "command line"}, "ada")
	s.ok(err)
	b := s.of("ada")
	b.get("/repair/people").says(http.StatusOK, "Deactivated")
	b.get("/repair/people/bob").says(http.StatusOK, "Deactivated", "Deleted on")
	s.Pass(175 * 24 * time.Hour)
	_, err = s.people.SignedIn(t.Context(), s.idOf("ada"))
	s.ok(err)
	s.Pass(10 * 24 * time.Hour)
	s.ok(s.people.Sweep(t.Context()))
	b = s.of("ada")
	b.get("/repair/people/bob").says(http.StatusOK, "Deleted", "Recreate").lacks("bob@mail.example.com")
	b.post("/repair/people/bob/reactivate").says(http.StatusConflict, "another user name")
	b.get("/repair/people/bob/recreate").says(http.StatusOK, "Recreate bob")
	b.post("/repair/people/bob/recreate", "name", "bob", "full_name", "Bob", "email", "bob@mail.example.com", "role", "agent").
		says(http.StatusUnprocessableEntity, "somebody else’s")
	b.post("/repair/people/bob/recreate", "name", "bob2", "full_name", "Bob", "email", "bob@mail.example.com", "role", "agent").
		leads("/repair/people/bob2?note=invite")
}

func (s *shop) idOf(name agents.UserName) agents.ID {
	s.t.Helper()
	agent, err := s.people.Find(s.t.Context(), name)
	s.ok(err)
	return agent.ID
}

func TestKeys(t *testing.T) {
	s := newShop(t)
	b := s.of("ada")
	b.post("/repair/keys", "name", "crm").says(http.StatusUnprocessableEntity, "Tick what the key may do").has(`value="crm"`)
	b.post("/repair/keys", "name", "c r m", "scopes", "lines:read").says(http.StatusUnprocessableEntity, "letters, digits")
	b.post("/repair/keys", "name", "crm", "scopes", "lines:everything").says(http.StatusUnprocessableEntity)
	made := b.post("/repair/keys", "name", "crm", "scopes", "lines:read", "scopes", "pins:reset").says(http.StatusOK, "Copy its token now")
	token := secret.New(regexp.MustCompile(`uc_[0-9a-f]{16}_[\w-]{43}`).FindString(made.text))
	keys, err := s.APIKeys().Keys(t.Context())
	if err != nil || len(keys) != 1 || !keys[0].Matches(token) || !keys[0].Allows(apikey.PinsReset) || keys[0].Allows(apikey.LinesWrite) {
		t.Fatalf("keys: %+v, %v", keys, err)
	}
	b.get("/repair/keys").says(http.StatusOK, "crm").lacks(token.Reveal())
	b.post("/repair/keys", "name", "crm", "scopes", "lines:read").says(http.StatusUnprocessableEntity, "a key of this name").lacks("uc_")
	b.get("/repair/keys").has(`href="/repair/keys/revoke?name=crm"`)
	b.get("/repair/keys/revoke?name=crm").says(http.StatusOK, "Revoke the key crm", "lines:read, pins:reset", "can’t be taken back")
	b.get("/repair/keys/revoke?name=erp").says(http.StatusNotFound)
	b.post("/repair/keys/revoke", "name", "crm").says(http.StatusUnprocessableEntity, "Tick this when it is so")
	if keys, err = s.APIKeys().Keys(t.Context()); err != nil || !keys[0].Matches(token) {
		t.Error("the key was revoked without a tick")
	}
	for range 2 {
		b.post("/repair/keys/revoke", "name", "crm", "sure", "yes").leads("/repair/keys?note=revoked")
	}
	b.get("/repair/keys").says(http.StatusOK, "lines:read, pins:resetMar 2, 2026, 12:00 PM UTCMar 2, 2026, 12:00 PM UTC").lacks("keys/revoke")
	if keys, err = s.APIKeys().Keys(t.Context()); err != nil || keys[0].Matches(token) {
		t.Error("the key still opens")
	}
	actions := s.deeds()
	if actions[0].Action != audit.KeyRevoked || strings.Contains(s.Log.String(), token.Reveal()) {
		t.Errorf("audit: %v", actions)
	}
}

// TestBegunIsDone: what stands in the audit is done, though the browser leaves at that very moment.
func TestBegunIsDone(t *testing.T) {
	s := newShop(t)
	b := s.of("ada")
	leaving := func(path string, values ...string) {
		t.Helper()
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		s.recorded = leave
		b.sendForm(ctx, path, values...)
		s.recorded = nil
	}
	leaving("/repair/keys", "name", "crm", "scopes", "lines:read")
	keys, err := s.APIKeys().Keys(t.Context())
	if err != nil || len(keys) != 1 {
		t.Fatalf("keys: %v, %v", keys, err)
	}
	leaving("/repair/keys/revoke", "name", "crm", "sure", "yes")
	if keys, err = s.APIKeys().Keys(t.Context()); err != nil || keys[0].Revoked.IsZero() {
		t.Errorf("keys: %v, %v", keys, err)
	}
	leaving("/repair/people/bob/role", "role", "supervisor")
	leaving("/repair/people/ann/deactivate", "sure_deactivate", "yes")
	for name, want := range map[agents.UserName]agents.State{"bob": agents.Active, "ann": agents.Deactivated} {
		agent, err := s.people.Find(t.Context(), name)
		if err != nil || agent.State != want || name == "bob" && agent.Role != agents.Supervisor {
			t.Errorf("%s is %s, %s: %v", name, agent.State, agent.Role, err)
		}
	}
	for _, e := range s.deeds() {
		if strings.Contains(e.Detail, "known") || strings.Contains(e.Detail, "failed") {
			t.Errorf("the audit says of %s: %s", e.Subject, e.Detail)
		}
	}
}

// TestUnknownEndOfKeys stands in the audit, with a second entry.
func TestUnknownEndOfKeys(t *testing.T) {
	s := newShop(t)
	b := s.of("ada")
	b.post("/repair/keys", "name", "crm", "scopes", "lines:read").says(http.StatusOK)
	checked := func(action audit.Action, detail string) {
		t.Helper()
		if last := s.deeds()[0]; last.Action != action || last.Subject != "key crm" || last.Detail != detail {
			t.Errorf("the audit ends with %+v", last.Event)
		}
	}
	b.post("/repair/keys", "name", "crm", "scopes", "lines:read").says(http.StatusUnprocessableEntity)
	checked(audit.KeyCreated, "failed, not done")
	down := errors.New("nobody answers")
	s.Calls.Fail("APIKeys.AddKey", down)
	s.Calls.Fail("APIKeys.RevokeKey", down)
	b.post("/repair/keys/revoke", "name", "crm", "sure", "yes").says(http.StatusServiceUnavailable)
	checked(audit.KeyRevoked, "it is not known whether it was done")
	b.post("/repair/keys", "name", "crm", "scopes", "lines:read").says(http.StatusServiceUnavailable)
	checked(audit.KeyCreated, "it is not known whether it was done")
}

func newShopWithoutMail(t *testing.T) *shop {
	t.Helper()
	return newShopWith(t, func(config *console.Config) { config.NoMail = true })
}

func TestNoMailInSetUp(t *testing.T) {
	s := newShopWithoutMail(t)
	b := s.browser()
	b.post(s.invited("pat"), "password", password, "again", password).leads("/repair/set-up/factor")
	shown := b.get("/repair/set-up/factor").says(http.StatusOK, "With an authenticator app")
	shown.lacks("by e-mail", "requires")
	b.post("/repair/set-up/factor", "with", "email").says(http.StatusUnprocessableEntity, "No e-mail can be sent from here")
	setUp := shown.setUp()
	code, err := totp.GenerateCode(secretOf(t, setUp), s.Now())
	s.ok(err)
	b.post("/repair/set-up/factor", "with", "app", "setup", setUp, "code", code).leads("/repair/set-up/terms")
}

func TestNoMailInProfile(t *testing.T) {
	b := newShopWithoutMail(t).of("ann")
	b.get("/repair/profile/factor").says(http.StatusOK, "An authenticator app").lacks("Codes by e-mail to")
	b.post("/repair/profile/factor", "with", "email", "present", password).
		says(http.StatusUnprocessableEntity, "Choose one of the list")
	b.post("/repair/profile/factor", "with", "app", "present", password). // who has codes by e-mail from earlier days
										says(http.StatusUnprocessableEntity, "No e-mail can be sent from here")
	b.post("/repair/profile", "full_name", "Ann", "email", "elsewhere@mail.example.com", "present", password).
		says(http.StatusUnprocessableEntity, "No e-mail can be sent from here")
}

// TestNoMailThoughRequired: who must use codes by e-mail from earlier days can't go on, and reads why.
func TestNoMailThoughRequired(t *testing.T) {
	s := newShopWithoutMail(t)
	_, err := s.people.Invite(t.Context(), agents.By{Name: "ada", Via: "console"}, agents.Invitee{
		Name: "pat", FullName: "Pat", Email: "pat@mail.example.com", Role: agents.RoleAgent, Required: agents.Email,
	})
	s.ok(err)
	b := s.browser()
	b.post("/repair/welcome/"+s.Mail.Token(s.t).Reveal(), "password", password, "again", password).leads("/repair/set-up/factor")
	b.get("/repair/set-up/factor").says(http.StatusOK, "no e-mail can be sent from here: ask for another").lacks("Each time you sign in")
	s.of("ada").get("/repair/people/pat").has(`<option value="email" selected>`)
}

func TestNoMailForAdministrators(t *testing.T) {
	s := newShopWithoutMail(t)
	b := s.of("ada")
	b.get("/repair/invite").says(http.StatusOK, "No e-mail can be sent from here", "updatecenter agents reactivate NAME --new-link").
		lacks(`value="email"`, "The link goes there")
	b.get("/repair/people/bob").says(http.StatusOK, "No e-mail can be sent from here", "updatecenter agents reactivate bob --new-link").
		lacks(`value="email"`)
	b.post("/repair/people/bob/require", "required", "email").says(http.StatusUnprocessableEntity, "Choose one of the list")
	b.post("/repair/invite", "name", "cat", "full_name", "Cat", "email", "cat@mail.example.com", "role", "agent", "required", "email").
		says(http.StatusUnprocessableEntity, "Choose one of the list")
	newShop(t).of("ada").get("/repair/people/bob").has(`<option value="email"`).lacks("No e-mail can be sent")
}

// TestLinkNotMailed says the way out, and the log says why.
func TestLinkNotMailed(t *testing.T) {
	s := newShop(t)
	b := s.of("ada")
	s.Calls.Fail("Mail", errors.New("the mail server is away"))
	b.post("/repair/invite", "name", "cat", "full_name", "Cat", "email", "cat@mail.example.com", "role", "agent").
		leads("/repair/people/cat?note=unmailed")
	b.get("/repair/people/cat?note=unmailed").says(http.StatusOK, "the e-mail could not be sent. Send a new link, or print one with: "+
		"updatecenter agents reactivate cat --new-link")
	b.post("/repair/people/cat/link").leads("/repair/people/cat?note=unmailed")
	log := s.Log.String()
	if n := strings.Count(log, "the mail server is away"); n != 2 || !strings.Contains(log, `"level":"WARN","msg":"link not sent to agent"`) {
		t.Errorf("%d causes in the log: %s", n, log)
	}
}
