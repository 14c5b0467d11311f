package pins

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/wrap"
)

// ErrNotValidated is said of a reset or an unlocking, when nobody has made sure lately who the
// customer is: not by this name, by this interface, for this line.
var ErrNotValidated = errors.New("customer of the line is not validated")

// ValidFor is for how long a validation allows resets.
const ValidFor = 15 * time.Minute

// ValidationMethod names the way in which it was made sure who a customer is: lower-case
// letters and hyphens. What everybody can find out of a customer, such as an account number
// or a ZIP code, is none (47 CFR 64.2010).
type ValidationMethod string

// The ways.
const (
	ByCall     ValidationMethod = "call"          // the customer read out a code that the line was told
	BySecret   ValidationMethod = "security-code" // or the answer to the security question
	ByPhotoID  ValidationMethod = "photo-id"      // shown in a store
	ByOperator ValidationMethod = "operator"      // who is at the command line answers for it
)

// Validation says that somebody has made sure who the customer of a line is. It counts for who
// did it, by the interface by which they did.
type Validation struct {
	By     string           // the person, or the key with its person, as in [Record]
	From   string           // the interface that was used, as in [Record]
	Method ValidationMethod // how
	At     time.Time
	Until  time.Time // from then on it counts no more
	Note   string    // what else is to be remembered, up to [MaxReason] characters
}

// Validations is what helping a customer needs of the place where lines are kept: nobody resets
// a PIN who hasn't made sure whose it is. A store asks that itself, at the moment of the reset,
// by the time of the record. It keeps a line's validations no longer than the line: of one that
// was added anew after it was removed there are none. What is damaged counts as none.
type Validations interface {
	// Validate remembers, until v.Until, that v.By by v.From has made sure who the customer of
	// the line is, and appends the record, in one step. It takes the place of an earlier
	// validation by the same, and lets those of others stand. ErrNoLine, and then nothing is
	// recorded.
	Validate(ctx context.Context, number nanp.Number, v Validation, record Record) error
	// Validation returns the validation of a line by somebody that counts at a time, or
	// ErrNotValidated; that too of a number that is no line.
	Validation(ctx context.Context, number nanp.Number, by, from string, at time.Time) (Validation, error)
	// Reset goes back to the temporary PIN, clears strikes on both sides, appends the
	// record and keeps the notice as due, as [Store] has it, in one step, if a validation by record.By
	// and record.From counts at record.At. An empty notice is none.
	// Otherwise it appends the record as [ResetRefused], changes nothing, and says
	// ErrNotValidated; or ErrNoLine for a number that is no line.
	Reset(ctx context.Context, number nanp.Number, record Record, notice []byte) error
	// Unlock clears strikes on both sides, as Reset does and on the same condition, but leaves
	// the PIN and the revision. What is refused is recorded in the same way.
	Unlock(ctx context.Context, number nanp.Number, record Record) error
}

// Validate remembers for [ValidFor] that note.By by note.From has made sure who the customer of
// the line is, and records that, with the note's reason if it has one. Errors: ErrNoLine, which
// is not recorded, and ErrNote.
func (p Provisioning) Validate(ctx context.Context, number nanp.Number, method ValidationMethod, note Note) (Validation, error) {
	if !note.Valid() {
		return Validation{}, ErrNote
	}
	record := p.record(CustomerValidated, note)
	record.Method = method
	v := Validation{
		By: note.By, From: note.From, Method: method,
		At: record.At, Until: record.At.Add(ValidFor), Note: note.Reason,
	}
	if err := p.Validations.Validate(ctx, number, v, record); err != nil {
		return Validation{}, fmt.Errorf("validate customer: %w", err)
	}
	return v, nil
}

// Validation returns the validation of a line's customer by somebody, by an interface, that
// counts now, or ErrNotValidated.
func (p Provisioning) Validation(ctx context.Context, number nanp.Number, by, from string) (_ Validation, err error) {
	defer wrap.Error(&err, "find validation")
	return p.Validations.Validation(ctx, number, by, from, p.now())
}

// Reset gives the line the temporary PIN again and clears failures and locks on both
// sides, if note.By by note.From has a validation of the line's customer that counts now: the
// store asks. Errors: ErrNoLine and ErrNotValidated, which are recorded too, and ErrNote.
func (p Provisioning) Reset(ctx context.Context, number nanp.Number, note Note) (err error) {
	if !note.Valid() || note.Reason == "" {
		return ErrNote
	}
	defer wrap.Error(&err, "reset PIN")
	record := p.record(Reset, note)
	notice := p.Notice.of(number, Reset, fmt.Sprintf("%s of %s at %d", Reset, number, record.At.UnixNano()))
	return p.Validations.Reset(ctx, number, record, notice)
}

// ResetByOperator is Reset by somebody who answers for having made sure who the customer is:
// it validates first, as [ByOperator]. Errors: those of Reset but for ErrNotValidated.
func (p Provisioning) ResetByOperator(ctx context.Context, number nanp.Number, note Note) error {
	if !note.Valid() || note.Reason == "" {
		return ErrNote
	}
	// Of a number that is no line, Reset records that it was refused.
	if _, err := p.Validate(ctx, number, ByOperator, note); err != nil && !errors.Is(err, ErrNoLine) {
		return fmt.Errorf("reset PIN: %w", err)
	}
	return p.Reset(ctx, number, note)
}

// Unlock clears failures and locks on both sides and leaves the PIN, on the condition of Reset.
// Errors: those of Reset.
func (p Provisioning) Unlock(ctx context.Context, number nanp.Number, note Note) (err error) {
	if !note.Valid() || note.Reason == "" {
		return ErrNote
	}
	defer wrap.Error(&err, "unlock line")
	return p.Validations.Unlock(ctx, number, p.record(PINUnlocked, note))
}

// ResetRefused records that a reset was refused before the line was asked; the note's reason
// says why. Errors: ErrNote.
func (p Provisioning) ResetRefused(ctx context.Context, number nanp.Number, note Note) (err error) {
	if !note.Valid() || note.Reason == "" {
		return ErrNote
	}
	defer wrap.Error(&err, "record refused reset")
	return p.Registry.Append(ctx, number, p.record(ResetRefused, note))
}
