package console

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/gorilla/mux"

	"updatecenter/internal/agents"
)

// inviteFields are the fields by which somebody is invited.
var inviteFields = []string{"name", "full_name", "email", "role", "required"}

// An invitePage asks whom to invite, or under which name a deleted profile is made anew.
type invitePage struct {
	asking
	Self   string
	Old    string // the deleted user name; "": somebody new
	NoMail bool
}

// askInvitee serves both pages: that of a deleted profile has its name in the path.
func (c *Console) askInvitee(v *visit) error {
	page, err := c.invitePage(v)
	if err != nil {
		return err
	}
	return c.show(v, "people_invite", page.title(), page)
}

func (c *Console) invitePage(v *visit) (invitePage, error) {
	page := invitePage{Self: v.r.URL.Path, NoMail: c.noMail}
	if _, recreates := mux.Vars(v.r)["name"]; recreates {
		old, err := c.found(v)
		if err != nil {
			return invitePage{}, err
		}
		page.Old = string(old.Name)
	}
	email := &field{Name: "email", Label: "E-mail address", Type: "email", Max: 254, Need: "Enter the e-mail address."}
	if !c.noMail {
		email.Hint = "The link goes there."
	}
	page.Form = v.newForm(
		&field{Name: "name", Label: "User name", Hint: "3 to 32 of a-z, 0-9, dot, hyphen and underscore, beginning with a letter.", Max: 32, Focus: true, Need: "Enter a user name."},
		&field{Name: "full_name", Label: "Full name", Max: 100, Need: "Enter the full name."},
		email,
		roleField(agents.RoleAgent),
		c.requiredField(""),
	)
	return page, nil
}

func (p invitePage) title() string {
	if p.Old != "" {
		return "Recreate " + p.Old
	}
	return "Invite somebody"
}

func (c *Console) invite(v *visit) error {
	page, err := c.invitePage(v)
	if err != nil {
		return err
	}
	if !v.read(page.Form) {
		return c.show(v, "people_invite", page.title(), page)
	}
	agent, err := c.inviteBy(v, page)
	switch {
	case errors.Is(err, agents.ErrNotMailed):
		c.unmailed(v, err)
		return v.redirect(peoplePath + "/" + page.Form.value("name") + "?note=unmailed")
	case errors.Is(err, agents.ErrTaken):
		page.Form.fail("name", "This user name is, or was, somebody else’s. Choose another.")
	case errors.Is(err, agents.ErrNotDeleted):
		page.Form.fail("", "The old profile is not deleted: reactivate it instead.")
	case page.Form.refusedBy(err):
	case err != nil:
		return fmt.Errorf("invite: %w", err)
	default:
		return v.redirect(peoplePath + "/" + string(agent.Name) + "?note=invite")
	}
	return c.show(v, "people_invite", page.title(), page)
}

// unmailed logs why a link did not go out.
func (c *Console) unmailed(v *visit, cause error) {
	c.log.LogAttrs(v.ctx(), slog.LevelWarn, "link not sent to agent", slog.String("route", pattern(v.r)), slog.Any("cause", cause))
}

func (c *Console) inviteBy(v *visit, page invitePage) (agents.Agent, error) {
	f := page.Form
	invitee := agents.Invitee{
		Name: f.value("name"), FullName: f.value("full_name"), Email: f.value("email"),
		Role: agents.Role(f.value("role")), Required: agents.Factor(f.value("required")),
	}
	ctx, cancel := v.whole()
	defer cancel()
	if page.Old != "" {
		return c.agents.Recreate(ctx, v.by(), agents.UserName(page.Old), invitee)
	}
	return c.agents.Invite(ctx, v.by(), invitee)
}

func roleField(role agents.Role) *field {
	return choice(&field{
		Name: "role", Label: "Role", Type: "select", Need: "Choose a role.",
		Hint: "A supervisor also sees reports and accepts photo IDs; an administrator also keeps people and keys.",
		Options: []option{
			{Value: string(agents.RoleAgent), Words: "Agent"},
			{Value: string(agents.Supervisor), Words: "Supervisor"},
			{Value: string(agents.Administrator), Words: "Administrator"},
		},
	}, string(role))
}

// requiredField has codes by e-mail where they can be sent, and where they are required already.
func (c *Console) requiredField(factor agents.Factor) *field {
	options := []option{{Value: "", Words: "Free to choose"}, {Value: string(agents.App), Words: "Authenticator app"}}
	if !c.noMail || factor == agents.Email {
		options = append(options, option{Value: string(agents.Email), Words: "Codes by e-mail"})
	}
	return choice(&field{Name: "required", Label: "Required second step", Type: "select", Options: options}, string(factor))
}

// choice marks the option that is chosen.
func choice(f *field, value string) *field {
	f.take([]string{value})
	return f
}
