package deliveries

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/accounts"
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
	case now.Before(delivery.Due):
		return &LaterError{At: delivery.Due} // somebody is at it, or died over it, or has put it off
	case delivery.CallSID == "" && now.After(delivery.lasts()):
		reason, code := delivery.Cause()
		return d.giveUp(ctx, task, cause{"it could not be made in time", reason, code})
	case !d.makes(delivery): // another server may have what this one lacks
		return d.postpone(ctx, task, time.Minute, ErrNoWay)
	}
	return d.advance(ctx, delivery)
}

// makes says whether this server has what the delivery takes.
func (d *Deliveries) makes(delivery Delivery) bool {
	return d.offers(delivery.Method) && (delivery.About != ValidationCode || d.codes != nil)
}

// advance does what is to be done for a delivery that is due. What an earlier run has done is
// found out first, whatever the account has come to since.
func (d *Deliveries) advance(ctx context.Context, delivery Delivery) error {
	if delivery.CallSID != "" {
		return d.inquire(ctx, delivery)
	}
	if delivery.Method == Voice && !delivery.Began.IsZero() {
		found, err := d.find(ctx, delivery)
		if err != nil {
			return err
		}
		if found != (FoundCall{}) {
			return d.take(ctx, delivery.Task(), found)
		}
	}
	account, err := d.account(ctx, delivery)
	if errors.Is(err, accounts.ErrNewer) { // servers of that release can read it
		return d.postpone(ctx, delivery.Task(), time.Minute, err)
	}
	if why := hopeless(err); why != "" {
		return d.giveUp(ctx, delivery.Task(), cause{words: why})
	}
	switch {
	case err != nil:
		return err
	case delivery.Method == Voice:
		return d.call(ctx, delivery)
	}
	return d.write(ctx, delivery, account)
}

// lasts is until when attempts at the delivery are of use.
func (d *Delivery) lasts() time.Time {
	if d.About == ValidationCode {
		return d.Created.Add(validationLasts)
	}
	return d.Created.Add(d.patience())
}

// patience is how long after it was asked for a delivery is still of use to the customer.
// Nobody wants to be called at night for what was asked in the afternoon; but a notice is owed,
// and so kept until Twilio takes our calls again.
func (d *Delivery) patience() time.Duration {
	if d.Method == Voice && d.About.secret() {
		return 2 * time.Hour
	}
	return 3 * 24 * time.Hour
}

// account returns the account that a delivery is about, if it may still be made: the account
// can have changed since it was asked for. A notice without an account has a zero one. No
// account holds a secret that the delivery does not tell. A notice is made to the telephone
// that was of record when it was asked for, a secret told only while it still is. A validation
// has no account, and a code that must still stand.
func (d *Deliveries) account(ctx context.Context, delivery Delivery) (accounts.Account, error) {
	if delivery.About == ValidationCode {
		_, err := d.validationCode(ctx, delivery)
		return accounts.Account{}, err
	}
	if delivery.Account == "" {
		return accounts.Account{}, nil
	}
	account, err := d.accounts.ByID(ctx, delivery.Account)
	if err != nil {
		return accounts.Account{}, err
	}
	if !delivery.About.secret() {
		account = bare(account)
	} else if delivery.Method == Voice && account.Phone != delivery.To {
		return accounts.Account{}, errPhoneChanged
	}
	return account, admissible(account, delivery.About, delivery.Method, d.now())
}

// errPhoneChanged keeps a secret from a telephone that is the account's no more.
var errPhoneChanged = errors.New("the account has another telephone by now")

// hopeless says in words for the web site why no attempt can succeed; "" if one may.
func hopeless(err error) string {
	if _, is := errors.AsType[*EmailTooNewError](err); is {
		return "the e-mail address has changed"
	}
	if _, is := errors.AsType[*AddressTooNewError](err); is {
		return "the address has changed"
	}
	switch {
	case errors.Is(err, ErrNotFound):
		return "the code is not needed any more"
	case errors.Is(err, errPhoneChanged):
		return "the telephone number was changed meanwhile"
	case errors.Is(err, ErrNoSecret):
		return "the code or answer has been replaced"
	case errors.Is(err, accounts.ErrNoAccount), errors.Is(err, accounts.ErrUnreadable):
		return "the account can't be found"
	}
	return ""
}
