package deliveries

import (
	"context"
	"errors"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/storage"
	"updatecenter/internal/wrap"
)

// Attempt makes one attempt at a delivery. It can be run any number of times, also at once:
// a telephone is rung once for each attempt at most, and what runs again only finds out what
// became of it. A task that is outdated, or whose delivery has ended, does nothing. After an
// error the task is to be run again; after a [*LaterError] there is no use in doing so before
// its time.
func (d *Deliveries) Attempt(ctx context.Context, task Task) (err error) {
	defer wrap.Error(&err, "attempt delivery")
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
		return d.leave(ctx, task, ErrNoWay)
	}
	return d.advance(ctx, delivery)
}

// makes says whether this server has what the delivery takes.
func (d *Deliveries) makes(delivery Delivery) bool {
	return d.Offers(delivery.Method) && (delivery.Topic != ValidationCode || d.config.Codes != nil) &&
		(delivery.Topic != ServiceTest || d.config.Results != nil) &&
		(!delivery.Topic.password() || d.config.Mailboxes != nil)
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
	switch {
	case errors.Is(err, storage.ErrNewer): // servers of that release can read it
		return d.leave(ctx, delivery.Task(), err)
	case errors.Is(err, errUnderWay):
		return d.putOff(ctx, delivery.Task(), lookForResult, nil)
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
	if d.Topic == ValidationCode {
		return d.Created.Add(validationLasts)
	}
	return d.Created.Add(d.patience())
}

// patience is how long after it was asked for a delivery is still of use to the customer.
// Nobody wants to be called at night for what was asked in the afternoon; but a notice is owed,
// and so kept until Twilio takes our calls again.
func (d *Delivery) patience() time.Duration {
	if d.Method == Voice && !d.Topic.notice() {
		return 2 * time.Hour
	}
	return 3 * 24 * time.Hour
}

// account returns the account that a delivery is about, if it may still be made: the account
// can have changed since it was asked for. A notice without an account has a zero one. The
// account of a notice holds no secret, user name or link; that of what tells or sends one of these has all
// of them. A notice is made to the telephone that was of record when it was asked for, a secret told only while it still is. A validation
// has no account, and a code that must still stand; the password of a mailbox or an e-mail address has none either.
func (d *Deliveries) account(ctx context.Context, delivery Delivery) (accounts.Account, error) {
	if delivery.Topic == ValidationCode {
		_, err := d.validationCode(ctx, delivery)
		return accounts.Account{}, err
	}
	if delivery.Topic.password() {
		return accounts.Account{}, d.checkPassword(ctx, delivery)
	}
	if delivery.Topic == ServiceTest {
		if _, err := d.result(ctx, delivery); err != nil {
			return accounts.Account{}, err
		}
	}
	if delivery.Account == "" {
		return accounts.Account{}, nil
	}
	account, err := d.config.Accounts.ByID(ctx, delivery.Account)
	if err != nil {
		return accounts.Account{}, err
	}
	if !delivery.Topic.secret() {
		account = bare(account)
	} else if delivery.Method == Voice && account.Phone != delivery.To {
		return accounts.Account{}, errPhoneChanged
	}
	return account, admissible(account, delivery.Topic, delivery.Method, d.now())
}

// result returns the result of a service test that a call tells, or errUnderWay.
func (d *Deliveries) result(ctx context.Context, delivery Delivery) (string, error) {
	if d.config.Results == nil {
		return "", ErrNoWay
	}
	result, err := d.config.Results(ctx, delivery.Ref)
	switch {
	case errors.Is(err, ErrNotFound):
		err = errNoResult
	case err == nil && result == "":
		err = errUnderWay
	}
	return result, err
}

// Why no result of a service test is told: not yet, or not any more.
var (
	errUnderWay = errors.New("the service test is under way")
	errNoResult = errors.New("the result of the service test is not to be told")
)

// lookForResult is how often the result of a service test is looked for that is to be told.
const lookForResult = 15 * time.Second

// errPhoneChanged keeps a secret from a telephone that is the account's no more.
var errPhoneChanged = errors.New("the account has another telephone by now")

// hopeless says in words for the web site why no attempt can succeed; "" if one may.
func hopeless(err error) string {
	if tooNew, is := errors.AsType[*TooNewError](err); is {
		return "the " + tooNew.address() + " has changed"
	}
	switch {
	case errors.Is(err, ErrNotFound):
		return "the code is not needed any more"
	case errors.Is(err, errNoResult):
		return "the result was heard before, or is not needed any more"
	case errors.Is(err, errPhoneChanged):
		return "the telephone number was changed meanwhile"
	case errors.Is(err, ErrNoSecret):
		return "what it was to tell has been replaced"
	case errors.Is(err, accounts.ErrNoAccount):
		return "the account can't be found"
	case errors.Is(err, storage.ErrUnreadable):
		return "what it is to tell can't be read"
	}
	return ""
}

// calls is how many attempts there are to call somebody, other than while an agent waits. Letters
// and e-mails are tried again until their time is over: nobody is bothered by that.
const calls = 4

// delays are how long after a failed attempt the next one is made; the last holds for all that follow.
var delays = [...]time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// calls is how many attempts a call has.
func (d *Delivery) calls() int {
	if d.Topic == ValidationCode {
		return 1
	}
	return calls
}

// failed makes the next attempt the present one, or the delivery failed if none is left.
func (d *Delivery) failed(now time.Time, why string) {
	due := now.Add(delays[min(d.Attempt, len(delays))-1])
	if d.Method == Voice && d.Attempt >= d.calls() || due.After(d.lasts()) {
		d.to(Failed, now, why)
		return
	}
	d.Due = due
	d.Attempt++
	d.Began, d.CallSID, d.Sequence, d.Opened, d.Spoken, d.Refusals = time.Time{}, "", 0, false, 0, 0
	d.to(Queued, now, why)
}

// present says whether the task is the delivery's present attempt, and not at its end.
func (d *Delivery) present(task Task) bool {
	return d.Attempt == task.Attempt && !d.Status.Final()
}

// changePresent is change for a delivery whose present attempt is the task; present says whether it is.
func (d *Deliveries) changePresent(ctx context.Context, task Task, edit edit) (delivery Delivery, present bool, err error) {
	delivery, err = d.change(ctx, task.Delivery, func(delivery *Delivery) bool {
		present = delivery.present(task)
		return present && edit(delivery)
	})
	return delivery, present && err == nil, err
}

// postpone puts the present attempt off by an edit, and returns until when. It is not used up, but is given
// up as any other when it could not be made in time.
func (d *Deliveries) postpone(ctx context.Context, task Task, why error, edit edit) error {
	delivery, _, err := d.changePresent(ctx, task, edit)
	if err != nil || !delivery.present(task) {
		return err
	}
	return &LaterError{At: delivery.Due, Err: why}
}

// leave puts the present attempt off for a minute: by then another server may have it.
func (d *Deliveries) leave(ctx context.Context, task Task, why error) error {
	return d.putOff(ctx, task, time.Minute, why)
}

// putOff puts the present attempt off for a time.
func (d *Deliveries) putOff(ctx context.Context, task Task, wait time.Duration, why error) error {
	return d.postpone(ctx, task, why, func(delivery *Delivery) bool {
		delivery.Due = d.now().Add(wait)
		return true
	})
}

// fail notes that an attempt failed, and queues the next one.
func (d *Deliveries) fail(ctx context.Context, task Task, why string) error {
	delivery, failed, err := d.changePresent(ctx, task, func(delivery *Delivery) bool {
		delivery.failed(d.now(), why)
		return true
	})
	if failed && !delivery.Status.Final() {
		d.enqueue(ctx, delivery)
	}
	return err
}

// giveUp notes that no attempt can succeed.
func (d *Deliveries) giveUp(ctx context.Context, task Task, why cause) error {
	return d.end(ctx, task, Failed, why)
}

// end ends a delivery whose present attempt is the task.
func (d *Deliveries) end(ctx context.Context, task Task, as Status, why cause) error {
	_, _, err := d.changePresent(ctx, task, func(delivery *Delivery) bool {
		delivery.because(as, d.now(), why)
		return true
	})
	return err
}
