package agents

import (
	"context"
	"fmt"
	"strings"
	"time"

	"updatecenter/internal/audit"
)

// AcceptTerms notes that the agent accepted the [CurrentTerms]. Errors: [ErrNoAgent],
// [ErrDeactivated], [ErrDeleted].
func (a *Agents) AcceptTerms(ctx context.Context, by By, id ID) (Agent, error) {
	agent, err := a.do(ctx, id, deed{
		by: by, action: audit.ProfileChanged, detail: fmt.Sprintf("terms accepted, version %d", CurrentTerms),
		edit: func(agent *Agent, now time.Time) error {
			if agent.TermsVersion == CurrentTerms && !agent.Terms.IsZero() {
				return errNothing
			}
			agent.Terms, agent.TermsVersion = now, CurrentTerms
			return agent.usable(now)
		},
	})
	if err != nil {
		return Agent{}, fmt.Errorf("accept terms: %w", err)
	}
	return agent, nil
}

// UpdateProfile sets name, e-mail address and telephone. When the set-up wants nothing else any
// more and the agent does it in person (by.Name), that ends the set-up. An administrator can
// correct the address of who gets no codes at it.
//
// Of another e-mail address the old one is told, and a link that went there works no more. Where
// codes go by e-mail, or nothing is chosen yet, it is another second factor: sessions end. Errors:
// [*FieldError], [ErrStaleSession], [ErrNoAgent], [ErrDeactivated], [ErrDeleted].
func (a *Agents) UpdateProfile(ctx context.Context, by By, id ID, profile Profile) (Agent, error) {
	profile, err := profile.tidy()
	if err != nil {
		return Agent{}, err
	}
	before, err := a.Get(ctx, id)
	if err != nil {
		return Agent{}, fmt.Errorf("update profile: %w", err)
	}
	ends := before.Next() == StageProfile && by.Name == string(before.Name)
	action := audit.ProfileChanged
	if ends {
		action = audit.AgentSetUp
	}
	agent, err := a.do(ctx, id, deed{by: by, action: action, detail: profile.differs(before), edit: func(agent *Agent, now time.Time) error {
		before = *agent
		if agent.Email != profile.Email {
			agent.moved()
		}
		agent.FullName, agent.Email, agent.Phone = profile.FullName, profile.Email, profile.Phone
		if ends && agent.Reviewed.IsZero() {
			agent.Reviewed = now
		}
		return agent.usable(now)
	}})
	if err != nil {
		return Agent{}, fmt.Errorf("update profile: %w", err)
	}
	if before.Email != agent.Email {
		a.tell(ctx, before.message(EmailWasChanged, a.now()))
	}
	return agent, nil
}

// moved is what another e-mail address does to the profile.
func (a *Agent) moved() {
	a.Link = Link{}
	if a.Factor != App {
		a.Epoch++
	}
}

// differs says for the audit which parts of a profile are to change: which, not what to.
func (p Profile) differs(from Agent) string {
	var parts []string
	for _, part := range []struct {
		name     string
		old, now string
	}{
		{"full name", from.FullName, p.FullName}, {"e-mail address", from.Email, p.Email}, {"telephone", from.Phone, p.Phone},
	} {
		if part.old != part.now {
			parts = append(parts, part.name)
		}
	}
	return strings.Join(parts, ", ")
}

// SignedIn notes that the agent has signed in, which keeps the profile for six months. Package
// signin records it. Errors: [ErrNoAgent], [ErrDeactivated], [ErrDeleted].
func (a *Agents) SignedIn(ctx context.Context, id ID) (Agent, error) {
	agent, err := a.do(ctx, id, deed{edit: func(agent *Agent, now time.Time) error {
		if err := agent.usable(now); err != nil {
			return err
		}
		agent.LastSignIn = now
		return nil
	}})
	if err != nil {
		return Agent{}, fmt.Errorf("note sign-in: %w", err)
	}
	return agent, nil
}

// EndSessions ends every session of the agent, and records it. Error: [ErrNoAgent].
func (a *Agents) EndSessions(ctx context.Context, by By, id ID) (Agent, error) {
	agent, err := a.do(ctx, id, deed{by: by, action: audit.SignedOutEverywhere, edit: func(agent *Agent, _ time.Time) error {
		agent.Epoch++
		return nil
	}})
	if err != nil {
		return Agent{}, fmt.Errorf("end sessions: %w", err)
	}
	return agent, nil
}
