package console

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"updatecenter/internal/agents"
)

const peoplePath = "/repair/people"

func (c *Console) peopleRoutes() []route {
	one := peoplePath + "/{name}"
	return []route{
		{path: peoplePath, least: forAdministrators, get: c.showPeople},
		{path: one, least: forAdministrators, get: c.showPerson},
		c.changing(one, "link", "", c.agents.Reinvite),
		c.changing(one, "deactivate", sureDeactivate, c.agents.Deactivate),
		c.changing(one, "reactivate", sureUnlock, c.agents.Reactivate),
		{path: one + "/role", least: forAdministrators, post: c.setRole, cut: "/role"},
		{path: one + "/require", least: forAdministrators, post: c.require, cut: "/require"},
		{path: one + "/profile", least: forAdministrators, get: c.askCorrection, post: c.correct, keeps: ofProfile},
		{path: "/repair/invite", least: forAdministrators, get: c.askInvitee, post: c.invite, keeps: inviteFields},
		{path: one + "/recreate", least: forAdministrators, get: c.askInvitee, post: c.invite, keeps: inviteFields},
	}
}

// changed are the words for what an administrator has just done, with NAME for the user name; the
// address has the key alone.
var changed = map[string]string{
	"first-link":  "A new link is on its way, and works for 24 hours.",
	"link":        "A new link is on its way, and works for 24 hours. The present password works until it is used.",
	"deactivate":  "Deactivated. Nobody can sign in with this profile, and its sessions have ended.",
	"reactivate":  "Reactivated, and unlocked.",
	"role":        "The role is changed. It counts from the next sign-in.",
	"require":     "Saved. Who uses another second step is asked to set this one up at the next sign-in.",
	"invite":      "Invited. The link in the e-mail works once, for 24 hours.",
	"corrected":   "Saved.",
	"readdressed": "Saved. The link that was sent before no longer works: send a new one.",
	"unmailed":    "The profile is there, but the e-mail could not be sent. Send a new link, or print one with: updatecenter agents reactivate NAME --new-link",
}

// changedWords are those words, for one agent.
func changedWords(note string, agent agents.Agent) string {
	if note == "link" && agent.State == agents.Invited { // with no password yet
		note = "first-link"
	}
	return strings.ReplaceAll(changed[note], "NAME", string(agent.Name))
}

// A person is an agent as administrators see one.
type person struct {
	agents.Agent
	Path   string
	State  string // in words
	Factor string
	Last   time.Time // zero: never signed in
	Next   string    // what will become of the profile if nobody signs in; "": nothing
}

func (c *Console) person(agent agents.Agent) person {
	now := c.now()
	state := agent.StateAt(now)
	p := person{
		Agent: agent, Path: peoplePath + "/" + string(agent.Name), State: stateWords(state, agent),
		Factor: factorWords(agent.Factor), Last: agent.LastSignIn,
	}
	if at, then := agent.Deadline(now); !at.IsZero() {
		p.Next = fmt.Sprintf("%s on %s if not used until then", stateWords(then, agents.Agent{}), c.zone.day(at))
	}
	return p
}

func stateWords(state agents.State, agent agents.Agent) string {
	switch state {
	case agents.Invited:
		return "Invited"
	case agents.Active:
		if agent.ID != "" && !agent.SetUp() {
			return "Setting up"
		}
		return "Active"
	case agents.Deactivated:
		return "Deactivated"
	case agents.Deleted:
		return "Deleted"
	}
	return string(state)
}

// A peoplePage lists everybody.
type peoplePage struct{ People []person }

func (c *Console) showPeople(v *visit) error {
	all, err := c.agents.ListFor(v.ctx(), v.by())
	if err != nil {
		return fmt.Errorf("list people: %w", err)
	}
	var page peoplePage
	for _, agent := range all {
		page.People = append(page.People, c.person(agent))
	}
	slices.SortFunc(page.People, func(a, b person) int { return cmp.Compare(a.Name, b.Name) })
	return c.show(v, "people", "People", page)
}

// A personPage has one agent, and what an administrator can do.
type personPage struct {
	asking
	person
	Active, Deactivated, Deleted bool // at this moment
	Self                         bool // the administrator's own profile
	Role, Require                *field
	NoMail                       bool
	Deactivate, Unlock           *field // ticks
}

// The names of the ticks without which a profile that is in use is not shut out.
const (
	sureDeactivate = "sure_deactivate"
	sureUnlock     = "sure_unlock"
)

// found is the agent of the path.
func (c *Console) found(v *visit) (agents.Agent, error) {
	name, err := agents.ParseUserName(v.part("name"))
	if err != nil || string(name) != v.part("name") {
		return agents.Agent{}, noPage()
	}
	agent, err := c.agents.FindFor(v.ctx(), v.by(), name)
	if err != nil {
		return agents.Agent{}, fmt.Errorf("find agent: %w", err)
	}
	return agent, nil
}

func (c *Console) personPage(v *visit, agent agents.Agent) personPage {
	state := agent.StateAt(c.now())
	role, required := roleField(agent.Role), c.requiredField(agent.Required)
	deactivate := &field{Name: sureDeactivate, Label: string(agent.Name) + " is not to sign in any more", Type: "tick", Need: "Tick this when it is so."}
	unlock := &field{Name: sureUnlock, Label: "I know that it was the agent who failed to sign in", Type: "tick", Need: "Tick this when it is so."}
	return personPage{
		asking: asking{v.newForm(role, required, deactivate, unlock)}, person: c.person(agent), Role: role, Require: required,
		Deactivate: deactivate, Unlock: unlock,
		Active: state == agents.Active || state == agents.Invited, Deactivated: state == agents.Deactivated, Deleted: state == agents.Deleted,
		Self: agent.ID == v.session.Agent.ID, NoMail: c.noMail,
	}
}

func (c *Console) showPerson(v *visit) error {
	agent, err := c.found(v)
	if err != nil {
		return err
	}
	v.note = changedWords(v.r.URL.Query().Get("note"), agent)
	return c.show(v, "person", string(agent.Name), c.personPage(v, agent))
}

// A change is what package agents does with somebody's profile.
type change func(context.Context, agents.By, agents.UserName) (agents.Agent, error)

// changing is the route of a button. Where the profile is in use it takes a tick of that name; "":
// none.
func (c *Console) changing(one, does, tick string, do change) route {
	return route{path: one + "/" + does, least: forAdministrators, cut: "/" + does, post: func(v *visit) error {
		agent, err := c.found(v)
		if err != nil {
			return err
		}
		page := c.personPage(v, agent)
		if tick != "" && page.Active && !page.reads(v, tick) {
			return c.show(v, "person", string(agent.Name), page)
		}
		return c.alter(v, agent, does, do)
	}}
}

func (c *Console) setRole(v *visit) error {
	return c.choose(v, "role", "role", func(value string) change {
		return func(ctx context.Context, by agents.By, name agents.UserName) (agents.Agent, error) {
			return c.agents.SetRole(ctx, by, name, agents.Role(value))
		}
	})
}

func (c *Console) require(v *visit) error {
	return c.choose(v, "required", "require", func(value string) change {
		return func(ctx context.Context, by agents.By, name agents.UserName) (agents.Agent, error) {
			return c.agents.Require(ctx, by, name, agents.Factor(value))
		}
	})
}

// choose takes one field of the page.
func (c *Console) choose(v *visit, name, does string, to func(value string) change) error {
	agent, err := c.found(v)
	if err != nil {
		return err
	}
	page := c.personPage(v, agent)
	if !page.reads(v, name) {
		return c.show(v, "person", string(agent.Name), page)
	}
	return c.alter(v, agent, does, to(page.Form.value(name)))
}

// reads takes one field of the page, and says whether it holds what it must.
func (p personPage) reads(v *visit, name string) bool {
	p.Form.Fields = []*field{p.Form.field(name)}
	return v.read(p.Form)
}

// alter does it, also when the browser goes away meanwhile: it may be in the audit by then.
func (c *Console) alter(v *visit, agent agents.Agent, does string, do change) error {
	ctx, cancel := v.whole()
	defer cancel()
	_, err := do(ctx, v.by(), agent.Name)
	return c.changed(v, agent, does, err)
}

// changed goes back to the page of an agent, with a word of what was done, or why it wasn't.
func (c *Console) changed(v *visit, agent agents.Agent, does string, err error) error {
	sentence := ""
	switch {
	case errors.Is(err, agents.ErrNotMailed):
		c.unmailed(v, err)
		does, err = "unmailed", nil
	case errors.Is(err, agents.ErrLastAdministrator):
		sentence = "This is the last active administrator. Make somebody else one first."
	case errors.Is(err, agents.ErrDeactivated):
		sentence = "The profile is deactivated. Reactivate it first."
	case errors.Is(err, agents.ErrDeleted):
		sentence = "The profile is deleted. It can only be made anew, under another user name."
	}
	if sentence != "" {
		page := c.personPage(v, agent)
		page.Form.fail("", sentence)
		return c.showStatus(v, http.StatusConflict, "person", "Error: "+string(agent.Name), page)
	}
	if err != nil {
		return fmt.Errorf("change agent: %w", err)
	}
	return v.redirect(peoplePath + "/" + string(agent.Name) + "?note=" + does)
}

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
