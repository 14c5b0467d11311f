package console

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/secret"
)

const signInPath = "/repair/sign-in"

// notes are what a page of sign-in can begin with: the address has the word, and nothing else.
var notes = map[string]string{
	"signed-out": "You are signed out: nothing was done here for 15 minutes, or the session was ended. Sign in to go on.",
	"kept":       "You were signed out meanwhile. Sign in: what you had typed is kept for 30 minutes.",
	"not-sent":   "You were signed out meanwhile, so nothing was sent. Sign in to go on.",
	"bye":        "You have signed out.",
	"everywhere": "All your sessions have ended.",
	"expired":    "That took too long, or was done already. Start over with your user name.",
}

func (c *Console) signInRoutes() []route {
	return []route{
		{path: signInPath, get: c.askName, post: c.takeName},
		{path: signInPath + "/password", get: c.askPassword, post: c.takePassword},
		{path: signInPath + "/code", get: c.askCode, post: c.takeCode},
		{path: signInPath + "/resend", post: c.resend},
		{path: "/repair/sign-out", post: c.signOut},
	}
}

// A namePage asks for the user name.
type namePage struct {
	asking
	Name *field
}

// asking is embedded in the content of pages with a form.
type asking struct{ Form *form }

func (a asking) form() *form { return a.Form }

func (v *visit) namePage() namePage {
	name := &field{
		Name: "name", Label: "User name", Autocomplete: "username", Max: 100, Focus: true,
		Need: "Enter your user name.", Secret: true, // a password typed here by mistake is not shown
	}
	return namePage{asking{v.newForm(name)}, name}
}

func (c *Console) askName(v *visit) error {
	if _, err := c.signIn.Session(v.ctx(), v.token); err == nil {
		return v.redirect(home)
	}
	v.note = notes[v.r.URL.Query().Get("note")]
	return c.show(v, "sign_in", "Sign in", v.namePage())
}

func (c *Console) takeName(v *visit) error {
	page := v.namePage()
	if !v.read(page.Form) {
		return c.show(v, "sign_in", "Sign in", page)
	}
	token, err := c.signIn.Begin(v.ctx(), strings.TrimSpace(page.Form.secret("name").Reveal()), v.from, readCookie(v, browserCookie))
	if err != nil {
		return c.notYet(v, err, "sign_in", "Sign in", page)
	}
	setCookie(v, signInCookie, token)
	return v.redirect(signInPath + "/password")
}

// A passwordPage asks for the password.
type passwordPage struct {
	asking
	Password *field
}

func (v *visit) passwordPage() passwordPage {
	password := &field{
		Name: "password", Label: "Password", Type: "password", Autocomplete: "current-password",
		Focus: true, Secret: true, Need: "Enter your password.",
	}
	return passwordPage{asking{v.newForm(password)}, password}
}

func (c *Console) askPassword(v *visit) error {
	if readCookie(v, signInCookie).IsZero() {
		return v.redirect(signInPath)
	}
	return c.show(v, "sign_in_password", "Enter your password", v.passwordPage())
}

func (c *Console) takePassword(v *visit) error {
	page := v.passwordPage()
	if !v.read(page.Form) {
		return c.show(v, "sign_in_password", "Enter your password", page)
	}
	token, _ := stepOf(readCookie(v, signInCookie))
	step, err := c.signIn.Password(v.ctx(), token, page.Form.secret("password"), v.from)
	if err != nil {
		return c.notYet(v, err, "sign_in_password", "Enter your password", page)
	}
	setCookie(v, signInCookie, stepCookie(token, step))
	return v.redirect(signInPath + "/code")
}

// A codePage asks for the code of the second factor.
type codePage struct {
	asking
	Code    *field
	ByEmail bool
	Hint    string // where it went
}

func codeField() *field {
	return &field{
		Name: "code", Label: "Six-digit code", Autocomplete: "one-time-code", InputMode: "numeric",
		Max: 20, Focus: true, Secret: true, Need: "Enter the six digits.",
	}
}

func (v *visit) codePage(step signin.Step) codePage {
	code := codeField()
	return codePage{asking{v.newForm(code)}, code, step.Kind == signin.AskEmail, step.Hint}
}

// wrong is what is said of a code that is not right.
func (p codePage) wrong() string {
	if p.ByEmail {
		return "That is not right. Use the code of the newest e-mail."
	}
	return "That is not right. Each code works once: if you have just used this one, wait for the next."
}

func (c *Console) askCode(v *visit) error {
	_, step := stepOf(readCookie(v, signInCookie))
	if step.Kind == "" {
		return v.redirect(signInPath)
	}
	if v.r.URL.Query().Get("note") == "new" {
		v.note = "A new code is on its way. Only that one works now."
	}
	return c.show(v, "sign_in_code", "Enter your code", v.codePage(step))
}

func (c *Console) takeCode(v *visit) error {
	token, step := stepOf(readCookie(v, signInCookie))
	page := v.codePage(step)
	if !v.read(page.Form) {
		return c.show(v, "sign_in_code", "Enter your code", page)
	}
	session, agent, err := c.signIn.Code(v.ctx(), token, page.Form.secret("code"), v.from)
	if errors.Is(err, signin.ErrNotACode) {
		page.Form.fail("code", "Enter the six digits of the code, and nothing else.")
		return c.show(v, "sign_in_code", "Enter your code", page)
	}
	if err != nil {
		return c.notYet(v, err, "sign_in_code", "Enter your code", page)
	}
	dropCookie(v, signInCookie)
	setCookie(v, sessionCookie, session)
	c.keepBrowser(v, agent)
	return c.goOn(v, agent)
}

// keepBrowser has an agent's failures in this browser counted apart from those of strangers, from now
// on. That it can't be is no reason not to let somebody go on.
func (c *Console) keepBrowser(v *visit, agent agents.Agent) {
	token, err := c.signIn.Remember(v.ctx(), readCookie(v, browserCookie), agent)
	if err != nil {
		c.log.LogAttrs(v.ctx(), slog.LevelWarn, "browser not remembered", slog.Any("cause", err))
	}
	if !token.IsZero() {
		v.cookie(browserCookie, token.Reveal(), int(signin.RememberFor/time.Second))
	}
}

func (c *Console) resend(v *visit) error {
	token, step := stepOf(readCookie(v, signInCookie))
	if err := c.signIn.Resend(v.ctx(), token); err != nil {
		page := v.codePage(step)
		return c.notYet(v, err, "sign_in_code", "Enter your code", page)
	}
	return v.redirect(signInPath + "/code?note=new")
}

func (c *Console) signOut(v *visit) error {
	if err := c.signIn.SignOut(v.ctx(), v.token); err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return c.leave(v, "bye")
}

// leave forgets who is signed in; that somebody has signed in in this browser stays known.
func (c *Console) leave(v *visit, note string) error {
	for _, name := range []string{sessionCookie, signInCookie, resumeCookie} {
		dropCookie(v, name)
	}
	return v.redirect(signInPath + "?note=" + note)
}

// notYet shows a page of sign-in again, with why it didn't go on. It says the same of user names
// that nobody has.
func (c *Console) notYet(v *visit, err error, page, title string, content interface{ form() *form }) error {
	if errors.Is(err, signin.ErrExpired) {
		dropCookie(v, signInCookie)
		return v.redirect(signInPath + "?note=expired")
	}
	wrong := "That is not right. Check what you typed, and the user name too."
	if code, ok := content.(codePage); ok {
		wrong = code.wrong()
	}
	sentence, status := c.refusalOf(err, wrong)
	if sentence == "" {
		return fmt.Errorf("sign in: %w", err)
	}
	content.form().fail("", sentence)
	return c.showStatus(v, status, page, "Error: "+title, content)
}

// refusalOf words why a sign-in does not go on, with a sentence for what is wrong; "": it is no rule
// of sign-in that says so.
func (c *Console) refusalOf(err error, wrong string) (sentence string, status int) {
	var later *signin.WaitError
	status = http.StatusUnprocessableEntity
	if !errors.Is(err, signin.ErrWrong) {
		wrong = ""
	}
	switch {
	case errors.As(err, &later):
		return strings.TrimSpace(wrong + " Too many attempts: try again " + inWords(later.Until.Sub(c.now())) + "."), http.StatusTooManyRequests
	case errors.Is(err, signin.ErrLocked):
		return "There were too many attempts. Only an administrator of the console can let you in again.", status
	case errors.Is(err, signin.ErrUsedUp):
		return "That code was tried too often. Have a new one sent, or start over.", status
	case errors.Is(err, signin.ErrNoMore):
		return "No more codes are sent. Start over with your user name.", http.StatusTooManyRequests
	case errors.Is(err, signin.ErrDeactivated):
		return "Your profile is deactivated. Ask an administrator of the console to reactivate it.", status
	}
	return wrong, status
}

// inWords says how long to wait, rounded up.
func inWords(d time.Duration) string {
	seconds := int64((d + time.Second - 1) / time.Second)
	switch {
	case seconds <= 1:
		return "in a second"
	case seconds < 90:
		return fmt.Sprintf("in %d seconds", seconds)
	case seconds < 90*60:
		return fmt.Sprintf("in %d minutes", (seconds+59)/60)
	}
	return fmt.Sprintf("in %d hours", (seconds+3599)/3600)
}

// stepCookie remembers, besides the token, how the next page asks for the code: "token.app" or
// "token.email.hint". That part is for show alone.
func stepCookie(token signin.Token, step signin.Step) secret.Text {
	return secret.New(token.Reveal() + "." + string(step.Kind) + "." + base64.RawURLEncoding.EncodeToString([]byte(step.Hint)))
}

// stepOf reads what stepCookie wrote, or a token alone: the password is next then.
func stepOf(value secret.Text) (signin.Token, signin.Step) {
	token, rest, _ := strings.Cut(value.Reveal(), ".")
	kind, encoded, _ := strings.Cut(rest, ".")
	hint, err := base64.RawURLEncoding.DecodeString(encoded)
	step := signin.Step{Kind: signin.StepKind(kind), Hint: string(hint)}
	if err != nil || step.Kind != signin.AskApp && step.Kind != signin.AskEmail {
		step = signin.Step{}
	}
	return secret.New(token), step
}
