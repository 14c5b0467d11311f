package signin

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/typed"
)

// maxTyped is how many bytes of what is no user name tell it from another.
const maxTyped = 256

// Begin takes the user name, and returns the token of a sign-in under way, good for
// Rule.Password. Whatever was typed it does the same and says the same; what is no user name
// is kept as an HMAC alone. from is the client's address, or "" if there is none; browser is what
// Remember returned in the same browser, or zero. Errors: a [WaitError] when too many sign-ins were
// begun from there, and those of stores.
func (s *SignIn) Begin(ctx context.Context, userName, from string, browser Token) (Token, error) {
	now := s.time()
	known, _, err := s.browser(ctx, browser)
	if err != nil {
		return Token{}, err
	}
	subject, err := s.counted("begin", place{from, known.ID})
	if err != nil {
		return Token{}, err
	}
	counted, err := s.count(ctx, subject, now, s.config.Rule.Begins)
	if err != nil {
		return Token{}, err
	}
	if known.ID == "" && s.config.Rule.Begins.Locks(counted.Strikes.Failures) {
		s.logBarred(ctx, from, "sign-ins begun", counted.Strikes)
	}
	name, err := agents.ParseUserName(userName)
	if err != nil {
		name = ""
	}
	nobody, err := s.nobody(name, userName)
	if err != nil {
		return Token{}, err
	}
	until := now.Add(s.config.Rule.Password)
	return s.create(ctx, KindSignIn, &attempt{Name: name, Nobody: nobody, Browser: known, Until: until}, until)
}

// nobodyBits is how many bits of its HMAC a name that nobody has is counted under. Anybody can make
// up as many names as there is time for, and their failures are kept as long as those of agents:
// under all bits they would fill the store. So such names share 2^18 counts. That tells something
// only to who has worn out a good part of them: a name that must wait untried is one of nobody.
const nobodyBits = 18

// nobody is the subject of failures of a user name that no agent has. All spellings of one
// name have one subject.
func (s *SignIn) nobody(name agents.UserName, entry string) (string, error) {
	entry = cmp.Or(string(name), entry)
	return s.hidden("nobody", entry[:min(len(entry), maxTyped)], func(mac []byte) string {
		return fmt.Sprintf("%05x", binary.BigEndian.Uint32(mac)>>(32-nobodyBits))
	})
}

// addressSubject is the subject of what is counted for a client address. Of IPv6 the
// network of 64 bits counts, as any client has one to itself.
func (s *SignIn) addressSubject(what, from string) (string, error) {
	if address, err := netip.ParseAddr(from); err == nil {
		address = address.Unmap().WithZone("")
		if address.Is6() {
			network, err := address.Prefix(64)
			if err != nil {
				return "", fmt.Errorf("find network of client: %w", err)
			}
			address = network.Addr()
		}
		from = address.String()
	}
	return s.subject(what, from)
}

// subject hides what is counted from the store that counts.
func (s *SignIn) subject(what, of string) (string, error) {
	return s.hidden(what, of, hex.EncodeToString)
}

// hidden is an HMAC under each key of the ring, separated by spaces, all of which [everyKey] counts: so
// failures and locks stay when another key becomes the current one, also while some servers have the
// longer ring and some the shorter.
func (s *SignIn) hidden(what, of string, write func([]byte) string) (string, error) {
	var all []string
	for _, id := range s.config.Keys.IDs() {
		mac, err := s.config.Keys.MAC(id, []byte("updatecenter sign-in "+what+" v1\x00"+of))
		if err != nil {
			return "", fmt.Errorf("hide what is counted: %w", err)
		}
		all = append(all, what+"_"+write(mac))
	}
	return strings.Join(all, " "), nil
}

// underWay finds a sign-in under way. [ErrExpired].
func (s *SignIn) underWay(ctx context.Context, token Token) (attempt, Record, error) {
	var a attempt
	record, err := s.find(ctx, KindSignIn, token, &a, ErrExpired)
	if err == nil && !s.time().Before(a.Until) {
		err = ErrExpired
	}
	return a, record, err
}

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
// [WaitError], [ErrExpired]; hash.ErrBusy, when so many passwords wait to be hashed that the
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
	_, err = s.judge(ctx, agent, a.Nobody, a.placeOf(agent, from), "password", func() (bool, error) {
		return s.config.Agents.CheckPassword(ctx, agent, entry)
	})
	if err != nil {
		return Step{}, err
	}
	return s.ask(ctx, agent, a, record)
}

// named finds an agent. The zero Agent stands for a name that nobody has, or had.
func (s *SignIn) named(ctx context.Context, name agents.UserName) (agents.Agent, error) {
	agent, err := s.config.Agents.Find(ctx, name)
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
	a.Until = s.time().Add(s.config.Rule.Code)
	if err := s.keep(ctx, KindSignIn, record.Key, &a, a.Until, record.Revision); err != nil {
		return Step{}, stale(err)
	}
	return Step{Kind: AskApp}, nil
}

// stale is what is said when something else was done with a sign-in in the same moment.
func stale(err error) error {
	if overtaken(err) {
		return ErrExpired
	}
	return err
}

// overtaken says whether a record was changed or deleted meanwhile.
func overtaken(err error) bool {
	return errors.Is(err, storage.ErrStale) || errors.Is(err, ErrNoRecord)
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

// Code takes the code of the second factor and begins a session: a code of the app, or the
// one sent by e-mail, works once, whatever happens after. The session is a set-up session
// while the agent's set-up is not finished. The code is read by typed.Digits. Errors:
// [ErrNotACode], [ErrWrong], [ErrUsedUp], [ErrExpired] (also
// when password, factor or role has changed since the password was given), [ErrLocked], a
// [WaitError], [ErrDeactivated], and those of stores and the audit.
func (s *SignIn) Code(ctx context.Context, token Token, code secret.Text, from string) (Token, agents.Agent, error) {
	code, ok := typed.Digits(code, codeDigits, codeDigits)
	if !ok {
		return Token{}, agents.Agent{}, ErrNotACode
	}
	a, record, err := s.underWay(ctx, token)
	if err != nil {
		return Token{}, agents.Agent{}, err
	}
	agent, err := s.proved(ctx, a)
	if err != nil {
		return Token{}, agents.Agent{}, err
	}
	t, err := s.judge(ctx, agent, a.Nobody, a.placeOf(agent, from), "code", func() (bool, error) {
		return s.codeIs(ctx, token, a, record, code)
	})
	if err != nil {
		return Token{}, agents.Agent{}, err
	}
	return s.enter(ctx, t)
}

// proved returns the agent whose password was right, unless something has changed since that
// would have ended a session.
func (s *SignIn) proved(ctx context.Context, a attempt) (agents.Agent, error) {
	if a.Agent == "" {
		return agents.Agent{}, ErrExpired
	}
	return s.agent(ctx, a.Agent, a.Epoch, ErrExpired)
}

// agent returns an agent who has that epoch still, or else over.
func (s *SignIn) agent(ctx context.Context, id agents.ID, epoch int64, over error) (agents.Agent, error) {
	agent, err := s.config.Agents.Get(ctx, id)
	switch {
	case errors.Is(err, agents.ErrNoAgent):
		return agents.Agent{}, over
	case err != nil:
		return agents.Agent{}, fmt.Errorf("find agent: %w", err)
	case agent.Epoch != epoch:
		return agents.Agent{}, over
	}
	return agent, nil
}

// codeIs says whether the code is right, and uses it up if it is.
func (s *SignIn) codeIs(ctx context.Context, token Token, a attempt, record Record, code secret.Text) (bool, error) {
	if a.Mailed {
		return s.mailedIs(ctx, token, code)
	}
	right, err := s.config.Agents.UseCode(ctx, a.Agent, code)
	if err != nil || !right {
		return false, err
	}
	return true, stale(s.useUp(ctx, record))
}

// enter begins a session for who has proved everything, and forgives the failures that were counted
// together with this sign-in: not those of others, if it was in a browser of the agent's own. It is
// recorded before it is done, and once more if it then fails.
func (s *SignIn) enter(ctx context.Context, t try) (Token, agents.Agent, error) {
	if state := t.agent.StateAt(t.at); state == agents.Deactivated || state == agents.Deleted {
		return Token{}, agents.Agent{}, s.refused(ctx, t, "the profile is "+string(state), ErrDeactivated)
	}
	if err := s.record(ctx, t.event(audit.SignedIn)); err != nil {
		return Token{}, agents.Agent{}, err
	}
	session, agent, err := s.recorded(ctx, t)
	if err != nil {
		return Token{}, agents.Agent{}, s.refused(ctx, t, "no session could be begun", err)
	}
	return session, agent, nil
}

// recorded does what stands in the audit already.
func (s *SignIn) recorded(ctx context.Context, t try) (Token, agents.Agent, error) {
	agent, err := s.config.Agents.SignedIn(ctx, t.agent.ID)
	if err != nil {
		return Token{}, agents.Agent{}, fmt.Errorf("note sign-in: %w", err)
	}
	// What was proved is the password, factor and role of another epoch.
	if agent.Epoch != t.agent.Epoch {
		return Token{}, agents.Agent{}, ErrExpired
	}
	if err := s.attempts.Clear(ctx, t.subject); err != nil {
		return Token{}, agents.Agent{}, fmt.Errorf("forgive failures: %w", err)
	}
	session, err := s.begin(ctx, agent, t.place.from)
	return session, agent, err
}

// refused records that somebody who has proved everything is not signed in, and returns why.
func (s *SignIn) refused(ctx context.Context, t try, detail string, why error) error {
	event := t.event(audit.SignInFailed)
	event.Detail = detail
	return errors.Join(why, s.note(ctx, event))
}
