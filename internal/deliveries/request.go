package deliveries

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/ids"
	"updatecenter/internal/wrap"
)

// Params is what a client asks for. Where it goes is the account's to say alone.
type Params struct {
	Account accounts.Number
	Topic   Topic // SecurityCode or SecurityAnswer
	Method  Method
	Key     string // the client's idempotency key, with the client's name; empty: none
	Request string // what was asked for, in a form that only the same request has
}

// Request has a secret delivered: it is on its way when Request returns. A client's key that
// was used before for the same request returns that delivery, whatever the account has come to
// since. Errors: [ErrParams], [ErrKeyReused], [ErrNoWay], [accounts.ErrNoAccount], [ErrNoSecret], a
// [*TooNewError], a [*LimitError], a [*BlockedError].
func (d *Deliveries) Request(ctx context.Context, params Params) (_ Delivery, err error) {
	defer wrap.Error(&err, "request delivery")
	if !params.Method.known() || params.Topic != SecurityCode && params.Topic != SecurityAnswer {
		return Delivery{}, ErrParams
	}
	if delivery, known, err := d.asked(ctx, params.Key, params.Request); known || err != nil {
		return delivery, err
	}
	if !d.Offers(params.Method) {
		return Delivery{}, ErrNoWay
	}
	account, err := d.config.Accounts.Get(ctx, params.Account)
	if err != nil {
		return Delivery{}, err
	}
	if err := admissible(account, params.Topic, params.Method, d.now()); err != nil {
		return Delivery{}, err
	}
	delivery := Delivery{Account: account.ID, Topic: params.Topic, Method: params.Method, Language: account.Language}
	if params.Method == Voice {
		delivery.To = account.Phone
		if err := d.checkRings(ctx, delivery.To); err != nil {
			return Delivery{}, err
		}
	}
	return d.create(ctx, NewDelivery{
		Delivery: delivery, Subject: string(account.ID), Key: params.Key, Request: params.Request, Limits: d.config.Limits,
	})
}

// RequestUnproved has the security code of an account sent by letter or e-mail for who has proved nothing, and so
// learns nothing: neither whether there is such an account, nor what it has. That is found out by the attempt. A
// number that is no account's is counted, limited and kept as another, with the same work. The key is as in
// [Deliveries.Request]. Errors: [ErrParams], [ErrKeyReused], [ErrNoWay] if the server has no such way, a [*LimitError].
func (d *Deliveries) RequestUnproved(ctx context.Context, params Params) (err error) {
	defer wrap.Error(&err, "request delivery for somebody unknown")
	switch {
	case params.Topic != SecurityCode, params.Method != ByMail && params.Method != Email:
		return ErrParams
	case !d.Offers(params.Method):
		return ErrNoWay
	}
	if _, known, err := d.asked(ctx, params.Key, params.Request); known || err != nil {
		return err
	}
	subject, err := d.config.Accounts.Subject(ctx, params.Account)
	if err != nil {
		return err
	}
	_, err = d.create(ctx, NewDelivery{
		Delivery: Delivery{Account: accounts.ID(subject), Topic: params.Topic, Method: params.Method},
		Subject:  subject, Key: params.Key, Request: params.Request, Limits: d.config.Limits,
	})
	return err
}

// asked returns the delivery that was asked for before with a key, and whether there is one.
func (d *Deliveries) asked(ctx context.Context, key, request string) (delivery Delivery, known bool, err error) {
	if key == "" {
		return Delivery{}, false, nil
	}
	delivery, err = d.put(ctx, NewDelivery{Delivery: Delivery{Created: d.now()}, Key: key, Request: request})
	if errors.Is(err, ErrNotFound) {
		return Delivery{}, false, nil
	}
	return delivery, err == nil, err
}

// create stores a delivery and queues its first attempt.
func (d *Deliveries) create(ctx context.Context, create NewDelivery) (Delivery, error) {
	id, err := ids.New(d.config.Random, idPrefix)
	if err != nil {
		return Delivery{}, err
	}
	now := d.now()
	create.Delivery.ID, create.Delivery.Attempt = ID(id), 1
	create.Delivery.Created, create.Delivery.Due = now, now
	create.Delivery.to(Queued, now, "")
	return d.put(ctx, create)
}

// put stores a delivery and queues its first attempt, also if it was stored before: who asks
// again may do so because nothing was heard the first time.
func (d *Deliveries) put(ctx context.Context, create NewDelivery) (Delivery, error) {
	delivery, err := d.config.Store.Create(ctx, create)
	if err != nil {
		return Delivery{}, fmt.Errorf("create delivery: %w", err)
	}
	if delivery.Status == Queued {
		d.enqueue(ctx, delivery)
	}
	return delivery, nil
}

// admissible says why a delivery can't be made, to the account as it is now.
func admissible(account accounts.Account, topic Topic, method Method, now time.Time) error {
	if !topic.hasSecret(account, method, now) {
		return ErrNoSecret
	}
	return unreachable(account, method, now)
}

// unreachable says why neither a secret nor a notice can go a way: it does not lead to an
// address of record. A telephone number has no such age.
func unreachable(account accounts.Account, method Method, now time.Time) error {
	switch {
	case method == ByMail && !account.AddressOfRecord(now):
		return &TooNewError{ByMail, account.AddressSince, account.AddressSince.Add(accounts.OfRecordAfter)}
	case method == Email && account.Email == "":
		return &TooNewError{Method: Email}
	case method == Email && !account.EmailOfRecord(now):
		return &TooNewError{Email, account.EmailSince, account.EmailSince.Add(accounts.OfRecordAfter)}
	}
	return nil
}

// hasSecret says whether the account has what is to be told of it; a notice tells nothing.
func (t Topic) hasSecret(account accounts.Account, method Method, now time.Time) bool {
	switch t {
	case SecurityCode, Welcome:
		return !account.Code.IsZero()
	case SecurityAnswer:
		return !account.Answer.IsZero()
	case UserName:
		return account.UserName != ""
	case PasswordLink:
		return account.Link.Works(method == ByMail, now)
	case PINChanged, PINReset, CodeChanged, QuestionChanged, AddressChanged, EmailChanged, PhoneChanged,
		TicketContactChanged, TicketCanceled, SignInChanged, PasswordAsked, MailboxPasswordChanged, EmailLocked, ServiceTest:
		return true
	case ValidationCode, MailboxPassword, EmailPassword: // which are no account's
	}
	return false
}

func (m Method) known() bool { return m == Voice || m == ByMail || m == Email }
