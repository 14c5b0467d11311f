package agents

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/detached"
	"updatecenter/internal/wrap"
)

// Deactivate keeps an agent from signing in, and ends sessions. One who is deactivated stays so.
// Errors: [ErrNoAgent], [ErrDeleted], [ErrLastAdministrator].
func (a *Agents) Deactivate(ctx context.Context, by By, name UserName) (_ Agent, err error) {
	defer wrap.Error(&err, "deactivate agent")
	return a.demote(ctx, name, deed{by: by, action: audit.AgentDeactivated, edit: func(agent *Agent, now time.Time) error {
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
}

func (a *Agent) deactivate(since time.Time) {
	a.State, a.Since, a.Link = Deactivated, since, Link{}
	a.Epoch++
}

// Reactivate lets an agent sign in again, and gives another six months. It renews Agent.Since, and
// package signin counts failures from there: so it also ends a lock. Who never had a password needs
// [Agents.Reinvite] as well. Sessions end. Errors: [ErrNoAgent], [ErrDeleted].
func (a *Agents) Reactivate(ctx context.Context, by By, name UserName) (_ Agent, err error) {
	defer wrap.Error(&err, "reactivate agent")
	return a.named(ctx, name, deed{by: by, action: audit.AgentReactivated, edit: func(agent *Agent, now time.Time) error {
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
}

// SetRole gives an agent another role, and ends sessions. Errors: [ErrNoAgent], [*FieldError],
// [ErrDeactivated], [ErrDeleted], [ErrLastAdministrator].
func (a *Agents) SetRole(ctx context.Context, by By, name UserName, role Role) (_ Agent, err error) {
	if !role.Valid() {
		return Agent{}, errRole
	}
	defer wrap.Error(&err, "set role")
	return a.demote(ctx, name, deed{by: by, action: audit.RoleChanged, detail: string(role), edit: func(agent *Agent, now time.Time) error {
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
}

// Require has an agent use a second factor; none leaves the choice free. Who uses another is asked
// for it after the next sign-in, and sessions end. Errors: [ErrNoAgent], [*FieldError],
// [ErrDeactivated], [ErrDeleted].
func (a *Agents) Require(ctx context.Context, by By, name UserName, factor Factor) (_ Agent, err error) {
	if !validFactor(factor) {
		return Agent{}, errFactor
	}
	defer wrap.Error(&err, "require factor")
	detail := cmp.Or(string(factor), "none")
	return a.named(ctx, name, deed{by: by, action: audit.FactorRequired, detail: detail, edit: func(agent *Agent, now time.Time) error {
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
	switch err := deed.edit(&tried, now); {
	case errors.Is(err, errNothing):
		return before, nil
	case err != nil:
		return Agent{}, err
	case !before.administers(now) || tried.administers(now):
		return a.do(ctx, before.ID, deed)
	}
	if err := a.othersAdminister(ctx, before.ID); err != nil {
		return Agent{}, err
	}
	after, err := a.do(ctx, before.ID, deed)
	if err != nil && !errors.Is(err, errUnsure) {
		return Agent{}, err
	}
	// Whoever asked may be gone by now.
	ctx, cancel := detached.Context(ctx, afterwards)
	defer cancel()
	if gone := a.othersAdminister(ctx, before.ID); gone != nil {
		return Agent{}, errors.Join(err, gone, a.restore(ctx, deed, before))
	}
	return after, err
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
		if err := a.config.Mailer.Mail(ctx, message); err != nil {
			failed = append(failed, fmt.Errorf("alert %s: %w", agent.Name, err))
		}
	}
	return errors.Join(failed...)
}

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
	if err := a.config.Mailer.Mail(ctx, agent.message(kind, deadline)); err != nil {
		return fmt.Errorf("send warning: %w", err)
	}
	_, err = a.do(ctx, id, deed{edit: func(agent *Agent, _ time.Time) error {
		agent.Warned = deadline
		return nil
	}})
	return err
}

// The times of a profile that nobody uses. The operator's business portal has people deactivated
// after six months without signing in and deleted after six more, with an e-mail 30 days before
// each.
const (
	UnusedMonths = 6  // calendar months until a profile is deactivated, and from then until it is deleted
	WarningDays  = 30 // before each
)

// AddMonths returns t some calendar months later, in UTC. From a day that the month doesn't have
// it is the month's last: six months after August 31 is the end of February.
func AddMonths(t time.Time, months int) time.Time {
	t = t.UTC()
	year, month, day := t.Date()
	last := time.Date(year, month+time.Month(months)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(year, month+time.Month(months), min(day, last), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// StateAt is where the profile is in its life at a time, whether or not [Agents.Sweep] has written
// it down yet.
func (a Agent) StateAt(now time.Time) State {
	state, _ := a.at(now)
	return state
}

// Deadline is when the present state ends if the agent doesn't sign in, and the state after it;
// zero for a deleted profile.
func (a Agent) Deadline(now time.Time) (time.Time, State) {
	switch state, since := a.at(now); state {
	case Invited, Active:
		return AddMonths(a.used(), UnusedMonths), Deactivated
	case Deactivated:
		return AddMonths(since, UnusedMonths), Deleted
	case Deleted:
	}
	return time.Time{}, Deleted
}

// at is the state at a time, and since when it is.
func (a Agent) at(now time.Time) (State, time.Time) {
	state, since := a.State, a.Since
	if state == Invited || state == Active {
		end := AddMonths(a.used(), UnusedMonths)
		if now.Before(end) {
			return state, since
		}
		state, since = Deactivated, end
	}
	if state == Deactivated {
		end := AddMonths(since, UnusedMonths)
		if now.Before(end) {
			return state, since
		}
		state, since = Deleted, end
	}
	return state, since
}

// used is when the agent last signed in or was activated, whichever is later.
func (a Agent) used() time.Time {
	if a.LastSignIn.After(a.Since) {
		return a.LastSignIn
	}
	return a.Since
}
