package repair

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/secret"
)

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
// [deliveries.ErrNotFound] when it does not, or not any more; [pins.ErrUnreadable].
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
	if c.Now == nil {
		return time.Now().UTC().Truncate(time.Millisecond)
	}
	return c.Now().UTC().Truncate(time.Millisecond)
}
