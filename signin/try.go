package signin

import (
	"context"
	"fmt"
	"time"

	"updatecenter/agents"
	"updatecenter/audit"
)

// afterwards is how long putting a count right may take, when whoever asked may be gone.
const afterwards = 2 * time.Second

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
	if agent.ID != "" {
		t.subject = subjectOf(agent)
	}
	var err error
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
// starts over: that is how an administrator opens what is locked.
func subjectOf(agent agents.Agent) string {
	return fmt.Sprintf("%s_%d", agent.ID, agent.Since.UnixMilli())
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
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), afterwards)
	defer cancel()
	if err := s.attempts.Release(ctx, subject, admission); err != nil {
		s.log.WarnContext(ctx, "can't uncount an attempt to sign in", "error", err)
	}
}

// failed records a try that was wrong, tells the agent of a lock, and returns [ErrWrong],
// with what holds from now on. what is "password" or "code".
func (s *SignIn) failed(ctx context.Context, t try, what string) error {
	event := t.event(audit.SignInFailed)
	event.Detail = "wrong " + what
	if err := s.record(ctx, event); err != nil {
		return err
	}
	strikes := t.name.Strikes
	if s.rule.Names.Locks(strikes.Failures) {
		if err := s.locked(ctx, t, strikes); err != nil {
			return err
		}
	}
	if strikes.BarredAt(t.at) {
		return fmt.Errorf("%w: %w", ErrWrong, barred(strikes))
	}
	return ErrWrong
}

// locked records a lock and tells the agent of it, if there is one (still).
func (s *SignIn) locked(ctx context.Context, t try, strikes Strikes) error {
	event := t.event(audit.SignInLocked)
	event.Detail = fmt.Sprintf("after %d failures in a row", strikes.Failures)
	if err := s.record(ctx, event); err != nil || t.agent.Email == "" {
		return err
	}
	message := agents.Message{
		Kind: agents.Locked, To: t.agent.Email, FullName: t.agent.FullName, Name: t.agent.Name,
	}
	if !strikes.Closed {
		message.On = strikes.Until
	}
	if err := s.mailer.Mail(ctx, message); err != nil {
		s.log.ErrorContext(ctx, "can't tell an agent that sign-in is locked", "agent", string(t.agent.Name), "error", err)
	}
	return nil
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

func (s *SignIn) record(ctx context.Context, event audit.Event) error {
	if err := s.audit.Record(ctx, event); err != nil {
		return fmt.Errorf("record %s: %w", event.Action, err)
	}
	return nil
}
