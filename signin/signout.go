package signin

import (
	"context"
	"errors"
	"fmt"

	"updatecenter/agents"
	"updatecenter/audit"
)

// SignOut ends a session. A token of none is no error, as whoever has it is signed out.
func (s *SignIn) SignOut(ctx context.Context, token Token) error {
	ended, err := s.end(ctx, token)
	if err != nil || ended == nil {
		return err
	}
	agent, err := s.agents.Get(ctx, ended.Agent)
	if errors.Is(err, agents.ErrNoAgent) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find agent: %w", err)
	}
	return s.record(ctx, about(audit.SignedOut, agent, ended.From))
}

// SignOutEverywhere ends all sessions of an agent, this one included.
func (s *SignIn) SignOutEverywhere(ctx context.Context, session Session) error {
	by := agents.By{Name: string(session.Agent.Name), Via: audit.ViaConsole, From: session.From}
	if _, err := s.agents.EndSessions(ctx, by, session.Agent.ID); err != nil {
		return fmt.Errorf("sign out everywhere: %w", err)
	}
	return nil
}

// Renew gives a session a new token after the agent has changed the own password or factor,
// which ends all other sessions and would end this one. The old token is good for nothing
// from then on, and the session lasts no longer than before. Only the one change is made up
// for: [ErrSignedOut], if the agent was changed by somebody else as well, or the session is
// none or has run out.
func (s *SignIn) Renew(ctx context.Context, token Token) (Token, error) {
	found, err := s.end(ctx, token)
	if err != nil {
		return Token{}, err
	}
	now := s.time()
	if found == nil || !now.Before(s.runsOut(*found)) {
		return Token{}, ErrSignedOut
	}
	agent, err := s.agents.Get(ctx, found.Agent)
	if err != nil {
		return Token{}, fmt.Errorf("find agent: %w", err)
	}
	if agent.Epoch != found.Epoch && agent.Epoch != found.Epoch+1 {
		return Token{}, ErrSignedOut
	}
	found.Epoch, found.Seen = agent.Epoch, now
	if _, err := s.holder(ctx, *found); err != nil {
		return Token{}, err
	}
	return s.create(ctx, KindSession, *found, s.forgotten(*found))
}

// end deletes a session, whatever else is done with it in the same moment, and returns it;
// nil: there is none, or somebody else has ended it.
func (s *SignIn) end(ctx context.Context, token Token) (*session, error) {
	for {
		found, record, err := s.session(ctx, token)
		if errors.Is(err, ErrSignedOut) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		err = s.store.Delete(ctx, record.Key, record.Revision)
		switch {
		case err == nil:
			return &found, nil
		case errors.Is(err, ErrNoRecord):
			return nil, nil
		case !errors.Is(err, ErrStale) || ctx.Err() != nil:
			return nil, fmt.Errorf("end session: %w", err)
		}
	}
}
