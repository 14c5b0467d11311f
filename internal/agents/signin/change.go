package signin

import (
	"context"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
)

// Change is what an agent is about to change who is signed in: what signing in depends on. It takes
// the password, the present second factor and, for an e-mail address, the code that was sent there.
type Change struct {
	What   string // as it was begun
	Email  string // the address that is to be proved; empty: none
	Step   Step   // how the present factor is asked for; no Kind: the code to Email is all
	Proved bool
}

// change is a Change, as it is sealed. See attempt for its codes.
type change struct {
	attempt
	What      string `json:"what"`
	Email     string `json:"email,omitempty"`
	EmailCode string `json:"email_code,omitempty"`
	Proved    bool   `json:"proved,omitempty"`
}

// BeginChange checks the password of who is signed in, as [SignIn.Confirm] does, and begins a change
// of whatever what names. The present factor is asked for next, by a code that is sent if it is one by
// e-mail; another goes to an address that is to be proved. The token is good for Rule.Code. Errors:
// those of Confirm, a [WaitError] when too many codes were sent, and those of the mailer.
func (s *SignIn) BeginChange(ctx context.Context, session Session, entry secret.Text, what, email, from string) (Token, error) {
	if err := s.Confirm(ctx, session, entry, from); err != nil {
		return Token{}, err
	}
	agent, until := session.Agent, s.time().Add(s.config.Rule.Code)
	c := change{What: what, Email: email, attempt: attempt{
		Name: agent.Name, Until: until, Agent: agent.ID, Epoch: agent.Epoch, Mailed: agent.Factor != agents.App,
	}}
	var err error
	if c.Mailed && email != agent.Email {
		if c.Code, err = s.mailChange(ctx, agent, agent.Email, until); err != nil {
			return Token{}, err
		}
	}
	if email != "" {
		if c.EmailCode, err = s.mailChange(ctx, agent, email, until); err != nil {
			return Token{}, err
		}
	}
	return s.create(ctx, KindChange, &c, until)
}

// mailChange sends a code to an address, and returns it.
func (s *SignIn) mailChange(ctx context.Context, agent agents.Agent, to string, until time.Time) (string, error) {
	code, err := s.newCode(ctx, agent)
	if err != nil {
		return "", err
	}
	return code.Reveal(), s.mailCode(ctx, agents.ChangeCode, agent, to, code, until)
}

// Change returns the change that a session has under way. [ErrExpired]: none has that token, it took
// too long, is another session's, or something else has changed since that ended sessions.
func (s *SignIn) Change(ctx context.Context, session Session, token Token) (Change, error) {
	c, _, err := s.changing(ctx, session, token)
	if err != nil {
		return Change{}, err
	}
	return c.view(session.Agent), nil
}

func (c change) view(agent agents.Agent) Change {
	view := Change{What: c.What, Email: c.Email, Proved: c.Proved}
	switch {
	case !c.Mailed:
		view.Step = Step{Kind: AskApp}
	case c.Code != "":
		view.Step = Step{Kind: AskEmail, Hint: hint(agent.Email)}
	}
	return view
}

func (s *SignIn) changing(ctx context.Context, session Session, token Token) (change, Record, error) {
	var c change
	record, err := s.find(ctx, KindChange, token, &c, ErrExpired)
	mine := c.Agent == session.Agent.ID && c.Epoch == session.Agent.Epoch
	if err == nil && (!mine || !s.time().Before(c.Until)) {
		err = ErrExpired
	}
	return c, record, err
}

// Prove takes the code of the present factor and that which was sent to the address; where one isn't
// asked for it counts for nothing. Both are read by typed.Digits. A wrong one counts as at signing in.
// Errors: [ErrNotACode], [ErrWrong], which tells not which, [ErrUsedUp], [ErrExpired], [ErrLocked], a [WaitError], and those of stores and the
// audit.
func (s *SignIn) Prove(ctx context.Context, session Session, token Token, code, emailCode secret.Text, from string) error {
	c, err := s.Change(ctx, session, token)
	if err != nil {
		return err
	}
	code, isCode := typed.Digits(code, codeDigits, codeDigits)
	emailCode, isEmailCode := typed.Digits(emailCode, codeDigits, codeDigits)
	if c.Step.Kind != "" && !isCode || c.Email != "" && !isEmailCode {
		return ErrNotACode
	}
	_, err = s.judge(ctx, session.Agent, "", session.placeOf(from), "code, while signed in", func() (bool, error) {
		return s.proves(ctx, session, token, code, emailCode)
	})
	return err
}

// proves judges codes and writes down that they were tried, in one step with what was judged, as
// mailedIs does. A code of an app is looked at last, since that uses it up.
func (s *SignIn) proves(ctx context.Context, session Session, token Token, code, emailCode secret.Text) (bool, error) {
	return judgedAnew(ctx, func() (bool, error) {
		c, record, err := s.changing(ctx, session, token)
		if err != nil {
			return false, err
		}
		if c.Tries >= s.config.Rule.Tries {
			return false, ErrUsedUp
		}
		right := c.Code == "" || secret.New(c.Code).Equal(code)
		right = (c.EmailCode == "" || secret.New(c.EmailCode).Equal(emailCode)) && right
		if right && !c.Mailed {
			if right, err = s.config.Agents.UseCode(ctx, c.Agent, code); err != nil {
				return false, err
			}
		}
		c.Tries++
		c.Proved = right
		return right, s.keep(ctx, KindChange, record.Key, &c, c.Until, record.Revision)
	})
}

// EndChange uses a proved change up; only one of many who do is told that it did. Errors:
// [ErrExpired], also of one that isn't proved.
func (s *SignIn) EndChange(ctx context.Context, session Session, token Token) (Change, error) {
	c, record, err := s.changing(ctx, session, token)
	if err == nil && !c.Proved {
		err = ErrExpired
	}
	if err != nil {
		return Change{}, err
	}
	return c.view(session.Agent), stale(s.useUp(ctx, record))
}

// Confirm checks the password of who is signed in, before the own password or factor is changed:
// whoever finds an open session must not be able to try passwords there. Failures count as at
// signing in, for this session alone, and a right password forgives none. Errors: [ErrWrong], [ErrLocked], a
// [WaitError], hash.ErrBusy, and those of stores and the audit.
func (s *SignIn) Confirm(ctx context.Context, session Session, entry secret.Text, from string) error {
	_, err := s.judge(ctx, session.Agent, "", session.placeOf(from), "password, while signed in", func() (bool, error) {
		return s.config.Agents.CheckPassword(ctx, session.Agent, entry)
	})
	return err
}
