package deliveries

import (
	"context"
	"fmt"
	"time"

	"updatecenter/accounts"
)

// onRecord is how long an address must have been on file before a secret or a notice may go
// there: an "address of record" in 47 CFR 64.2010.
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
// was used before for the same request returns that delivery. Errors: [ErrAsk], [ErrNoWay],
// [accounts.ErrNoAccount], [ErrNoSecret], a [*EmailTooNewError], a [*LimitError], a
// [*BlockedError], [ErrKeyReused].
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
	return d.create(ctx, NewDelivery{
		Delivery: Delivery{
			Account: account.ID, About: ask.About, Method: ask.Method, Language: account.Language,
		},
		Subject: string(account.ID), Key: ask.Key, Request: ask.Request, Limits: d.limits,
	})
}

// create stores a delivery and queues its first attempt, also if it was stored before: who
// asks again may do so because nothing was heard the first time.
func (d *Deliveries) create(ctx context.Context, create NewDelivery) (Delivery, error) {
	id, err := newID(d.random)
	if err != nil {
		return Delivery{}, err
	}
	now := d.now()
	create.Delivery.ID, create.Delivery.Attempt = id, 1
	create.Delivery.Created, create.Delivery.Due = now, now
	create.Delivery.to(Queued, now, "")
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
	from := account.EmailSince.Add(onRecord)
	switch {
	case method != Email:
	case account.Email == "":
		return &EmailTooNewError{}
	case now.Before(from):
		return &EmailTooNewError{Since: account.EmailSince, From: from}
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
	}
	return false
}

func (m Method) known() bool { return m == Voice || m == ByMail || m == Email }
