package deliveries

import (
	"context"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/wrap"
)

// MailboxParams is what a caller asks for who has forgotten the password of a voice mailbox.
type MailboxParams struct {
	Line     nanp.Number // the line whose mailbox it is
	Language string      // "en", "es"; empty: that of the line, or both are spoken
	Key      string      // the same for the same asking; empty: none
}

// RequestMailboxPassword has a line called and, to who answers and asks for it, told a temporary password of its voice
// mailbox, which is made then. Anybody may ask for any line: it is the line's telephone that proves the customer. So a line
// that has no mailbox is answered and counted in the same way, and never called. A line that we don't call, or that has rung
// too often, is found out later, too.
//
// Who answers, and has not asked for it, can say so ([Deliveries.Declined]): then no such call is made to the line for 24
// hours. The limits of Config count for each line, apart from those of accounts, validations and notices. A key that was used
// before, within a day and for the same line, returns the delivery of that time.
//
// Errors: [ErrParams], [ErrKeyReused], [ErrNoWay] if nobody can be called or there are no Mailboxes, a [*LimitError], a
// [*BlockedError].
func (d *Deliveries) RequestMailboxPassword(ctx context.Context, params MailboxParams) (_ Delivery, err error) {
	defer wrap.Error(&err, "request call with the password of a mailbox")
	if !spoken(params.Language) || params.Line.Display() == "" {
		return Delivery{}, ErrParams
	}
	if !d.Offers(Voice) || d.config.Mailboxes == nil {
		return Delivery{}, ErrNoWay
	}
	subject, key := mailboxSubject(params.Line), params.Key
	if key != "" {
		key = " mailbox " + key // which no client of the API can send: see ValidationParams
	}
	if delivery, known, err := d.asked(ctx, key, subject); known || err != nil {
		return delivery, err
	}
	delivery := Delivery{Topic: MailboxPassword, Method: Voice, To: params.Line, Language: params.Language}
	if delivery.Language == "" {
		if delivery.Language, err = d.config.Language(ctx, params.Line); err != nil {
			return Delivery{}, err
		}
	}
	return d.create(ctx, NewDelivery{
		Delivery: delivery, Subject: subject, Key: key, Request: subject, Limits: d.config.Limits,
	})
}

// spoken says whether a language is one that calls speak, or none.
func spoken(language string) bool { return language == "" || language == "en" || language == "es" }

// mailboxSubject is counted apart from accounts, validations and notices.
func mailboxSubject(line nanp.Number) string { return "mailbox " + string(line) }

// checkMailbox returns [ErrNotFound] if the line has no mailbox.
func (d *Deliveries) checkMailbox(ctx context.Context, delivery Delivery) error {
	if d.config.Mailboxes == nil {
		return ErrNoWay
	}
	known, err := d.config.Mailboxes.HasMailbox(ctx, delivery.To)
	if err == nil && !known {
		err = ErrNotFound
	}
	return err
}

// Password makes the temporary password that a call tells to somebody who has asked to hear it. It is the same one as often
// as it is asked for. Errors: [ErrNotFound] for what tells no password, or none any more, as for [Deliveries.Opened].
func (d *Deliveries) Password(ctx context.Context, task Task, callSID string) (_ secret.Text, err error) {
	defer wrap.Error(&err, "make the password of a mailbox")
	delivery, err := d.read(ctx, task.Delivery)
	switch {
	case err != nil:
		return secret.Text{}, err
	case delivery.Topic != MailboxPassword, delivery.CallSID != callSID, !delivery.Opened, !delivery.opens(task, callSID):
		return secret.Text{}, ErrNotFound
	case d.config.Mailboxes == nil:
		return secret.Text{}, ErrNoWay
	}
	return d.config.Mailboxes.ResetByCall(ctx, delivery.To, delivery.ID, callSID)
}
