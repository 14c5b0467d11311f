package deliveries

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/accounts"
	"updatecenter/internal/secret"
)

// blockFor is how long nobody is called who has not asked for it.
const blockFor = 24 * time.Hour

// Opening is what a call has to say.
type Opening struct {
	About    About
	Also     []About     // of a notice: what was changed besides
	Language string      // "en", "es"; empty: not known, so both are spoken
	Code     secret.Text // the code or answer; of a notice, none
	InWords  bool        // it is an answer in words, not digits
}

// Opened notes that a call was answered and returns what it has to say. It may be asked again
// during the call, so that nobody has to keep the code meanwhile. The error is [ErrNotFound]
// for a task that is unknown, outdated or canceled, whose secret or telephone was replaced, whose
// validation is over, or whose delivery another call has made: the call then tells nothing.
func (d *Deliveries) Opened(ctx context.Context, task Task, callSID string) (Opening, error) {
	opening, err := d.opened(ctx, task, callSID)
	if err != nil {
		return Opening{}, fmt.Errorf("open call: %w", err)
	}
	return opening, nil
}

func (d *Deliveries) opened(ctx context.Context, task Task, callSID string) (Opening, error) {
	delivery, err := d.read(ctx, task.Delivery)
	if err != nil {
		return Opening{}, err
	}
	if !delivery.opens(task, callSID) {
		return Opening{}, ErrNotFound
	}
	opening, err := d.opening(ctx, delivery) // first: a call counts as told only if it can be
	if err != nil {
		return Opening{}, err
	}
	open := false
	delivery, err = d.change(ctx, task.Delivery, func(delivery *Delivery) bool {
		if open = delivery.opens(task, callSID); !open {
			return false
		}
		return delivery.open(callSID, d.now())
	})
	opening.Also = delivery.Also() // nothing is merged any more
	if err == nil && !open {
		err = ErrNotFound
	}
	if err != nil {
		return Opening{}, err
	}
	return opening, nil
}

// open notes that a call was answered, and told what to say; false: it was noted before.
func (d *Delivery) open(callSID string, now time.Time) bool {
	d.own(callSID, now)
	before := d.Opened
	d.Opened = true
	return d.progress(Answered, now, "") || !before
}

// opens says whether a call may say what the delivery has to say. After its outcome, it is
// the same call that goes on.
func (d *Delivery) opens(task Task, callSID string) bool {
	if d.Method != Voice || d.Attempt != task.Attempt || callSID == "" {
		return false
	}
	goesOn := d.Status == Delivered || d.Status == NoticeLeft
	return !d.Status.Final() || goesOn && d.CallSID == callSID
}

func (d *Deliveries) opening(ctx context.Context, delivery Delivery) (Opening, error) {
	opening := Opening{About: delivery.About, Language: delivery.Language}
	if !delivery.About.secret() {
		return opening, nil
	}
	if delivery.About == ValidationCode {
		var err error
		opening.Code, err = d.validationCode(ctx, delivery)
		return opening, err
	}
	account, err := d.account(ctx, delivery)
	switch {
	case errors.Is(err, accounts.ErrNoAccount), errors.Is(err, ErrNoSecret), errors.Is(err, errPhoneChanged):
		return Opening{}, ErrNotFound
	case err != nil:
		return Opening{}, err
	}
	opening.Code = account.Code
	if opening.InWords = delivery.About == SecurityAnswer; opening.InWords {
		opening.Code = account.Answer
	}
	return opening, nil
}

// Spoken notes that the call has told what it had to tell to somebody who asked to hear it.
// It is run before the telling or after, once or often. A notice that seemed to be left was
// then delivered. Errors: [ErrNotFound].
func (d *Deliveries) Spoken(ctx context.Context, task Task) error {
	return d.ended(ctx, task, Delivered)
}

// LeftNotice notes that the call has said who called, and has told nothing else. Errors:
// [ErrNotFound].
func (d *Deliveries) LeftNotice(ctx context.Context, task Task) error {
	return d.ended(ctx, task, NoticeLeft)
}

func (d *Deliveries) ended(ctx context.Context, task Task, as Status) error {
	delivery, err := d.change(ctx, task.Delivery, func(delivery *Delivery) bool {
		if !delivery.canEnd(task, as) {
			return false
		}
		delivery.to(as, d.now(), "")
		return true
	})
	if err != nil {
		return fmt.Errorf("note what came of a call: %w", err)
	}
	d.tellSent(ctx, delivery)
	return nil
}

// tellSent has the account know that its secret was sent. The delivery stands if that fails: an agent
// can open what then stays closed.
func (d *Deliveries) tellSent(ctx context.Context, delivery Delivery) {
	if !delivery.About.secret() || delivery.Account == "" || delivery.Status != Delivered && delivery.Status != Sent {
		return
	}
	if err := d.accounts.Sent(ctx, delivery.Account); err != nil {
		d.log.WarnContext(ctx, "verification of an account may stay closed though a new code was sent", "delivery", delivery.ID, "error", err)
	}
}

// canEnd says whether a call has such an outcome. What a call says of itself counts also when
// its attempt was given up as lost, so that nobody is called once more.
func (d *Delivery) canEnd(task Task, as Status) bool {
	if d.Method != Voice || task.Attempt < 1 || task.Attempt > d.Attempt {
		return false
	}
	switch d.Status {
	case Queued, Calling, Ringing, Answered:
		return true
	case NoticeLeft:
		return as != NoticeLeft
	case Delivered, Failed:
		return as == Declined
	case Sent, Declined, Canceled:
	}
	return false
}

// Declined notes that the person who answered did not ask for it. It is written into the
// account's history, and for 24 hours no call tells a secret of the account, those that were
// asked for before included; of a validation, no call validates a customer of that line. Notices
// go on: they are owed (47 CFR 64.2010(f)). Errors: [ErrNotFound].
func (d *Deliveries) Declined(ctx context.Context, task Task) error {
	if err := d.decline(ctx, task); err != nil {
		return fmt.Errorf("note an objection: %w", err)
	}
	return nil
}

// decline does what matters most first. All that comes before the change is run again if it
// fails; two entries in the history are better than none.
func (d *Deliveries) decline(ctx context.Context, task Task) error {
	delivery, err := d.read(ctx, task.Delivery)
	if err != nil || !delivery.canEnd(task, Declined) {
		return err
	}
	if err := d.object(ctx, delivery); err != nil {
		return err
	}
	return d.ended(ctx, task, Declined)
}

// object blocks further calls of that kind. An objection to a notice about no account has
// nothing to block.
func (d *Deliveries) object(ctx context.Context, delivery Delivery) error {
	subject := delivery.subject()
	if subject == "" {
		return nil
	}
	if _, err := d.store.Block(ctx, subject, d.now().Add(blockFor)); err != nil {
		return fmt.Errorf("block calls: %w", err)
	}
	if delivery.Account == "" {
		return nil
	}
	return d.disown(ctx, delivery.Account)
}

// subject is what an objection to a delivery is kept by: who asks for more of the kind meets
// it. Empty: nothing is.
func (d *Delivery) subject() string {
	if d.About == ValidationCode {
		return validationSubject(d.To)
	}
	return string(d.Account)
}

// disown writes an objection into the account's history.
func (d *Deliveries) disown(ctx context.Context, id accounts.ID) error {
	note := accounts.Note{By: accounts.ByCustomer, From: "telephone"}
	if err := d.accounts.Append(ctx, id, accounts.Disowned, note); !errors.Is(err, accounts.ErrNoAccount) {
		return err
	}
	return nil
}
