package deliveries

import (
	"context"
	"errors"
	"fmt"

	"updatecenter/accounts"
	"updatecenter/internal/nanp"
)

// Untold is a notice of a change that reaches nobody.
type Untold struct {
	Delivery ID // empty: none could be made
	About    About
	Account  accounts.ID // empty: it is about the line alone
	Line     nanp.Number // that was to be called; empty: none was
	Reason   Reason
}

// Why a notice ends untold, where Twilio, the number and its calls are not the reason.
const (
	GaveUp         Reason = "gave_up"          // busy or no answer four times, or its time was over
	CanceledUntold Reason = "canceled"         // by a client of the API
	NoWay          Reason = "no_way"           // no way that is set up leads to where the customer was before
	TooManyNotices Reason = "too_many_notices" // the limits of notices
	NotStored      Reason = "not_stored"       // the notice could not be asked for
)

// UntoldReasons are all for which a notice ends untold.
var UntoldReasons = [...]Reason{
	GaveUp, CanceledUntold, NoWay, TooManyNotices, NotStored,
	NumberRefused, TwilioBusy, CalledTooOften, NumberNotCalled, OperatorMustMend,
}

// notice says whether a change is told that was made before: a customer is owed that.
func (a About) notice() bool { return !a.secret() }

// recordUntold records that a notice ends untold, if that is what its delivery has come to.
func (d *Deliveries) recordUntold(ctx context.Context, delivery Delivery) error {
	if !delivery.About.notice() || delivery.Status != Failed && delivery.Status != Canceled {
		return nil
	}
	reason, _ := delivery.Cause()
	switch {
	case delivery.Status == Canceled:
		reason = CanceledUntold
	case reason == "":
		reason = GaveUp
	}
	all := append([]Merged{{About: delivery.About, Account: delivery.Account}}, delivery.Merged...)
	for _, notice := range all {
		if err := d.untold(ctx, Untold{delivery.ID, notice.About, notice.Account, delivery.To, reason}); err != nil {
			return fmt.Errorf("record that a customer is not told: %w", err)
		}
	}
	return nil
}

// recordUnasked records that a notice could not even be asked for.
func (d *Deliveries) recordUnasked(ctx context.Context, notice Notice, why error) error {
	if !notice.About.notice() || errors.Is(why, ErrAsk) {
		return why
	}
	reason := NotStored
	switch {
	case errors.Is(why, ErrNoWay) && notice.Account == "" && d.called.Check(notice.Line) != nil:
		reason = NumberNotCalled
	case errors.Is(why, ErrNoWay):
		reason = NoWay
	default:
		if _, is := errors.AsType[*LimitError](why); is {
			reason = TooManyNotices
		}
	}
	ctx, cancel := afterwards(ctx)
	defer cancel()
	err := d.untold(ctx, Untold{About: notice.About, Account: notice.Account, Line: notice.Line, Reason: reason})
	return errors.Join(why, err)
}
