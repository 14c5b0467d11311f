package repair

import (
	"context"
	"errors"
	"fmt"

	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
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
func (d *Desk) Call(ctx context.Context, who Who, number nanp.Number, key string) (Validation, error) {
	validation, err := d.call(ctx, who, number, key)
	if err != nil {
		return Validation{}, fmt.Errorf("call line: %w", err)
	}
	return validation, nil
}

func (d *Desk) call(ctx context.Context, who Who, number nanp.Number, key string) (Validation, error) {
	if !who.valid() {
		return Validation{}, ErrWho
	}
	if len(key) > maxKey {
		return Validation{}, ErrKey
	}
	id, err := newID(d.random, who, number, key)
	if err != nil {
		return Validation{}, err
	}
	r, err := d.codes.load(ctx, id)
	switch {
	case err == nil && (r.call != "" || r.status(d.now()) != Waiting):
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
	code, err := secret.Digits(d.random, codeDigits)
	if err != nil {
		return record{}, err
	}
	now := d.now()
	r := record{
		id: id, revision: 1, line: number, name: who.Name, via: who.Via,
		created: now, until: now.Add(CodeFor), code: code,
	}
	stored, err := r.seal(d.codes.Keys, d.random)
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
	call, err := d.deliveries.RequestValidation(ctx, deliveries.ValidationAsk{
		Line: line.Number, Language: line.Language, Ref: string(r.id), Key: string(r.id),
	})
	if err != nil {
		return Validation{}, errors.Join(err, d.failed(ctx, who, audit.ValidationFailed, r.line, byCall(r.id)+", not called"))
	}
	r, err = d.change(ctx, r.id, func(r *record) bool {
		known := r.call == call.ID
		r.call = call.ID
		return !known
	})
	if err != nil {
		return Validation{}, err
	}
	return r.view(call, d.now()), nil
}

// byCall is a detail for the audit. The ID is no secret.
func byCall(id ID) string { return "by call, " + string(id) }
