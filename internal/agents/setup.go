package agents

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"updatecenter/internal/audit"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
	"updatecenter/internal/wrap"
)

// AcceptTerms notes that the agent accepted the [CurrentTerms]. Errors: [ErrNoAgent],
// [ErrDeactivated], [ErrDeleted].
func (a *Agents) AcceptTerms(ctx context.Context, by By, id ID) (_ Agent, err error) {
	defer wrap.Error(&err, "accept terms")
	return a.do(ctx, id, deed{
		by: by, action: audit.ProfileChanged, detail: fmt.Sprintf("terms accepted, version %d", CurrentTerms),
		edit: func(agent *Agent, now time.Time) error {
			if agent.TermsVersion == CurrentTerms && !agent.Terms.IsZero() {
				return errNothing
			}
			agent.Terms, agent.TermsVersion = now, CurrentTerms
			return agent.usable(now)
		},
	})
}

// UpdateProfile sets name, e-mail address and telephone. When the set-up wants nothing else any
// more and the agent does it in person (by.Name), that ends the set-up. An administrator can
// correct the address of who gets no codes at it.
//
// Of another e-mail address the old one is told, and a link that went there works no more. Where
// codes go by e-mail, or nothing is chosen yet, it is another second factor: sessions end. Errors:
// [*FieldError], [ErrStaleSession], [ErrNoAgent], [ErrDeactivated], [ErrDeleted].
func (a *Agents) UpdateProfile(ctx context.Context, by By, id ID, profile Profile) (_ Agent, err error) {
	if profile, err = profile.tidy(); err != nil {
		return Agent{}, err
	}
	defer wrap.Error(&err, "update profile")
	before, err := a.Get(ctx, id)
	if err != nil {
		return Agent{}, err
	}
	ends := before.Next() == StageProfile && by.Name == string(before.Name)
	action := audit.ProfileChanged
	if ends {
		action = audit.AgentSetUp
	}
	agent, err := a.do(ctx, id, deed{by: by, action: action, detail: profile.differs(before), edit: func(agent *Agent, now time.Time) error {
		before = *agent
		if agent.Email != profile.Email {
			agent.moved()
		}
		agent.FullName, agent.Email, agent.Phone = profile.FullName, profile.Email, profile.Phone
		if ends && agent.Reviewed.IsZero() {
			agent.Reviewed = now
		}
		return agent.usable(now)
	}})
	if err != nil {
		return Agent{}, err
	}
	if before.Email != agent.Email {
		a.tell(ctx, before.message(EmailWasChanged, a.now()))
	}
	return agent, nil
}

// moved is what another e-mail address does to the profile.
func (a *Agent) moved() {
	a.Link = Link{}
	if a.Factor != App {
		a.Epoch++
	}
}

// differs says for the audit which parts of a profile are to change: which, not what to.
func (p Profile) differs(from Agent) string {
	var parts []string
	for _, part := range []struct {
		name     string
		old, now string
	}{
		{"full name", from.FullName, p.FullName}, {"e-mail address", from.Email, p.Email}, {"telephone", from.Phone, p.Phone},
	} {
		if part.old != part.now {
			parts = append(parts, part.name)
		}
	}
	return strings.Join(parts, ", ")
}

// SignedIn notes that the agent has signed in, which keeps the profile for six months. Package
// signin records it. Errors: [ErrNoAgent], [ErrDeactivated], [ErrDeleted].
func (a *Agents) SignedIn(ctx context.Context, id ID) (_ Agent, err error) {
	defer wrap.Error(&err, "note sign-in")
	return a.do(ctx, id, deed{edit: func(agent *Agent, now time.Time) error {
		if err := agent.usable(now); err != nil {
			return err
		}
		agent.LastSignIn = now
		return nil
	}})
}

// EndSessions ends every session of the agent, and records it. Error: [ErrNoAgent].
func (a *Agents) EndSessions(ctx context.Context, by By, id ID) (_ Agent, err error) {
	defer wrap.Error(&err, "end sessions")
	return a.do(ctx, id, deed{by: by, action: audit.SignedOutEverywhere, edit: func(agent *Agent, _ time.Time) error {
		agent.Epoch++
		return nil
	}})
}

// The codes of authenticator apps (RFC 6238), in the form that all apps know: SHA-1, 30 seconds,
// six digits.
const (
	stepSeconds = 30
	drift       = 1 // steps either way, for clocks that are not quite right (RFC 6238, section 5.2)
	appDigits   = 6
	appKeyBytes = 20 // as long as SHA-1's result (RFC 4226, section 4)
)

// AppSetup is what an authenticator app is given. Nothing of it is stored until the agent has
// shown a code of the app.
type AppSetup struct {
	Key secret.Text // base32, 32 characters: to paste
	URL secret.Text // otpauth://totp/...: to open on a telephone, or to draw as a QR code
}

// NewApp draws a key for an app of the agent.
func (a *Agents) NewApp(agent Agent) (AppSetup, error) {
	// The library's errors could quote the URL that it makes, with the key.
	key, err := totp.Generate(totp.GenerateOpts{
		Issuer: a.config.Issuer, AccountName: string(agent.Name), SecretSize: appKeyBytes, Rand: a.config.Random,
	})
	if err != nil {
		return AppSetup{}, errors.New("make a key for the app: can't be made")
	}
	return AppSetup{Key: secret.New(key.Secret()), URL: secret.New(key.URL())}, nil
}

// ConfirmApp makes an app the second factor, when the code is one that an app with this key shows
// now. Sessions end, and a link that was sent works no more, unless it was the set-up's first.
// Errors: [ErrWrongCode], also of a key that [Agents.NewApp] can't have made;
// [ErrStaleSession], [ErrRequired], [ErrNoAgent], [ErrDeactivated], [ErrDeleted].
func (a *Agents) ConfirmApp(ctx context.Context, by By, id ID, key, code secret.Text) (Agent, error) {
	if !validAppKey(key) {
		return Agent{}, ErrWrongCode
	}
	return a.setFactor(ctx, by, id, App, func(agent *Agent, now time.Time) error {
		step, right := matchStep(key, code, now)
		// With the key that is in use already, a code still counts once.
		if !right || key.Equal(agent.AppKey) && step <= agent.LastStep {
			return ErrWrongCode
		}
		agent.AppKey, agent.LastStep = key, step
		return nil
	})
}

// ChooseEmail makes codes by e-mail the second factor. Sessions end, and a link that was sent
// works no more, unless it was the set-up's first. Errors: [ErrStaleSession], [ErrRequired],
// [ErrNoAgent], [ErrDeactivated], [ErrDeleted].
func (a *Agents) ChooseEmail(ctx context.Context, by By, id ID) (Agent, error) {
	return a.setFactor(ctx, by, id, Email, func(agent *Agent, _ time.Time) error {
		agent.AppKey, agent.LastStep = secret.Text{}, 0
		return nil
	})
}

// setFactor tells the agent by e-mail, unless it was the set-up's first.
func (a *Agents) setFactor(ctx context.Context, by By, id ID, factor Factor, set edit) (Agent, error) {
	first := false // then a link that was sent is no older than what it replaces
	agent, err := a.do(ctx, id, deed{
		by: by, action: audit.FactorChanged, detail: string(factor),
		edit: func(agent *Agent, now time.Time) error {
			first = agent.Factor == ""
			if err := agent.usable(now); err != nil {
				return err
			}
			if agent.Required != "" && agent.Required != factor {
				return ErrRequired
			}
			if !first {
				agent.Link = Link{}
			}
			agent.Factor = factor
			agent.Epoch++
			return set(agent, now)
		},
	})
	if err != nil {
		return Agent{}, fmt.Errorf("change second factor: %w", err)
	}
	if !first {
		a.tell(ctx, agent.message(FactorWasChanged, a.now()))
	}
	return agent, nil
}

// UseCode says whether the code is one of the agent's app, within one step of the present, and
// newer than any that was used before: it uses it up. Of two at once one is right. Failures are
// counted by package signin, before. Errors: [ErrNoAgent], [storage.ErrUnreadable], the store's.
func (a *Agents) UseCode(ctx context.Context, id ID, code secret.Text) (bool, error) {
	_, err := a.do(ctx, id, deed{edit: func(agent *Agent, now time.Time) error {
		step, right := matchStep(agent.AppKey, code, now)
		if !right || agent.Factor != App || step <= agent.LastStep {
			return ErrWrongCode
		}
		agent.LastStep = step
		return nil
	}})
	switch {
	case errors.Is(err, ErrWrongCode):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("use code of app: %w", err)
	}
	return true, nil
}

// matchStep returns the newest step within the drift whose code this is. All are compared, so
// that the time tells nothing.
func matchStep(key, code secret.Text, now time.Time) (step int64, right bool) {
	code, ok := typed.Digits(code, appDigits, appDigits)
	if !validAppKey(key) || !ok {
		return 0, false
	}
	present := now.Unix() / stepSeconds
	for at := max(0, present-drift); at <= present+drift; at++ {
		want, err := hotp.GenerateCode(key.Reveal(), uint64(at))
		if err == nil && secret.New(want).Equal(code) {
			step, right = at, true
		}
	}
	return step, right
}

func validAppKey(key secret.Text) bool {
	text := key.Reveal()
	if len(text) != base32.StdEncoding.EncodedLen(appKeyBytes) {
		return false
	}
	decoded, err := base32.StdEncoding.DecodeString(text)
	return err == nil && len(decoded) == appKeyBytes && !strings.ContainsAny(text, "\r\n")
}
