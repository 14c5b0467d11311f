package signin

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/secret"
)

// Recorder keeps who did what: an audit.Log is one. What can't be recorded isn't done.
type Recorder interface {
	Record(ctx context.Context, event audit.Event) error
}

// Config is what a [SignIn] is made of. All fields but Rule are needed.
type Config struct {
	// Agents are the people who sign in. Their Hasher should be one of its own, AtOnce 2 and
	// Waiting 64: then a hundred attempts at once take the memory of two, and most of the
	// rest are told pins.ErrBusy.
	Agents   *agents.Agents
	Store    Store
	Attempts Attempts
	// Mailer sends codes, and tells agents of locks. It must put them in a queue and never
	// wait: the time that an e-mail takes would tell which user names exist.
	Mailer agents.Mailer
	Audit  Recorder
	Keys   secret.Keyring
	Rule   Rule // zero: [DefaultRule]
	Now    func() time.Time
	Random io.Reader
	Log    *slog.Logger
}

// SignIn signs agents in and keeps their sessions. Any number of goroutines may use one, and
// any number of servers one each over the same stores.
type SignIn struct {
	agents   *agents.Agents
	store    Store
	attempts everyKey
	mailer   agents.Mailer
	audit    Recorder
	keys     secret.Keyring
	rule     Rule
	now      func() time.Time
	random   io.Reader
	log      *slog.Logger
}

// New checks that the configuration is whole. It asks no store anything.
func New(c Config) (*SignIn, error) {
	if c.Rule.Idle == 0 {
		c.Rule = DefaultRule()
	}
	switch {
	case c.Agents == nil || c.Store == nil || c.Attempts == nil || c.Mailer == nil || c.Audit == nil:
		return nil, errors.New("signing in needs agents, stores, a mailer and an audit")
	case c.Now == nil || c.Random == nil || c.Log == nil:
		return nil, errors.New("signing in needs a clock, randomness and a log")
	case c.Keys.IsZero():
		return nil, errors.New("signing in needs secret keys")
	case !c.Rule.valid():
		return nil, errors.New("signing in needs a rule with times, tries and locks")
	}
	return &SignIn{
		agents: c.Agents, store: c.Store, attempts: everyKey{c.Attempts}, mailer: c.Mailer, audit: c.Audit,
		keys: c.Keys, rule: c.Rule, now: c.Now, random: c.Random, log: c.Log,
	}, nil
}

// time is the present, as precise as the stores keep it.
func (s *SignIn) time() time.Time { return s.now().UTC().Truncate(time.Millisecond) }
