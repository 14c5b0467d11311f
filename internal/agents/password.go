package agents

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/text/unicode/norm"

	"updatecenter/internal/audit"
	"updatecenter/internal/secret"
)

// normal is a password as it is hashed: spelled in one way, whatever keyboard it was typed on
// (NFKC, as NIST SP 800-63B, section 3.1.1.2, asks for).
func normal(password secret.Text) secret.Text {
	return secret.New(norm.NFKC.String(password.Reveal()))
}

// CheckPassword says whether the entry is the agent's password. For the zero Agent, and one
// without a password, it is none, after the same work. Failures are counted by package signin,
// before. Errors: [pins.ErrBusy], the context's, those of the key ring.
func (a *Agents) CheckPassword(ctx context.Context, agent Agent, entry secret.Text) (bool, error) {
	if len(entry.Reveal()) > maxBytes {
		entry = secret.Text{}
	}
	entry = normal(entry)
	if agent.Password == "" {
		if err := a.hasher.Burn(ctx, entry); err != nil {
			return false, fmt.Errorf("check password: %w", err)
		}
		return false, nil
	}
	match, stale, err := a.hasher.Verify(ctx, agent.Password, entry)
	if err != nil {
		return false, fmt.Errorf("check password: %w", err)
	}
	if match && stale {
		a.rehash(ctx, agent, entry)
	}
	return match, nil
}

// rehash keeps the same password under the current key and costs. If that fails the next sign-in
// does it.
func (a *Agents) rehash(ctx context.Context, agent Agent, entry secret.Text) {
	hash, err := a.hasher.Hash(ctx, entry)
	if err == nil {
		before := agent.Password
		_, err = a.do(ctx, agent.ID, deed{edit: func(agent *Agent, _ time.Time) error {
			if agent.Password != before {
				return errNothing
			}
			agent.Password = hash
			return nil
		}})
	}
	if err != nil {
		a.log.LogAttrs(ctx, slog.LevelWarn, "password not hashed anew", slog.String("agent", string(agent.Name)), slog.Any("error", err))
	}
}

// ChangePassword replaces the agent's password by another, tells the agent by e-mail, and ends
// all sessions; a link that was sent works no more. Who guesses at the old password must be stopped by the caller, who counts
// failures as sign-in does. Errors: [ErrWrongPassword], recorded; [*PasswordError];
// [ErrStaleSession], also of any change between the look at the old password and the end;
// [ErrNoAgent], [ErrDeactivated], [ErrDeleted], [pins.ErrBusy].
func (a *Agents) ChangePassword(ctx context.Context, by By, id ID, old, password secret.Text) (Agent, error) {
	agent, err := a.Get(ctx, id)
	if err != nil {
		return Agent{}, fmt.Errorf("change password: %w", err)
	}
	if by.outdated(agent) {
		return Agent{}, fmt.Errorf("change password: %w", ErrStaleSession)
	}
	if err := a.checkOld(ctx, by, agent, old); err != nil {
		return Agent{}, err
	}
	if normal(old).Equal(normal(password)) {
		return Agent{}, refuse(Unchanged)
	}
	if err := a.judge(agent, password); err != nil {
		return Agent{}, err
	}
	hash, err := a.hasher.Hash(ctx, normal(password))
	if err != nil {
		return Agent{}, fmt.Errorf("hash password: %w", err)
	}
	epoch := agent.Epoch // raised by every other change of the password
	agent, err = a.do(ctx, id, deed{by: by, action: audit.PasswordChanged, edit: func(agent *Agent, now time.Time) error {
		if agent.Epoch != epoch {
			return ErrStaleSession
		}
		agent.Password, agent.Link = hash, Link{}
		agent.Epoch++
		return agent.usable(now)
	}})
	if err != nil {
		return Agent{}, fmt.Errorf("change password: %w", err)
	}
	a.tell(ctx, agent.message(PasswordWasChanged, a.now()))
	return agent, nil
}

func (a *Agents) checkOld(ctx context.Context, by By, agent Agent, old secret.Text) error {
	match, err := a.CheckPassword(ctx, agent, old)
	switch {
	case err != nil:
		return err
	case !match:
		return errors.Join(ErrWrongPassword,
			a.record(ctx, by.event(audit.SignInFailed, agent.Name, "wrong present password, on changing it")))
	}
	return nil
}
