package signin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/agents"
	"updatecenter/audit"
)

// afterwards bounds the time for what must be done although whoever asked may be gone. It is more
// than a record in the audit takes at most.
const afterwards = audit.Within + time.Second

// detached is a context for it. Who hangs up in the right moment must not be able to try passwords
// that nobody hears of.
func detached(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), afterwards)
}

// try is a password or a code that was counted and is not judged yet.
type try struct {
	agent   agents.Agent // zero: nobody has the name
	subject string       // of the user name
	address string       // the subject of where it comes from
	from    string
	at      time.Time
	name    Admission
	there   Admission
}

// admit counts a try against its address and its user name, before it is judged. Errors: a
// [WaitError] or [ErrLocked], and then nothing stays counted.
func (s *SignIn) admit(ctx context.Context, agent agents.Agent, nobody, from string) (try, error) {
	t := try{agent: agent, subject: nobody, from: from, at: s.time()}
	var err error
	if agent.ID != "" {
		if t.subject, err = s.subjectOf(agent); err != nil {
			return try{}, err
		}
	}
	if t.address, err = s.addressSubject("address", from); err != nil {
		return try{}, err
	}
	if t.there, err = s.attempts.Count(ctx, t.address, t.at, s.rule.Addresses); err != nil {
		return try{}, fmt.Errorf("count attempt: %w", err)
	}
	if !t.there.Admitted {
		return try{}, &WaitError{Until: t.there.Strikes.Until}
	}
	if t.name, err = s.attempts.Count(ctx, t.subject, t.at, s.rule.Names); err != nil {
		return try{}, fmt.Errorf("count attempt: %w", err)
	}
	if !t.name.Admitted {
		s.release(ctx, t.address, t.there)
		return try{}, barred(t.name.Strikes)
	}
	return t, nil
}

// subjectOf is what failures of an agent are counted under. With every activation counting
// starts over: that is how an administrator opens what is locked. It is an HMAC because those of
// names that nobody has are: when the secret key changes, either both start over or the locks that
// outlast it tell which names exist.
func (s *SignIn) subjectOf(agent agents.Agent) (string, error) {
	return s.subject("agent", fmt.Sprintf("%s_%d", agent.ID, agent.Since.UnixMilli()))
}

// barred is what is said of strikes that bar an attempt.
func barred(strikes Strikes) error {
	if strikes.Closed {
		return ErrLocked
	}
	return &WaitError{Until: strikes.Until}
}

// takeBack uncounts a try that was right, or was never judged.
func (s *SignIn) takeBack(ctx context.Context, t try) {
	s.release(ctx, t.subject, t.name)
	s.release(ctx, t.address, t.there)
}

// release uncounts, also when who asked has gone away. What can't be uncounted stays: that
// errs on the safe side.
func (s *SignIn) release(ctx context.Context, subject string, admission Admission) {
	ctx, cancel := detached(ctx)
	defer cancel()
	if err := s.attempts.Release(ctx, subject, admission); err != nil {
		s.log.WarnContext(ctx, "can't uncount an attempt to sign in", "error", err)
	}
}

// failed records a try that was wrong, tells the agent of a lock, and returns [ErrWrong],
// with what holds from now on, or else why that wasn't recorded. what is "password" or "code".
func (s *SignIn) failed(ctx context.Context, t try, what string) error {
	event := t.event(audit.SignInFailed)
	event.Detail = "wrong " + what
	err := s.note(ctx, event)
	strikes := t.name.Strikes
	if s.rule.Names.Locks(strikes.Failures) {
		err = errors.Join(err, s.locked(ctx, t, strikes))
	}
	if err != nil {
		return err
	}
	if strikes.BarredAt(t.at) {
		return fmt.Errorf("%w: %w", ErrWrong, barred(strikes))
	}
	return ErrWrong
}

// locked records a lock and tells the agent of it, if there is one (still), recorded or not: the
// lock holds.
func (s *SignIn) locked(ctx context.Context, t try, strikes Strikes) error {
	event := t.event(audit.SignInLocked)
	event.Detail = fmt.Sprintf("after %d failures in a row", strikes.Failures)
	err := s.note(ctx, event)
	if t.agent.Email == "" {
		return err
	}
	message := agents.Message{
		Kind: agents.Locked, To: t.agent.Email, FullName: t.agent.FullName, Name: t.agent.Name,
	}
	if !strikes.Closed {
		message.On = strikes.Until
	}
	ctx, cancel := detached(ctx)
	defer cancel()
	if err := s.mailer.Mail(ctx, message); err != nil {
		s.log.ErrorContext(ctx, "can't tell an agent that sign-in is locked", "agent", string(t.agent.Name), "error", err)
	}
	return err
}

// event is what the audit is told of a try. What was typed for a user name that nobody has
// may be a password, and isn't told.
func (t try) event(action audit.Action) audit.Event {
	if t.agent.ID == "" {
		return audit.Event{Action: action, By: audit.ByUnknown, Via: audit.ViaConsole, From: t.from}
	}
	return about(action, t.agent, t.from)
}

// about is an event that an agent does to the own profile.
func about(action audit.Action, agent agents.Agent, from string) audit.Event {
	return audit.Event{
		Action: action, By: string(agent.Name), Via: audit.ViaConsole, From: from, Subject: "agent " + string(agent.Name),
	}
}

// note records what has happened already, also when who asked has gone away.
func (s *SignIn) note(ctx context.Context, event audit.Event) error {
	ctx, cancel := detached(ctx)
	defer cancel()
	return s.record(ctx, event)
}

func (s *SignIn) record(ctx context.Context, event audit.Event) error {
	if err := s.audit.Record(ctx, event); err != nil {
		return fmt.Errorf("record %s: %w", event.Action, err)
	}
	return nil
}
