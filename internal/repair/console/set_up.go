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
		{path: "/repair/welcome/{token}", get: c.askFirstPassword, post: c.takeFirstPassword},
		{path: "/repair/set-up/password", least: settingUp, get: c.wantsLink},
		{path: "/repair/set-up/factor", least: settingUp, get: c.at(agents.StageFactor, c.askFactor), post: c.at(agents.StageFactor, c.takeFactor)},
		{path: "/repair/set-up/terms", least: settingUp, get: c.at(agents.StageTerms, c.askTerms), post: c.at(agents.StageTerms, c.takeTerms)},
		{
			path: "/repair/set-up/profile", least: settingUp, keeps: ofProfile,
			get: c.at(agents.StageProfile, c.askProfile), post: c.at(agents.StageProfile, c.takeProfile),
		},
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
func (c *Console) at(stage agents.Stage, serve handler) handler {
	return func(v *visit) error {
		if next := v.session.Agent.Next(); next != stage {
			return v.redirect(stagePath(next))
		}
		return serve(v)
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
	Agent           agents.Agent
	Self            string
	Password, Again *field
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

func (v *visit) welcomePage(agent agents.Agent) welcomePage {
	password, again := newPassword()
	return welcomePage{asking{v.newForm(password, again)}, agent, v.r.URL.Path, password, again}
}

func (c *Console) askFirstPassword(v *visit) error {
	agent, err := c.agents.Open(v.ctx(), secret.New(v.part("token")))
	if err != nil {
		return c.deadLink(v, err)
	}
	return c.show(v, "welcome", "Choose a password", v.welcomePage(agent))
}

// takeFirstPassword uses the link up, and begins a session that is good for the set-up alone.
func (c *Console) takeFirstPassword(v *visit) error {
	token := secret.New(v.part("token"))
	agent, err := c.agents.Open(v.ctx(), token)
	if err != nil {
		return c.deadLink(v, err)
	}
	page := v.welcomePage(agent)
	if !v.read(page.Form) || !page.Form.same("password", "again") {
		return c.show(v, "welcome", "Choose a password", page)
	}
	by := agents.By{Name: string(agent.Name), Via: "console", From: v.from}
	agent, err = c.agents.UseLink(v.ctx(), by, token, page.Form.secret("password"))
	if page.Form.refusedBy(err) {
		return c.show(v, "welcome", "Choose a password", page)
	}
	if err != nil {
		return c.deadLink(v, err)
	}
	session, err := c.signIn.Start(v.ctx(), agent, v.from)
	if err != nil {
		return fmt.Errorf("begin set-up: %w", err)
	}
	dropCookie(v, resumeCookie)
	setCookie(v, sessionCookie, session)
	return v.redirect(stagePath(agent.Next()))
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
	token, err := c.signIn.Renew(v.ctx(), v.token, agent)
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

// A termsPage has the conditions of use, and a tick.
type termsPage struct {
	asking
	Accept *field
}

func (v *visit) termsPage() termsPage {
	accept := &field{
		Name: "accept", Type: "tick", Label: "I have read these conditions, and I accept them.",
		Need: "Tick this to go on. Without it you can’t use the console.",
	}
	return termsPage{asking{v.newForm(accept)}, accept}
}

func (c *Console) askTerms(v *visit) error {
	return c.show(v, "set_up_terms", "Terms and conditions", v.termsPage())
}

func (c *Console) takeTerms(v *visit) error {
	page := v.termsPage()
	if !v.read(page.Form) {
		return c.show(v, "set_up_terms", "Terms and conditions", page)
	}
	agent, err := c.agents.AcceptTerms(v.ctx(), v.by(), v.session.Agent.ID)
	if err != nil {
		return fmt.Errorf("accept terms: %w", err)
	}
	return c.goOnAs(v, agent)
}

func (c *Console) askProfile(v *visit) error {
	return c.show(v, "set_up_profile", "Check your profile", v.profilePage())
}

func (c *Console) takeProfile(v *visit) error {
	page := v.profilePage()
	if !v.read(page.Form) {
		return c.show(v, "set_up_profile", "Check your profile", page)
	}
	agent, err := c.agents.UpdateProfile(v.ctx(), v.by(), v.session.Agent.ID, page.Form.profile(v.session.Agent))
	if page.Form.refusedBy(err) {
		return c.show(v, "set_up_profile", "Check your profile", page)
	}
	if err != nil {
		return fmt.Errorf("update profile: %w", err)
	}
	return c.goOnAs(v, agent)
}
