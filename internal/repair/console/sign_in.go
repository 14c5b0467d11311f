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
		{path: signInPath, asks: c.askName, notes: notes},
		{path: signInPath + "/password", asks: c.askPassword},
		{path: signInPath + "/code", asks: c.askCode, notes: map[string]string{"new": "A new code is on its way. Only that one works now."}},
		{path: signInPath + "/resend", post: c.resend},
		{path: "/repair/sign-out", post: c.signOut},
	}
}

// notRight is said of a wrong password, and of user names that nobody has.
const notRight = "That is not right. Check what you typed, and the user name too."

func (c *Console) askName(v *visit) (*question, error) {
	if !v.posts() {
		if _, err := c.config.SignIn.Session(v.ctx(), v.token); err == nil {
			return nil, v.redirect(home)
		}
	}
	f := v.newForm(&field{
		Name: "name", Label: "User name", Autocomplete: "username", Max: 100, Focus: true,
		Need: "Enter your user name.", Secret: true, // a password typed here by mistake is not shown
	})
	return &question{page: "sign_in", title: "Sign in", form: f, take: func() error {
		token, err := c.config.SignIn.Begin(v.ctx(), strings.TrimSpace(f.secret("name").Reveal()), v.from, readCookie(v, browserCookie))
		if err != nil {
			return c.notYet(v, f, err, notRight)
		}
		setCookie(v, signInCookie, token)
		return v.redirect(signInPath + "/password")
	}}, nil
}

func (c *Console) askPassword(v *visit) (*question, error) {
	under := readCookie(v, signInCookie)
	if under.IsZero() && !v.posts() {
		return nil, v.redirect(signInPath)
	}
	f := v.newForm(&field{
		Name: "password", Label: "Password", Type: "password", Autocomplete: "current-password",
		Focus: true, Secret: true, Need: "Enter your password.",
	})
	return &question{page: "sign_in_password", title: "Enter your password", form: f, take: func() error {
		token, _ := stepOf(under)
		step, err := c.config.SignIn.Password(v.ctx(), token, f.secret("password"), v.from)
		if err != nil {
			return c.notYet(v, f, err, notRight)
		}
		setCookie(v, signInCookie, stepCookie(token, step))
		return v.redirect(signInPath + "/code")
	}}, nil
}

// A codePage asks for the code of the second factor.
type codePage struct {
	asking
	ByEmail bool
	Hint    string // where it went
}

func codeField() *field {
	return &field{
		Name: "code", Label: "Six-digit code", Autocomplete: "one-time-code", InputMode: "numeric",
		Max: 20, Focus: true, Secret: true, Need: "Enter the six digits.",
	}
}

func (c *Console) askCode(v *visit) (*question, error) {
	token, step := stepOf(readCookie(v, signInCookie))
	if step.Kind == "" && !v.posts() {
		return nil, v.redirect(signInPath)
	}
	f := v.newForm(codeField())
	page := codePage{asking{f}, step.Kind == signin.AskEmail, step.Hint}
	return &question{page: "sign_in_code", title: "Enter your code", form: f, content: page, take: func() error {
		session, agent, err := c.config.SignIn.Code(v.ctx(), token, f.secret("code"), v.from)
		if err != nil {
			return c.notYet(v, f, err, wrongCode(step))
		}
		dropCookie(v, signInCookie)
		setCookie(v, sessionCookie, session)
		c.keepBrowser(v, agent)
		return c.goOn(v, agent)
	}, faults: []fault{{signin.ErrNotACode, "code", "Enter the six digits of the code, and nothing else."}}}, nil
}

// wrongCode is what is said of a code that is not right.
func wrongCode(step signin.Step) string {
	if step.Kind == signin.AskEmail {
		return "That is not right. Use the code of the newest e-mail."
	}
	return "That is not right. Each code works once: if you have just used this one, wait for the next."
}

// keepBrowser has an agent's failures in this browser counted apart from those of strangers, from now
// on. That it can't be is no reason not to let somebody go on.
func (c *Console) keepBrowser(v *visit, agent agents.Agent) {
	token, err := c.config.SignIn.Remember(v.ctx(), readCookie(v, browserCookie), agent)
	if err != nil {
		c.config.Log.LogAttrs(v.ctx(), slog.LevelWarn, "browser not remembered", slog.Any("cause", err))
	}
	if !token.IsZero() {
		v.cookie(browserCookie, token.Reveal(), int(signin.RememberFor/time.Second))
	}
}

func (c *Console) resend(v *visit) error {
	token, step := stepOf(readCookie(v, signInCookie))
	err := c.config.SignIn.Resend(v.ctx(), token)
	if err == nil {
		return v.redirect(signInPath + "/code?note=new")
	}
	q, _ := c.askCode(v) // which a POST is always shown
	if err := c.notYet(v, q.form, err, wrongCode(step)); err != nil || !q.form.Faulty() {
		return err
	}
	return c.ask(v, q)
}

func (c *Console) signOut(v *visit) error {
	if err := c.config.SignIn.SignOut(v.ctx(), v.token); err != nil {
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

// notYet has a form of sign-in say why it didn't go on, with a sentence for what is wrong, or starts
// over. It says the same of user names that nobody has.
func (c *Console) notYet(v *visit, f *form, err error, wrong string) error {
	if errors.Is(err, signin.ErrExpired) {
		dropCookie(v, signInCookie)
		return v.redirect(signInPath + "?note=expired")
	}
	return c.refuseSignIn(f, err, wrong)
}

// refuseSignIn has a form say what refusalOf says. Other errors stay what they are.
func (c *Console) refuseSignIn(f *form, err error, wrong string) error {
	sentence, status := c.refusalOf(err, wrong)
	if sentence == "" {
		return fmt.Errorf("sign in: %w", err)
	}
	f.refuse(status, sentence)
	return nil
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
		return strings.TrimSpace(wrong + " Too many attempts: try again " + inWords(later.Until.Sub(c.config.Now())) + "."), http.StatusTooManyRequests
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
