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

// beginChange judges the present password and begins a change; false: the form says why not. The
// cookie of a sign-in under way holds its token: who is signed in has no use for that one.
func (c *Console) beginChange(v *visit, f *form, what, email string) (bool, error) {
	if f.secret("present").IsZero() {
		f.fail("present", needPresent)
		return false, nil
	}
	if c.noMail && (email != "" || v.session.Agent.Factor != agents.App) {
		f.fail("", "No e-mail can be sent from here, so this can’t be proved. An administrator can correct the address, or send a new link.")
		return false, nil
	}
	token, err := c.signIn.BeginChange(v.ctx(), v.session, f.secret("present"), what, email, v.from)
	begun, err := c.present(f, "present", err)
	if begun {
		setCookie(v, signInCookie, token)
	}
	return begun, err
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
	change, err := c.signIn.Change(v.ctx(), v.session, token)
	if errors.Is(err, signin.ErrExpired) {
		return token, change, false, v.redirect(profilePath + "?note=expired")
	}
	if err != nil {
		return token, change, false, fmt.Errorf("find change: %w", err)
	}
	return token, change, true, nil
}

func (c *Console) askProof(v *visit) error {
	_, change, ok, err := c.underChange(v)
	if !ok {
		return err
	}
	return c.show(v, "profile_confirm", "Confirm the change", v.confirmPage(change))
}

func (c *Console) takeProof(v *visit) error {
	token, change, ok, err := c.underChange(v)
	if !ok {
		return err
	}
	page := v.confirmPage(change)
	if !v.read(page.Form) {
		return c.show(v, "profile_confirm", "Confirm the change", page)
	}
	var code, emailCode secret.Text
	for _, each := range page.Form.Fields {
		if each.Name == "code" {
			code = each.entered
		} else {
			emailCode = each.entered
		}
	}
	err = c.signIn.Prove(v.ctx(), v.session, token, code, emailCode, v.from)
	switch {
	case errors.Is(err, signin.ErrNotACode):
		page.Form.fail("", "Enter the six digits of each code, and nothing else.")
		return c.show(v, "profile_confirm", "Confirm the change", page)
	case errors.Is(err, signin.ErrExpired):
		return v.redirect(profilePath + "?note=expired")
	case err != nil:
		sentence, status := c.refusalOf(err, "That is not right. Use the newest e-mails, and the code that your app shows now: each works once.")
		if sentence == "" {
			return fmt.Errorf("confirm change: %w", err)
		}
		page.Form.fail("", sentence)
		return c.showStatus(v, status, "profile_confirm", "Error: Confirm the change", page)
	case change.What == toApp:
		return v.redirect(profilePath + "/factor")
	}
	return c.doChange(v, token, func() (agents.Agent, error) {
		agent := v.session.Agent
		if change.What == toMails {
			return c.agents.ChooseEmail(v.ctx(), v.by(), agent.ID)
		}
		profile := agents.Profile{FullName: agent.FullName, Email: change.Email, Phone: agent.Phone}
		return c.agents.UpdateProfile(v.ctx(), v.by(), agent.ID, profile)
	})
}

// doChange uses a proved change up and does it.
func (c *Console) doChange(v *visit, token signin.Token, do func() (agents.Agent, error)) error {
	_, err := c.signIn.EndChange(v.ctx(), v.session, token)
	if errors.Is(err, signin.ErrExpired) {
		return v.redirect(profilePath + "?note=expired")
	}
	if err != nil {
		return fmt.Errorf("end change: %w", err)
	}
	dropCookie(v, signInCookie)
	agent, err := do()
	if err != nil {
		return fmt.Errorf("change profile: %w", err)
	}
	if err := c.renew(v, agent); err != nil {
		return err
	}
	return v.redirect(profilePath + "?note=saved")
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
	if agent.Required != agents.App && !c.noMail {
		with.Options = append(with.Options, option{Value: toMails, Words: "Codes by e-mail to " + agent.Email})
	}
	return newFactorPage{asking{v.newForm(with, presentPassword("present", ""))}, factorWords(agent.Factor)}
}

// askNewFactor asks for an app, once the present step has been shown, or else what to change to.
func (c *Console) askNewFactor(v *visit) error {
	change, err := c.signIn.Change(v.ctx(), v.session, readCookie(v, signInCookie))
	if err == nil && change.Proved && change.What == toApp {
		page, err := c.newAppPage(v)
		if err != nil {
			return err
		}
		return c.show(v, "profile_app", "Change second step", page)
	}
	if err != nil && !errors.Is(err, signin.ErrExpired) {
		return fmt.Errorf("find change: %w", err)
	}
	return c.show(v, "profile_factor", "Change second step", c.newFactorPage(v))
}

// newAppPage offers no codes by e-mail: an app was chosen.
func (c *Console) newAppPage(v *visit) (factorPage, error) {
	page, err := c.factorPage(v)
	page.NoMail = true
	return page, err
}

func (c *Console) changeFactor(v *visit) error {
	if v.r.PostForm.Has("setup") {
		return c.changeApp(v)
	}
	page := c.newFactorPage(v)
	begun := v.read(page.Form)
	if begun {
		email := ""
		if page.Form.value("with") == toMails { // which is proved too: an administrator may have mistyped it
			email = v.session.Agent.Email
		}
		var err error
		if begun, err = c.beginChange(v, page.Form, page.Form.value("with"), email); err != nil {
			return err
		}
	}
	if !begun {
		return c.show(v, "profile_factor", "Change second step", page)
	}
	return v.redirect(confirmPath)
}

// changeApp takes the app for which the present step was shown.
func (c *Console) changeApp(v *visit) error {
	token, change, ok, err := c.underChange(v)
	if !ok {
		return err
	}
	if !change.Proved || change.What != toApp {
		return v.redirect(profilePath + "/factor")
	}
	page, err := c.newAppPage(v)
	if err != nil {
		return err
	}
	agent, taken, err := c.chooseFactor(v, page)
	if err != nil {
		return err
	}
	if !taken {
		return c.show(v, "profile_app", "Change second step", page)
	}
	if _, err := c.signIn.EndChange(v.ctx(), v.session, token); err != nil && !errors.Is(err, signin.ErrExpired) {
		return fmt.Errorf("end change: %w", err)
	}
	dropCookie(v, signInCookie)
	if err := c.renew(v, agent); err != nil {
		return err
	}
	return v.redirect(profilePath + "?note=saved")
}
