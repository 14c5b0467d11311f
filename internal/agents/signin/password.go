package signin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"updatecenter/internal/agents"
	"updatecenter/internal/secret"
)

// Step is what comes after the password.
type Step struct {
	Kind StepKind
	Hint string // of AskEmail: where the code was sent, such as "a•••@example.com"
}

// StepKind is the way in which the second factor is shown.
type StepKind string

// The kinds of steps.
const (
	AskApp   StepKind = "app"   // the code of the authenticator app
	AskEmail StepKind = "email" // a code was sent by e-mail
)

// Password takes the password of a sign-in under way. A right one can be given again, and
// has a new code sent where codes go by e-mail. Errors: [ErrWrong], [ErrLocked], a
// [WaitError], [ErrExpired]; pins.ErrBusy, when so many passwords wait to be hashed that the
// client should try again in a moment, and nothing was counted; [ErrNoMore], and a [WaitError],
// when the password is right but no more codes are mailed; and those of stores, the audit and
// the mailer.
//
// A user name that nobody has, or whose agent has no password, costs the same questions to
// the stores and the same hash, and has the same failures, waits and locks.
func (s *SignIn) Password(ctx context.Context, token Token, entry secret.Text, from string) (Step, error) {
	a, record, err := s.underWay(ctx, token)
	if err != nil {
		return Step{}, err
	}
	agent, err := s.named(ctx, a.Name)
	if err != nil {
		return Step{}, err
	}
	t, err := s.admit(ctx, agent, a.Nobody, a.placeOf(agent, from))
	if err != nil {
		return Step{}, err
	}
	right, err := s.agents.CheckPassword(ctx, agent, entry)
	if err != nil {
		s.takeBack(ctx, t)
		return Step{}, fmt.Errorf("check password: %w", err)
	}
	if !right {
		return Step{}, s.failed(ctx, t, "password")
	}
	s.takeBack(ctx, t)
	return s.ask(ctx, agent, a, record)
}

// named finds an agent. The zero Agent stands for a name that nobody has, or had.
func (s *SignIn) named(ctx context.Context, name agents.UserName) (agents.Agent, error) {
	agent, err := s.agents.Find(ctx, name)
	if errors.Is(err, agents.ErrNoAgent) {
		return agents.Agent{}, nil
	}
	if err != nil {
		return agents.Agent{}, fmt.Errorf("find agent: %w", err)
	}
	return agent, nil
}

// ask goes on to the second factor. While an agent has none, as the set-up was left halfway,
// the code goes to the e-mail address that the invitation went to.
func (s *SignIn) ask(ctx context.Context, agent agents.Agent, a attempt, record Record) (Step, error) {
	a.Agent, a.Epoch, a.Mailed = agent.ID, agent.Epoch, agent.Factor != agents.App
	if a.Mailed {
		if err := s.send(ctx, agent, a, record); err != nil {
			return Step{}, err
		}
		return Step{Kind: AskEmail, Hint: hint(agent.Email)}, nil
	}
	a.Until = s.time().Add(s.rule.Code)
	if err := s.keep(ctx, KindSignIn, record.Key, a, a.Until, record.Revision); err != nil {
		return Step{}, stale(err)
	}
	return Step{Kind: AskApp}, nil
}

// stale is what is said when something else was done with a sign-in in the same moment.
func stale(err error) error {
	if errors.Is(err, ErrStale) || errors.Is(err, ErrNoRecord) {
		return ErrExpired
	}
	return err
}

// hint shows enough of an e-mail address for its owner to know it.
func hint(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return "•••"
	}
	_, size := utf8.DecodeRuneInString(address[:at])
	return address[:size] + "•••" + address[at:]
}
