package deliveries

import (
	"context"
	"fmt"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/wrap"
)

const (
	// validationLasts is how long after it was asked for a validation's code can be told
	// (NIST SP 800-63B, section 5.1.3.2: ten minutes at most).
	validationLasts = 10 * time.Minute
	// maxRef bounds the reference of a validation, in bytes.
	maxRef = 100
)

// ValidationParams is what a repair agent asks for who has to find out who a customer is: a call
// to the customer's line that tells a code.
type ValidationParams struct {
	Line     nanp.Number // the line of record, never a number that somebody gives
	Language string      // "en", "es"; empty: not known, so both are spoken
	Ref      string      // what [Codes] know the code by, 1 to 100 bytes; it is no secret
	Key      string      // the same for the same asking; empty: none
}

// RequestValidation has a line called and told a code, at once: an agent waits for it. The
// code must be in [Codes] by the reference before that, and stay there: it is read when the
// telephone is to be rung, and in the call. There is one attempt, so a line that is busy, or not
// answered, has failed. Ten minutes after it was asked for the call tells nothing any more.
//
// Who answers, and is speaking with no agent of ours, can say so ([Deliveries.Declined]):
// then no such call is made to the line for 24 hours. The limits of Config count for each line,
// apart from those of accounts and of notices. A key that was used before, within a day and for
// the same line, returns the delivery of that time, with the Ref of that time.
//
// Errors: [ErrParams], [ErrKeyReused], [ErrNoWay] if nobody can be called or there are no Codes, a
// [*LimitError], a [*BlockedError].
func (d *Deliveries) RequestValidation(ctx context.Context, params ValidationParams) (_ Delivery, err error) {
	defer wrap.Error(&err, "request call to validate a customer")
	if !params.valid() {
		return Delivery{}, ErrParams
	}
	subject := validationSubject(params.Line)
	if delivery, known, err := d.asked(ctx, params.key(), subject); known || err != nil {
		return delivery, err
	}
	if !d.Offers(Voice) || d.config.Codes == nil {
		return Delivery{}, ErrNoWay
	}
	if err := d.checkRings(ctx, params.Line); err != nil {
		return Delivery{}, err
	}
	delivery := Delivery{
		Topic: ValidationCode, Method: Voice, To: params.Line, Ref: params.Ref, Language: params.Language,
	}
	return d.create(ctx, NewDelivery{
		Delivery: delivery, Subject: subject, Key: params.key(), Request: subject, Limits: d.config.Limits,
	})
}

func (p ValidationParams) valid() bool {
	spoken := p.Language == "" || p.Language == "en" || p.Language == "es"
	return spoken && p.Line.Display() != "" && p.Ref != "" && len(p.Ref) <= maxRef
}

// key is none that a client of the API can send: those begin with the client's name.
func (p ValidationParams) key() string {
	if p.Key == "" {
		return ""
	}
	return " validation " + p.Key
}

// validationSubject is counted apart from accounts and notices.
func validationSubject(line nanp.Number) string { return "validation " + string(line) }

// validationCode returns the code that a call tells, or [ErrNotFound] when its time is over.
func (d *Deliveries) validationCode(ctx context.Context, delivery Delivery) (secret.Text, error) {
	switch {
	case !d.now().Before(delivery.lasts()):
		return secret.Text{}, ErrNotFound
	case d.config.Codes == nil:
		return secret.Text{}, ErrNoWay
	}
	code, err := d.config.Codes.ValidationCode(ctx, delivery.Ref)
	switch {
	case err != nil:
		return secret.Text{}, fmt.Errorf("ask for the code: %w", err)
	case code.IsZero():
		return secret.Text{}, ErrNotFound
	}
	return code, nil
}

// Cancel ends a delivery that is under way: one that waits is not made, and a call is hung up.
// A call that is being begun at this moment may still ring, and then tells nothing. Errors:
// [ErrNotFound]; [ErrFinal] if it has ended, if the call tells what it has to by now, or if the letter or
// e-mail is being made.
func (d *Deliveries) Cancel(ctx context.Context, id ID) (delivery Delivery, err error) {
	defer wrap.Error(&err, "cancel delivery")
	canceled := false
	delivery, err = d.change(ctx, id, func(delivery *Delivery) bool {
		canceled = !delivery.Status.Final() && !delivery.telling() && (delivery.Method == Voice || delivery.Began.IsZero())
		if canceled {
			delivery.to(Canceled, d.now(), "")
		}
		return canceled
	})
	switch {
	case err != nil:
		return Delivery{}, err
	case !canceled:
		return delivery, ErrFinal
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
	if err := d.config.Dialer.HangUp(ctx, delivery.CallSID); err != nil {
		d.config.Log.WarnContext(ctx, "call of a canceled delivery not hung up", "delivery", delivery.ID, "error", err)
	}
}
