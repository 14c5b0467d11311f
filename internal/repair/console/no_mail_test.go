package console_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/pquerna/otp/totp"

	"updatecenter/internal/agents"
	"updatecenter/internal/repair/console"
)

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
	code, err := totp.GenerateCode(secretOf(t, setUp), s.clock())
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
	b.post("/repair/welcome/"+s.mail.token().Reveal(), "password", password, "again", password).leads("/repair/set-up/factor")
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
	s.mail.err = errors.New("the mail server is away")
	b.post("/repair/invite", "name", "cat", "full_name", "Cat", "email", "cat@mail.example.com", "role", "agent").
		leads("/repair/people/cat?note=unmailed")
	b.get("/repair/people/cat?note=unmailed").says(http.StatusOK, "the e-mail could not be sent. Send a new link, or print one with: "+
		"updatecenter agents reactivate cat --new-link")
	b.post("/repair/people/cat/link").leads("/repair/people/cat?note=unmailed")
	log := s.log.String()
	if n := strings.Count(log, "the mail server is away"); n != 2 || !strings.Contains(log, `"level":"WARN","msg":"link not sent to agent"`) {
		t.Errorf("%d causes in the log: %s", n, log)
	}
}
