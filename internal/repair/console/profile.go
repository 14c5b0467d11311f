package console

import (
	"fmt"

	"updatecenter/internal/agents"
)

const profilePath = "/repair/profile"

// ofProfile are the names of the fields of a profile.
var ofProfile = []string{"full_name", "email", "phone"}

// profileFields are these fields but for the e-mail address, filled in with what is known.
func profileFields(agent agents.Agent) []*field {
	return []*field{
		{Name: "full_name", Label: "Full name", Value: agent.FullName, Max: 100, Autocomplete: "name", Need: "Enter the full name."},
		{Name: "phone", Label: "Telephone", Value: agent.Phone, Type: "tel", Max: 30, Autocomplete: "tel"},
	}
}

// emailField is for who can have another address: in the set-up nobody can, as the link went there.
func emailField(agent agents.Agent) *field {
	return &field{Name: "email", Label: "E-mail address", Value: agent.Email, Type: "email", Max: 254, Autocomplete: "email", Need: "Enter the e-mail address."}
}

func (c *Console) profileRoutes() []route {
	return []route{
		{path: profilePath, least: forAgents, get: c.showProfile, post: c.saveProfile, keeps: ofProfile},
		{path: profilePath + "/password", least: forAgents, get: c.askNewPassword, post: c.changePassword},
		{path: profilePath + "/factor", least: forAgents, get: c.askNewFactor, post: c.changeFactor},
		{path: profilePath + "/confirm", least: forAgents, get: c.askProof, post: c.takeProof, cut: "/confirm"},
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

// profile is what was filled in, with the address that the agent has.
func (f *form) profile(agent agents.Agent) agents.Profile {
	return agents.Profile{FullName: f.value("full_name"), Email: agent.Email, Phone: f.value("phone")}
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
	return v.profilePage(emailField(v.session.Agent), presentPassword("present", "Needed to change the e-mail address."))
}

// profileNotes are what the page can begin with: the address has the word.
var profileNotes = map[string]string{
	"saved":   "Saved.",
	"expired": "That took too long, or was done already. Start over.",
}

func (c *Console) showProfile(v *visit) error {
	v.note = profileNotes[v.r.URL.Query().Get("note")]
	return c.show(v, "profile", "Your profile", v.ownProfilePage())
}

// saveProfile saves all but another e-mail address at once: that one is to be proved first.
func (c *Console) saveProfile(v *visit) error {
	page := v.ownProfilePage()
	if !v.read(page.Form) {
		return c.show(v, "profile", "Your profile", page)
	}
	email, begun := page.Form.value("email"), false
	profile := page.Form.profile(v.session.Agent)
	wanted := profile
	wanted.Email = email
	err := wanted.Check()
	if err == nil && email != v.session.Agent.Email {
		if begun, err = c.beginChange(v, page.Form, toEmail, email); err == nil && !begun {
			return c.show(v, "profile", "Your profile", page)
		}
	}
	agent := v.session.Agent
	if err == nil && (profile.FullName != agent.FullName || profile.Phone != agent.Phone || !begun) {
		agent, err = c.agents.UpdateProfile(v.ctx(), v.by(), agent.ID, profile)
	}
	if page.Form.refusedBy(err) {
		return c.show(v, "profile", "Your profile", page)
	}
	if err != nil {
		return fmt.Errorf("update profile: %w", err)
	}
	if begun {
		return v.redirect(confirmPath)
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

func (c *Console) signOutEverywhere(v *visit) error {
	if err := c.signIn.SignOutEverywhere(v.ctx(), v.session); err != nil {
		return fmt.Errorf("sign out everywhere: %w", err)
	}
	return c.leave(v, "everywhere")
}

// A correctPage corrects the profile of somebody else, such as a mistyped e-mail address.
type correctPage struct {
	asking
	person
}

func (c *Console) correctPage(v *visit) (correctPage, error) {
	agent, err := c.found(v)
	if err != nil {
		return correctPage{}, err
	}
	fields := append(profileFields(agent), emailField(agent))
	fields[0].Focus = true
	return correctPage{asking{v.newForm(fields...)}, c.person(agent)}, nil
}

func (c *Console) askCorrection(v *visit) error {
	page, err := c.correctPage(v)
	if err != nil {
		return err
	}
	if page.ID == v.session.Agent.ID { // whose password is asked for
		return v.redirect(profilePath)
	}
	return c.show(v, "people_profile", "Correct "+string(page.Name), page)
}

func (c *Console) correct(v *visit) error {
	page, err := c.correctPage(v)
	if err != nil {
		return err
	}
	if page.ID == v.session.Agent.ID {
		return v.redirect(profilePath)
	}
	if !v.read(page.Form) {
		return c.show(v, "people_profile", "Correct "+string(page.Name), page)
	}
	ctx, cancel := v.whole()
	defer cancel()
	profile := page.Form.profile(page.Agent)
	profile.Email = page.Form.value("email")
	agent, err := c.agents.UpdateProfile(ctx, v.by(), page.ID, profile)
	switch {
	case page.Form.refusedBy(err):
		return c.show(v, "people_profile", "Correct "+string(page.Name), page)
	case err != nil:
		return c.changed(v, page.Agent, "", fmt.Errorf("correct profile: %w", err))
	case agent.State == agents.Invited && agent.Email != page.Email:
		return c.changed(v, agent, "readdressed", nil)
	}
	return c.changed(v, agent, "corrected", nil)
}
