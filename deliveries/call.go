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
	Language string      // "en", "es"; empty: not known, so both are spoken
	Code     secret.Text // the code or answer; of a notice, none
	InWords  bool        // it is an answer in words, not digits
}

// Opened notes that a call was answered and returns what it has to say. It may be asked again
// during the call, so that nobody has to keep the code meanwhile. The error is [ErrNotFound]
// for a task that is unknown, outdated or canceled, whose secret was replaced, or whose
// delivery another call has made: the call then tells nothing.
func (d *Deliveries) Opened(ctx context.Context, task Task, callSID string) (Opening, error) {
	opening, err := d.opened(ctx, task, callSID)
	if err != nil {
		return Opening{}, fmt.Errorf("open call: %w", err)
	}
	return opening, nil
}

func (d *Deliveries) opened(ctx context.Context, task Task, callSID string) (Opening, error) {
	open := false
	delivery, err := d.change(ctx, task.Delivery, func(delivery *Delivery) bool {
		open = callSID != "" && delivery.opens(task, callSID)
		if !open {
			return false
		}
		other, now := delivery.CallSID != callSID, d.now()
		delivery.own(callSID, now)
		return delivery.progress(Answered, now, "") || other
	})
	if err != nil {
		return Opening{}, err
	}
	if !open {
		return Opening{}, ErrNotFound
	}
	return d.opening(ctx, delivery)
}

// opens says whether a call may say what the delivery has to say. After its outcome, it is
// the same call that goes on.
func (d *Delivery) opens(task Task, callSID string) bool {
	if d.Method != Voice || d.Attempt != task.Attempt {
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
	account, err := d.account(ctx, delivery)
	switch {
	case errors.Is(err, accounts.ErrNoAccount), errors.Is(err, ErrNoSecret):
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
	_, err := d.change(ctx, task.Delivery, func(delivery *Delivery) bool {
		if !delivery.canEnd(task, as) {
			return false
		}
		delivery.to(as, d.now(), "")
		return true
	})
	if err != nil {
		return fmt.Errorf("note what came of a call: %w", err)
	}
	return nil
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
// account's history, and for 24 hours nobody is called about the account. Errors:
// [ErrNotFound].
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
	until := d.now().Add(blockFor)
	for _, subject := range []string{delivery.subject(), noticeSubject(delivery.Account, delivery.Line)} {
		if err := d.store.Block(ctx, subject, until); err != nil {
			return fmt.Errorf("block calls: %w", err)
		}
	}
	if delivery.Account != "" {
		note := accounts.Note{By: accounts.ByCustomer, From: "telephone"}
		err := d.accounts.Append(ctx, delivery.Account, accounts.Disowned, note)
		if err != nil && !errors.Is(err, accounts.ErrNoAccount) {
			return err
		}
	}
	return d.ended(ctx, task, Declined)
}

// subject is what the limits and blocks of what is asked for are counted by.
func (d *Delivery) subject() string {
	if d.Account != "" {
		return string(d.Account)
	}
	return string(d.Line)
}
