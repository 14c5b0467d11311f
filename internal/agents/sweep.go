package agents

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/audit"
)

// warningLease is how long one server has to send a warning before another takes it over.
const warningLease = 10 * time.Minute

// Sweep writes down who is deactivated or deleted by now, empties the profiles of the deleted, and
// sends the e-mails 30 days before. Run it hourly, on as many servers as there are. It goes on
// past a profile that it fails at, and its error joins all failures.
//
// Of an e-mail: a server first notes in the profile that it is about to send it, which keeps the
// others from it for 10 minutes, and after sending that it is sent. A failed one is so sent again
// by a sweep after those. If a server dies between sending and noting, the agent gets the e-mail
// twice, which is better than never.
func (a *Agents) Sweep(ctx context.Context) error {
	all, err := a.List(ctx)
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	var failed []error
	for _, agent := range all {
		if err := a.sweep(ctx, agent); err != nil {
			failed = append(failed, fmt.Errorf("sweep agent %s: %w", agent.Name, err))
		}
	}
	return errors.Join(failed...)
}

func (a *Agents) sweep(ctx context.Context, agent Agent) error {
	now := a.now()
	// Done is what the clock says and the profile doesn't yet.
	switch state, _ := agent.at(now); {
	case state == Deleted && agent.State != Deleted:
		return a.bury(ctx, agent.ID)
	case state == Deactivated && agent.State != Deactivated:
		return a.retire(ctx, agent.ID)
	case state != Deleted && agent.warnable(now):
		return a.warn(ctx, agent.ID)
	}
	return nil
}

// retire writes down that an agent is deactivated, since when that is.
func (a *Agents) retire(ctx context.Context, id ID) error {
	_, err := a.do(ctx, id, deed{by: system, action: audit.AgentDeactivated, detail: "unused", edit: func(agent *Agent, now time.Time) error {
		state, since := agent.at(now)
		if state != Deactivated || agent.State == Deactivated {
			return errNothing
		}
		agent.deactivate(since)
		return nil
	}})
	return err
}

// bury leaves nothing of a profile but the user name.
func (a *Agents) bury(ctx context.Context, id ID) error {
	_, err := a.do(ctx, id, deed{by: system, action: audit.AgentDeleted, detail: "unused", edit: func(agent *Agent, now time.Time) error {
		state, since := agent.at(now)
		if state != Deleted || agent.State == Deleted {
			return errNothing
		}
		*agent = Agent{
			ID: agent.ID, Name: agent.Name, Revision: agent.Revision,
			State: Deleted, Since: since, Epoch: agent.Epoch + 1,
		}
		return nil
	}})
	return err
}

// warnable says whether an e-mail about what comes is due, and nobody is sending it.
func (a Agent) warnable(now time.Time) bool {
	deadline, _ := a.Deadline(now)
	return !now.Before(deadline.AddDate(0, 0, -WarningDays)) && !a.Warned.Equal(deadline) &&
		!now.Before(a.Warning.Add(warningLease))
}

func (a *Agents) warn(ctx context.Context, id ID) error {
	var kind MessageKind
	var deadline time.Time
	claimed := false
	agent, err := a.do(ctx, id, deed{edit: func(agent *Agent, now time.Time) error {
		var next State
		deadline, next = agent.Deadline(now)
		if claimed = agent.State != Deleted && agent.warnable(now); !claimed {
			return errNothing
		}
		if kind = DeactivationSoon; next == Deleted {
			kind = DeletionSoon
		}
		agent.Warning = now
		return nil
	}})
	if err != nil || !claimed {
		return err
	}
	if err := a.mailer.Mail(ctx, agent.message(kind, deadline)); err != nil {
		return fmt.Errorf("send warning: %w", err)
	}
	_, err = a.do(ctx, id, deed{edit: func(agent *Agent, _ time.Time) error {
		agent.Warned = deadline
		return nil
	}})
	return err
}
