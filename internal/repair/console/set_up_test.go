package console_test

import (
	"net/http"
	"testing"
	"time"

	"updatecenter/internal/agents"
)

func TestLinkWorksOnce(t *testing.T) {
	s := newShop(t)
	link := s.invited("pat")
	first, second := s.browser(), s.browser()
	for range 3 { // mail programs open links by themselves
		first.get(link).says(http.StatusOK, "Welcome")
	}
	first.post(link, "password", password, "again", password).leads("/repair/set-up/factor")
	second.get(link).says(http.StatusNotFound, "does not work any more")
	second.post(link, "password", "other gravel moth canyon", "again", "other gravel moth canyon").says(http.StatusNotFound)
	if len(second.cookies) != 0 {
		t.Errorf("a dead link set %v", second.cookies)
	}
}

func TestLinkEnds(t *testing.T) {
	s := newShop(t)
	old := s.invited("pat")
	_, err := s.people.Reinvite(t.Context(), agents.By{Name: "ada", Via: "console"}, "pat")
	s.ok(err)
	s.browser().get(old).says(http.StatusNotFound)
	late := s.invited("kim")
	s.pass(24*time.Hour + time.Second)
	s.browser().post(late, "password", password, "again", password).says(http.StatusNotFound)
	s.browser().get("/repair/welcome/nonsense").says(http.StatusNotFound)
}

func TestFirstPasswordIsJudged(t *testing.T) {
	s := newShop(t)
	link := s.invited("pat")
	b := s.browser()
	for name, tt := range map[string]struct{ password, again, want string }{
		"none":    {"", "", "Choose a password"},
		"short":   {"wagon plum", "wagon plum", "at least 12 characters"},
		"common":  {"password1234", "password1234", "common"},
		"differs": {password, password + "s", "not the same as above"},
	} {
		t.Run(name, func(t *testing.T) {
			b.post(link, "password", tt.password, "again", tt.again).
				says(http.StatusUnprocessableEntity, tt.want).lacks(`value="` + password)
		})
	}
	b.post(link, "password", password, "again", password).leads("/repair/set-up/factor")
}

// TestSetUpSessionOpensNothingElse: whoever has only a link gets nowhere without the rest.
func TestSetUpSessionOpensNothingElse(t *testing.T) {
	s := newShop(t)
	b := s.browser()
	link := s.invited("pat")
	b.post(link, "password", password, "again", password)
	for _, path := range []string{
		"/repair/", homeAt, "/repair/profile", "/repair/profile/factor", "/repair/reports", "/repair/people",
		"/repair/keys", "/repair/set-up/terms", "/repair/set-up/profile",
	} {
		b.get(path).leads("/repair/set-up/factor")
	}
	for _, path := range []string{
		"/repair/", homeAt + "/reset", "/repair/profile", "/repair/set-up/terms", "/repair/set-up/profile", "/repair/keys",
	} {
		b.post(path, "accept", "yes", "full_name", "Pat", "email", "pat@mail.example.com").leads("/repair/set-up/factor")
	}
	b.post("/repair/set-up/factor", "with", "email").leads("/repair/set-up/terms")
	b.get("/repair/").leads("/repair/set-up/terms")
	b.get("/repair/set-up/factor").leads("/repair/set-up/terms")
}

func TestFactorThatIsRequired(t *testing.T) {
	s := newShop(t)
	_, err := s.people.Invite(t.Context(), agents.By{Name: "ada", Via: "console"}, agents.Invitee{
		Name: "pat", FullName: "Pat", Email: "pat@mail.example.com", Role: agents.RoleAgent, Required: agents.App,
	})
	s.ok(err)
	b := s.browser()
	link := "/repair/welcome/" + s.mail.token().Reveal()
	b.post(link, "password", password, "again", password)
	b.get("/repair/set-up/factor").says(http.StatusOK, "requires the authenticator app").lacks("Use codes by e-mail")
	b.post("/repair/set-up/factor", "with", "email").says(http.StatusUnprocessableEntity, "requires the other way")
	for _, forged := range []string{"", "x", "otpauth://totp/x?secret=A", "otpauth://totp/x?secret=", "https://totp/?secret=A"} {
		b.post("/repair/set-up/factor", "with", "app", "setup", forged, "code", "000000").says(http.StatusUnprocessableEntity)
	}
}
