package audited

import (
	"context"
	"errors"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/internal/recovery"
	"updatecenter/internal/storage"
	"updatecenter/internal/tickets"
	"updatecenter/pins"
)

// What callers change of tickets and mailboxes, and have sent, stands here too, with the CallSid in the place of an address.

// CalledTickets are the repair tickets as callers see and change them.
type CalledTickets struct {
	*tickets.Tickets
	Audit audit.Recorder
}

// ChangeContact gives the technician another number. Errors: those of [tickets.Tickets.ChangeContact].
func (t CalledTickets) ChangeContact(ctx context.Context, r tickets.Request, to nanp.Number) (tickets.Ticket, tickets.Outcome, error) {
	event := caller(r.Turn.Call).Event(audit.TicketChanged, ticketOf(r.Ticket), "contact")
	return changed(ctx, t.Audit, event, tickets.Done, func() (tickets.Ticket, tickets.Outcome, error) {
		return t.Tickets.ChangeContact(ctx, r, to)
	})
}

// Cancel cancels a ticket or its visit. Errors: those of [tickets.Tickets.Cancel].
func (t CalledTickets) Cancel(ctx context.Context, r tickets.Request, what tickets.What) (tickets.Ticket, tickets.Outcome, error) {
	event := caller(r.Turn.Call).Event(audit.TicketChanged, ticketOf(r.Ticket), "canceled: "+string(what))
	return changed(ctx, t.Audit, event, tickets.Done, func() (tickets.Ticket, tickets.Outcome, error) {
		return t.Tickets.Cancel(ctx, r, what)
	})
}

// RequestTest has the line of a ticket tested. Errors: those of [tickets.Tickets.RequestTest].
func (t CalledTickets) RequestTest(ctx context.Context, r tickets.Request) (tickets.Test, tickets.Outcome, error) {
	event := caller(r.Turn.Call).Event(audit.ServiceTestRequested, ticketOf(r.Ticket), "")
	return changed(ctx, t.Audit, event, tickets.Done, func() (tickets.Test, tickets.Outcome, error) {
		return t.Tickets.RequestTest(ctx, r)
	})
}

// CallBack has a call tell what came of a test. Errors: those of [tickets.Tickets.CallBack].
func (t CalledTickets) CallBack(ctx context.Context, r tickets.Request, id string) (tickets.Outcome, error) {
	event := caller(r.Turn.Call).Event(audit.DeliveryRequested, ticketOf(r.Ticket), delivered(deliveries.ServiceTest, deliveries.Voice))
	_, outcome, err := changed(ctx, t.Audit, event, tickets.Done, func() (none struct{}, _ tickets.Outcome, _ error) {
		outcome, err := t.Tickets.CallBack(ctx, r, id)
		return none, outcome, err
	})
	return outcome, err
}

// CalledDeliveries are what callers have sent for whom an account was proved.
type CalledDeliveries struct{ Deliveries }

// Request is that of [Deliveries], by the caller of a call.
func (d CalledDeliveries) Request(ctx context.Context, callSID string, params deliveries.Params) (deliveries.Delivery, error) {
	return d.Deliveries.Request(ctx, caller(callSID), params)
}

// CalledMailboxes are the voice mailboxes and e-mail addresses as callers have them reset.
type CalledMailboxes struct {
	*mailboxes.Mailboxes
	Accounts Accounts
	Audit    audit.Recorder
}

// Challenge says what to ask whoever has forgotten an e-mail password. Errors: those of [mailboxes.Mailboxes.Challenge].
func (m CalledMailboxes) Challenge(ctx context.Context, callSID string, number nanp.Number) ([]mailboxes.Challenge, error) {
	return Mailboxes{m.Mailboxes, m.Audit}.Challenge(ctx, caller(callSID), number)
}

// Reset gives a voice mailbox a temporary password. Errors: those of [mailboxes.Mailboxes.Reset].
func (m CalledMailboxes) Reset(ctx context.Context, r mailboxes.Request) (mailboxes.Result, error) {
	return m.reset(ctx, r.Turn.Call, mailboxOf(r.Line), "by PIN", func() (mailboxes.Result, error) { return m.Mailboxes.Reset(ctx, r) })
}

// ResetOfAccount does that of an account. Errors: those of [mailboxes.Mailboxes.ResetOfAccount].
func (m CalledMailboxes) ResetOfAccount(ctx context.Context, proof mailboxes.Proof) (mailboxes.Result, error) {
	subject, err := m.Accounts.typed(ctx, proof.Account)
	if err != nil {
		return mailboxes.Result{}, err
	}
	return m.reset(ctx, proof.Turn.Call, "mailbox of "+subject, "by security code", func() (mailboxes.Result, error) {
		return m.Mailboxes.ResetOfAccount(ctx, proof)
	})
}

// ResetByCall does that for who has answered a call, or gives an e-mail address of the line one. What was reset before is told
// again without another entry. Errors: those of [mailboxes.Mailboxes.ResetByCall].
func (m CalledMailboxes) ResetByCall(
	ctx context.Context, line nanp.Number, of mailboxes.EmailID, name, callSID string,
) (mailboxes.Result, error) {
	if made, err := m.Mailboxes.Made(ctx, line, of, name); err != nil || made.Outcome == mailboxes.Done {
		return made, err
	}
	subject := mailboxOf(line)
	if of != "" {
		subject = emailsOf(line)
	}
	return m.reset(ctx, callSID, subject, "by a call", func() (mailboxes.Result, error) {
		return m.Mailboxes.ResetByCall(ctx, line, of, name, callSID)
	})
}

func (m CalledMailboxes) reset(
	ctx context.Context, call, subject, how string, do func() (mailboxes.Result, error),
) (mailboxes.Result, error) {
	event := caller(call).Event(audit.PasswordReset, subject, how)
	result, _, err := changed(ctx, m.Audit, event, mailboxes.Done, func() (mailboxes.Result, mailboxes.Outcome, error) {
		result, err := do()
		return result, result.Outcome, err
	})
	return result, err
}

// CalledRecoveries give callers back what they have forgotten.
type CalledRecoveries struct{ Recoveries }

// Recover is that of [Recoveries], by the customer who calls.
func (r CalledRecoveries) Recover(ctx context.Context, request recovery.Request) (recovery.Result, error) {
	by := audit.Actor{Name: accounts.ByCustomer, Via: audit.ViaTelephone, From: request.Turn.Call}
	return r.Recoveries.Recover(ctx, by, request)
}

func caller(call string) audit.Actor {
	return audit.Actor{Name: pins.ByCaller, Via: audit.ViaTelephone, From: call}
}

// errNotDone has the audit say that a change was refused.
var errNotDone = errors.New("it was refused")

// changed records a change and makes it. That it was refused, by an outcome, stands in a second entry.
func changed[T any, O comparable](
	ctx context.Context, log audit.Recorder, event audit.Event, done O, do func() (T, O, error),
) (result T, outcome O, err error) {
	err = audit.Do(ctx, log, event, func() error {
		result, outcome, err = do()
		if err == nil && outcome != done {
			return errNotDone
		}
		return err
	}, errNotDone, storage.ErrContended, storage.ErrUnreadable)
	if errors.Is(err, errNotDone) { // the caller hears why, even if the second entry is missing
		err = nil
	}
	return result, outcome, err
}
