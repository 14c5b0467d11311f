package mailboxes

import (
	"cmp"
	"context"
	"errors"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/ids"
	"updatecenter/internal/nanp"
	"updatecenter/internal/proofs"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/wrap"
	"updatecenter/pins"
)

// Outcome is what comes of a reset. Those of [Mailboxes.ResetOfAccount] are also the outcomes of [proofs], but for Right.
type Outcome = proofs.Outcome

// The outcomes. With all but Done nothing was changed.
const (
	Done      Outcome = "done"
	None      Outcome = "none"      // the line has no mailbox, or no such e-mail address
	TooMany   Outcome = "too many"  // it was reset as often as it may be in a day
	Overtaken Outcome = "overtaken" // what the caller had proved to know was changed since
	Busy      Outcome = "busy"      // the operator's platform has not taken over many earlier changes: later
)

// Result is what came of a reset.
type Result struct {
	Outcome     Outcome
	Mailbox     Mailbox     // with Done, of a voice mailbox
	Email       Email       // with Done, of an e-mail address
	Password    secret.Text // with Done: the temporary one, to be told at once
	LockedUntil time.Time   // with proofs.LockedForNow
}

// Request is a caller's wish, who has proved to know the line's PIN.
type Request struct {
	Line   nanp.Number
	Proved int64     // the revision of the PIN that was proved
	Turn   pins.Turn // the same turn again changes nothing more
	Side   pins.Side // of a call
	From   string    // who called
}

// errUnproved refuses a Request that says nothing of a PIN.
var errUnproved = errors.New("no PIN was proved")

// Reset gives the mailbox of a line another password, which is temporary, and tells the customer by a notice. Outcomes: Done,
// None, TooMany, Overtaken, Busy.
func (m *Mailboxes) Reset(ctx context.Context, r Request) (_ Result, err error) {
	defer wrap.Error(&err, "reset password of a mailbox")
	if r.Proved < 1 {
		return Result{}, errUnproved
	}
	return m.reset(ctx, wish{
		line: r.Line, name: r.Turn.Name(), proved: r.Proved, notify: true,
		record: pins.Record{By: pins.ByCaller, Side: r.Side, From: r.From, Call: r.Turn.Call, Changes: []string{"proved by PIN"}},
	})
}

// Proof is what a caller keys to prove that an account is theirs.
type Proof struct {
	Account accounts.Number
	Code    secret.Text // the account's security code
	From    string      // who calls, and is counted; empty: withheld
	Vouched bool        // the network vouches for From
	Side    pins.Side   // of the call
	Turn    pins.Turn   // the same turn again is one attempt, and one reset
}

// ResetOfAccount is Reset for who knows the security code of an account, of the mailbox of its primary telephone. Further
// outcomes: those of [proofs.OfAccount] but for Right.
func (m *Mailboxes) ResetOfAccount(ctx context.Context, proof Proof) (_ Result, err error) {
	defer wrap.Error(&err, "reset password of an account's mailbox")
	attempt := pins.Attempt{Side: proof.Side, From: proof.From, Vouched: proof.Vouched, Turn: proof.Turn, At: m.now()}
	claim := accounts.Claim{Code: proof.Code}
	proved, err := proofs.OfAccount(ctx, m.config.Accounts, m.config.Callers, proof.Account, claim, attempt)
	if err != nil || proved.Outcome != proofs.Right {
		return Result{Outcome: proved.Outcome, LockedUntil: proved.LockedUntil}, err
	}
	account, err := m.config.Accounts.Get(ctx, proof.Account)
	switch {
	case errors.Is(err, accounts.ErrNoAccount):
		return Result{Outcome: proofs.Wrong}, nil // it has another number by now
	case err != nil:
		return Result{}, err
	}
	return m.reset(ctx, wish{
		line: account.Phone, name: proof.Turn.Name(), notify: true,
		record: pins.Record{
			By: pins.ByCaller, Side: proof.Side, From: proof.From, Call: proof.Turn.Call,
			Changes: []string{"proved by security code"},
		},
	})
}

// ResetByCall gives the voice mailbox of a line, or else its e-mail address of an ID, a temporary password, for who has answered
// our call to the line and asked for it. That tells the customer: there is no notice. That the caller knows the answers of an
// address is for [Mailboxes.ProveEmail] to say before the call is asked for. The same name again, of the delivery, is one
// reset. Outcomes: Done, None, TooMany, Busy.
func (m *Mailboxes) ResetByCall(ctx context.Context, line nanp.Number, of EmailID, name, callSID string) (_ Result, err error) {
	defer wrap.Error(&err, "reset a password by a call")
	return m.reset(ctx, wish{
		line: line, of: of, name: name,
		record: pins.Record{By: pins.ByCaller, Side: pins.FromLine, From: string(line), Call: callSID, Changes: []string{"proved by callback"}},
	})
}

// Has says whether a line has the e-mail address of an ID; of none, whether it has a voice mailbox. Errors:
// storage.ErrUnreadable.
func (m *Mailboxes) Has(ctx context.Context, number nanp.Number, of EmailID) (bool, error) {
	line, err := m.load(ctx, number)
	if err != nil {
		return false, err
	}
	_, missing := line.subject(of)
	return missing == nil, nil
}

// Made returns a reset of a voice mailbox, or of an e-mail address, that was made before under a name, and None if there is none, or
// none any more. Errors: storage.ErrUnreadable.
func (m *Mailboxes) Made(ctx context.Context, line nanp.Number, email EmailID, name string) (_ Result, err error) {
	defer wrap.Error(&err, "find a reset")
	record, err := m.load(ctx, line)
	if err != nil {
		return Result{}, err
	}
	subject, err := record.subject(email)
	if err != nil {
		return Result{Outcome: None}, nil //nolint:nilerr // it has none
	}
	return subject.made(record, name, m.now()), nil
}

// wish is a reset that may be made.
type wish struct {
	line   nanp.Number
	of     EmailID // empty: the voice mailbox
	name   string  // by which it is known again; empty: by nothing
	proved int64   // the revision that the line's PIN must still have; 0: any
	notify bool
	record pins.Record
}

func (m *Mailboxes) reset(ctx context.Context, w wish) (Result, error) {
	id, err := m.newEventID()
	if err != nil {
		return Result{}, err
	}
	digits := m.config.Digits
	if w.of != "" {
		digits = emailDigits
	}
	password, err := m.draw(w.line, digits)
	if err != nil {
		return Result{}, err
	}
	w.name = cmp.Or(w.name, id)
	result, err := storage.Retry(ctx, func() (Result, error) { return m.resetOnce(ctx, w, id, password) })
	switch {
	case errors.Is(err, ErrNoMailbox), errors.Is(err, ErrNoEmail):
		return Result{Outcome: None}, nil
	case errors.Is(err, ErrOvertaken):
		return Result{Outcome: Overtaken}, nil
	case errors.Is(err, ErrBacklog):
		return Result{Outcome: Busy}, nil
	}
	return result, err
}

func (m *Mailboxes) resetOnce(ctx context.Context, w wish, id string, password secret.Text) (Result, error) {
	line, err := m.load(ctx, w.line)
	if err != nil {
		return Result{}, err
	}
	subject, err := line.subject(w.of)
	if err != nil {
		return Result{}, err
	}
	now := m.now()
	if made := subject.made(line, w.name, now); made.Outcome == Done {
		return made, nil
	}
	line.forget(DefaultLimit().Within, now)
	if line.resets(w.of) >= DefaultLimit().Most {
		return Result{Outcome: TooMany}, nil
	}
	line.Resets = append(line.Resets, reset{w.of, w.name, now, password.Reveal()})
	event := subject.reset(now)
	change := Change{Proved: w.proved, Record: w.record}
	change.Record.At, change.Record.Event = now, pins.MailboxPasswordReset
	if w.of != "" {
		change.Record.Event = pins.EmailPasswordReset
		change.Record.Changes = append(changed(w.of), w.record.Changes...)
	}
	if w.notify {
		change.Notice = m.config.Notice(w.line, id)
	}
	event.ID, event.At, event.Number, event.By, event.Password = id, now, w.line, w.record.By, password
	if change.Event, err = m.sealEvent(event); err != nil {
		return Result{}, err
	}
	return subject.result(password), m.commit(ctx, line, change)
}

// subject is what has a password: a voice mailbox, or an e-mail address.
type subject struct {
	mailbox *Mailbox
	email   *email
}

// subject finds what is to be reset. Errors: [ErrNoMailbox], [ErrNoEmail].
func (r *record) subject(of EmailID) (subject, error) {
	switch email := r.email(of); {
	case of == "" && r.Mailbox == nil:
		return subject{}, ErrNoMailbox
	case of == "":
		return subject{mailbox: r.Mailbox}, nil
	case email == nil:
		return subject{}, ErrNoEmail
	default:
		return subject{email: email}, nil
	}
}

// reset notes a reset, and returns what of its event the subject says.
func (s subject) reset(now time.Time) Event {
	if s.email != nil {
		s.email.Revision, s.email.Reset = next(s.email.Revision, now), now
		return Event{Type: EmailReset, EventData: EventData{Revision: s.email.Revision}, Address: s.email.Address}
	}
	s.mailbox.Revision, s.mailbox.Reset = next(s.mailbox.Revision, now), now
	return Event{Type: PasswordReset, EventData: EventData{Revision: s.mailbox.Revision}}
}

// made is a reset that was made before under a name; None: there is none.
func (s subject) made(line *record, name string, now time.Time) Result {
	of := EmailID("")
	if s.email != nil {
		of = s.email.ID
	}
	if password, known := line.password(of, name, now); known {
		return s.result(password)
	}
	return Result{Outcome: None}
}

func (s subject) result(password secret.Text) Result {
	if s.email != nil {
		return Result{Outcome: Done, Email: s.email.Email, Password: password}
	}
	return Result{Outcome: Done, Mailbox: *s.mailbox, Password: password}
}

// mostDraws bounds how often a password is drawn. One in ten thousand is drawn again.
const mostDraws = 100

// errRandom is said of randomness that draws weak passwords alone.
var errRandom = errors.New("no password could be drawn that nobody would guess")

// draw draws a temporary password of so many digits, none that would be among the first to be tried on the line.
func (m *Mailboxes) draw(line nanp.Number, digits int) (secret.Text, error) {
	for range mostDraws {
		password, err := secret.Digits(m.config.Random, digits)
		if err != nil || pins.Guess(password, line) == pins.Acceptable {
			return password, err
		}
	}
	return secret.Text{}, errRandom
}

// newEventID draws "evt_" and 32 hexadecimal digits.
func (m *Mailboxes) newEventID() (string, error) {
	drawn, err := ids.Hex(m.config.Random, 16)
	return "evt_" + drawn, err
}
