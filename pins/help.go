package pins

import (
	"context"
	"errors"
	"fmt"

	"updatecenter/internal/nanp"
)

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
func (p Provisioning) Validation(ctx context.Context, number nanp.Number, by, from string) (Validation, error) {
	v, err := p.Validations.Validation(ctx, number, by, from, p.now())
	if err != nil {
		return Validation{}, fmt.Errorf("find validation: %w", err)
	}
	return v, nil
}

// Reset gives the line the temporary PIN again and clears failures and locks on both
// sides, if note.By by note.From has a validation of the line's customer that counts now: the
// store asks. Errors: ErrNoLine and ErrNotValidated, which are recorded too, and ErrNote.
func (p Provisioning) Reset(ctx context.Context, number nanp.Number, note Note) error {
	if !note.Valid() || note.Reason == "" {
		return ErrNote
	}
	record := p.record(Reset, note)
	notice := p.Notice.of(number, Reset, fmt.Sprintf("%s of %s at %d", Reset, number, record.At.UnixNano()))
	if err := p.Validations.Reset(ctx, number, record, notice); err != nil {
		return fmt.Errorf("reset PIN: %w", err)
	}
	return nil
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
func (p Provisioning) Unlock(ctx context.Context, number nanp.Number, note Note) error {
	if !note.Valid() || note.Reason == "" {
		return ErrNote
	}
	if err := p.Validations.Unlock(ctx, number, p.record(PINUnlocked, note)); err != nil {
		return fmt.Errorf("unlock line: %w", err)
	}
	return nil
}

// ResetRefused records that a reset was refused before the line was asked; the note's reason
// says why. Errors: ErrNote.
func (p Provisioning) ResetRefused(ctx context.Context, number nanp.Number, note Note) error {
	if !note.Valid() || note.Reason == "" {
		return ErrNote
	}
	if err := p.Registry.Append(ctx, number, p.record(ResetRefused, note)); err != nil {
		return fmt.Errorf("record refused reset: %w", err)
	}
	return nil
}
