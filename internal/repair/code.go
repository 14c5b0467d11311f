package repair

import (
	"context"
	"errors"
	"fmt"

	"updatecenter/internal/audit"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
	"updatecenter/pins"
)

// ErrCode is said of what can't be a code: six digits, as typed.Digits reads them. It is not
// counted as a try.
var ErrCode = errors.New("a code has six digits")

// Outcome is what a code turned out to be.
type Outcome string

// The outcomes.
const (
	Right   Outcome = "right"
	Wrong   Outcome = "wrong"
	UsedUp  Outcome = "used up" // it was right before, all tries were wrong, or the call was declined: the code was not looked at
	Expired Outcome = "expired" // it came too late, and was not looked at
)

// Result is the answer to a code.
type Result struct {
	Outcome Outcome
	Left    int // tries, if it was wrong
}

// Code judges the code that the customer has read out. The right one validates the customer, for
// who and for this line, until [pins.ValidFor] from now, once. A try is counted before the code
// is looked at, and each that is wrong also against the line; see [WrongCodes].
//
// Errors: [ErrCode], [ErrWho]; [ErrNotFound], also of what another agent has begun; a [*LimitError]
// when the line takes no more codes; [pins.ErrNoLine] when the line was removed; those of the
// stores and the audit: a right code can then be given again, if a try is left and the store can
// be told within five seconds.
func (d *Desk) Code(ctx context.Context, who Who, id ID, code secret.Text) (Result, error) {
	result, err := d.code(ctx, who, id, code)
	if err != nil {
		return Result{}, fmt.Errorf("judge code: %w", err)
	}
	return result, nil
}

// ValidCode says whether a code is one that [Desk.Code] judges and counts, and not [ErrCode].
func ValidCode(code secret.Text) bool {
	_, ok := typed.Digits(code, codeDigits, codeDigits)
	return ok
}

func (d *Desk) code(ctx context.Context, who Who, id ID, code secret.Text) (Result, error) {
	code, ok := typed.Digits(code, codeDigits, codeDigits)
	if !ok {
		return Result{}, ErrCode
	}
	r, err := d.mine(ctx, who, id)
	if err != nil {
		return Result{}, err
	}
	shown, err := d.view(ctx, r)
	if err != nil {
		return Result{}, err
	}
	if shown.declined() {
		return d.tooLate(ctx, who, r, Failed)
	}
	r, status, err := d.try(ctx, id)
	switch {
	case err != nil:
		return Result{}, err
	case status != Waiting:
		return d.tooLate(ctx, who, r, status)
	}
	entry, err := identity(d.random)
	if err != nil {
		return Result{}, err
	}
	if err := d.count(ctx, who, WrongCodes, r.line, entry); err != nil {
		return Result{}, err
	}
	if !code.Equal(r.code) {
		detail := fmt.Sprintf("%s, wrong code, tries left: %d", byCall(id), r.left())
		return Result{Outcome: Wrong, Left: r.left()}, d.failed(ctx, who, audit.ValidationFailed, r.line, detail)
	}
	if err := d.codes.Store.Uncount(ctx, subject(WrongCodes, who, r.line), entry); err != nil {
		d.log.WarnContext(ctx, "a right code counts as a wrong one", "validation", id, "error", err)
	}
	return d.right(ctx, who, id, entry)
}

// try counts one more try, and returns the status before it.
func (d *Desk) try(ctx context.Context, id ID) (r record, status Status, err error) {
	r, err = d.change(ctx, id, func(r *record) bool {
		status = r.status(d.now())
		r.tries++
		return status == Waiting
	})
	return r, status, err
}

// tooLate records that a code was not looked at.
func (d *Desk) tooLate(ctx context.Context, who Who, r record, status Status) (Result, error) {
	outcome := UsedUp
	if status == TooLate {
		outcome = Expired
	}
	detail := fmt.Sprintf("%s, code is %s", byCall(r.id), outcome)
	if err := d.failed(ctx, who, audit.ValidationFailed, r.line, detail); err != nil {
		return Result{}, err
	}
	return Result{Outcome: outcome}, nil
}

// right uses the code up, for an attempt, and validates the customer.
func (d *Desk) right(ctx context.Context, who Who, id ID, attempt string) (Result, error) {
	taken := false
	r, err := d.change(ctx, id, func(r *record) bool {
		taken = r.right
		r.right, r.attempt = true, attempt
		return !taken
	})
	switch {
	case err != nil: // it may be used up all the same
		d.release(ctx, id, attempt)
		return Result{}, err
	case taken: // by the same code, at the same moment
		return d.tooLate(ctx, who, r, Succeeded)
	}
	if err := d.validate(ctx, who, r.line, pins.ByCall, byCall(id), string(id)); err != nil {
		d.release(ctx, id, attempt)
		return Result{}, err
	}
	return Result{Outcome: Right}, nil
}

// release lets a right code be given again, with the try that it took, as nothing came of it. It
// leaves one alone that another attempt used up.
func (d *Desk) release(ctx context.Context, id ID, attempt string) {
	ctx, cancel := begun(ctx)
	defer cancel()
	_, err := d.change(ctx, id, func(r *record) bool {
		if !r.right || r.attempt != attempt {
			return false
		}
		r.right, r.attempt, r.tries = false, "", max(0, r.tries-1)
		return true
	})
	if err != nil {
		d.log.WarnContext(ctx, "a right code is used up for nothing", "validation", id, "error", err)
	}
}
