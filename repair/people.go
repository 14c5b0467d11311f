package repair

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"updatecenter/agents"
)

const peoplePath = "/repair/people"

func (c *Console) peopleRoutes() []route {
	one := peoplePath + "/{name}"
	return []route{
		{path: peoplePath, least: forAdministrators, get: c.showPeople},
		{path: one, least: forAdministrators, get: c.showPerson},
		c.changing(one, "link", c.agents.Reinvite),
		c.changing(one, "deactivate", c.agents.Deactivate),
		c.changing(one, "reactivate", c.agents.Reactivate),
		{path: one + "/role", least: forAdministrators, post: c.setRole, cut: "/role"},
		{path: one + "/require", least: forAdministrators, post: c.require, cut: "/require"},
		{path: "/repair/invite", least: forAdministrators, get: c.askInvitee, post: c.invite, keeps: inviteFields},
		{path: one + "/recreate", least: forAdministrators, get: c.askInvitee, post: c.invite, keeps: inviteFields},
	}
}

// changed are the words for what an administrator has just done; the address has the key alone.
var changed = map[string]string{
	"link":       "A new link is on its way, and works for 24 hours. The present password works until it is used.",
	"deactivate": "Deactivated. Nobody can sign in with this profile, and its sessions have ended.",
	"reactivate": "Reactivated, and unlocked.",
	"role":       "The role is changed. It counts from the next sign-in.",
	"require":    "Saved. Who uses another second step is asked to set this one up at the next sign-in.",
	"invite":     "Invited. The link in the e-mail works once, for 24 hours.",
	"unmailed":   "The profile is there, but the e-mail could not be sent. Send a new link.",
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
		p.Next = fmt.Sprintf("%s on %s if not used until then", stateWords(then, agents.Agent{}), at.UTC().Format("Jan 2, 2006"))
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
	all, err := c.agents.List(v.ctx())
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
}

// found is the agent of the path.
func (c *Console) found(v *visit) (agents.Agent, error) {
	name, err := agents.ParseUserName(v.part("name"))
	if err != nil || string(name) != v.part("name") {
		return agents.Agent{}, noPage()
	}
	agent, err := c.agents.Find(v.ctx(), name)
	if err != nil {
		return agents.Agent{}, fmt.Errorf("find agent: %w", err)
	}
	return agent, nil
}

func (c *Console) personPage(v *visit, agent agents.Agent) personPage {
	state := agent.StateAt(c.now())
	role, required := roleField(agent.Role), requiredField(agent.Required)
	return personPage{
		asking: asking{v.newForm(role, required)}, person: c.person(agent), Role: role, Require: required,
		Active: state == agents.Active || state == agents.Invited, Deactivated: state == agents.Deactivated, Deleted: state == agents.Deleted,
		Self: agent.ID == v.session.Agent.ID,
	}
}

func (c *Console) showPerson(v *visit) error {
	agent, err := c.found(v)
	if err != nil {
		return err
	}
	v.note = changed[v.r.URL.Query().Get("note")]
	return c.show(v, "person", string(agent.Name), c.personPage(v, agent))
}

// changing is the route of a button that needs nothing else.
func (c *Console) changing(one, does string, change func(context.Context, agents.By, agents.UserName) (agents.Agent, error)) route {
	return route{path: one + "/" + does, least: forAdministrators, cut: "/" + does, post: func(v *visit) error {
		agent, err := c.found(v)
		if err != nil {
			return err
		}
		_, err = change(v.ctx(), v.by(), agent.Name)
		return c.changed(v, agent, does, err)
	}}
}

func (c *Console) setRole(v *visit) error {
	return c.choose(v, "role", func(ctx context.Context, name agents.UserName, value string) (agents.Agent, error) {
		return c.agents.SetRole(ctx, v.by(), name, agents.Role(value))
	})
}

func (c *Console) require(v *visit) error {
	return c.choose(v, "required", func(ctx context.Context, name agents.UserName, value string) (agents.Agent, error) {
		return c.agents.Require(ctx, v.by(), name, agents.Factor(value))
	})
}

// choose takes one field of the page.
func (c *Console) choose(v *visit, name string, change func(context.Context, agents.UserName, string) (agents.Agent, error)) error {
	agent, err := c.found(v)
	if err != nil {
		return err
	}
	page := c.personPage(v, agent)
	page.Form.Fields = []*field{page.Form.field(name)}
	if !v.read(page.Form) {
		return c.show(v, "person", string(agent.Name), page)
	}
	_, err = change(v.ctx(), agent.Name, page.Form.value(name))
	return c.changed(v, agent, map[string]string{"role": "role", "required": "require"}[name], err)
}

// changed goes back to the page of an agent, with a word of what was done, or why it wasn't.
func (c *Console) changed(v *visit, agent agents.Agent, does string, err error) error {
	sentence := ""
	switch {
	case errors.Is(err, agents.ErrNotMailed):
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
