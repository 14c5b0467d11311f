package deliveries

import (
	"context"
	"errors"
	"slices"

	"updatecenter/internal/nanp"
)

// mostMerged bounds how many notices one call tells.
const mostMerged = 50

// merge has a notice told in the call of another one that has not told anything yet, to the same
// telephone, and says whether there is one, that can be read. That call is noted before. A notice of a line and one of
// an account that come at the same moment may get a call each.
func (d *Deliveries) merge(ctx context.Context, notice Notice, to nanp.Number, note func(in ID) error) (bool, error) {
	waiting, err := d.phones.Waiting(ctx, to, "")
	if err != nil || waiting == "" {
		return false, err
	}
	other, err := d.read(ctx, waiting)
	switch {
	case errors.Is(err, ErrNotFound):
		return false, nil
	case errors.Is(err, ErrUnreadable):
		d.log.ErrorContext(ctx, "a notice gets a call of its own, as one that waits can't be read", "delivery", waiting, "cause", err)
		return false, nil
	case err != nil:
		return false, err
	case other.tells(notice):
		return true, d.storeAgain(ctx, waiting)
	case !other.joins(notice, to):
		return false, nil
	}
	if err := note(waiting); err != nil {
		return false, err
	}
	merged := false
	_, err = d.change(ctx, waiting, func(delivery *Delivery) bool {
		if merged = delivery.tells(notice); merged {
			return false
		}
		if merged = delivery.joins(notice, to); !merged {
			return false
		}
		delivery.Merged = append(slices.Clip(delivery.Merged), Merged{notice.About, notice.Account, notice.Key})
		reason, code := delivery.Cause()
		delivery.because(delivery.Status, d.now(), cause{"tells another change as well: " + string(notice.About), reason, code})
		return true
	})
	return merged && err == nil, err
}

// tells says whether a notice of the same change was merged before.
func (d *Delivery) tells(notice Notice) bool {
	return notice.Key != "" && slices.ContainsFunc(d.Merged, func(m Merged) bool { return m.Key == notice.Key })
}

// storeAgain stores a delivery as it is: whoever merged a notice into it may have died, or been in doubt
// about that, and this tells the context whether it lasts.
func (d *Deliveries) storeAgain(ctx context.Context, id ID) error {
	_, err := d.change(ctx, id, func(*Delivery) bool { return true })
	return err
}

// joins says whether a notice can be told in the call of another: not once that has begun to tell, and
// a reset not in one that has to wait for others, or has used attempts up.
func (d *Delivery) joins(notice Notice, to nanp.Number) bool {
	reason, _ := d.Cause()
	tooLate := notice.About == PINReset && (reason == CalledTooOften || d.Attempt > 1)
	return d.Method == Voice && d.To == to && d.About.notice() && !d.Status.Final() && !d.Opened &&
		!tooLate && len(d.Merged) < mostMerged
}
