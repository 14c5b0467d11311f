package signin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/detached"
	"updatecenter/internal/limit"
)

// afterwards bounds the time for what must be done although whoever asked may be gone: who hangs up in the
// right moment must not be able to try passwords that nobody hears of. It is more than a record in the
// audit takes at most.
const afterwards = audit.Within + time.Second

// try is a password or a code that was counted and is not judged yet.
type try struct {
	agent   agents.Agent // zero: nobody has the name
	subject string       // of the user name
	address string       // the subject of where it comes from
	place   place
	at      time.Time
	name    admissions
	there   admissions
}

// admit counts a try against its address and its user name, before it is judged; or, from a place of
// the agent's own, against that alone. Errors: a [WaitError] or [ErrLocked], and then nothing stays
// counted.
func (s *SignIn) admit(ctx context.Context, agent agents.Agent, nobody string, at place) (try, error) {
	t := try{agent: agent, subject: nobody, place: at, at: s.time()}
	var err error
	if agent.ID != "" {
		if t.subject, err = s.subjectOf(agent, at.own); err != nil {
			return try{}, err
		}
	}
	if t.address, err = s.counted("address", at); err != nil {
		return try{}, err
	}
	if t.there, err = s.count(ctx, t.address, t.at, s.config.Rule.Addresses); err != nil {
		return try{}, err
	}
	if t.name, err = s.count(ctx, t.subject, t.at, s.config.Rule.Names); err != nil {
		s.release(ctx, t.address, t.there)
		return try{}, err
	}
	return t, nil
}

// count counts one more for a subject. Errors: a [WaitError] or [ErrLocked], and then nothing was counted.
func (s *SignIn) count(ctx context.Context, subject string, at time.Time, rule limit.Lock) (admissions, error) {
	counted, err := s.attempts.Count(ctx, subject, at, rule)
	if err != nil {
		return admissions{}, fmt.Errorf("count attempt: %w", err)
	}
	if !counted.Admitted {
		return admissions{}, barred(counted.Strikes)
	}
	return counted, nil
}

// judge counts a try before it is judged, and uncounts it unless it was wrong. Errors: those of admit, of failed
// for what is wrong, and those of judging.
func (s *SignIn) judge(
	ctx context.Context, agent agents.Agent, nobody string, at place, what string, right func() (bool, error),
) (try, error) {
	t, err := s.admit(ctx, agent, nobody, at)
	if err != nil {
		return try{}, err
	}
	is, err := right()
	if err == nil && !is {
		return try{}, s.failed(ctx, t, what)
	}
	s.takeBack(ctx, t)
	return t, err
}

// subjectOf is what failures of an agent are counted under. With every activation counting
// starts over: that is how an administrator opens what is locked. It is an HMAC because those of
// names that nobody has are: when a secret key goes, either both start over or the locks that
// outlast it tell which names exist. Each place of the agent's own has a count of its own.
func (s *SignIn) subjectOf(agent agents.Agent, own string) (string, error) {
	of := fmt.Sprintf("%s_%d", agent.ID, agent.Since.UnixMilli())
	if own != "" {
		of += " " + own
	}
	return s.subject("agent", of)
}

// barred is what is said of strikes that bar an attempt.
func barred(strikes limit.Strikes) error {
	if strikes.Closed {
		return ErrLocked
	}
	return &WaitError{Until: strikes.LockedUntil}
}

// takeBack uncounts a try that was right, or was never judged.
func (s *SignIn) takeBack(ctx context.Context, t try) {
	s.release(ctx, t.subject, t.name)
	s.release(ctx, t.address, t.there)
}

// release uncounts, also when who asked has gone away. What can't be uncounted stays: that
// errs on the safe side.
func (s *SignIn) release(ctx context.Context, subject string, counted admissions) {
	ctx, cancel := detached.Context(ctx, afterwards)
	defer cancel()
	if err := s.attempts.Release(ctx, subject, counted); err != nil {
		s.config.Log.WarnContext(ctx, "can't uncount an attempt to sign in", "error", err)
	}
}

// failed records a try that was wrong, tells the agent of a lock, and returns [ErrWrong],
// with what holds from now on, or else why that wasn't recorded. what is "password" or "code".
func (s *SignIn) failed(ctx context.Context, t try, what string) error {
	event := t.event(audit.SignInFailed)
	event.Detail = "wrong " + what
	err := s.note(ctx, event)
	if t.place.own == "" && s.config.Rule.Addresses.Locks(t.there.Strikes.Failures) {
		s.logBarred(ctx, t.place.from, "failures to sign in", t.there.Strikes)
	}
	strikes := t.name.Strikes
	if s.config.Rule.Names.Locks(strikes.Failures) {
		err = errors.Join(err, s.locked(ctx, t, strikes))
	}
	if err != nil {
		return err
	}
	if strikes.LockedAt(t.at) {
		return fmt.Errorf("%w: %w", ErrWrong, barred(strikes))
	}
	return ErrWrong
}

// logBarred tells the log, once for each time, that everybody at an address must wait. As a user name
// is locked for an hour at its tenth failure, failures at fifty were of five names at least: it may be
// a whole call center.
func (s *SignIn) logBarred(ctx context.Context, from, of string, strikes limit.Strikes) {
	s.config.Log.WarnContext(ctx, "sign-in is barred for all who come from one address, except in browsers where they have signed in before; "+
		"if it is the address of a proxy, list it in TRUSTED_PROXIES", "address", from, "because_of", of, "count", strikes.Failures, "until", strikes.LockedUntil)
}

// locked records a lock and tells the agent of it, recorded or not: the lock holds. Of a name that
// nobody has, nobody is told, which takes as long.
func (s *SignIn) locked(ctx context.Context, t try, strikes limit.Strikes) error {
	event := t.event(audit.SignInLocked)
	event.Detail = fmt.Sprintf("after %d failures in a row", strikes.Failures)
	if t.place.own != "" {
		event.Detail += ", in a browser where the agent has signed in"
	}
	err := s.note(ctx, event)
	message := agents.Message{
		Kind: agents.Locked, To: t.agent.Email, FullName: t.agent.FullName, Name: t.agent.Name,
	}
	if !strikes.Closed {
		message.On = strikes.LockedUntil
	}
	ctx, cancel := detached.Context(ctx, afterwards)
	defer cancel()
	if err := s.config.Mailer.Mail(ctx, message); err != nil {
		s.config.Log.ErrorContext(ctx, "can't tell an agent that sign-in is locked", "agent", string(t.agent.Name), "error", err)
	}
	return err
}

// event is what the audit is told of a try. What was typed for a user name that nobody has
// may be a password, and isn't told.
func (t try) event(action audit.Action) audit.Event {
	if t.agent.ID == "" {
		return audit.Event{Action: action, By: audit.ByUnknown, Via: audit.ViaConsole, From: t.place.from}
	}
	return about(action, t.agent, t.place.from)
}

// about is an event that an agent does to the own profile.
func about(action audit.Action, agent agents.Agent, from string) audit.Event {
	return audit.Event{
		Action: action, By: string(agent.Name), Via: audit.ViaConsole, From: from, Subject: "agent " + string(agent.Name),
	}
}

// note records what has happened already, also when who asked has gone away.
func (s *SignIn) note(ctx context.Context, event audit.Event) error {
	ctx, cancel := detached.Context(ctx, afterwards)
	defer cancel()
	return s.record(ctx, event)
}

func (s *SignIn) record(ctx context.Context, event audit.Event) error {
	if err := s.config.Audit.Record(ctx, event); err != nil {
		return fmt.Errorf("record %s: %w", event.Action, err)
	}
	return nil
}

// Rule is what bounds signing in, sessions and drafts. The zero Rule stands for
// [DefaultRule].
type Rule struct {
	Names     limit.Lock // failures of one user name, passwords and codes together
	Addresses limit.Lock // failures from one client address, whatever the user names
	Begins    limit.Lock // sign-ins begun from one client address
	Mails     limit.Lock // codes sent to one agent by e-mail
	Drafts    limit.Lock // drafts that one agent has kept
	Browsers  limit.Lock // new browsers in which one agent is remembered

	Password time.Duration // how long after Begin the password is taken
	Code     time.Duration // how long after the right password, or a new code, a code is taken
	Tries    int           // of one code by e-mail
	Resends  int           // codes by e-mail after the first one, in one sign-in

	Idle    time.Duration // a session ends this long after it was last used
	Longest time.Duration // and this long after it began, used or not
	Peek    time.Duration // how long after a session has run out it is still known whose it was
	Draft   time.Duration // how long a draft is kept
}

// forgetNames is not shorter than any six calendar months: by then a profile that nobody has
// signed in to is deactivated. So of one that is active, only a whole sign-in, a reactivation, or
// another secret key forgives failures and opens what is closed.
const forgetNames = 184 * 24 * time.Hour

// DefaultRule returns the rule of service. At most 100 failures in a row, with growing
// delays, are what NIST SP 800-63B allows (section 5.2.2). A code by e-mail could live for
// 24 hours there; who asked for one is waiting for it, so ten minutes do.
func DefaultRule() Rule {
	const quarter, day = 15 * time.Minute, 24 * time.Hour
	return Rule{
		Names: limit.Lock{
			Delays: []time.Duration{
				0, 0, 0, 5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, quarter,
			},
			LockAt: 10, LockFor: time.Hour, CloseAt: 100, ForgetIn: forgetNames,
		},
		Addresses: limit.Lock{LockAt: 50, LockFor: quarter, ForgetIn: quarter, Window: quarter},
		Begins:    limit.Lock{LockAt: 300, LockFor: quarter, ForgetIn: quarter, Window: quarter},
		Mails:     limit.Lock{LockAt: 12, LockFor: quarter, ForgetIn: time.Hour, Window: time.Hour},
		Drafts:    limit.Lock{LockAt: 30, LockFor: quarter, ForgetIn: quarter, Window: quarter},
		Browsers:  limit.Lock{LockAt: 20, LockFor: day, ForgetIn: day, Window: day},

		Password: 10 * time.Minute, Code: 10 * time.Minute, Tries: 5, Resends: 3,
		Idle: quarter, Longest: 12 * time.Hour, Peek: 12 * time.Hour, Draft: 30 * time.Minute,
	}
}

func (r Rule) valid() bool {
	for _, lock := range []limit.Lock{r.Names, r.Addresses, r.Begins, r.Mails, r.Drafts, r.Browsers} {
		if !lock.Valid() || lock.ForgetRow != 0 {
			return false
		}
	}
	for _, d := range []time.Duration{r.Password, r.Code, r.Idle, r.Longest, r.Peek, r.Draft} {
		if d <= 0 {
			return false
		}
	}
	return r.Tries > 0 && r.Resends >= 0
}
