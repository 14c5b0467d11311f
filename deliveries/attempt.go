package deliveries

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/accounts"
)

// Attempt makes one attempt at a delivery. It can be run any number of times, also at once:
// a telephone is rung once for each attempt at most, and what runs again only finds out what
// became of it. A task that is outdated, or whose delivery has ended, does nothing. After an
// error the task is to be run again; after a [*LaterError] there is no use in doing so before
// its time.
func (d *Deliveries) Attempt(ctx context.Context, task Task) error {
	if err := d.attempt(ctx, task); err != nil {
		return fmt.Errorf("attempt delivery: %w", err)
	}
	return nil
}

func (d *Deliveries) attempt(ctx context.Context, task Task) error {
	delivery, err := d.read(ctx, task.Delivery)
	switch now := d.now(); {
	case errors.Is(err, ErrNotFound):
		return nil
	case err != nil:
		return err
	case !delivery.present(task) || delivery.CallSID != "" && now.Before(delivery.Due):
		return nil
	case !delivery.Began.IsZero() && now.Before(delivery.Due):
		return &LaterError{At: delivery.Due} // somebody is at it, or died over it
	case delivery.CallSID == "" && now.After(delivery.Due.Add(delivery.Method.patience())):
		return d.giveUp(ctx, task, "it could not be made in time")
	case !d.offers(delivery.Method): // another server may have what this one lacks
		return &LaterError{At: now.Add(time.Minute), Err: ErrNoWay}
	}
	account, err := d.account(ctx, delivery)
	if why := hopeless(err); why != "" {
		return d.giveUp(ctx, task, why)
	}
	if err != nil {
		return err
	}
	return d.advance(ctx, delivery, account)
}

// advance does what is to be done for a delivery that is due.
func (d *Deliveries) advance(ctx context.Context, delivery Delivery, account accounts.Account) error {
	switch {
	case delivery.Method != Voice:
		return d.write(ctx, delivery, account)
	case delivery.CallSID != "":
		return d.inquire(ctx, delivery, telephone(delivery, account))
	}
	return d.call(ctx, delivery, telephone(delivery, account))
}

// patience is how long after its time an attempt is still of use to the customer. Nobody
// wants to be called at night for what was asked in the afternoon.
func (m Method) patience() time.Duration {
	if m == Voice {
		return 2 * time.Hour
	}
	return 3 * 24 * time.Hour
}

// account returns the account that a delivery is about, if it may still be made: the account
// can have changed since it was asked for. A notice without an account has a zero one. No
// account holds a secret that the delivery does not tell.
func (d *Deliveries) account(ctx context.Context, delivery Delivery) (accounts.Account, error) {
	if delivery.Account == "" {
		return accounts.Account{}, nil
	}
	account, err := d.accounts.ByID(ctx, delivery.Account)
	if err != nil {
		return accounts.Account{}, err
	}
	if !delivery.About.secret() {
		account = bare(account)
		if delivery.Method == Email && account.Email == "" {
			return accounts.Account{}, &EmailTooNewError{}
		}
		return account, nil
	}
	return account, admissible(account, delivery.About, delivery.Method, d.now())
}

// hopeless says in words for the web site why no attempt can succeed; "" if one may.
func hopeless(err error) string {
	if _, is := errors.AsType[*EmailTooNewError](err); is {
		return "the e-mail address has changed"
	}
	switch {
	case errors.Is(err, ErrNoSecret):
		return "the code or answer has been replaced"
	case errors.Is(err, accounts.ErrNoAccount), errors.Is(err, accounts.ErrUnreadable):
		return "the account can't be found"
	}
	return ""
}
