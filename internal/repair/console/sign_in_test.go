package console_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/repair/console"
)

func TestSignInByEmail(t *testing.T) {
	b := newShop(t).browser()
	b.get("/repair/sign-in").says(http.StatusOK, "User name", "NEXT")
	b.post("/repair/sign-in", "name", " Ann ").leads("/repair/sign-in/password")
	b.get("/repair/sign-in/password").says(http.StatusOK, "SIGN IN")
	b.post("/repair/sign-in/password", "password", password).leads("/repair/sign-in/code")
	b.get("/repair/sign-in/code").says(http.StatusOK, "a•••@mail.example.com", "CONTINUE", "Send a new code")
	code := b.mailed(agents.SignInCode).Code.Reveal()
	b.post("/repair/sign-in/code", "code", code[:3]+" "+code[3:]).leads("/repair/")
	b.get("/repair/").says(http.StatusOK, "Find a line", "Ann Example").lacks("/repair/people", "/repair/reports")
	if len(b.cookies) != 2 || b.cookies["__Host-uc-session"] == nil || b.cookies["__Host-uc-browser"] == nil {
		t.Errorf("cookies after sign-in: %v", b.cookies)
	}
	b.get("/repair/sign-in").leads("/repair/")
}

func TestSignInByApp(t *testing.T) {
	b := newShop(t).browser()
	key := b.setUpWithApp("pat")
	b.post("/repair/sign-out").leads("/repair/sign-in?note=bye")
	b.Pass(30 * time.Second)
	b.post("/repair/sign-in", "name", "pat")
	b.post("/repair/sign-in/password", "password", password)
	b.get("/repair/sign-in/code").says(http.StatusOK, "authenticator app").lacks("Send a new code")
	code, err := totp.GenerateCode(key, b.Now())
	b.ok(err)
	b.post("/repair/sign-in/code", "code", code).leads("/repair/")

	again := b.browser()
	again.post("/repair/sign-in", "name", "pat")
	again.post("/repair/sign-in/password", "password", password)
	again.get("/repair/sign-in/code").says(http.StatusOK, "Lost your telephone?")
	again.post("/repair/sign-in/code", "code", code).
		says(http.StatusUnprocessableEntity, "not right. Each code works once", "wait for the next").lacks("user name too") // replayed
}

// setUpWithApp goes the way of somebody new, and returns the key of the app.
func (b *browser) setUpWithApp(name string) string {
	b.t.Helper()
	link := b.invited(name)
	b.get(link).says(http.StatusOK, "Welcome, New Person")
	b.post(link, "password", password, "again", password).leads("/repair/set-up/factor")
	shown := b.get("/repair/set-up/factor").says(http.StatusOK, "scan this picture", "Paste the key")
	setUp := shown.setUp()
	parsed, err := url.Parse(setUp)
	b.ok(err)
	key := parsed.Query().Get("secret")
	b.post("/repair/set-up/factor", "with", "app", "setup", setUp, "code", "000000").
		says(http.StatusUnprocessableEntity, "not the code that your app shows").has(html.EscapeString(setUp))
	code, err := totp.GenerateCode(key, b.Now())
	b.ok(err)
	b.post("/repair/set-up/factor", "with", "app", "setup", setUp, "code", code).leads("/repair/set-up/terms")
	b.post("/repair/set-up/terms").says(http.StatusUnprocessableEntity, "I accept them: Tick this")
	b.post("/repair/set-up/terms", "accept", "yes").leads("/repair/set-up/profile")
	b.post("/repair/set-up/profile", "full_name", "", "phone", "612 555 0100").
		says(http.StatusUnprocessableEntity, "Enter the full name").has(`value="612 555 0100"`)
	b.post("/repair/set-up/profile", "full_name", "Pat Example", "email", "another@mail.example.com").leads("/repair/")
	b.get("/repair/").says(http.StatusOK, "Pat Example")
	b.get("/repair/profile").says(http.StatusOK).lacks("another@mail.example.com") // only by a code that is sent there
	return key
}

var hiddenSetUp = regexp.MustCompile(`<input type="hidden" name="setup" value="([^"]*)"`)

// setUp is what an app is given, in the page's hidden field.
func (p page) setUp() string {
	p.t.Helper()
	found := hiddenSetUp.FindStringSubmatch(p.text)
	if found == nil {
		p.t.Fatal("the page has nothing for an app")
	}
	return html.UnescapeString(found[1])
}

// has fails unless the page has that HTML.
func (p page) has(text string) page {
	p.t.Helper()
	if !strings.Contains(p.text, text) {
		p.t.Errorf("page lacks %s", text)
	}
	return p
}

// TestUnknownNamesLookAlike: every answer is the same, byte for byte.
func TestUnknownNamesLookAlike(t *testing.T) {
	s := newShop(t)
	for range 4 {
		var pages []page
		for _, name := range []string{"ann", "nobody-has-this", "a secret typed here by mistake"} {
			b := s.browser()
			pages = append(pages, b.post("/repair/sign-in", "name", name), b.get("/repair/sign-in/password"),
				b.post("/repair/sign-in/password", "password", "not the password"), b.get("/repair/sign-in/code"))
		}
		for i := range 4 {
			for _, other := range []page{pages[4+i], pages[8+i]} {
				if pages[i].status != other.status || pages[i].to != other.to || pages[i].text != other.text {
					t.Errorf("step %d tells: %d %q, %d %q", i, pages[i].status, pages[i].words(), other.status, other.words())
				}
			}
		}
	}
	if log := s.Log.String(); strings.Contains(log, "by mistake") || strings.Contains(log, "nobody-has") {
		t.Error("the log has what was typed")
	}
}

func TestSignInWaitsAndLocks(t *testing.T) {
	b := newShop(t).browser()
	b.post("/repair/sign-in", "name", "ann")
	for range 3 {
		b.post("/repair/sign-in/password", "password", "wrong one").says(http.StatusUnprocessableEntity, "That is not right")
	}
	b.post("/repair/sign-in/password", "password", "wrong one").says(http.StatusTooManyRequests, "in 5 seconds")
	b.post("/repair/sign-in/password", "password", password).says(http.StatusTooManyRequests, "Too many attempts")
	b.Pass(6 * time.Second)
	b.post("/repair/sign-in/password", "password", password).leads("/repair/sign-in/code")
}

func TestSignInExpires(t *testing.T) {
	b := newShop(t).browser()
	b.get("/repair/sign-in/password").leads("/repair/sign-in")
	b.get("/repair/sign-in/code").leads("/repair/sign-in")
	b.post("/repair/sign-in/password", "password", password).leads("/repair/sign-in?note=expired")
	b.post("/repair/sign-in", "name", "ann")
	b.Pass(11 * time.Minute)
	b.post("/repair/sign-in/password", "password", password).leads("/repair/sign-in?note=expired")
	b.get("/repair/sign-in?note=expired").says(http.StatusOK, "took too long")
	b.get("/repair/sign-in?note=<script>").says(http.StatusOK).lacks("<script>")
}

func TestMailedCodeWorksOnce(t *testing.T) {
	b := newShop(t).browser()
	b.signInAs("ann").leads("/repair/")
	code := b.mailed(agents.SignInCode).Code.Reveal()
	other := b.browser()
	other.post("/repair/sign-in", "name", "ann")
	other.post("/repair/sign-in/password", "password", password)
	other.get("/repair/sign-in/code").says(http.StatusOK).lacks("Lost your telephone?")
	other.post("/repair/sign-in/code", "code", code).
		says(http.StatusUnprocessableEntity, "not right. Use the code of the newest e-mail.").lacks("user name too")
	other.post("/repair/sign-in/resend").leads("/repair/sign-in/code?note=new")
	other.get("/repair/sign-in/code?note=new").says(http.StatusOK, "new code is on its way")
	other.post("/repair/sign-in/code", "code", other.mailed(agents.SignInCode).Code.Reveal()).leads("/repair/")
}

// TestSlipsAreNoFailures: what can't be a code is not judged as one.
func TestSlipsAreNoFailures(t *testing.T) {
	b := newShop(t).browser()
	b.post("/repair/sign-in", "name", "ann")
	b.post("/repair/sign-in/password", "password", password)
	for _, slip := range []string{"12345", "1234567", "12345a", "１２３４５６７", "- -", "", "wagon lichen"} {
		for range 2 { // as often as locks anybody out
			b.post("/repair/sign-in/code", "code", slip).says(http.StatusUnprocessableEntity, "Enter the six digits").
				has(`href="#code"`).lacks("not right", "Too many")
		}
	}
	if slices.Contains(b.events("ann"), audit.SignInFailed) {
		t.Error("a slip counts as a failure")
	}
	code := b.mailed(agents.SignInCode).Code.Reveal()
	b.post("/repair/sign-in/code", "code", " "+code[:2]+"–"+code[2:]+"\u2069\t").leads("/repair/")
}

func TestStolenCookieAfterSignOut(t *testing.T) {
	b := newShop(t).browser()
	b.signInAs("ann")
	thief := b.copy()
	thief.get("/repair/").says(http.StatusOK)
	b.post("/repair/sign-out").leads("/repair/sign-in?note=bye")
	if len(b.cookies) != 1 || b.cookies["__Host-uc-browser"] == nil {
		t.Errorf("cookies after sign-out: %v", b.cookies)
	}
	thief.get("/repair/").leads("/repair/sign-in?note=signed-out")
	thief.post("/repair/", "number", "612-555-0142").leads("/repair/sign-in?note=not-sent")
	if actions := b.events("ann"); actions[0] != audit.SignedOut {
		t.Errorf("the audit ends in %s", actions[0])
	}
}

func TestSignOutEverywhere(t *testing.T) {
	s := newShop(t)
	here, there := s.of("ann"), s.of("ann")
	here.post("/repair/profile/sign-out-everywhere").leads("/repair/sign-in?note=everywhere")
	there.get("/repair/").leads("/repair/sign-in?note=signed-out")
}

func TestSessionsEnd(t *testing.T) {
	s := newShop(t)
	idle, busy := s.of("ann"), s.of("ann")
	for range 72 {
		s.Pass(10 * time.Minute)
		if busy.get("/repair/").status != http.StatusOK {
			break
		}
	}
	busy.get("/repair/").leads("/repair/sign-in?note=signed-out") // 12 hours
	idle.get("/repair/").leads("/repair/sign-in?note=signed-out")

	gone := s.of("bob")
	s.of("ada").post("/repair/people/bob/deactivate", "sure_deactivate", "yes").leads("/repair/people/bob?note=deactivate")
	gone.get("/repair/").leads("/repair/sign-in?note=signed-out")
}

func TestCookies(t *testing.T) {
	for url, secure := range map[string]bool{
		"https://" + shopHost: true, "https://localhost": true, "http://" + shopHost: true, "http://127.0.0.1.example.com": true,
		"http://localhost:8080": false, "http://127.0.0.1:8080": false, "http://[::1]:8080": false,
	} {
		t.Run(url, func(t *testing.T) {
			s := newShopWith(t, func(config *console.Config) { config.PublicURL = url })
			b := s.browser()
			_, host, _ := strings.Cut(url, "://")
			b.headers = map[string]string{"Host": host}
			b.get("/repair/profile").leads("/repair/sign-in")
			b.signInAs("ann")
			b.post("/repair/sign-in", "name", "ann")
			b.post("/repair/sign-in/password", "password", password)
			for _, name := range []string{"uc-session", "uc-signin"} {
				if secure {
					name = "__Host-" + name
				}
				c, set := b.cookies[name]
				if !set || !c.HttpOnly || c.Secure != secure || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 0 {
					t.Errorf("%s: %+v", name, c)
				}
			}
			b.get("/repair/").says(http.StatusOK)
			for name, cookie := range b.cookies { // by the name that is none here
				delete(b.cookies, name)
				cookie.Name = "__Host-" + strings.TrimPrefix(name, "__Host-")
				if secure {
					cookie.Name = strings.TrimPrefix(name, "__Host-")
				}
				b.cookies[cookie.Name] = cookie
			}
			b.get("/repair/").leads("/repair/sign-in")
			b.post("/repair/", "number", "1").leads("/repair/sign-in?note=not-sent")
		})
	}
}

// TestAStrangerLocksNobodyOut of the browser in which an agent has signed in before, nor of a session.
func TestAStrangerLocksNobodyOut(t *testing.T) {
	s := newShop(t)
	b := s.browser()
	b.signInAs("ann").leads("/repair/")
	first := b.cookies["__Host-uc-browser"]
	if first == nil || !first.HttpOnly || !first.Secure || first.SameSite != http.SameSiteStrictMode || first.Path != "/" || first.MaxAge != 90*24*60*60 {
		t.Fatalf("the cookie is %+v", first)
	}
	stranger := s.browser()
	for range 4 {
		stranger.post("/repair/sign-in", "name", "ann").leads("/repair/sign-in/password")
		stranger.post("/repair/sign-in/password", "password", "wrong wrong wrong")
	}
	b.post("/repair/profile/password", "present", password, "password", "other gravel moth canyon", "again", "other gravel moth canyon").leads("/repair/profile?note=saved")
	b.post("/repair/sign-out").leads("/repair/sign-in?note=bye")
	kept := b.cookies["__Host-uc-browser"]
	if kept == nil || kept.Value == first.Value {
		t.Fatalf("after another password the cookie is %+v", kept)
	}
	stranger.post("/repair/sign-in/password", "password", "other gravel moth canyon").says(http.StatusTooManyRequests, "Too many attempts")
	b.post("/repair/sign-in", "name", "ann").leads("/repair/sign-in/password")
	b.post("/repair/sign-in/password", "password", "other gravel moth canyon").leads("/repair/sign-in/code")
	b.post("/repair/sign-in/code", "code", b.mailed(agents.SignInCode).Code.Reveal()).leads("/repair/")
	if log := s.Log.String(); strings.Contains(log, kept.Value) || strings.Contains(log, first.Value) {
		t.Error("the log has a cookie")
	}
}

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
	s.Pass(24*time.Hour + time.Second)
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
	link := "/repair/welcome/" + s.Mail.Token(s.t).Reveal()
	b.post(link, "password", password, "again", password)
	b.get("/repair/set-up/factor").says(http.StatusOK, "requires the authenticator app").lacks("Use codes by e-mail")
	b.post("/repair/set-up/factor", "with", "email").says(http.StatusUnprocessableEntity, "requires the other way")
	for _, forged := range []string{"", "x", "otpauth://totp/x?secret=A", "otpauth://totp/x?secret=", "https://totp/?secret=A"} {
		b.post("/repair/set-up/factor", "with", "app", "setup", forged, "code", "000000").says(http.StatusUnprocessableEntity)
	}
}
