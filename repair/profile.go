package repair

import (
	"fmt"

	"updatecenter/agents"
)

const profilePath = "/repair/profile"

// ofProfile are the names of the fields of a profile.
var ofProfile = []string{"full_name", "email", "phone"}

// profileFields are these fields, filled in with what is known.
func profileFields(agent agents.Agent) []*field {
	return []*field{
		{Name: "full_name", Label: "Full name", Value: agent.FullName, Max: 100, Autocomplete: "name", Need: "Enter the full name."},
		{Name: "email", Label: "E-mail address", Value: agent.Email, Type: "email", Max: 254, Autocomplete: "email", Need: "Enter the e-mail address."},
		{Name: "phone", Label: "Telephone", Value: agent.Phone, Type: "tel", Max: 30, Autocomplete: "tel"},
	}
}

func (c *Console) profileRoutes() []route {
	return []route{
		{path: profilePath, least: forAgents, get: c.showProfile, post: c.saveProfile, keeps: ofProfile},
		{path: profilePath + "/password", least: forAgents, get: c.askNewPassword, post: c.changePassword},
		{path: profilePath + "/factor", least: forAgents, get: c.askNewFactor, post: c.changeFactor},
		{path: profilePath + "/sign-out-everywhere", least: forAgents, post: c.signOutEverywhere, cut: "/sign-out-everywhere"},
	}
}

// A profilePage has the own profile.
type profilePage struct {
	asking
	Agent  agents.Agent
	Factor string
}

// profilePage is filled in with what is known, unless a draft says otherwise.
func (v *visit) profilePage(more ...*field) profilePage {
	agent := v.session.Agent
	fields := profileFields(agent)
	return profilePage{asking{v.newForm(append(fields, more...)...)}, agent, factorWords(agent.Factor)}
}

func (f *form) profile() agents.Profile {
	return agents.Profile{FullName: f.value("full_name"), Email: f.value("email"), Phone: f.value("phone")}
}

func factorWords(factor agents.Factor) string {
	switch factor {
	case agents.App:
		return "Authenticator app"
	case agents.Email:
		return "Codes by e-mail"
	}
	return "None yet"
}

func (v *visit) ownProfilePage() profilePage {
	return v.profilePage(presentPassword("present", "Needed to change the e-mail address."))
}

func (c *Console) showProfile(v *visit) error {
	if v.r.URL.Query().Get("note") == "saved" {
		v.note = "Saved."
	}
	return c.show(v, "profile", "Your profile", v.ownProfilePage())
}

func (c *Console) saveProfile(v *visit) error {
	page := v.ownProfilePage()
	if !v.read(page.Form) {
		return c.show(v, "profile", "Your profile", page)
	}
	if page.Form.value("email") != v.session.Agent.Email {
		right, err := c.isPresent(v, page.Form, "present")
		if err != nil {
			return err
		}
		if !right {
			return c.show(v, "profile", "Your profile", page)
		}
	}
	agent, err := c.agents.UpdateProfile(v.ctx(), v.by(), v.session.Agent.ID, page.Form.profile())
	if page.Form.refusedBy(err) {
		return c.show(v, "profile", "Your profile", page)
	}
	if err != nil {
		return fmt.Errorf("update profile: %w", err)
	}
	if err := c.renew(v, agent); err != nil {
		return err
	}
	return v.redirect(profilePath + "?note=saved")
}

// A newPasswordPage changes the password.
type newPasswordPage struct{ asking }

func (v *visit) newPasswordPage() newPasswordPage {
	old := presentPassword("present", "")
	old.Need, old.Focus = needPresent, true
	password, again := newPassword()
	password.Focus = false
	return newPasswordPage{asking{v.newForm(old, password, again)}}
}

func (c *Console) askNewPassword(v *visit) error {
	return c.show(v, "profile_password", "Change password", v.newPasswordPage())
}

func (c *Console) changePassword(v *visit) error {
	page := v.newPasswordPage()
	right := v.read(page.Form) && page.Form.same("password", "again")
	var err error
	if right {
		right, err = c.isPresent(v, page.Form, "present")
	}
	if err != nil {
		return err
	}
	if !right {
		return c.show(v, "profile_password", "Change password", page)
	}
	agent, err := c.agents.ChangePassword(v.ctx(), v.by(), v.session.Agent.ID, page.Form.secret("present"), page.Form.secret("password"))
	if page.Form.refusedBy(err) {
		return c.show(v, "profile_password", "Change password", page)
	}
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	if err := c.renew(v, agent); err != nil {
		return err
	}
	return v.redirect(profilePath + "?note=saved")
}

func (c *Console) newFactorPage(v *visit) (factorPage, error) {
	page, err := c.factorPage(v)
	page.Now = factorWords(v.session.Agent.Factor)
	page.Password = presentPassword("present", "")
	page.Password.Need = needPresent
	page.PasswordToo = presentPassword("present_too", "")
	page.PasswordToo.Need = needPresent
	return page, err
}

func (c *Console) askNewFactor(v *visit) error {
	page, err := c.newFactorPage(v)
	if err != nil {
		return err
	}
	return c.show(v, "profile_factor", "Change second step", page)
}

func (c *Console) changeFactor(v *visit) error {
	page, err := c.newFactorPage(v)
	if err != nil {
		return err
	}
	name := "present"
	if byEmail(v) {
		name = "present_too"
		page.Form.Fields = []*field{page.PasswordToo}
	} else {
		page.Form.Fields = []*field{page.Password, page.Code}
	}
	right := v.read(page.Form)
	if right {
		right, err = c.isPresent(v, page.Form, name)
	}
	if err != nil {
		return err
	}
	if !right {
		return c.show(v, "profile_factor", "Change second step", page)
	}
	agent, taken, err := c.chooseFactor(v, page)
	if err != nil {
		return err
	}
	if !taken {
		return c.show(v, "profile_factor", "Change second step", page)
	}
	if err := c.renew(v, agent); err != nil {
		return err
	}
	return v.redirect(profilePath + "?note=saved")
}

func (c *Console) signOutEverywhere(v *visit) error {
	if err := c.signIn.SignOutEverywhere(v.ctx(), v.session); err != nil {
		return fmt.Errorf("sign out everywhere: %w", err)
	}
	return c.leave(v, "everywhere")
}
