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
		{path: profilePath, least: forAgents, asks: c.askOwnProfile, keeps: ofProfile, notes: profileNotes},
		{path: profilePath + "/password", least: forAgents, asks: c.askNewPassword},
		{path: profilePath + "/factor", least: forAgents, asks: c.askNewFactor},
		{path: profilePath + "/confirm", least: forAgents, asks: c.askProof, cut: "/confirm"},
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

// profileNotes are what the page can begin with: the address has the word.
var profileNotes = map[string]string{
	"saved":   "Saved.",
	"expired": "That took too long, or was done already. Start over.",
}

// askOwnProfile saves all but another e-mail address at once: that one is to be proved first.
func (c *Console) askOwnProfile(v *visit) (*question, error) {
	agent := v.session.Agent
	page := v.profilePage(emailField(agent), presentPassword("Needed to change the e-mail address."))
	f := page.Form
	return &question{page: "profile", title: "Your profile", form: f, content: page, take: func() error {
		profile := f.profile(agent)
		wanted := profile
		wanted.Email = f.value("email")
		if err := wanted.Check(); err != nil {
			return err
		}
		other := wanted.Email != agent.Email
		if other {
			if err := c.beginChange(v, f, toEmail, wanted.Email); err != nil || f.Faulty() {
				return err
			}
		}
		changed := agent
		if profile.FullName != agent.FullName || profile.Phone != agent.Phone || !other {
			var err error
			if changed, err = c.config.Agents.UpdateProfile(v.ctx(), v.by(), agent.ID, profile); err != nil {
				return err
			}
		}
		if other {
			return v.redirect(confirmPath)
		}
		return c.saved(v, changed)
	}}, nil
}

// saved goes back to the profile that was changed.
func (c *Console) saved(v *visit, agent agents.Agent) error {
	if err := c.renew(v, agent); err != nil {
		return err
	}
	return v.redirect(profilePath + "?note=saved")
}

func (c *Console) askNewPassword(v *visit) (*question, error) {
	old := presentPassword("")
	old.Need, old.Focus = needPresent, true
	password, again := newPassword()
	password.Focus = false
	f := v.newForm(old, password, again)
	return &question{page: "profile_password", title: "Change password", form: f, take: func() error {
		if !f.same("password", "again") {
			return nil
		}
		if err := c.present(f, c.config.SignIn.Confirm(v.ctx(), v.session, f.secret("present"), v.from)); err != nil || f.Faulty() {
			return err
		}
		agent, err := c.config.Agents.ChangePassword(v.ctx(), v.by(), v.session.Agent.ID, f.secret("present"), f.secret("password"))
		if err != nil {
			return err
		}
		return c.saved(v, agent)
	}}, nil
}

func (c *Console) signOutEverywhere(v *visit) error {
	if err := c.config.SignIn.SignOutEverywhere(v.ctx(), v.session); err != nil {
		return fmt.Errorf("sign out everywhere: %w", err)
	}
	return c.leave(v, "everywhere")
}

// A correctPage corrects the profile of somebody else, such as a mistyped e-mail address.
type correctPage struct {
	asking
	person
}

func (c *Console) askCorrection(v *visit) (*question, error) {
	agent, err := c.found(v)
	if err != nil {
		return nil, err
	}
	if agent.ID == v.session.Agent.ID { // whose password is asked for
		return nil, v.redirect(profilePath)
	}
	fields := append(profileFields(agent), emailField(agent))
	fields[0].Focus = true
	f := v.newForm(fields...)
	page := correctPage{asking{f}, c.person(agent)}
	return &question{page: "people_profile", title: "Correct " + string(agent.Name), form: f, content: page, take: func() error {
		return c.correct(v, agent, f)
	}}, nil
}

func (c *Console) correct(v *visit, before agents.Agent, f *form) error {
	ctx, cancel := v.whole()
	defer cancel()
	profile := f.profile(before)
	profile.Email = f.value("email")
	agent, err := c.config.Agents.UpdateProfile(ctx, v.by(), before.ID, profile)
	switch {
	case f.refusedBy(err):
		return nil
	case err != nil:
		return c.changed(v, before, "", err)
	case agent.State == agents.Invited && agent.Email != before.Email:
		return c.changed(v, agent, "readdressed", nil)
	}
	return c.changed(v, agent, "corrected", nil)
}
