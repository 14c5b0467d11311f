package signin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
)

// Session is one that is under way.
type Session struct {
	Agent agents.Agent // as the agent is now
	Begun time.Time    // when it was signed in to
	Seen  time.Time    // when it was last used, this time included; up to 10 s old
	From  string       // the client address from which it was begun
	// SetUp says that the agent's set-up is not finished (see Agent.Next): then the session
	// is good for the pages of the set-up, and for nothing else.
	SetUp bool

	key [32]byte // of its record
}

// touchEvery is how old Session.Seen may grow before it is written anew, so that a busy page
// doesn't write with every request.
const touchEvery = 10 * time.Second

// Start begins a session for an agent who has just used a link. It is a set-up session until
// the set-up is finished. Errors: those of stores and the audit.
func (s *SignIn) Start(ctx context.Context, agent agents.Agent, from string) (Token, error) {
	event := about(audit.SignedIn, agent, from)
	event.Detail = "by a link, to set up"
	if err := s.record(ctx, event); err != nil {
		return Token{}, err
	}
	return s.begin(ctx, agent, from)
}

func (s *SignIn) begin(ctx context.Context, agent agents.Agent, from string) (Token, error) {
	now := s.time()
	begun := session{Version: sealedVersion, Agent: agent.ID, Epoch: agent.Epoch, Begun: now, Seen: now, From: from}
	return s.create(ctx, KindSession, begun, s.forgotten(begun))
}

// Session returns the session of a token, and notes that it was used. [ErrSignedOut]: there
// is none, it was idle for Rule.Idle or lasted for Rule.Longest, somebody signed out, or
// password, factor, role or state of the agent has changed. Other errors are those of stores.
func (s *SignIn) Session(ctx context.Context, token Token) (Session, error) {
	for {
		found, record, err := s.session(ctx, token)
		if err != nil {
			return Session{}, err
		}
		now := s.time()
		if !now.Before(s.runsOut(found)) {
			return Session{}, ErrSignedOut
		}
		agent, err := s.holder(ctx, found)
		if err != nil {
			return Session{}, err
		}
		err = s.touch(ctx, &found, record, now)
		if err == nil {
			return found.of(agent, record), nil
		}
		// Another request has used the session, or ended it: look again.
		if !errors.Is(err, ErrStale) || ctx.Err() != nil {
			return Session{}, err
		}
	}
}

// Look returns the session of a token as [SignIn.Session] does, and leaves it as it is: for what goes
// on by itself, such as a stream of events, and must keep no session alive. Seen is then when the
// session was last used. Errors are those of Session.
func (s *SignIn) Look(ctx context.Context, token Token) (Session, error) {
	found, record, err := s.session(ctx, token)
	if err != nil {
		return Session{}, err
	}
	if !s.time().Before(s.runsOut(found)) {
		return Session{}, ErrSignedOut
	}
	agent, err := s.holder(ctx, found)
	if err != nil {
		return Session{}, err
	}
	return found.of(agent, record), nil
}

// Peek says whose session has just run out, within Rule.Peek, so that what was typed can be
// kept as a draft. It knows nothing of sessions that were ended by signing out, by a change of
// the agent, or not at all. What can't be found out is false.
func (s *SignIn) Peek(ctx context.Context, token Token) (agents.ID, bool) {
	found, _, err := s.session(ctx, token)
	if err != nil || s.time().Before(s.runsOut(found)) {
		return "", false
	}
	if _, err := s.holder(ctx, found); err != nil {
		return "", false
	}
	return found.Agent, true
}

// of is the session as the agent has it now.
func (s session) of(agent agents.Agent, record Record) Session {
	return Session{key: record.Key, Agent: agent, Begun: s.Begun, Seen: s.Seen, From: s.From, SetUp: !agent.SetUp()}
}

// session finds the record of a session that may have run out. [ErrSignedOut].
func (s *SignIn) session(ctx context.Context, token Token) (session, Record, error) {
	var found session
	record, err := s.find(ctx, KindSession, token, &found)
	if errors.Is(err, ErrNoRecord) {
		return session{}, Record{}, ErrSignedOut
	}
	return found, record, err
}

// holder returns the agent of a session, unless the agent has changed so that it is over.
func (s *SignIn) holder(ctx context.Context, of session) (agents.Agent, error) {
	agent, err := s.agents.Get(ctx, of.Agent)
	if errors.Is(err, agents.ErrNoAgent) {
		return agents.Agent{}, ErrSignedOut
	}
	if err != nil {
		return agents.Agent{}, fmt.Errorf("find agent: %w", err)
	}
	state := agent.StateAt(s.time())
	if agent.Epoch != of.Epoch || state == agents.Deactivated || state == agents.Deleted {
		return agents.Agent{}, ErrSignedOut
	}
	return agent, nil
}

// touch notes that a session was used. [ErrStale]: it was changed or ended meanwhile.
func (s *SignIn) touch(ctx context.Context, used *session, record Record, now time.Time) error {
	if now.Sub(used.Seen) < touchEvery {
		return nil
	}
	used.Seen = now
	return s.keep(ctx, KindSession, record.Key, *used, s.forgotten(*used), record.Revision)
}

// runsOut is when a session ends if it isn't used again.
func (s *SignIn) runsOut(of session) time.Time {
	idle, longest := of.Seen.Add(s.rule.Idle), of.Begun.Add(s.rule.Longest)
	if idle.Before(longest) {
		return idle
	}
	return longest
}

// forgotten is when nobody asks any more whose session it was.
func (s *SignIn) forgotten(of session) time.Time { return s.runsOut(of).Add(s.rule.Peek) }
