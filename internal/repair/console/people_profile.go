package console

import (
	"fmt"

	"updatecenter/internal/agents"
)

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
