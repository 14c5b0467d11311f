package deliveries

import (
	"context"
	"fmt"
)

// Cancel ends a delivery that is under way: one that waits is not made, and a call is hung up.
// A call that is being begun at this moment may still ring, and then tells nothing. Errors:
// [ErrNotFound]; [ErrFinal] if it has ended, if the call tells what it has to by now, or if the letter or
// e-mail is being made.
func (d *Deliveries) Cancel(ctx context.Context, id ID) (Delivery, error) {
	canceled := false
	delivery, err := d.change(ctx, id, func(delivery *Delivery) bool {
		canceled = !delivery.Status.Final() && !delivery.telling() && (delivery.Method == Voice || delivery.Began.IsZero())
		if canceled {
			delivery.to(Canceled, d.now(), "")
		}
		return canceled
	})
	switch {
	case err != nil:
		return Delivery{}, fmt.Errorf("cancel delivery: %w", err)
	case !canceled:
		return delivery, fmt.Errorf("cancel delivery: %w", ErrFinal)
	}
	d.hangUp(ctx, delivery)
	return delivery, nil
}

// hangUp ends the call of a delivery that was canceled. A failure is no error: the call tells
// nothing any more.
func (d *Deliveries) hangUp(ctx context.Context, delivery Delivery) {
	if delivery.CallSID == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	if err := d.dialer.HangUp(ctx, delivery.CallSID); err != nil {
		d.log.WarnContext(ctx, "call of a canceled delivery not hung up", "delivery", delivery.ID, "error", err)
	}
}
