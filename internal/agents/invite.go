package agents

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/secret"
)

// Invite makes a profile, and sends the link with which its owner begins. Errors:
// [*FieldError]; [ErrTaken]; [ErrNotMailed], and then the agent returned is there.
func (a *Agents) Invite(ctx context.Context, by By, invitee Invitee) (Agent, error) {
	agent, err := a.create(ctx, by, invitee, audit.AgentInvited, string(invitee.Role))
	if err != nil {
		return agent, fmt.Errorf("invite agent: %w", err)
	}
	return agent, nil
}

// Recreate makes a new profile, under another user name, for somebody whose profile of the name
// old is deleted. Errors: [ErrNoAgent], [ErrNotDeleted], and those of [Agents.Invite].
func (a *Agents) Recreate(ctx context.Context, by By, old UserName, invitee Invitee) (Agent, error) {
	before, err := a.Find(ctx, old)
	if err != nil {
		return Agent{}, fmt.Errorf("recreate agent: %w", err)
	}
	if before.StateAt(a.now()) != Deleted {
		return Agent{}, fmt.Errorf("recreate agent: %w", ErrNotDeleted)
	}
	agent, err := a.create(ctx, by, invitee, audit.AgentRecreated, string(invitee.Role)+", was "+string(old))
	if err != nil {
		return agent, fmt.Errorf("recreate agent: %w", err)
	}
	return agent, nil
}

func (a *Agents) create(ctx context.Context, by By, invitee Invitee, action audit.Action, detail string) (Agent, error) {
	name, profile, err := invitee.tidy()
	if err != nil {
		return Agent{}, err
	}
	// Looked up so that a name that is taken isn't recorded as an invitation. Create decides.
	if _, err := a.store.ByName(ctx, name); err == nil {
		return Agent{}, ErrTaken
	} else if !errors.Is(err, ErrNoAgent) {
		return Agent{}, fmt.Errorf("find agent: %w", err)
	}
	id, err := newID(a.random)
	if err != nil {
		return Agent{}, err
	}
	now := a.now()
	agent := Agent{
		ID: id, Name: name, Revision: 1, FullName: profile.FullName, Email: profile.Email, Role: invitee.Role,
		State: Invited, Since: now, Required: invitee.Required, Created: now,
	}
	token, err := a.newLink(&agent, now)
	if err != nil {
		return Agent{}, err
	}
	if err := a.record(ctx, by.event(action, name, detail)); err != nil {
		return Agent{}, err
	}
	if unsure, err := a.commit(ctx, a.store.Create, agent); err != nil {
		done := progress{name: name, recorded: true, unsure: unsure}
		return Agent{}, a.failed(ctx, deed{by: by, action: action}, done, err)
	}
	return agent, a.sendLink(ctx, agent, token)
}

// Reinvite sends another link, which sets a new password and has the second factor chosen anew.
// Older links are dead from now on; password, factor and sessions only once the new one is used,
// so that who gets an e-mail by mistake can still sign in. Errors: [ErrNoAgent],
// [ErrDeactivated], [ErrDeleted], [ErrNotMailed].
func (a *Agents) Reinvite(ctx context.Context, by By, name UserName) (Agent, error) {
	agent, err := a.Find(ctx, name)
	if err != nil {
		return Agent{}, fmt.Errorf("send another link: %w", err)
	}
	var token secret.Text
	agent, err = a.do(ctx, agent.ID, deed{
		by: by, action: audit.AgentInvited, detail: "another link",
		edit: func(agent *Agent, now time.Time) error {
			if err := agent.usable(now); err != nil {
				return err
			}
			var err error
			token, err = a.newLink(agent, now)
			return err
		},
	})
	if err == nil {
		err = a.sendLink(ctx, agent, token)
	}
	if err != nil {
		return agent, fmt.Errorf("send another link: %w", err)
	}
	return agent, nil
}

// usable says why the profile can't be used as it is.
func (a Agent) usable(now time.Time) error {
	switch a.StateAt(now) {
	case Deactivated:
		return ErrDeactivated
	case Deleted:
		return ErrDeleted
	case Invited, Active:
	}
	return nil
}

func (a *Agents) sendLink(ctx context.Context, agent Agent, token secret.Text) error {
	message := agent.message(Invitation, agent.Link.Until)
	message.Link = secret.New(a.linkURL + token.Reveal())
	if err := a.mailer.Mail(ctx, message); err != nil {
		return fmt.Errorf("%w: %w", ErrNotMailed, err)
	}
	return nil
}
