package agents

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/passwords"
	"updatecenter/internal/secret"
)

// CheckPassword says whether the entry is the agent's password. For the zero Agent, and one
// without a password, it is none, after the same work. Failures are counted by package signin,
// before. Errors: [hash.ErrBusy], the context's, those of the key ring.
func (a *Agents) CheckPassword(ctx context.Context, agent Agent, entry secret.Text) (bool, error) {
	if len(entry.Reveal()) > a.rules(agent).Bytes() {
		entry = secret.Text{}
	}
	entry = passwords.Normal(entry)
	if agent.Password == "" {
		if err := a.config.Hasher.VerifyNothing(ctx, entry); err != nil {
			return false, fmt.Errorf("check password: %w", err)
		}
		return false, nil
	}
	match, stale, err := a.config.Hasher.Verify(ctx, agent.Password, entry)
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
	hash, err := a.config.Hasher.Hash(ctx, entry)
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
		a.config.Log.LogAttrs(ctx, slog.LevelWarn, "password not hashed anew", slog.String("agent", string(agent.Name)), slog.Any("error", err))
	}
}

// ChangePassword replaces the agent's password by another, tells the agent by e-mail, and ends
// all sessions; a link that was sent works no more. Who guesses at the old password must be stopped by the caller, who counts
// failures as sign-in does. Errors: [ErrWrongPassword], recorded; [*PasswordError];
// [ErrStaleSession], also of any change between the look at the old password and the end;
// [ErrNoAgent], [ErrDeactivated], [ErrDeleted], [hash.ErrBusy].
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
	if passwords.Normal(old).Equal(passwords.Normal(password)) {
		return Agent{}, a.rules(agent).Refuse(passwords.Unchanged)
	}
	if err := a.JudgePassword(agent, password); err != nil {
		return Agent{}, err
	}
	hash, err := a.config.Hasher.Hash(ctx, passwords.Normal(password))
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

// JudgePassword says why a password can't be the agent's: a [*PasswordError], or nil.
func (a *Agents) JudgePassword(agent Agent, password secret.Text) error {
	return a.rules(agent).Judge(password)
}

// rules are those of an agent's password.
func (a *Agents) rules(agent Agent) passwords.Rules {
	own := passwords.Words(string(agent.Name), agent.FullName, agent.Email, a.config.Issuer)
	return passwords.Rules{Min: MinPassword, Max: MaxPassword, Own: own}
}

// PasswordReason is why a password is refused, which a PasswordError tells.
type (
	PasswordReason = passwords.Reason
	PasswordError  = passwords.Error
)

// The bounds of a password, in characters: at least as many as the operator asks for, and more
// than NIST SP 800-63B wants accepted (64).
const (
	MinPassword = 12
	MaxPassword = 128
)
