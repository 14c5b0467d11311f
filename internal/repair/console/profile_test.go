package console_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
)

const newPassword = "other gravel moth canyon"

func TestChangePassword(t *testing.T) {
	s := newShop(t)
	here, there := s.of("ann"), s.of("ann")
	old := here.copy()
	here.get("/repair/profile/password").says(http.StatusOK, "Change password")
	here.post("/repair/profile/password", "present", "not mine at all", "password", newPassword, "again", newPassword).
		says(http.StatusUnprocessableEntity, "not your present password").lacks("gravel")
	here.post("/repair/profile/password", "present", password, "password", "ann ann ann ann", "again", "ann ann ann ann").
		says(http.StatusUnprocessableEntity)
	here.post("/repair/profile/password", "present", password, "password", password, "again", password).
		says(http.StatusUnprocessableEntity, "present password")
	here.post("/repair/profile/password", "present", password, "password", newPassword, "again", newPassword).
		leads("/repair/profile?note=saved")
	here.get("/repair/profile?note=saved").says(http.StatusOK, "Saved.")
	there.get("/repair/").leads("/repair/sign-in?note=signed-out")
	old.get("/repair/").leads("/repair/sign-in?note=signed-out") // the token is another now
	s.mailed(agents.PasswordWasChanged)
}

// TestPresentPasswordCantBeGuessed by whoever sits at an open session, nor is the agent
// kept by that from signing in elsewhere.
func TestPresentPasswordCantBeGuessed(t *testing.T) {
	s := newShop(t)
	b := s.of("ann")
	guess := func(present string) page {
		return b.post("/repair/profile/password", "present", present, "password", newPassword, "again", newPassword)
	}
	for range 4 {
		guess("guess guess guess").says(http.StatusUnprocessableEntity, "not your present password")
	}
	guess(password).says(http.StatusUnprocessableEntity, "try again in 5 seconds")
	elsewhere := s.browser()
	elsewhere.post("/repair/sign-in", "name", "ann")
	elsewhere.post("/repair/sign-in/password", "password", password).leads("/repair/sign-in/code")
	b.post("/repair/profile/factor", "with", "email", "present", password).says(http.StatusUnprocessableEntity, "try again in 5 seconds")
	s.Pass(6 * time.Second)
	guess(password).leads("/repair/profile?note=saved")
}

func TestOwnProfile(t *testing.T) {
	s := newShop(t)
	b := s.of("ann")
	b.get("/repair/profile").says(http.StatusOK, "Ann Example", "Codes by e-mail")
	b.post("/repair/profile", "full_name", "Ann B. Example", "email", "ann@mail.example.com", "phone", "612 555 0100").
		leads("/repair/profile?note=saved")
	for range 12 { // as often as nobody may be wrong
		b.post("/repair/profile", "full_name", "Ann", "email", "elsewhere@mail.example.com", "present", "").
			says(http.StatusUnprocessableEntity, "Present password: Enter your present password.").has("elsewhere@mail.example.com").
			lacks("Present password <span", "not your present password")
	}
	if slices.Contains(s.events("ann"), audit.SignInFailed) {
		t.Error("no password counts as a wrong one")
	}
	b.post("/repair/profile", "full_name", "Ann", "email", "elsewhere@mail.example.com", "present", "not mine at all").
		says(http.StatusUnprocessableEntity, "not your present password").has("elsewhere@mail.example.com")
	b.post("/repair/profile", "full_name", "Ann", "email", "elsewhere@mail.example.com", "present", password).
		leads("/repair/profile/confirm")
	b.get("/repair/profile").says(http.StatusOK).has(`value="Ann"`).has("ann@mail.example.com").lacks("elsewhere@mail.example.com")
	b.get("/repair/profile/confirm").says(http.StatusOK, "a•••@mail.example.com", "elsewhere@mail.example.com")
	there, here := s.mailedTo("elsewhere@mail.example.com"), s.mailedTo("ann@mail.example.com")
	for _, wrong := range [][]string{
		{"code", here, "email_code", here}, {"code", there, "email_code", there}, {"code", "1 2 3", "email_code", there},
	} {
		b.post("/repair/profile/confirm", wrong...).says(http.StatusUnprocessableEntity).lacks(here, there)
	}
	b.post("/repair/profile/confirm", "code", there, "email_code", here).says(http.StatusTooManyRequests, "not right", "try again in 5 seconds")
	b.post("/repair/profile/confirm", "code", here, "email_code", there).says(http.StatusTooManyRequests) // as at signing in
	s.Pass(6 * time.Second)
	b.post("/repair/profile/confirm", "code", here, "email_code", there).leads("/repair/profile?note=saved")
	b.post("/repair/profile/confirm", "code", here, "email_code", there).leads("/repair/profile?note=expired") // once
	if told := s.mailed(agents.EmailWasChanged); told.To != "ann@mail.example.com" {
		t.Errorf("told %s", told.To)
	}
	b.get("/repair/profile").has("elsewhere@mail.example.com")
	b.post("/repair/profile", "full_name", "", "email", "nonsense", "present", password).
		says(http.StatusUnprocessableEntity, "Enter the full name").has(`aria-invalid="true"`).has(`aria-describedby="full_name-error"`).has(`href="#full_name"`)
}

func TestChangeFactor(t *testing.T) {
	s := newShop(t)
	b, other := s.of("ann"), s.of("ann")
	b.get("/repair/profile/factor").says(http.StatusOK, "Now it is: Codes by e-mail").lacks("otpauth")
	b.post("/repair/profile/factor", "with", "app").says(http.StatusUnprocessableEntity, "Enter your present password")
	b.post("/repair/profile/factor", "with", "app", "present", "wrong wrong wrong").
		says(http.StatusUnprocessableEntity, "not your present password")
	b.post("/repair/profile/factor", "with", "app", "present", password).leads("/repair/profile/confirm")
	b.get("/repair/profile/factor").lacks("otpauth") // before the present step was shown
	setUp := "otpauth://totp/x?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	code, err := totp.GenerateCode(secretOf(t, setUp), s.Now())
	s.ok(err)
	b.post("/repair/profile/factor", "with", "app", "setup", setUp, "code", code).leads("/repair/profile/factor")
	b.post("/repair/profile/confirm", "code", s.mailedTo("ann@mail.example.com")).leads("/repair/profile/factor")
	set := b.get("/repair/profile/factor").says(http.StatusOK)
	set.lacks("Use codes by e-mail")
	setUp = set.setUp()
	b.post("/repair/profile/factor", "with", "app", "setup", setUp, "code", "000000").says(http.StatusUnprocessableEntity, "not the code that your app shows")
	code, err = totp.GenerateCode(secretOf(t, setUp), s.Now())
	s.ok(err)
	b.post("/repair/profile/factor", "with", "app", "setup", setUp, "code", code).leads("/repair/profile?note=saved")
	b.get("/repair/profile").says(http.StatusOK, "Authenticator app")
	other.get("/repair/").leads("/repair/sign-in?note=signed-out")
	s.mailed(agents.FactorWasChanged)

	// Back to e-mail: the app's code, and one that proves the address.
	b.post("/repair/profile/factor", "with", "email", "present", password).leads("/repair/profile/confirm")
	b.get("/repair/profile/confirm").says(http.StatusOK, "Open your authenticator app", "ann@mail.example.com")
	s.Pass(time.Minute)
	if code, err = totp.GenerateCode(secretOf(t, setUp), s.Now()); err != nil {
		t.Fatal(err)
	}
	there := s.mailedTo("ann@mail.example.com")
	b.post("/repair/profile/confirm", "code", there, "email_code", there).says(http.StatusUnprocessableEntity, "not right")
	b.post("/repair/profile/confirm", "code", code, "email_code", there).leads("/repair/profile?note=saved")
	b.get("/repair/profile").says(http.StatusOK, "Codes by e-mail")
}

// mailedTo is the code of a change that was sent to an address last.
func (s *shop) mailedTo(to string) string {
	s.t.Helper()
	for _, m := range slices.Backward(s.Mail.All()) {
		if m.Kind == agents.ChangeCode && m.To == to {
			return m.Code.Reveal()
		}
	}
	s.t.Fatalf("no code went to %s", to)
	return ""
}

// TestStolenSessionEnds though its thief changes the profile at the very moment in which the agent
// signs out everywhere.
func TestStolenSessionEnds(t *testing.T) {
	for range 5 {
		s := newShop(t)
		victim := s.of("ann")
		thieves := []*browser{victim.copy(), victim.copy(), victim.copy()}
		var over atomic.Bool
		var busy sync.WaitGroup
		for _, thief := range thieves {
			busy.Go(func() {
				for !over.Load() {
					if p := thief.post("/repair/profile", "full_name", "Ann", "email", "ann@mail.example.com"); p.status >= 500 {
						t.Errorf("%d for a session that is over", p.status)
					}
				}
			})
		}
		victim.post("/repair/profile/sign-out-everywhere").leads("/repair/sign-in?note=everywhere")
		over.Store(true)
		busy.Wait()
		for _, thief := range thieves {
			thief.get("/repair/profile").leads("/repair/sign-in?note=signed-out")
		}
	}
}

// TestRequiredLater: who must use another second step is asked at the next page.
func TestRequiredLater(t *testing.T) {
	s := newShop(t)
	b := s.of("ann")
	s.of("ada").post("/repair/people/ann/require", "required", "app").leads("/repair/people/ann?note=require")
	b.get("/repair/").leads("/repair/sign-in?note=signed-out")
	b.signInAs("ann").leads("/repair/set-up/factor")
	b.get(homeAt).leads("/repair/set-up/factor")
	setUp := b.get("/repair/set-up/factor").setUp()
	code, err := totp.GenerateCode(secretOf(t, setUp), s.Now())
	s.ok(err)
	b.post("/repair/set-up/factor", "with", "app", "setup", setUp, "code", code).leads("/repair/")
	s.Pass(time.Second)
	b.get("/repair/").says(http.StatusOK)
}

// TestNothingIsLost: a session ends in mid-form, and what was typed comes back.
func TestNothingIsLost(t *testing.T) {
	s := newShop(t)
	b := s.browser()
	b.signInAs("ada")
	s.Pass(16 * time.Minute)
	b.post("/repair/invite", "name", "kim", "full_name", "Kim Möller", "email", "kim@mail.example.com", "role", "supervisor", "required", "app").
		leads("/repair/sign-in?note=kept")
	b.get("/repair/sign-in?note=kept").says(http.StatusOK, "what you had typed is kept")
	b.signInAs("ada").leads("/repair/invite")
	b.get("/repair/invite").says(http.StatusOK, "What you had typed is here again").
		has(`value="kim"`).has(`value="Kim Möller"`).has(`value="supervisor" selected`).has(`value="app" selected`)
	b.get("/repair/invite").says(http.StatusOK).lacks("Möller", "here again") // once
	if log := s.Log.String(); strings.Contains(log, "Möller") {
		t.Error("the log has what was typed")
	}
}

func TestSecretsAreNotKept(t *testing.T) {
	s := newShop(t)
	b := s.browser()
	b.signInAs("ann")
	s.Pass(16 * time.Minute)
	b.post("/repair/profile", "full_name", "Annabel", "email", "ann@mail.example.com", "present", "this is secret now").
		leads("/repair/sign-in?note=kept")
	b.signInAs("ann").leads("/repair/profile")
	b.get("/repair/profile").says(http.StatusOK).has(`value="Annabel"`).lacks("this is secret now")

	s.Pass(16 * time.Minute)
	b.post("/repair/profile/password", "present", password, "password", "other", "again", "other").leads("/repair/sign-in?note=not-sent")
}

func TestDraftIsForTheSameAgent(t *testing.T) {
	s := newShop(t)
	b := s.browser()
	b.signInAs("ann")
	s.Pass(16 * time.Minute)
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
	s.Pass(16 * time.Minute)
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
	s.Pass(16 * time.Minute)
	b.post("/repair/", "number", "555 01 what").leads("/repair/sign-in?note=kept")
	s.Pass(31 * time.Minute)
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
	s.Pass(16 * time.Minute)
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
	s.Pass(16 * time.Minute)
	b.get(homeAt).leads("/repair/sign-in?note=signed-out")
	b.signInAs("bob").leads("/repair/")
	signedOut := b.copy()
	b.post("/repair/sign-out")
	signedOut.get(homeAt).leads("/repair/sign-in?note=signed-out")
	signedOut.signInAs("bob").leads("/repair/")
}

// TestDraftOfTheProfile comes back with a word of why.
func TestDraftOfTheProfile(t *testing.T) {
	b := newShop(t).browser()
	b.signInAs("ann")
	b.Pass(16 * time.Minute)
	b.post("/repair/profile", "full_name", "Ann B.", "email", "ann@mail.example.com", "phone", "").leads("/repair/sign-in?note=kept")
	b.signInAs("ann").leads("/repair/profile")
	b.get("/repair/profile").says(http.StatusOK, "You were signed out before this was sent").has(`value="Ann B."`)
}

// TestGoesOnWhereOneMay: the role may have changed meanwhile, and a path may lead to no page.
func TestGoesOnWhereOneMay(t *testing.T) {
	for at, to := range map[string]string{
		"/repair/reports": "/repair/", "/repair/people": "/repair/", homeAt: homeAt, "/repair/lines/nonsense": "/repair/lines/nonsense",
	} {
		s := newShop(t)
		b := s.browser()
		b.signInAs("ada")
		s.Pass(16 * time.Minute)
		b.get(at).leads("/repair/sign-in?note=signed-out")
		b.cookies["__Host-uc-draft"].Value = strings.ReplaceAll(b.cookies["__Host-uc-draft"].Value, string(s.idOf("ada")), string(s.idOf("ann")))
		b.signInAs("ann").leads(to)
	}
}
