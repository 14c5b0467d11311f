package signin

import (
	"context"
	"errors"
	"fmt"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
)

// SignOut ends a session, and records it, also when who asked has gone away. A token of none is no
// error, as whoever has it is signed out.
func (s *SignIn) SignOut(ctx context.Context, token Token) error {
	ctx, cancel := detached(ctx)
	defer cancel()
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

// SignOutEverywhere ends all sessions of an agent, this one included. [ErrSignedOut]: this one is
// over, and nothing was done.
func (s *SignIn) SignOutEverywhere(ctx context.Context, session Session) error {
	of := session.Agent
	by := agents.By{Name: string(of.Name), Via: audit.ViaConsole, From: session.From, Epoch: of.Epoch}
	_, err := s.agents.EndSessions(ctx, by, of.ID)
	if errors.Is(err, agents.ErrStaleSession) {
		return ErrSignedOut
	}
	if err != nil {
		return fmt.Errorf("sign out everywhere: %w", err)
	}
	return nil
}

// Renew gives a session a new token after a change, asked for in it, that ended all sessions:
// changed is the agent as that change returned it. The old token is good for nothing from then
// on, and the session lasts no longer than before. Only that one change is made up for:
// [ErrSignedOut], if anything else has ended sessions, before it or since, or if the session is
// none, another's, or has run out. So whoever has stolen one doesn't keep it by a change at the
// moment in which it is ended.
func (s *SignIn) Renew(ctx context.Context, token Token, changed agents.Agent) (Token, error) {
	found, err := s.end(ctx, token)
	if err != nil {
		return Token{}, err
	}
	now := s.time()
	if found == nil || !now.Before(s.runsOut(*found)) {
		return Token{}, ErrSignedOut
	}
	if changed.ID != found.Agent || changed.Epoch != found.Epoch+1 {
		return Token{}, ErrSignedOut
	}
	found.Epoch, found.Seen = changed.Epoch, now
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
