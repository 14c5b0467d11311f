package repair

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/detached"
	"updatecenter/internal/ids"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
	"updatecenter/internal/wrap"
	"updatecenter/pins"
)

// ErrKey is said of a key that is longer than 200 bytes.
var ErrKey = errors.New("the key of a call is too long")

const maxKey = 200 // bytes

// Call has a line called and told a code, at once. The same key, for the same line by the same
// agent and interface, within a day, is the same call, whatever has become of it; what went
// wrong before the call was asked for goes on from there. Without a key each Call is another.
//
// Errors: [pins.ErrNoLine], [ErrKey], [ErrWho]; a [*LimitError] of calls, of look-ups, or of wrong
// codes for the line; those of [deliveries.Deliveries.RequestValidation], such as a [*deliveries.LimitError] and a
// [*deliveries.BlockedError].
func (d *Desk) Call(ctx context.Context, who Who, number nanp.Number, key string) (_ Validation, err error) {
	defer wrap.Error(&err, "call line")
	if !who.valid() {
		return Validation{}, ErrWho
	}
	if len(key) > maxKey {
		return Validation{}, ErrKey
	}
	id, err := newID(d.config.Random, who, number, key)
	if err != nil {
		return Validation{}, err
	}
	r, err := d.codes.load(ctx, id)
	switch {
	case err == nil && (r.Call != "" || r.status(d.now()) != Waiting):
		return d.view(ctx, r)
	case err != nil && !errors.Is(err, ErrNotFound):
		return Validation{}, err
	}
	return d.begin(ctx, who, number, id)
}

// begin has a line called for a validation, whether or not its code has been made.
func (d *Desk) begin(ctx context.Context, who Who, number nanp.Number, id ID) (Validation, error) {
	line, err := d.line(ctx, who, number)
	if err != nil {
		return Validation{}, err
	}
	if err := d.count(ctx, who, WrongCodes, number, ""); err != nil {
		return Validation{}, err
	}
	if err := d.count(ctx, who, Calls, number, string(id)); err != nil {
		return Validation{}, err
	}
	if err := d.record(ctx, who, audit.ValidationBegun, number, byCall(id)); err != nil {
		return Validation{}, err
	}
	r, err := d.create(ctx, who, number, id)
	if err != nil {
		return Validation{}, err
	}
	return d.ring(ctx, who, r, line)
}

// create keeps a new code, or returns what was kept under the ID.
func (d *Desk) create(ctx context.Context, who Who, number nanp.Number, id ID) (record, error) {
	code, err := secret.Digits(d.config.Random, codeDigits)
	if err != nil {
		return record{}, err
	}
	now := d.now()
	r := record{id: id, revision: 1, code: code, form: form{
		Line: number, Name: who.Name, Via: who.Via, Created: now, Until: now.Add(CodeFor),
	}}
	stored, err := r.seal(d.codes.Keys, d.config.Random)
	if err != nil {
		return record{}, err
	}
	if stored, err = d.codes.Store.Create(ctx, stored); err != nil {
		return record{}, fmt.Errorf("create validation: %w", err)
	}
	return open(d.codes.Keys, stored)
}

// ring asks for the call. Deliveries know the validation's ID as their key, so that one is asked
// for, however often this is run.
func (d *Desk) ring(ctx context.Context, who Who, r record, line pins.Line) (Validation, error) {
	call, err := d.config.Deliveries.RequestValidation(ctx, deliveries.ValidationParams{
		Line: line.Number, Language: line.Language, Ref: string(r.id), Key: string(r.id),
	})
	if err != nil {
		return Validation{}, errors.Join(err, d.failed(ctx, who, audit.ValidationFailed, r.Line, byCall(r.id)+", not called"))
	}
	r, err = d.change(ctx, r.id, func(r *record) bool {
		known := r.Call == call.ID
		r.Call = call.ID
		return !known
	})
	if err != nil {
		return Validation{}, err
	}
	return r.view(call, d.now()), nil
}

// byCall is a detail for the audit. The ID is no secret.
func byCall(id ID) string { return "by call, " + string(id) }

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
func (d *Desk) Code(ctx context.Context, who Who, id ID, code secret.Text) (_ Result, err error) {
	defer wrap.Error(&err, "judge code")
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
	entry, err := ids.New(d.config.Random, "")
	if err != nil {
		return Result{}, err
	}
	if err := d.count(ctx, who, WrongCodes, r.Line, entry); err != nil {
		return Result{}, err
	}
	if !code.Equal(r.code) {
		detail := fmt.Sprintf("%s, wrong code, tries left: %d", byCall(id), r.left())
		if err := d.failed(ctx, who, audit.ValidationFailed, r.Line, detail); err != nil {
			return Result{}, err
		}
		return Result{Outcome: Wrong, Left: r.left()}, nil
	}
	if err := d.codes.Store.Uncount(ctx, subject(WrongCodes, who, r.Line), entry); err != nil {
		d.config.Log.WarnContext(ctx, "a right code counts as a wrong one", "validation", id, "error", err)
	}
	return d.right(ctx, who, id, entry)
}

// ValidCode says whether a code is one that [Desk.Code] judges and counts, and not [ErrCode].
func ValidCode(code secret.Text) bool {
	_, ok := typed.Digits(code, codeDigits, codeDigits)
	return ok
}

// try counts one more try, and returns the status before it.
func (d *Desk) try(ctx context.Context, id ID) (r record, status Status, err error) {
	r, err = d.change(ctx, id, func(r *record) bool {
		status = r.status(d.now())
		r.Tries++
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
	if err := d.failed(ctx, who, audit.ValidationFailed, r.Line, detail); err != nil {
		return Result{}, err
	}
	return Result{Outcome: outcome}, nil
}

// right uses the code up, for an attempt, and validates the customer.
func (d *Desk) right(ctx context.Context, who Who, id ID, attempt string) (Result, error) {
	taken := false
	r, err := d.change(ctx, id, func(r *record) bool {
		taken = r.Right
		r.Right, r.Attempt = true, attempt
		return !taken
	})
	switch {
	case err != nil: // it may be used up all the same
		d.release(ctx, id, attempt)
		return Result{}, err
	case taken: // by the same code, at the same moment
		return d.tooLate(ctx, who, r, Succeeded)
	}
	if err := d.validate(ctx, who, r.Line, pins.ByCall, byCall(id), string(id)); err != nil {
		d.release(ctx, id, attempt)
		return Result{}, err
	}
	return Result{Outcome: Right}, nil
}

// release lets a right code be given again, with the try that it took, as nothing came of it. It
// leaves one alone that another attempt used up.
func (d *Desk) release(ctx context.Context, id ID, attempt string) {
	ctx, cancel := detached.Context(ctx, afterwards)
	defer cancel()
	_, err := d.change(ctx, id, func(r *record) bool {
		if !r.Right || r.Attempt != attempt {
			return false
		}
		r.Right, r.Attempt, r.Tries = false, "", max(0, r.Tries-1)
		return true
	})
	if err != nil {
		d.config.Log.WarnContext(ctx, "a right code is used up for nothing", "validation", id, "error", err)
	}
}

const codeDigits = 6

// Codes has the codes that lines are told: the one place that they can be had from. It is
// [deliveries.Codes].
type Codes struct {
	Store Store
	Keys  secret.Keyring   // those of the [Desk]
	Now   func() time.Time // nil: time.Now
}

var _ deliveries.Codes = Codes{}

// ValidationCode returns the code of a validation by its ID, while it waits for it. Errors:
// [deliveries.ErrNotFound] when it does not, or not any more; [storage.ErrUnreadable].
func (c Codes) ValidationCode(ctx context.Context, ref string) (secret.Text, error) {
	id, err := ParseID(ref)
	if err != nil {
		return secret.Text{}, deliveries.ErrNotFound
	}
	r, err := c.load(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return secret.Text{}, deliveries.ErrNotFound
	case err != nil:
		return secret.Text{}, err
	case r.status(c.now()) != Waiting:
		return secret.Text{}, deliveries.ErrNotFound
	}
	return r.code, nil
}

func (c Codes) load(ctx context.Context, id ID) (record, error) {
	stored, err := c.Store.Load(ctx, id)
	if err != nil {
		return record{}, fmt.Errorf("load validation: %w", err)
	}
	return open(c.Keys, stored)
}

// now is the time to the millisecond, as stores keep it.
func (c Codes) now() time.Time {
	clock := time.Now
	if c.Now != nil {
		clock = c.Now
	}
	return clock().UTC().Truncate(time.Millisecond)
}
