package deliveries

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/accounts"
)

// onRecord is how long an address must have been on file to be one of record, as
// [accounts.Account] has it.
const onRecord = 30 * 24 * time.Hour

// Ask is what a client asks for. Where it goes is the account's to say alone.
type Ask struct {
	Account accounts.Number
	About   About // SecurityCode or SecurityAnswer
	Method  Method
	Key     string // the client's idempotency key, with the client's name; empty: none
	Request string // what was asked for, in a form that only the same request has
}

// Request has a secret delivered: it is on its way when Request returns. A client's key that
// was used before for the same request returns that delivery, whatever the account has come to
// since. Errors: [ErrAsk], [ErrKeyReused], [ErrNoWay], [accounts.ErrNoAccount], [ErrNoSecret], an
// [*EmailTooNewError], an [*AddressTooNewError], a [*LimitError], a [*BlockedError].
func (d *Deliveries) Request(ctx context.Context, ask Ask) (Delivery, error) {
	delivery, err := d.request(ctx, ask)
	if err != nil {
		return Delivery{}, fmt.Errorf("request delivery: %w", err)
	}
	return delivery, nil
}

func (d *Deliveries) request(ctx context.Context, ask Ask) (Delivery, error) {
	if !ask.Method.known() || ask.About != SecurityCode && ask.About != SecurityAnswer {
		return Delivery{}, ErrAsk
	}
	if ask.Key != "" {
		delivery, err := d.asked(ctx, ask)
		if !errors.Is(err, ErrNotFound) {
			return delivery, err
		}
	}
	if !d.offers(ask.Method) {
		return Delivery{}, ErrNoWay
	}
	account, err := d.accounts.Get(ctx, ask.Account)
	if err != nil {
		return Delivery{}, err
	}
	if err := admissible(account, ask.About, ask.Method, d.now()); err != nil {
		return Delivery{}, err
	}
	delivery := Delivery{Account: account.ID, About: ask.About, Method: ask.Method, Language: account.Language}
	if ask.Method == Voice {
		delivery.To = account.Phone
		if err := d.ringsAgain(ctx, delivery.To); err != nil {
			return Delivery{}, err
		}
	}
	return d.create(ctx, NewDelivery{
		Delivery: delivery, Subject: string(account.ID), Key: ask.Key, Request: ask.Request, Limits: d.limits,
	})
}

// asked returns the delivery that was asked for before with a client's key, or [ErrNotFound].
func (d *Deliveries) asked(ctx context.Context, ask Ask) (Delivery, error) {
	return d.put(ctx, NewDelivery{Delivery: Delivery{Created: d.now()}, Key: ask.Key, Request: ask.Request})
}

// create stores a delivery and queues its first attempt.
func (d *Deliveries) create(ctx context.Context, create NewDelivery) (Delivery, error) {
	id, err := newID(d.random)
	if err != nil {
		return Delivery{}, err
	}
	now := d.now()
	create.Delivery.ID, create.Delivery.Attempt = id, 1
	create.Delivery.Created, create.Delivery.Due = now, now
	create.Delivery.to(Queued, now, "")
	return d.put(ctx, create)
}

// put stores a delivery and queues its first attempt, also if it was stored before: who asks
// again may do so because nothing was heard the first time.
func (d *Deliveries) put(ctx context.Context, create NewDelivery) (Delivery, error) {
	delivery, err := d.store.Create(ctx, create)
	if err != nil {
		return Delivery{}, fmt.Errorf("create delivery: %w", err)
	}
	if delivery.Status == Queued {
		d.enqueue(ctx, delivery)
	}
	return delivery, nil
}

// admissible says why a delivery can't be made, to the account as it is now.
func admissible(account accounts.Account, about About, method Method, now time.Time) error {
	if !about.hasSecret(account) {
		return ErrNoSecret
	}
	return unreachable(account, method, now)
}

// unreachable says why neither a secret nor a notice can go a way: it does not lead to an
// address of record. A telephone number has no such age.
func unreachable(account accounts.Account, method Method, now time.Time) error {
	switch {
	case method == ByMail && !account.AddressOfRecord(now):
		return &AddressTooNewError{Since: account.AddressSince, From: account.AddressSince.Add(onRecord)}
	case method == Email && account.Email == "":
		return &EmailTooNewError{}
	case method == Email && !account.EmailOfRecord(now):
		return &EmailTooNewError{Since: account.EmailSince, From: account.EmailSince.Add(onRecord)}
	}
	return nil
}

// hasSecret says whether the account has what is to be told of it; a notice tells nothing.
func (a About) hasSecret(account accounts.Account) bool {
	switch a {
	case SecurityCode, Welcome:
		return !account.Code.IsZero()
	case SecurityAnswer:
		return !account.Answer.IsZero()
	case PINChanged, PINReset, CodeChanged, QuestionChanged, AddressChanged, EmailChanged, PhoneChanged:
		return true
	case ValidationCode: // which is no account's
	}
	return false
}

func (m Method) known() bool { return m == Voice || m == ByMail || m == Email }
