package console

import (
	"errors"
	"fmt"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/secret"
)

const confirmPath = profilePath + "/confirm"

// What is changed under the present password and the present second step.
const (
	toEmail = "address" // another e-mail address
	toApp   = "app"     // an authenticator app, or another one
	toMails = "email"   // codes by e-mail
)

// expiredPath is where a change starts over.
const expiredPath = profilePath + "?note=expired"

// beginChange judges the present password and begins a change, or the form says why not. The cookie
// of a sign-in under way holds its token: who is signed in has no use for that one.
func (c *Console) beginChange(v *visit, f *form, what, email string) error {
	if f.secret("present").IsZero() { // which is no guess
		f.fail("present", needPresent)
		return nil
	}
	if c.config.NoMail && (email != "" || v.session.Agent.Factor != agents.App) {
		f.fail("", "No e-mail can be sent from here, so this can’t be proved. An administrator can correct the address, or send a new link.")
		return nil
	}
	token, err := c.config.SignIn.BeginChange(v.ctx(), v.session, f.secret("present"), what, email, v.from)
	if err == nil {
		setCookie(v, signInCookie, token)
	}
	return c.present(f, err)
}

// A confirmPage asks for the codes of a change.
type confirmPage struct {
	asking
	ByApp bool
	Hint  string // where the code of the present step went; "": it is the app's, or none
	Email string // where the code for the new address went; "": there is none
}

func (v *visit) confirmPage(change signin.Change) confirmPage {
	page := confirmPage{ByApp: change.Step.Kind == signin.AskApp, Hint: change.Step.Hint, Email: change.Email}
	var fields []*field
	if change.Step.Kind != "" {
		code := codeField()
		code.Label = "Code of your present second step"
		fields = append(fields, code)
	}
	if change.Email != "" {
		code := codeField()
		code.Name, code.Label, code.Focus = "email_code", "Code that was sent to "+change.Email, len(fields) == 0
		fields = append(fields, code)
	}
	page.Form = v.newForm(fields...)
	return page
}

// underChange is the change under way; false: the visitor was sent back to the profile.
func (c *Console) underChange(v *visit) (signin.Token, signin.Change, bool, error) {
	token := readCookie(v, signInCookie)
	change, err := c.config.SignIn.Change(v.ctx(), v.session, token)
	if errors.Is(err, signin.ErrExpired) {
		return token, change, false, v.redirect(expiredPath)
	}
	if err != nil {
		return token, change, false, fmt.Errorf("find change: %w", err)
	}
	return token, change, true, nil
}

func (c *Console) askProof(v *visit) (*question, error) {
	token, change, ok, err := c.underChange(v)
	if !ok {
		return nil, err
	}
	page := v.confirmPage(change)
	return &question{page: "profile_confirm", title: "Confirm the change", form: page.Form, content: page, take: func() error {
		return c.takeProof(v, page.Form, token, change)
	}, faults: []fault{{signin.ErrNotACode, "", "Enter the six digits of each code, and nothing else."}}}, nil
}

func (c *Console) takeProof(v *visit, f *form, token signin.Token, change signin.Change) error {
	entered := map[string]secret.Text{}
	for _, each := range f.Fields {
		entered[each.Name] = each.entered
	}
	err := c.config.SignIn.Prove(v.ctx(), v.session, token, entered["code"], entered["email_code"], v.from)
	switch {
	case errors.Is(err, signin.ErrNotACode):
		return err
	case errors.Is(err, signin.ErrExpired):
		return v.redirect(expiredPath)
	case err != nil:
		return c.refuseSignIn(f, err, "That is not right. Use the newest e-mails, and the code that your app shows now: each works once.")
	case change.What == toApp:
		return v.redirect(profilePath + "/factor")
	}
	return c.doChange(v, token, func() (agents.Agent, error) {
		agent := v.session.Agent
		if change.What == toMails {
			return c.config.Agents.ChooseEmail(v.ctx(), v.by(), agent.ID)
		}
		profile := agents.Profile{FullName: agent.FullName, Email: change.Email, Phone: agent.Phone}
		return c.config.Agents.UpdateProfile(v.ctx(), v.by(), agent.ID, profile)
	})
}

// doChange uses a proved change up and does it.
func (c *Console) doChange(v *visit, token signin.Token, do func() (agents.Agent, error)) error {
	_, err := c.config.SignIn.EndChange(v.ctx(), v.session, token)
	if errors.Is(err, signin.ErrExpired) {
		return v.redirect(expiredPath)
	}
	if err != nil {
		return fmt.Errorf("end change: %w", err)
	}
	dropCookie(v, signInCookie)
	agent, err := do()
	if err != nil {
		return fmt.Errorf("change profile: %w", err)
	}
	return c.saved(v, agent)
}

// A newFactorPage asks which second step there shall be.
type newFactorPage struct {
	asking
	Now string // the present one, in words
}

func (c *Console) newFactorPage(v *visit) newFactorPage {
	agent := v.session.Agent
	with := &field{Name: "with", Label: "Change to", Type: "select", Need: "Choose one of the list."}
	if agent.Required != agents.Email {
		with.Options = append(with.Options, option{Value: toApp, Words: "An authenticator app: quicker, and safer"})
	}
	if agent.Required != agents.App && !c.config.NoMail {
		with.Options = append(with.Options, option{Value: toMails, Words: "Codes by e-mail to " + agent.Email})
	}
	return newFactorPage{asking{v.newForm(with, presentPassword(""))}, factorWords(agent.Factor)}
}

// askNewFactor asks for an app, once the present step has been shown, or else what to change to.
func (c *Console) askNewFactor(v *visit) (*question, error) {
	if v.r.PostForm.Has("setup") {
		token, change, ok, err := c.underChange(v)
		switch {
		case !ok:
			return nil, err
		case !change.Proved || change.What != toApp:
			return nil, v.redirect(profilePath + "/factor")
		}
		return c.askApp(v, token)
	}
	if !v.posts() {
		token := readCookie(v, signInCookie)
		change, err := c.config.SignIn.Change(v.ctx(), v.session, token)
		switch {
		case err == nil && change.Proved && change.What == toApp:
			return c.askApp(v, token)
		case err != nil && !errors.Is(err, signin.ErrExpired):
			return nil, fmt.Errorf("find change: %w", err)
		}
	}
	page := c.newFactorPage(v)
	f := page.Form
	return &question{page: "profile_factor", title: "Change second step", form: f, content: page, take: func() error {
		email := ""
		if f.value("with") == toMails { // which is proved too: an administrator may have mistyped it
			email = v.session.Agent.Email
		}
		if err := c.beginChange(v, f, f.value("with"), email); err != nil || f.Faulty() {
			return err
		}
		return v.redirect(confirmPath)
	}}, nil
}

// askApp asks for the app for which the present step was shown. It offers no codes by e-mail: an app
// was chosen.
func (c *Console) askApp(v *visit, token signin.Token) (*question, error) {
	page, err := c.factorPage(v)
	if err != nil {
		return nil, err
	}
	page.NoMail = true
	return c.factorQuestion(v, "profile_app", "Change second step", page, func(agent agents.Agent) error {
		if _, err := c.config.SignIn.EndChange(v.ctx(), v.session, token); err != nil && !errors.Is(err, signin.ErrExpired) {
			return fmt.Errorf("end change: %w", err)
		}
		dropCookie(v, signInCookie)
		return c.saved(v, agent)
	}), nil
}
