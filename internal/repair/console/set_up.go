package console

import (
	"errors"
	"fmt"
	"net/http"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/secret"
)

func (c *Console) setUpRoutes() []route {
	return []route{
		{path: "/repair/welcome/{token}", asks: c.askFirstPassword},
		{path: "/repair/set-up/password", least: settingUp, get: c.wantsLink},
		{path: "/repair/set-up/factor", least: settingUp, asks: at(agents.StageFactor, c.askFactor)},
		{path: "/repair/set-up/terms", least: settingUp, asks: at(agents.StageTerms, c.askTerms)},
		{path: "/repair/set-up/profile", least: settingUp, asks: at(agents.StageProfile, c.askProfile), keeps: ofProfile},
	}
}

// stagePath is where a stage of the set-up is done.
func stagePath(stage agents.Stage) string {
	if stage == agents.StageDone {
		return home
	}
	return "/repair/set-up/" + string(stage)
}

// at opens a page of the set-up to agents who have come so far, and sends others to where they are.
func at(stage agents.Stage, ask maker) maker {
	return func(v *visit) (*question, error) {
		if next := v.session.Agent.Next(); next != stage {
			return nil, v.redirect(stagePath(next))
		}
		return ask(v)
	}
}

// wantsLink is for an agent whose password is gone: only a link sets another.
func (c *Console) wantsLink(v *visit) error {
	if next := v.session.Agent.Next(); next != agents.StagePassword {
		return v.redirect(stagePath(next))
	}
	return c.show(v, "welcome_dead", "Ask for a new link", nil)
}

// A welcomePage asks for the first password.
type welcomePage struct {
	asking
	Agent agents.Agent
	Self  string
}

// newPassword are the two fields in which a password is chosen.
func newPassword() (password, again *field) {
	password = &field{
		Name: "password", Label: "New password", Type: "password", Autocomplete: "new-password", Secret: true, Focus: true,
		Hint: "At least 12 characters. Four or more words that have nothing to do with each other are easy to remember, and hard to guess. Spaces are fine.",
		Need: "Choose a password.",
	}
	again = &field{
		Name: "again", Label: "New password, once more", Type: "password", Autocomplete: "new-password",
		Secret: true, Need: "Enter the same password once more.",
	}
	return password, again
}

// askFirstPassword uses a link up, and begins a session that is good for the set-up alone.
func (c *Console) askFirstPassword(v *visit) (*question, error) {
	token := secret.New(v.part("token"))
	agent, err := c.config.Agents.Open(v.ctx(), token)
	if err != nil {
		return nil, c.deadLink(v, err)
	}
	f := v.newForm(newPassword())
	page := welcomePage{asking{f}, agent, v.r.URL.Path}
	return &question{page: "welcome", title: "Choose a password", form: f, content: page, take: func() error {
		if !f.same("password", "again") {
			return nil
		}
		by := agents.By{Name: string(agent.Name), Via: "console", From: v.from}
		agent, err := c.config.Agents.UseLink(v.ctx(), by, token, f.secret("password"))
		switch {
		case f.refusedBy(err):
			return nil
		case err != nil:
			return c.deadLink(v, err)
		}
		session, err := c.config.SignIn.Start(v.ctx(), agent, v.from)
		if err != nil {
			return fmt.Errorf("begin set-up: %w", err)
		}
		dropCookie(v, resumeCookie)
		setCookie(v, sessionCookie, session)
		return v.redirect(stagePath(agent.Next()))
	}}, nil
}

func (c *Console) deadLink(v *visit, err error) error {
	if !errors.Is(err, agents.ErrLink) {
		return fmt.Errorf("open link: %w", err)
	}
	return c.showStatus(v, http.StatusNotFound, "welcome_dead", "This link does not work any more", nil)
}

// same says whether two secrets are, and else what is wrong.
func (f *form) same(one, other string) bool {
	if f.secret(one).Equal(f.secret(other)) {
		return true
	}
	f.fail(other, "This is not the same as above. Enter both once more.")
	return false
}

// refusedBy puts a refusal of package agents beside its field, and says whether it was one.
func (f *form) refusedBy(err error) bool {
	var fieldError *agents.FieldError
	var passwordError *agents.PasswordError
	switch {
	case errors.As(err, &passwordError):
		f.fail("password", passwordError.Hint)
	case errors.As(err, &fieldError):
		f.fail(fieldError.Field, fieldError.Reason)
	default:
		return false
	}
	return true
}

// goOnAs goes on to the next page of the set-up, in a session that outlives what the agent has
// changed.
func (c *Console) goOnAs(v *visit, agent agents.Agent) error {
	if err := c.renew(v, agent); err != nil {
		return err
	}
	return v.redirect(stagePath(agent.Next()))
}

// renew keeps the agent's own session after a change that ends all others. Package agents makes no
// change for a session that is over, so it was this change that has raised the epoch.
func (c *Console) renew(v *visit, agent agents.Agent) error {
	if agent.Epoch == v.session.Agent.Epoch {
		return nil
	}
	token, err := c.config.SignIn.Renew(v.ctx(), v.token, agent)
	if errors.Is(err, signin.ErrSignedOut) {
		return nil // the next page asks to sign in
	}
	if err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	setCookie(v, sessionCookie, token)
	c.keepBrowser(v, agent)
	return nil
}

// askTerms shows the conditions of use, and asks for a tick.
func (c *Console) askTerms(v *visit) (*question, error) {
	f := v.newForm(&field{
		Name: "accept", Type: "tick", Label: "I have read these conditions, and I accept them.",
		Need: "Tick this to go on. Without it you can’t use the console.",
	})
	return &question{page: "set_up_terms", title: "Terms and conditions", form: f, take: func() error {
		agent, err := c.config.Agents.AcceptTerms(v.ctx(), v.by(), v.session.Agent.ID)
		if err != nil {
			return err
		}
		return c.goOnAs(v, agent)
	}}, nil
}

func (c *Console) askProfile(v *visit) (*question, error) {
	page := v.profilePage()
	f := page.Form
	return &question{page: "set_up_profile", title: "Check your profile", form: f, content: page, take: func() error {
		agent, err := c.config.Agents.UpdateProfile(v.ctx(), v.by(), v.session.Agent.ID, f.profile(v.session.Agent))
		if err != nil {
			return err
		}
		return c.goOnAs(v, agent)
	}}, nil
}
