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
	"updatecenter/internal/httplog"
)

const (
	peoplePath = "/repair/people"
	personPath = peoplePath + "/{name}"
)

func (c *Console) peopleRoutes() []route {
	return []route{
		{path: peoplePath, least: forAdministrators, get: c.showPeople},
		{path: personPath, least: forAdministrators, get: c.showPerson},
		c.changing("link", "", always(c.config.Agents.Reinvite)),
		c.changing("deactivate", sureDeactivate, always(c.config.Agents.Deactivate)),
		c.changing("reactivate", sureUnlock, always(c.config.Agents.Reactivate)),
		c.changing("role", "role", func(ctx context.Context, by agents.By, name agents.UserName, value string) (agents.Agent, error) {
			return c.config.Agents.SetRole(ctx, by, name, agents.Role(value))
		}),
		c.changing("require", "required", func(ctx context.Context, by agents.By, name agents.UserName, value string) (agents.Agent, error) {
			return c.config.Agents.Require(ctx, by, name, agents.Factor(value))
		}),
		{path: personPath + "/profile", least: forAdministrators, asks: c.askCorrection, keeps: ofProfile},
		{path: "/repair/invite", least: forAdministrators, asks: c.askInvitee, keeps: inviteFields},
		{path: personPath + "/recreate", least: forAdministrators, asks: c.askInvitee, keeps: inviteFields},
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
	now := c.config.Now()
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
	all, err := c.config.Agents.ListFor(v.ctx(), v.by())
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
		return agents.Agent{}, noPage
	}
	agent, err := c.config.Agents.FindFor(v.ctx(), v.by(), name)
	if err != nil {
		return agents.Agent{}, fmt.Errorf("find agent: %w", err)
	}
	return agent, nil
}

func (c *Console) personPage(v *visit, agent agents.Agent) personPage {
	state := agent.StateAt(c.config.Now())
	role, required := roleField(agent.Role), c.requiredField(agent.Required)
	deactivate := tickField(sureDeactivate, string(agent.Name)+" is not to sign in any more")
	unlock := tickField(sureUnlock, "I know that it was the agent who failed to sign in")
	return personPage{
		asking: asking{v.newForm(role, required, deactivate, unlock)}, person: c.person(agent), Role: role, Require: required,
		Deactivate: deactivate, Unlock: unlock,
		Active: state == agents.Active || state == agents.Invited, Deactivated: state == agents.Deactivated, Deleted: state == agents.Deleted,
		Self: agent.ID == v.session.Agent.ID, NoMail: c.config.NoMail,
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

// A change is what package agents does with somebody's profile, with the value of the field.
type change func(ctx context.Context, by agents.By, name agents.UserName, value string) (agents.Agent, error)

// always is a change that takes no value.
func always(do func(context.Context, agents.By, agents.UserName) (agents.Agent, error)) change {
	return func(ctx context.Context, by agents.By, name agents.UserName, _ string) (agents.Agent, error) {
		return do(ctx, by, name)
	}
}

// changing is the route of a button on the page of an agent, with the field of that name; "": none. A
// tick is needed where the profile is in use. It is done also when the browser goes away meanwhile: it may be in
// the audit by then.
func (c *Console) changing(does, name string, do change) route {
	return route{path: personPath + "/" + does, least: forAdministrators, cut: "/" + does, post: c.asks(func(v *visit) (*question, error) {
		agent, err := c.found(v)
		if err != nil {
			return nil, err
		}
		page := c.personPage(v, agent)
		f := page.Form
		f.Fields = slices.DeleteFunc(f.Fields, func(each *field) bool {
			return each.Name != name || each.Type == "tick" && !page.Active
		})
		return &question{page: "person", title: string(agent.Name), form: f, content: page, take: func() error {
			value := ""
			if len(f.Fields) > 0 {
				value = f.value(name)
			}
			ctx, cancel := v.whole()
			defer cancel()
			_, err := do(ctx, v.by(), agent.Name, value)
			return c.changed(v, agent, does, err)
		}}, nil
	})}
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
		page.Form.refuse(http.StatusConflict, sentence)
		return c.ask(v, &question{page: "person", title: string(agent.Name), form: page.Form, content: page})
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
func (c *Console) askInvitee(v *visit) (*question, error) {
	page := invitePage{Self: v.r.URL.Path, NoMail: c.config.NoMail}
	title := "Invite somebody"
	if _, recreates := mux.Vars(v.r)["name"]; recreates {
		old, err := c.found(v)
		if err != nil {
			return nil, err
		}
		page.Old = string(old.Name)
		title = "Recreate " + page.Old
	}
	email := &field{Name: "email", Label: "E-mail address", Type: "email", Max: 254, Need: "Enter the e-mail address."}
	if !c.config.NoMail {
		email.Hint = "The link goes there."
	}
	page.Form = v.newForm(
		&field{Name: "name", Label: "User name", Hint: "3 to 32 of a-z, 0-9, dot, hyphen and underscore, beginning with a letter.", Max: 32, Focus: true, Need: "Enter a user name."},
		&field{Name: "full_name", Label: "Full name", Max: 100, Need: "Enter the full name."},
		email,
		roleField(agents.RoleAgent),
		c.requiredField(""),
	)
	return &question{page: "people_invite", title: title, form: page.Form, content: page, take: func() error {
		agent, err := c.inviteBy(v, page)
		if errors.Is(err, agents.ErrNotMailed) {
			c.unmailed(v, err)
			return v.redirect(peoplePath + "/" + page.Form.value("name") + "?note=unmailed")
		}
		if err != nil {
			return err
		}
		return v.redirect(peoplePath + "/" + string(agent.Name) + "?note=invite")
	}, faults: []fault{
		{agents.ErrTaken, "name", "This user name is, or was, somebody else’s. Choose another."},
		{agents.ErrNotDeleted, "", "The old profile is not deleted: reactivate it instead."},
	}}, nil
}

// unmailed logs why a link did not go out.
func (c *Console) unmailed(v *visit, cause error) {
	c.config.Log.LogAttrs(v.ctx(), slog.LevelWarn, "link not sent to agent", slog.String("route", httplog.Route(v.r)), slog.Any("cause", cause))
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
		return c.config.Agents.Recreate(ctx, v.by(), agents.UserName(page.Old), invitee)
	}
	return c.config.Agents.Invite(ctx, v.by(), invitee)
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
	if !c.config.NoMail || factor == agents.Email {
		options = append(options, option{Value: string(agents.Email), Words: "Codes by e-mail"})
	}
	return choice(&field{Name: "required", Label: "Required second step", Type: "select", Options: options}, string(factor))
}

// choice marks the option that is chosen.
func choice(f *field, value string) *field {
	f.take([]string{value})
	return f
}
