package signin

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/ids"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
)

// RememberFor is for how long a browser is remembered in which an agent has signed in, since he or
// she last did.
const RememberFor = 90 * 24 * time.Hour

// maxRemembered is how many agents a browser is remembered for: those who signed in there last.
const maxRemembered = 20

// browser is one in which agents have signed in, as it is sealed. Its token is a device cookie
// (https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies).
type browser struct {
	storage.Version
	ID     string   `json:"id"` // the same with each new token: failures are counted under it
	Agents []seenIn `json:"agents"`
}

// seenIn is an agent who has signed in in a browser.
type seenIn struct {
	Agent agents.ID `json:"agent"`
	Epoch int64     `json:"epoch"`
	Until time.Time `json:"until"` // when that is forgotten
}

// Remember notes that an agent, as he or she is now, has signed in in a browser: from then on the
// agent's failures there are counted apart from those of others elsewhere, until RememberFor is over
// or anything ends all of the agent's sessions. It returns the browser's next token; the one before,
// zero for a browser that is new, is good for nothing from then on. Zero without an error: it is not
// remembered, as the agent's set-up is unfinished, or has signed in in too many new browsers within a
// day (Rule.Browsers). Errors are those of stores.
func (s *SignIn) Remember(ctx context.Context, token Token, agent agents.Agent) (Token, error) {
	if !agent.SetUp() {
		return Token{}, nil
	}
	now := s.time()
	b, record, err := s.browser(ctx, token)
	if err != nil {
		return Token{}, err
	}
	if b.ID == "" {
		admission, err := s.attempts.Count(ctx, "browser_"+string(agent.ID), now, s.config.Rule.Browsers)
		if err != nil {
			return Token{}, fmt.Errorf("count browser: %w", err)
		}
		if !admission.Admitted {
			return Token{}, nil
		}
		if b.ID, err = ids.Token(s.config.Random); err != nil {
			return Token{}, err
		}
	}
	until := now.Add(RememberFor)
	b.Agents = slices.DeleteFunc(b.Agents, func(seen seenIn) bool { return seen.Agent == agent.ID })
	b.Agents = append(b.Agents, seenIn{Agent: agent.ID, Epoch: agent.Epoch, Until: until})
	b.Agents = b.Agents[max(0, len(b.Agents)-maxRemembered):]
	next, err := s.create(ctx, KindBrowser, &b, until)
	if err != nil || record.Revision == 0 {
		return next, err
	}
	err = s.config.Store.Delete(ctx, record.Key, record.Revision)
	if err != nil && !errors.Is(err, ErrNoRecord) {
		return Token{}, fmt.Errorf("forget token of a browser: %w", err)
	}
	return next, nil
}

// browser returns what is remembered of one; the zero browser and record if that is nothing.
func (s *SignIn) browser(ctx context.Context, token Token) (browser, Record, error) {
	var b browser
	record, err := s.find(ctx, KindBrowser, token, &b, ErrNoRecord)
	if errors.Is(err, ErrNoRecord) {
		return browser{}, Record{}, nil
	}
	if err != nil {
		return browser{}, Record{}, err
	}
	now := s.time()
	b.Agents = slices.DeleteFunc(b.Agents, func(seen seenIn) bool { return !now.Before(seen.Until) })
	return b, record, nil
}

// knows says whether an agent has signed in in the browser, and nothing has ended the agent's
// sessions since.
func (b browser) knows(agent agents.Agent) bool {
	return slices.ContainsFunc(b.Agents, func(seen seenIn) bool { return seen.Agent == agent.ID && seen.Epoch == agent.Epoch })
}

// A place is where tries come from: an address, or something that is known to be an agent's own. What
// is counted for the latter is apart from all that others do.
type place struct {
	from string // the client's address
	own  string // a browser or a session; "": only the address is known
}

// placeOf is where a sign-in under way comes from, to an agent.
func (a attempt) placeOf(agent agents.Agent, from string) place {
	if a.Browser.knows(agent) {
		return place{from, a.Browser.ID}
	}
	return place{from: from}
}

// placeOf is where a session comes from.
func (s Session) placeOf(from string) place { return place{from, hex.EncodeToString(s.key[:])} }

// counted is what is counted of a kind for a place: for the address, unless the place is an agent's own.
func (s *SignIn) counted(what string, at place) (string, error) {
	if at.own != "" {
		return s.subject(what, "own "+at.own)
	}
	return s.addressSubject(what, at.from)
}

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
	if a.Sent > s.config.Rule.Resends {
		return ErrNoMore
	}
	code, err := s.newCode(ctx, agent)
	if err != nil {
		return err
	}
	a.Code, a.Tries, a.Sent, a.Until = code.Reveal(), 0, a.Sent+1, s.time().Add(s.config.Rule.Code)
	if err := s.keep(ctx, KindSignIn, record.Key, &a, a.Until, record.Revision); err != nil {
		return stale(err)
	}
	return s.mailCode(ctx, agents.SignInCode, agent, agent.Email, code, a.Until)
}

// newCode counts an e-mail to an agent, and draws the code for it.
func (s *SignIn) newCode(ctx context.Context, agent agents.Agent) (secret.Text, error) {
	if _, err := s.count(ctx, "mail_"+string(agent.ID), s.time(), s.config.Rule.Mails); err != nil {
		return secret.Text{}, err
	}
	return secret.Digits(s.config.Random, codeDigits)
}

func (s *SignIn) mailCode(
	ctx context.Context, kind agents.MessageKind, agent agents.Agent, to string, code secret.Text, until time.Time,
) error {
	message := agents.Message{Kind: kind, To: to, FullName: agent.FullName, Name: agent.Name, Code: code, On: until}
	if err := s.config.Mailer.Mail(ctx, message); err != nil {
		return fmt.Errorf("send code: %w", err)
	}
	return nil
}

// mailedIs judges a code by e-mail, and writes down that it was tried, or uses the sign-in up,
// in one step with what was judged: whoever changes it meanwhile has it judged anew. So of a
// hundred entries at once five are judged, and a right one counts once. [ErrUsedUp],
// [ErrExpired].
func (s *SignIn) mailedIs(ctx context.Context, token Token, code secret.Text) (bool, error) {
	return judgedAnew(ctx, func() (bool, error) {
		a, record, err := s.underWay(ctx, token)
		if err != nil {
			return false, err
		}
		if a.Tries >= s.config.Rule.Tries {
			return false, ErrUsedUp
		}
		if secret.New(a.Code).Equal(code) {
			return true, s.useUp(ctx, record)
		}
		a.Tries++
		return false, s.keep(ctx, KindSignIn, record.Key, &a, a.Until, record.Revision)
	})
}

// judgedAnew judges what is kept, and again whenever something else has changed it meanwhile.
func judgedAnew(ctx context.Context, judge func() (bool, error)) (bool, error) {
	right, err := storage.Retry(ctx, judge)
	return right && err == nil, stale(err)
}

// useUp ends a sign-in under way. Only one of many who do is told that it did.
func (s *SignIn) useUp(ctx context.Context, record Record) error {
	if err := s.config.Store.Delete(ctx, record.Key, record.Revision); err != nil {
		return fmt.Errorf("end sign-in: %w", err)
	}
	return nil
}
