package signin

import (
	"context"
	"errors"
	"fmt"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
)

// Code takes the code of the second factor and begins a session: a code of the app, or the
// one sent by e-mail, works once, whatever happens after. The session is a set-up session
// while the agent's set-up is not finished. The code is read by typed.Digits. Errors:
// [ErrNotACode], [ErrWrong], [ErrUsedUp], [ErrExpired] (also
// when password, factor or role has changed since the password was given), [ErrLocked], a
// [WaitError], [ErrDeactivated], and those of stores and the audit.
func (s *SignIn) Code(ctx context.Context, token Token, code secret.Text, from string) (Token, agents.Agent, error) {
	code, ok := typed.Digits(code, codeDigits, codeDigits)
	if !ok {
		return Token{}, agents.Agent{}, ErrNotACode
	}
	a, record, err := s.underWay(ctx, token)
	if err != nil {
		return Token{}, agents.Agent{}, err
	}
	agent, err := s.proved(ctx, a)
	if err != nil {
		return Token{}, agents.Agent{}, err
	}
	t, err := s.admit(ctx, agent, a.Nobody, a.placeOf(agent, from))
	if err != nil {
		return Token{}, agents.Agent{}, err
	}
	right, err := s.judge(ctx, token, a, record, code)
	if err != nil {
		s.takeBack(ctx, t)
		return Token{}, agents.Agent{}, err
	}
	if !right {
		return Token{}, agents.Agent{}, s.failed(ctx, t, "code")
	}
	s.takeBack(ctx, t)
	return s.enter(ctx, t)
}

// proved returns the agent whose password was right, unless something has changed since that
// would have ended a session.
func (s *SignIn) proved(ctx context.Context, a attempt) (agents.Agent, error) {
	if a.Agent == "" {
		return agents.Agent{}, ErrExpired
	}
	agent, err := s.agents.Get(ctx, a.Agent)
	if errors.Is(err, agents.ErrNoAgent) {
		return agents.Agent{}, ErrExpired
	}
	if err != nil {
		return agents.Agent{}, fmt.Errorf("find agent: %w", err)
	}
	if agent.Epoch != a.Epoch {
		return agents.Agent{}, ErrExpired
	}
	return agent, nil
}

// judge says whether the code is right, and uses it up if it is.
func (s *SignIn) judge(ctx context.Context, token Token, a attempt, record Record, code secret.Text) (bool, error) {
	if a.Mailed {
		return s.mailedIs(ctx, token, code)
	}
	right, err := s.agents.UseCode(ctx, a.Agent, code)
	if err != nil {
		return false, fmt.Errorf("check code of app: %w", err)
	}
	if !right {
		return false, nil
	}
	return true, stale(s.useUp(ctx, record))
}

// enter begins a session for who has proved everything, and forgives the failures that were counted
// together with this sign-in: not those of others, if it was in a browser of the agent's own. It is
// recorded before it is done, and once more if it then fails.
func (s *SignIn) enter(ctx context.Context, t try) (Token, agents.Agent, error) {
	if state := t.agent.StateAt(t.at); state == agents.Deactivated || state == agents.Deleted {
		return Token{}, agents.Agent{}, s.refused(ctx, t, "the profile is "+string(state), ErrDeactivated)
	}
	if err := s.record(ctx, t.event(audit.SignedIn)); err != nil {
		return Token{}, agents.Agent{}, err
	}
	session, agent, err := s.recorded(ctx, t)
	if err != nil {
		return Token{}, agents.Agent{}, s.refused(ctx, t, "no session could be begun", err)
	}
	return session, agent, nil
}

// recorded does what stands in the audit already.
func (s *SignIn) recorded(ctx context.Context, t try) (Token, agents.Agent, error) {
	agent, err := s.agents.SignedIn(ctx, t.agent.ID)
	if err != nil {
		return Token{}, agents.Agent{}, fmt.Errorf("note sign-in: %w", err)
	}
	// What was proved is the password, factor and role of another epoch.
	if agent.Epoch != t.agent.Epoch {
		return Token{}, agents.Agent{}, ErrExpired
	}
	if err := s.attempts.Clear(ctx, t.subject); err != nil {
		return Token{}, agents.Agent{}, fmt.Errorf("forgive failures: %w", err)
	}
	session, err := s.begin(ctx, agent, t.place.from)
	return session, agent, err
}

// refused records that somebody who has proved everything is not signed in, and returns why.
func (s *SignIn) refused(ctx context.Context, t try, detail string, why error) error {
	event := t.event(audit.SignInFailed)
	event.Detail = detail
	return errors.Join(why, s.note(ctx, event))
}
