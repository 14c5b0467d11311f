package signin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/detached"
	"updatecenter/internal/ids"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
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
	begun := session{Agent: agent.ID, Epoch: agent.Epoch, Begun: now, Seen: now, From: from}
	return s.create(ctx, KindSession, &begun, s.forgotten(begun))
}

// Session returns the session of a token, and notes that it was used. [ErrSignedOut]: there
// is none, it was idle for Rule.Idle or lasted for Rule.Longest, somebody signed out, or
// password, factor, role or state of the agent has changed. Other errors are those of stores.
func (s *SignIn) Session(ctx context.Context, token Token) (Session, error) {
	// Another request may use the session, or end it, at the same time: then it is looked at again.
	return storage.Retry(ctx, func() (Session, error) {
		found, record, agent, err := s.look(ctx, token)
		if err != nil {
			return Session{}, err
		}
		if err := s.touch(ctx, &found, record, s.time()); err != nil {
			return Session{}, err
		}
		return found.of(agent, record), nil
	})
}

// Look returns the session of a token as [SignIn.Session] does, and leaves it as it is: for what goes
// on by itself, such as a stream of events, and must keep no session alive. Seen is then when the
// session was last used. Errors are those of Session.
func (s *SignIn) Look(ctx context.Context, token Token) (Session, error) {
	found, record, agent, err := s.look(ctx, token)
	if err != nil {
		return Session{}, err
	}
	return found.of(agent, record), nil
}

// look finds a session that has not run out, and its agent.
func (s *SignIn) look(ctx context.Context, token Token) (session, Record, agents.Agent, error) {
	found, record, err := s.session(ctx, token)
	if err == nil && !s.time().Before(s.runsOut(found)) {
		err = ErrSignedOut
	}
	if err != nil {
		return session{}, Record{}, agents.Agent{}, err
	}
	agent, err := s.holder(ctx, found)
	return found, record, agent, err
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
	record, err := s.find(ctx, KindSession, token, &found, ErrSignedOut)
	return found, record, err
}

// holder returns the agent of a session, unless the agent has changed so that it is over.
func (s *SignIn) holder(ctx context.Context, of session) (agents.Agent, error) {
	agent, err := s.agent(ctx, of.Agent, of.Epoch, ErrSignedOut)
	if err != nil {
		return agents.Agent{}, err
	}
	if state := agent.StateAt(s.time()); state == agents.Deactivated || state == agents.Deleted {
		return agents.Agent{}, ErrSignedOut
	}
	return agent, nil
}

// touch notes that a session was used. [storage.ErrStale]: it was changed or ended meanwhile.
func (s *SignIn) touch(ctx context.Context, used *session, record Record, now time.Time) error {
	if now.Sub(used.Seen) < touchEvery {
		return nil
	}
	used.Seen = now
	return s.keep(ctx, KindSession, record.Key, used, s.forgotten(*used), record.Revision)
}

// runsOut is when a session ends if it isn't used again.
func (s *SignIn) runsOut(of session) time.Time {
	idle, longest := of.Seen.Add(s.config.Rule.Idle), of.Begun.Add(s.config.Rule.Longest)
	if idle.Before(longest) {
		return idle
	}
	return longest
}

// forgotten is when nobody asks any more whose session it was.
func (s *SignIn) forgotten(of session) time.Time { return s.runsOut(of).Add(s.config.Rule.Peek) }

// SignOut ends a session, and records it, also when who asked has gone away. A token of none is no
// error, as whoever has it is signed out.
func (s *SignIn) SignOut(ctx context.Context, token Token) error {
	ctx, cancel := detached.Context(ctx, afterwards)
	defer cancel()
	ended, err := s.end(ctx, token)
	if err != nil || ended == nil {
		return err
	}
	agent, err := s.config.Agents.Get(ctx, ended.Agent)
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
	_, err := s.config.Agents.EndSessions(ctx, by, of.ID)
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
	return s.create(ctx, KindSession, found, s.forgotten(*found))
}

// end deletes a session, whatever else is done with it in the same moment, and returns it;
// nil: there is none, or somebody else has ended it.
func (s *SignIn) end(ctx context.Context, token Token) (*session, error) {
	found, err := storage.Retry(ctx, func() (*session, error) {
		found, record, err := s.session(ctx, token)
		if err != nil {
			return nil, err
		}
		return &found, s.config.Store.Delete(ctx, record.Key, record.Revision)
	})
	switch {
	case errors.Is(err, ErrSignedOut), errors.Is(err, ErrNoRecord):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("end session: %w", err)
	}
	return found, nil
}

// Token is 32 random bytes as 43 characters of unpadded base64url. It goes into a cookie,
// and into nothing else. A store knows its SHA-256 alone.
type Token = secret.Text

// keyOf returns the key under which a store keeps what the token stands for, and false for
// what can be no token, which no store is asked about.
func keyOf(token Token) ([32]byte, bool) {
	written := token.Reveal()
	if !ids.ValidToken(written) {
		return [32]byte{}, false
	}
	return sha256.Sum256([]byte(written)), true
}

// boundTo is what a sealed record is bound to: moved to another key or kind it can't be
// opened.
func boundTo(kind Kind, key [32]byte) string {
	return "signin " + string(kind) + " " + hex.EncodeToString(key[:])
}

// codeDigits is how many digits a code has, by e-mail as of an app: NIST SP 800-63B asks for six at
// least.
const codeDigits = 6

// Draft is what an agent had typed when the session ran out. A page must leave out of it
// what is secret: passwords and codes.
type Draft struct {
	Agent  agents.ID           // whose it is
	Path   string              // of the page
	Values map[string][]string // of the form
}

// MaxDraft is how large a draft may be, in bytes of JSON.
const MaxDraft = 16 << 10

// SaveDraft keeps a draft for Rule.Draft, sealed. Errors: [ErrTooLarge], a [WaitError] when
// the agent has had too many kept, and those of stores.
func (s *SignIn) SaveDraft(ctx context.Context, d Draft) (Token, error) {
	written, err := json.Marshal(d)
	if err != nil {
		return Token{}, fmt.Errorf("write draft: %w", err)
	}
	if len(written) > MaxDraft {
		return Token{}, ErrTooLarge
	}
	now := s.time()
	if _, err := s.count(ctx, "draft_"+string(d.Agent), now, s.config.Rule.Drafts); err != nil {
		return Token{}, err
	}
	until := now.Add(s.config.Rule.Draft)
	return s.create(ctx, KindDraft, &draft{Until: until, Draft: d}, until)
}

// Draft returns a draft of that agent, once. [ErrNoDraft]; another agent's draft is left
// where it is.
func (s *SignIn) Draft(ctx context.Context, token Token, of agents.ID) (Draft, error) {
	var kept draft
	record, err := s.find(ctx, KindDraft, token, &kept, ErrNoDraft)
	if err != nil {
		return Draft{}, err
	}
	if kept.Draft.Agent != of || !s.time().Before(kept.Until) {
		return Draft{}, ErrNoDraft
	}
	err = s.config.Store.Delete(ctx, record.Key, record.Revision)
	switch {
	case overtaken(err):
		return Draft{}, ErrNoDraft
	case err != nil:
		return Draft{}, fmt.Errorf("take draft: %w", err)
	}
	return kept.Draft, nil
}
