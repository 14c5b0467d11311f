package console_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestNothingIsLost: a session ends in mid-form, and what was typed comes back.
func TestNothingIsLost(t *testing.T) {
	s := newShop(t)
	b := s.browser()
	b.signInAs("ada")
	s.pass(16 * time.Minute)
	b.post("/repair/invite", "name", "kim", "full_name", "Kim Möller", "email", "kim@mail.example.com", "role", "supervisor", "required", "app").
		leads("/repair/sign-in?note=kept")
	b.get("/repair/sign-in?note=kept").says(http.StatusOK, "what you had typed is kept")
	b.signInAs("ada").leads("/repair/invite")
	b.get("/repair/invite").says(http.StatusOK, "What you had typed is here again").
		has(`value="kim"`).has(`value="Kim Möller"`).has(`value="supervisor" selected`).has(`value="app" selected`)
	b.get("/repair/invite").says(http.StatusOK).lacks("Möller", "here again") // once
	if log := s.log.String(); strings.Contains(log, "Möller") {
		t.Error("the log has what was typed")
	}
}

func TestSecretsAreNotKept(t *testing.T) {
	s := newShop(t)
	b := s.browser()
	b.signInAs("ann")
	s.pass(16 * time.Minute)
	b.post("/repair/profile", "full_name", "Annabel", "email", "ann@mail.example.com", "present", "this is secret now").
		leads("/repair/sign-in?note=kept")
	b.signInAs("ann").leads("/repair/profile")
	b.get("/repair/profile").says(http.StatusOK).has(`value="Annabel"`).lacks("this is secret now")

	s.pass(16 * time.Minute)
	b.post("/repair/profile/password", "present", password, "password", "other", "again", "other").leads("/repair/sign-in?note=not-sent")
}

func TestDraftIsForTheSameAgent(t *testing.T) {
	s := newShop(t)
	b := s.browser()
	b.signInAs("ann")
	s.pass(16 * time.Minute)
	b.post(homeAt+"/reset", "reason", "Only Ann knows this").leads("/repair/sign-in?note=kept")
	b.signInAs("bob").leads("/repair/")
	b.get(homeAt + "/reset").lacks("Only Ann knows this")
	b.signInAs("ann").leads(homeAt + "/reset")
	b.get(homeAt+"/reset").says(http.StatusOK, "here again").has("Only Ann knows this")
}

// TestDraftIsNotLostToALook: a page opened in another window while what was typed waits.
func TestDraftIsNotLostToALook(t *testing.T) {
	s := newShop(t)
	b := s.browser()
	b.signInAs("ann")
	s.pass(16 * time.Minute)
	b.post(homeAt+"/reset", "reason", "Lost on a trip").leads("/repair/sign-in?note=kept")
	b.get("/repair/profile").leads("/repair/sign-in?note=signed-out")
	b.post("/repair/profile/password", "present", "x").leads("/repair/sign-in?note=not-sent")
	b.signInAs("ann").leads(homeAt + "/reset")
	b.get(homeAt + "/reset").has("Lost on a trip")
}

func TestDraftEnds(t *testing.T) {
	s := newShop(t)
	b := s.browser()
	b.signInAs("ann")
	s.pass(16 * time.Minute)
	b.post("/repair/", "number", "555 01 what").leads("/repair/sign-in?note=kept")
	s.pass(31 * time.Minute)
	b.signInAs("ann").leads("/repair/")
	b.get("/repair/").says(http.StatusOK).lacks("555 01 what")
}

// TestNoDraftWithoutASession: strangers have nothing kept.
func TestNoDraftWithoutASession(t *testing.T) {
	s := newShop(t)
	b := s.browser()
	b.post("/repair/", "number", "555").leads("/repair/sign-in?note=not-sent")
	b.signInAs("ann").leads("/repair/")
	signedOut := b.copy()
	b.post("/repair/sign-out")
	signedOut.post("/repair/", "number", "555").leads("/repair/sign-in?note=not-sent")
}

func TestGoesOnWhereOneWas(t *testing.T) {
	s := newShop(t)
	b := s.browser()
	b.signInAs("ann").leads("/repair/")
	s.pass(16 * time.Minute)
	b.get(homeAt).leads("/repair/sign-in?note=signed-out")
	b.signInAs("ann").leads(homeAt)
	b.signInAs("ann").leads("/repair/") // once
	b.get("/repair/set-up/terms").leads("/repair/")
}

// TestNobodyGoesOnWhereAnotherWas: the line of a customer is shown to whom it was, and nobody is led
// anywhere by a link from elsewhere.
func TestNobodyGoesOnWhereAnotherWas(t *testing.T) {
	s := newShop(t)
	b := s.browser()
	b.get(homeAt).leads("/repair/sign-in")
	b.signInAs("ann").leads("/repair/")
	s.pass(16 * time.Minute)
	b.get(homeAt).leads("/repair/sign-in?note=signed-out")
	b.signInAs("bob").leads("/repair/")
	signedOut := b.copy()
	b.post("/repair/sign-out")
	signedOut.get(homeAt).leads("/repair/sign-in?note=signed-out")
	signedOut.signInAs("bob").leads("/repair/")
}

// TestGoesOnWhereOneMay: the role may have changed meanwhile, and a path may lead to no page.
func TestGoesOnWhereOneMay(t *testing.T) {
	for at, to := range map[string]string{
		"/repair/reports": "/repair/", "/repair/people": "/repair/", homeAt: homeAt, "/repair/lines/nonsense": "/repair/lines/nonsense",
	} {
		s := newShop(t)
		b := s.browser()
		b.signInAs("ada")
		s.pass(16 * time.Minute)
		b.get(at).leads("/repair/sign-in?note=signed-out")
		b.cookies["__Host-uc-draft"].Value = strings.ReplaceAll(b.cookies["__Host-uc-draft"].Value, string(s.idOf("ada")), string(s.idOf("ann")))
		b.signInAs("ann").leads(to)
	}
}
