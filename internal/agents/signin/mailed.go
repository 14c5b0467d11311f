package signin

import (
	"context"
	"errors"
	"fmt"

	"updatecenter/internal/agents"
	"updatecenter/internal/secret"
)

// Resend sends another code by e-mail. The one before is good for nothing from then on; the
// new one has tries of its own, and failures of the user name stay counted. Errors:
// [ErrExpired], [ErrNoMore] after Rule.Resends, a [WaitError] when too many were sent to the
// agent, and those of stores and the mailer. Where codes come from an app it does nothing.
func (s *SignIn) Resend(ctx context.Context, token Token) error {
	a, record, err := s.underWay(ctx, token)
	if err != nil {
		return err
	}
	switch {
	case a.Agent == "":
		return ErrExpired
	case !a.Mailed:
		return nil
	}
	agent, err := s.proved(ctx, a)
	if err != nil {
		return err
	}
	return s.send(ctx, agent, a, record)
}

// send keeps a new code and mails it. It is kept first: a code that never arrives can be sent
// again.
func (s *SignIn) send(ctx context.Context, agent agents.Agent, a attempt, record Record) error {
	if a.Sent > s.rule.Resends {
		return ErrNoMore
	}
	now := s.time()
	admission, err := s.attempts.Count(ctx, "mail_"+string(agent.ID), now, s.rule.Mails)
	if err != nil {
		return fmt.Errorf("count e-mail: %w", err)
	}
	if !admission.Admitted {
		return &WaitError{Until: admission.Strikes.Until}
	}
	code, err := secret.Digits(s.random, codeDigits)
	if err != nil {
		return err
	}
	a.Code, a.Tries, a.Sent, a.Until = code.Reveal(), 0, a.Sent+1, now.Add(s.rule.Code)
	if err := s.keep(ctx, KindSignIn, record.Key, a, a.Until, record.Revision); err != nil {
		return stale(err)
	}
	message := agents.Message{
		Kind: agents.SignInCode, To: agent.Email, FullName: agent.FullName, Name: agent.Name,
		Code: code, On: a.Until,
	}
	if err := s.mailer.Mail(ctx, message); err != nil {
		return fmt.Errorf("send code: %w", err)
	}
	return nil
}

// mailedIs judges a code by e-mail, and writes down that it was tried, or uses the sign-in up,
// in one step with what was judged: whoever changes it meanwhile has it judged anew. So of a
// hundred entries at once five are judged, and a right one counts once. [ErrUsedUp],
// [ErrExpired].
func (s *SignIn) mailedIs(ctx context.Context, token Token, code secret.Text) (bool, error) {
	for {
		a, record, err := s.underWay(ctx, token)
		if err != nil {
			return false, err
		}
		if a.Tries >= s.rule.Tries {
			return false, ErrUsedUp
		}
		right := secret.New(a.Code).Equal(code)
		if right {
			err = s.useUp(ctx, record)
		} else {
			a.Tries++
			err = s.keep(ctx, KindSignIn, record.Key, a, a.Until, record.Revision)
		}
		if err == nil {
			return right, nil
		}
		// Somebody has got on, and each try gets a sign-in on by one: this ends.
		if !errors.Is(err, ErrStale) || ctx.Err() != nil {
			return false, stale(err)
		}
	}
}

// useUp ends a sign-in under way. Only one of many who do is told that it did.
func (s *SignIn) useUp(ctx context.Context, record Record) error {
	if err := s.store.Delete(ctx, record.Key, record.Revision); err != nil {
		return fmt.Errorf("end sign-in: %w", err)
	}
	return nil
}
