package repair

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// Bounds of a code (NIST SP 800-63B, section 5.1.3.2).
const (
	Tries   = 3                // at one code
	CodeFor = 10 * time.Minute // is how long a code counts
)

// Status is how far a validation by a call is.
type Status string

// The statuses. All but the first are final, but for one: a call can be declined after its code
// was right.
const (
	Waiting   Status = "waiting" // for the code
	Succeeded Status = "right"   // the right code was given
	Failed    Status = "failed"  // all tries were wrong, or the person who was called did not ask for the call
	TooLate   Status = "expired" // ten minutes have passed
)

// Validation is a validation by a call, as it stands. It does not hold the code.
type Validation struct {
	ID      ID
	Line    nanp.Number
	Created time.Time
	Until   time.Time // the code counts until then
	Left    int       // tries
	Status  Status
	Call    deliveries.Delivery // zero: the call was not asked for, or is forgotten
}

// Validation returns a validation that the same agent has begun by the same interface. It is
// neither counted nor recorded: a page asks for it again and again. Errors: [ErrWho],
// [ErrNotFound] of another's too, [pins.ErrUnreadable].
func (d *Desk) Validation(ctx context.Context, who Who, id ID) (Validation, error) {
	r, err := d.mine(ctx, who, id)
	if err != nil {
		return Validation{}, fmt.Errorf("find validation: %w", err)
	}
	return d.view(ctx, r)
}

// mine loads a record that is of who.
func (d *Desk) mine(ctx context.Context, who Who, id ID) (record, error) {
	if !who.valid() {
		return record{}, ErrWho
	}
	if !id.valid() {
		return record{}, ErrNotFound
	}
	r, err := d.codes.load(ctx, id)
	if err == nil && !r.of(who) {
		err = ErrNotFound
	}
	if err != nil {
		return record{}, err
	}
	return r, nil
}

// view shows a record with its call.
func (d *Desk) view(ctx context.Context, r record) (Validation, error) {
	var call deliveries.Delivery
	if r.call != "" {
		var err error
		call, err = d.deliveries.Get(ctx, r.call)
		if err != nil && !errors.Is(err, deliveries.ErrNotFound) {
			return Validation{}, err
		}
	}
	return r.view(call, d.now()), nil
}

func (r record) view(call deliveries.Delivery, at time.Time) Validation {
	v := Validation{
		ID: r.id, Line: r.line, Created: r.created, Until: r.until,
		Left: r.left(), Status: r.status(at), Call: call,
	}
	if v.Status != TooLate && v.declined() {
		v.Status, v.Left = Failed, 0
	}
	return v
}

// declined says whether the person who was called said, before or after the code, that they had
// not asked for it: whoever has the code from them now is not somebody whom they called.
func (v Validation) declined() bool { return v.Call.Status == deliveries.Declined }

// errDeclined is said of a validation by a call that was declined after its code was right.
var errDeclined = fmt.Errorf("%w: the call was declined", pins.ErrNotValidated)

// standing returns the validation by who that counts now. One by a call has its ID in the note,
// and counts as long as that is known and nobody has declined the call; without a note it is of a
// server that didn't ask, and counts. The error is [pins.ErrNotValidated], or of a store.
func (d *Desk) standing(ctx context.Context, who Who, number nanp.Number) (pins.Validation, error) {
	v, err := d.provisioning.Validation(ctx, number, who.Name, who.Via)
	if err != nil || v.Method != pins.ByCall || v.Note == "" {
		return v, err
	}
	shown, err := d.Validation(ctx, who, ID(v.Note))
	switch {
	case errors.Is(err, ErrNotFound):
		return pins.Validation{}, pins.ErrNotValidated
	case err != nil:
		return pins.Validation{}, err
	case shown.declined():
		return pins.Validation{}, errDeclined
	}
	return v, nil
}
