package audited

import (
	"context"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
)

// Sending is what is asked of [deliveries.Deliveries].
type Sending interface {
	// Request has a secret delivered to where the account says.
	Request(ctx context.Context, ask deliveries.Ask) (deliveries.Delivery, error)
	// Get returns a delivery as it stands, or [deliveries.ErrNotFound].
	Get(ctx context.Context, id deliveries.ID) (deliveries.Delivery, error)
	// Cancel ends a delivery that is under way, or says [deliveries.ErrFinal].
	Cancel(ctx context.Context, id deliveries.ID) (deliveries.Delivery, error)
}

// Deliveries are the deliveries of secrets. Calls that validate a customer are none of them: they are
// the business of the agent alone who has asked for one, at the desk.
type Deliveries struct {
	Deliveries Sending
	Accounts   Accounts
	Audit      audit.Recorder
}

// Request has a secret delivered. Errors: those of [deliveries.Deliveries.Request].
func (d Deliveries) Request(ctx context.Context, by audit.Actor, ask deliveries.Ask) (delivery deliveries.Delivery, err error) {
	subject, err := d.Accounts.typed(ctx, ask.Account)
	if err != nil {
		return deliveries.Delivery{}, err
	}
	event := by.Event(audit.DeliveryRequested, subject, string(ask.About)+", "+string(ask.Method))
	err = audit.Do(ctx, d.Audit, event, func() error {
		delivery, err = d.Deliveries.Request(ctx, ask)
		return err
	}, refusals...)
	return delivery, err
}

// Get shows a delivery, or says [deliveries.ErrNotFound].
func (d Deliveries) Get(ctx context.Context, by audit.Actor, id deliveries.ID) (deliveries.Delivery, error) {
	if err := d.Audit.Record(ctx, by.Event(audit.DeliveryRead, "delivery "+string(id), "")); err != nil {
		return deliveries.Delivery{}, err
	}
	return d.Again(ctx, id)
}

// Again is Get for who has just been shown the delivery, and follows it: that stands in the audit.
func (d Deliveries) Again(ctx context.Context, id deliveries.ID) (deliveries.Delivery, error) {
	delivery, err := d.Deliveries.Get(ctx, id)
	if err == nil && delivery.About == deliveries.ValidationCode {
		return deliveries.Delivery{}, deliveries.ErrNotFound
	}
	return delivery, err
}

// Cancel ends a delivery. Errors: those of [deliveries.Deliveries.Cancel].
func (d Deliveries) Cancel(ctx context.Context, by audit.Actor, id deliveries.ID) (delivery deliveries.Delivery, err error) {
	err = audit.Do(ctx, d.Audit, by.Event(audit.DeliveryCanceled, "delivery "+string(id), ""), func() error {
		if delivery, err = d.Again(ctx, id); err == nil {
			delivery, err = d.Deliveries.Cancel(ctx, id)
		}
		return err
	}, refusals...)
	return delivery, err
}

// refusals are the errors after which nothing was done.
var refusals = []error{
	deliveries.ErrNotFound, deliveries.ErrStale, deliveries.ErrFinal, deliveries.ErrKeyReused, deliveries.ErrNoSecret,
	deliveries.ErrNoWay, deliveries.ErrAsk, accounts.ErrNoAccount,
}
