package deliveries

import (
	"context"
	"fmt"

	"updatecenter/internal/accounts"
	"updatecenter/internal/nanp"
)

// ByUs is who gives up a notice, in histories.
const ByUs = "update center"

// Untold is a notice of a change that reaches nobody.
type Untold struct {
	Delivery ID // empty: none could be made
	About    About
	Account  accounts.ID // empty: it is about the line alone
	Line     nanp.Number // that was to be called; empty: none was
	Reason   Reason
	Recorded bool // the history has it already
}

// String says in words, for a history, what is not told, and why.
func (u Untold) String() string { return fmt.Sprintf("%s: %s", u.About, u.Reason) }

// Why a notice ends untold, where Twilio, the number and its calls are not the reason.
const (
	GaveUp         Reason = "gave_up"          // busy or no answer four times, or its time was over
	CanceledUntold Reason = "canceled"         // by a client of the API
	NoWay          Reason = "no_way"           // no way that is set up leads to where the customer was before
	TooManyNotices Reason = "too_many_notices" // the limits of notices
	NotStored      Reason = "not_stored"       // it is damaged, or its account is
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
		err := d.untold(ctx, Untold{
			Delivery: delivery.ID, About: notice.About, Account: notice.Account, Line: delivery.To, Reason: reason,
		})
		if err != nil {
			return fmt.Errorf("record that a customer is not told: %w", err)
		}
	}
	return nil
}
