package agents

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/audit"
)

// Deactivate keeps an agent from signing in, and ends sessions. One who is deactivated stays so.
// Errors: [ErrNoAgent], [ErrDeleted], [ErrLastAdministrator].
func (a *Agents) Deactivate(ctx context.Context, by By, name UserName) (Agent, error) {
	agent, err := a.demote(ctx, name, deed{by: by, action: audit.AgentDeactivated, edit: func(agent *Agent, now time.Time) error {
		switch state, since := agent.at(now); state {
		case Deleted:
			return ErrDeleted
		case Deactivated:
			if agent.State == Deactivated {
				return errNothing
			}
			agent.deactivate(since)
		case Invited, Active:
			agent.deactivate(now)
		}
		return nil
	}})
	if err != nil {
		return Agent{}, fmt.Errorf("deactivate agent: %w", err)
	}
	return agent, nil
}

func (a *Agent) deactivate(since time.Time) {
	a.State, a.Since, a.Link = Deactivated, since, Link{}
	a.Epoch++
}

// Reactivate lets an agent sign in again, and gives another six months. It renews Agent.Since, and
// package signin counts failures from there: so it also ends a lock. Who never had a password needs
// [Agents.Reinvite] as well. Sessions end. Errors: [ErrNoAgent], [ErrDeleted].
func (a *Agents) Reactivate(ctx context.Context, by By, name UserName) (Agent, error) {
	agent, err := a.named(ctx, name, deed{by: by, action: audit.AgentReactivated, edit: func(agent *Agent, now time.Time) error {
		if agent.StateAt(now) == Deleted {
			return ErrDeleted
		}
		agent.State, agent.Since, agent.Warned, agent.Warning = Invited, now, time.Time{}, time.Time{}
		if agent.Password != "" {
			agent.State = Active
		}
		agent.Epoch++
		return nil
	}})
	if err != nil {
		return Agent{}, fmt.Errorf("reactivate agent: %w", err)
	}
	return agent, nil
}

// SetRole gives an agent another role, and ends sessions. Errors: [ErrNoAgent], [*FieldError],
// [ErrDeactivated], [ErrDeleted], [ErrLastAdministrator].
func (a *Agents) SetRole(ctx context.Context, by By, name UserName, role Role) (Agent, error) {
	if !role.Valid() {
		return Agent{}, errRole()
	}
	agent, err := a.demote(ctx, name, deed{by: by, action: audit.RoleChanged, detail: string(role), edit: func(agent *Agent, now time.Time) error {
		if err := agent.usable(now); err != nil {
			return err
		}
		if agent.Role == role {
			return errNothing
		}
		agent.Role = role
		agent.Epoch++
		return nil
	}})
	if err != nil {
		return Agent{}, fmt.Errorf("set role: %w", err)
	}
	return agent, nil
}

// Require has an agent use a second factor; none leaves the choice free. Who uses another is asked
// for it after the next sign-in, and sessions end. Errors: [ErrNoAgent], [*FieldError],
// [ErrDeactivated], [ErrDeleted].
func (a *Agents) Require(ctx context.Context, by By, name UserName, factor Factor) (Agent, error) {
	if !validFactor(factor) {
		return Agent{}, errFactor()
	}
	detail := string(factor)
	if factor == "" {
		detail = "none"
	}
	agent, err := a.named(ctx, name, deed{by: by, action: audit.FactorRequired, detail: detail, edit: func(agent *Agent, now time.Time) error {
		if err := agent.usable(now); err != nil {
			return err
		}
		if agent.Required == factor {
			return errNothing
		}
		agent.Required = factor
		if factor != "" && agent.Factor != factor {
			agent.Epoch++
		}
		return nil
	}})
	if err != nil {
		return Agent{}, fmt.Errorf("require factor: %w", err)
	}
	return agent, nil
}

// named does something with the agent of that user name.
func (a *Agents) named(ctx context.Context, name UserName, deed deed) (Agent, error) {
	agent, err := a.Find(ctx, name)
	if err != nil {
		return Agent{}, err
	}
	return a.do(ctx, agent.ID, deed)
}

// demote does something that must leave an administrator. Two of the last two at once could each
// see the other, so it looks again afterwards, and takes back what it did: then both stay.
func (a *Agents) demote(ctx context.Context, name UserName, deed deed) (Agent, error) {
	before, err := a.Find(ctx, name)
	if err != nil {
		return Agent{}, err
	}
	now, tried := a.now(), before
	if err := deed.edit(&tried, now); err != nil {
		return before, unlessNothing(err)
	}
	if !before.administers(now) || tried.administers(now) {
		return a.do(ctx, before.ID, deed)
	}
	if err := a.othersAdminister(ctx, before.ID); err != nil {
		return before, err
	}
	after, err := a.do(ctx, before.ID, deed)
	if err != nil && !errors.Is(err, errUnsure) {
		return after, err
	}
	// Whoever asked may be gone by now.
	ctx, cancel := detached(ctx)
	defer cancel()
	if gone := a.othersAdminister(ctx, before.ID); gone != nil {
		return before, errors.Join(err, gone, a.restore(ctx, deed, before))
	}
	return after, err
}

func unlessNothing(err error) error {
	if errors.Is(err, errNothing) {
		return nil
	}
	return err
}

// restore takes back what would leave no administrator, and has that recorded.
func (a *Agents) restore(ctx context.Context, done deed, before Agent) error {
	by := done.by
	by.Epoch = 0 // the deed itself may have ended that session
	_, err := a.do(ctx, before.ID, deed{
		by: by, action: done.action, detail: "taken back: the last administrator",
		edit: func(agent *Agent, now time.Time) error {
			if agent.administers(now) {
				return errNothing // of a deed that may have been done, and was not
			}
			agent.State, agent.Since, agent.Role = before.State, before.Since, before.Role
			return nil
		},
	})
	return err
}

// administers says whether the agent can invite and reactivate others.
func (a Agent) administers(now time.Time) bool {
	return a.Role == Administrator && a.StateAt(now) == Active && a.Password != "" && a.Factor != ""
}

// othersAdminister says [ErrLastAdministrator] unless somebody else can do so.
func (a *Agents) othersAdminister(ctx context.Context, but ID) error {
	all, err := a.List(ctx)
	if err != nil {
		return err
	}
	now := a.now()
	for _, agent := range all {
		if agent.ID != but && agent.administers(now) {
			return nil
		}
	}
	return ErrLastAdministrator
}

// Alert e-mails every active supervisor and administrator that an agent, or a key, reached a
// limit. Its error joins those of all e-mails that couldn't be sent.
func (a *Agents) Alert(ctx context.Context, detail string) error {
	all, err := a.List(ctx)
	if err != nil {
		return err
	}
	now := a.now()
	var failed []error
	for _, agent := range all {
		if agent.Role == RoleAgent || agent.StateAt(now) != Active {
			continue
		}
		message := agent.message(LimitAlert, now)
		message.Detail = detail
		if err := a.mailer.Mail(ctx, message); err != nil {
			failed = append(failed, fmt.Errorf("alert %s: %w", agent.Name, err))
		}
	}
	return errors.Join(failed...)
}
