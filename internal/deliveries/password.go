package deliveries

import (
	"context"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/wrap"
)

// PasswordParams is what a caller asks for who has forgotten a password.
type PasswordParams struct {
	Topic Topic       // MailboxPassword or EmailPassword
	Line  nanp.Number // the line whose mailbox or e-mail address it is
	Ref   string      // of EmailPassword: what [Mailboxes] know the address by, 1 to 100 bytes; else empty
	Key   string      // the same for the same asking; empty: none
}

// RequestPassword has a line called and, to who answers and asks for it, told a temporary password of its voice mailbox or of
// an e-mail address, which is made then, in the language of the line. Anybody may ask for the mailbox of any line: it is the line's
// telephone that proves the customer. So a line that has none is answered and counted in the same way, and never called. A line
// that we don't call, or that has rung too often, is found out later, too.
//
// Who answers, and has not asked for it, can say so ([Deliveries.Declined]): then no such call is made to the line for 24
// hours. Of a mailbox that too is found out later: who has proved nothing must not learn it. The limits of Config count for each line and topic, apart from those of accounts, validations and notices. A key that
// was used before, within a day and for the same password, returns the delivery of that time.
//
// Errors: [ErrParams], [ErrKeyReused], [ErrNoWay] if nobody can be called or there are no Mailboxes, a [*LimitError], of
// EmailPassword a [*BlockedError].
func (d *Deliveries) RequestPassword(ctx context.Context, params PasswordParams) (_ Delivery, err error) {
	defer wrap.Error(&err, "request call with a password")
	if !params.valid() {
		return Delivery{}, ErrParams
	}
	if !d.Offers(Voice) || d.config.Mailboxes == nil {
		return Delivery{}, ErrNoWay
	}
	subject, key := params.Topic.passwordSubject(params.Line), params.Key
	request := subject + " " + params.Ref
	if key != "" {
		key = " " + string(params.Topic) + " " + key // which no client of the API can send: see ValidationParams
	}
	if delivery, known, err := d.asked(ctx, key, request); known || err != nil {
		return delivery, err
	}
	delivery := Delivery{Topic: params.Topic, Method: Voice, To: params.Line, Ref: params.Ref}
	if delivery.Language, err = d.config.Language(ctx, params.Line); err != nil {
		return Delivery{}, err
	}
	return d.create(ctx, NewDelivery{
		Delivery: delivery, Subject: subject, Unproved: params.Topic == MailboxPassword, Key: key, Request: request, Limits: d.config.Limits,
	})
}

func (p PasswordParams) valid() bool {
	if !p.Topic.password() || p.Line.Display() == "" || len(p.Ref) > maxRef {
		return false
	}
	return (p.Ref != "") == (p.Topic == EmailPassword)
}

// password says whether a password is told that [Mailboxes] make.
func (t Topic) password() bool { return t == MailboxPassword || t == EmailPassword }

// passwordSubject is counted apart from accounts, validations, notices and the other password.
func (t Topic) passwordSubject(line nanp.Number) string { return string(t) + " " + string(line) }

// checkPassword returns [ErrNotFound] if the line has no such mailbox or address.
func (d *Deliveries) checkPassword(ctx context.Context, delivery Delivery) error {
	if d.config.Mailboxes == nil {
		return ErrNoWay
	}
	known, err := d.config.Mailboxes.Has(ctx, delivery.To, delivery.Ref)
	if err == nil && !known {
		err = ErrNotFound
	}
	return err
}

// Password makes the temporary password that a call tells to somebody who has asked to hear it. It is the same one as often
// as it is asked for. Errors: [ErrNotFound] for what tells no password, or none any more, as for [Deliveries.Opened]; [ErrNotNow].
func (d *Deliveries) Password(ctx context.Context, task Task, callSID string) (_ secret.Text, err error) {
	defer wrap.Error(&err, "make a password")
	delivery, err := d.read(ctx, task.Delivery)
	switch {
	case err != nil:
		return secret.Text{}, err
	case !delivery.Topic.password(), delivery.CallSID != callSID, !delivery.Opened, !delivery.opens(task, callSID):
		return secret.Text{}, ErrNotFound
	case d.config.Mailboxes == nil:
		return secret.Text{}, ErrNoWay
	}
	return d.config.Mailboxes.ResetByCall(ctx, delivery.To, delivery.Ref, delivery.ID, callSID)
}
