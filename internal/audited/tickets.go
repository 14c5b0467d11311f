package audited

import (
	"context"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/internal/tickets"
	"updatecenter/pins"
)

// Tickets are the repair tickets.
type Tickets struct {
	Tickets *tickets.Tickets
	Audit   audit.Recorder
}

func ticketOf(number tickets.Number) string { return "ticket " + string(number) }

// Get shows a ticket. Errors: those of [tickets.Tickets.Get].
func (t Tickets) Get(ctx context.Context, by audit.Actor, number tickets.Number) (tickets.Shown, error) {
	if err := t.Audit.Record(ctx, by.Event(audit.TicketRead, ticketOf(number), "")); err != nil {
		return tickets.Shown{}, err
	}
	return t.Tickets.Get(ctx, number)
}

// Put writes a ticket. Errors: those of [tickets.Tickets.Put].
func (t Tickets) Put(ctx context.Context, by audit.Actor, put tickets.Put) (update tickets.Update, err error) {
	put.Note = noteOf(by, "")
	event := by.Event(audit.TicketChanged, ticketOf(put.Number), "line "+string(put.Details.Line)+", "+string(put.Details.Status))
	err = audit.Do(ctx, t.Audit, event, func() error {
		update, err = t.Tickets.Put(ctx, put)
		return err
	}, accounts.ErrDetails, accounts.ErrNoAccount, nanp.ErrNotCalled, tickets.ErrOtherLine, tickets.ErrFull,
		storage.ErrStale, storage.ErrContended, storage.ErrUnreadable, pins.ErrNote)
	return update, err
}

// End says what came of a service test, and returns it. Errors: those of [tickets.Tickets.End].
func (t Tickets) End(ctx context.Context, by audit.Actor, id string, result tickets.Result) (test tickets.Test, err error) {
	err = audit.Do(ctx, t.Audit, by.Event(audit.ServiceTestEnded, "service test "+id, string(result)), func() error {
		_, test, err = t.Tickets.End(ctx, id, result, noteOf(by, ""))
		return err
	}, tickets.ErrNoTest, tickets.ErrOtherResult, storage.ErrContended, storage.ErrUnreadable, pins.ErrNote)
	return test, err
}
