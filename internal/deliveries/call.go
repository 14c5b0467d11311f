package deliveries

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/secret"
	"updatecenter/internal/wrap"
)

// blockFor is how long nobody is called who has not asked for it.
const blockFor = 24 * time.Hour

// Opening is what a call has to say.
type Opening struct {
	Topic    Topic
	Also     []Topic     // of a notice: what was changed besides
	Language string      // "en", "es"; empty: not known, so both are spoken
	Code     secret.Text // the code or answer; of a notice, none, and of a password see [Deliveries.Password]
	InWords  bool        // it is an answer in words, not digits
	Result   string      // of a service test, in the words of package tickets
}

// Opened notes that a call was answered and returns what it has to say. It may be asked again
// during the call, so that nobody has to keep the code meanwhile. The error is [ErrNotFound]
// for a task that is unknown, outdated or canceled, whose secret or telephone was replaced, whose
// validation is over, or whose delivery another call has made: the call then tells nothing.
func (d *Deliveries) Opened(ctx context.Context, task Task, callSID string) (_ Opening, err error) {
	defer wrap.Error(&err, "open call")
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
	opening := Opening{Topic: delivery.Topic, Language: delivery.Language}
	if delivery.Topic == ServiceTest {
		var err error
		if opening.Result, err = d.result(ctx, delivery); errors.Is(err, errUnderWay) || errors.Is(err, errNoResult) {
			err = ErrNotFound
		}
		return opening, err
	}
	if !delivery.Topic.secret() {
		return opening, nil
	}
	if delivery.Topic.password() {
		return opening, d.checkPassword(ctx, delivery)
	}
	if delivery.Topic == ValidationCode {
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
	if opening.InWords = delivery.Topic == SecurityAnswer; opening.InWords {
		opening.Code = account.Answer
	}
	return opening, nil
}

// Spoken notes that the document of a turn of the call tells the secret to somebody who asked to hear
// it. It is run before that document is given, once or often: when the call is over,
// [Config].Answered says whether it was. Errors: [ErrNotFound].
func (d *Deliveries) Spoken(ctx context.Context, task Task, turn int) error {
	delivery, _, err := d.changePresent(ctx, task, func(delivery *Delivery) bool {
		if delivery.Spoken > 0 {
			return false
		}
		delivery.Spoken = turn + 1
		return true
	})
	if err != nil {
		return fmt.Errorf("note that a secret is spoken: %w", err)
	}
	d.tellSent(ctx, delivery) // at once: who hears it may use it during the call
	return nil
}

// telling says whether the present call tells what it has to, or has told it.
func (d *Delivery) telling() bool { return d.Spoken > 0 || d.Opened && !d.Topic.secret() }

// said is what a call that is over has said, by the turns that were answered: a status, or empty if
// the attempt must be made again.
func (d *Deliveries) said(ctx context.Context, delivery *Delivery) (Status, error) {
	if !delivery.Opened {
		return "", nil
	}
	answered, err := d.config.Answered(ctx, delivery.CallSID, max(0, delivery.Spoken-1))
	switch {
	case err != nil:
		return "", fmt.Errorf("ask what a call has said: %w", err)
	case !answered:
		return "", nil
	case delivery.Spoken > 0:
		return Delivered, nil
	}
	return NoticeLeft, nil
}

// tellSent has the account know that its secret was sent. The delivery stands if that fails: an agent
// can open what then stays closed.
func (d *Deliveries) tellSent(ctx context.Context, delivery Delivery) {
	if !delivery.Topic.proves() || delivery.Account == "" {
		return
	}
	if err := d.config.Accounts.Sent(ctx, delivery.Account); err != nil {
		d.config.Log.WarnContext(ctx, "verification of an account may stay closed though a new code was sent", "delivery", delivery.ID, "error", err)
	}
}

// canDecline says whether somebody can have objected to a call: also when that is over, or was given up as
// lost, so that nobody is called once more.
func (d *Delivery) canDecline(task Task) bool {
	if d.Method != Voice || task.Attempt < 1 || task.Attempt > d.Attempt {
		return false
	}
	return d.Status != Sent && d.Status != Declined && d.Status != Canceled
}

// Declined notes that the person who answered did not ask for it. It is written into the
// account's history, and for 24 hours no call tells a secret of the account, those that were
// asked for before included; of a validation, no call validates a customer of that line. Notices
// go on: they are owed (47 CFR 64.2010(f)). Errors: [ErrNotFound].
func (d *Deliveries) Declined(ctx context.Context, task Task) (err error) {
	defer wrap.Error(&err, "note an objection")
	// What matters most comes first. All before the change is run again if it fails; two entries in the
	// history are better than none.
	delivery, err := d.read(ctx, task.Delivery)
	if err != nil || !delivery.canDecline(task) {
		return err
	}
	if err := d.object(ctx, delivery); err != nil {
		return err
	}
	_, err = d.change(ctx, task.Delivery, func(delivery *Delivery) bool {
		if !delivery.canDecline(task) {
			return false
		}
		delivery.to(Declined, d.now(), "")
		return true
	})
	return err
}

// object blocks further calls of that kind. An objection to a notice about no account has
// nothing to block.
func (d *Deliveries) object(ctx context.Context, delivery Delivery) error {
	subject := delivery.subject()
	if subject == "" {
		return nil
	}
	if _, err := d.config.Store.Block(ctx, subject, d.now().Add(blockFor)); err != nil {
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
	switch {
	case d.Topic == ValidationCode:
		return validationSubject(d.To)
	case d.Topic.password():
		return d.Topic.passwordSubject(d.To)
	}
	return string(d.Account)
}

// disown writes an objection into the account's history.
func (d *Deliveries) disown(ctx context.Context, id accounts.ID) error {
	note := accounts.Note{By: accounts.ByCustomer, From: "telephone"}
	if err := d.config.Accounts.Append(ctx, id, accounts.Disowned, note); !errors.Is(err, accounts.ErrNoAccount) {
		return err
	}
	return nil
}

// StatusCallback is what Twilio tells of a call, in whatever order it comes.
type StatusCallback struct {
	CallSID    string
	CallStatus string    // as Twilio writes it: "ringing", "no-answer", ...
	Sequence   int       // SequenceNumber, from 0
	At         time.Time // Timestamp; zero: not given
	AnsweredBy string    // of answering machine detection; empty: not given
}

// Status notes what Twilio tells of the call of an attempt. The callback's URL bears the
// attempt's mark: its CallSid is the attempt's, also if nobody knew that. A call to a
// telephone that is busy, is not answered or can't be reached is made again after 1, 5 and
// 15 minutes, and so is one that ended before the turn was answered that tells what it has to, or that a
// fax answered, or a machine that was still greeting. Of a secret that nobody asked to hear it has left
// the notice. A validation has failed at once. A callback that is outdated, late or comes again does nothing, and so does one of an
// unknown task.
func (d *Deliveries) Status(ctx context.Context, task Task, callback StatusCallback) error {
	_, err := d.updateByStatus(ctx, task, func(delivery *Delivery) (bool, error) {
		if callback.CallSID == "" || delivery.CallSID == callback.CallSID && callback.Sequence < delivery.Sequence {
			return false, nil
		}
		now := d.now()
		delivery.own(callback.CallSID, now)
		delivery.Sequence = callback.Sequence + 1
		return true, d.applyStatus(ctx, delivery, callback.CallStatus, delivery.when(callback.At, now), callback.AnsweredBy)
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("note status of a call: %w", err)
	}
	return nil
}

// updateByStatus changes a delivery by what was heard of the call of its present attempt, and queues
// the next attempt if that ended this one.
func (d *Deliveries) updateByStatus(ctx context.Context, task Task, edit func(delivery *Delivery) (bool, error)) (Delivery, error) {
	var failed error
	delivery, err := d.change(ctx, task.Delivery, func(delivery *Delivery) (changed bool) {
		if delivery.Method == Voice && delivery.present(task) {
			changed, failed = edit(delivery)
		}
		return changed && failed == nil
	})
	if err = errors.Join(err, failed); err == nil && delivery.Attempt == task.Attempt+1 && delivery.Status == Queued {
		d.enqueue(ctx, delivery)
	}
	return delivery, err
}

// own notes the CallSid of the present attempt. Should another call have been taken for it,
// the one whose webhooks bear the mark is the right one.
func (d *Delivery) own(callSID string, now time.Time) {
	if d.CallSID == callSID {
		return
	}
	d.CallSID, d.Sequence, d.Opened, d.Spoken, d.Due = callSID, 0, false, 0, now.Add(callLasts)
	if d.Began.IsZero() {
		d.Began = now // a database that was restored has forgotten it
	}
}

// applyStatus goes by Twilio's CallStatus, as far as that leads on. One that it doesn't know says
// nothing.
func (d *Deliveries) applyStatus(ctx context.Context, delivery *Delivery, callStatus string, at time.Time, answeredBy string) error {
	detail := machine(answeredBy)
	if status, known := underWay[callStatus]; known {
		delivery.progress(status, at, detail)
		return nil
	}
	why, over := unsaid[callStatus]
	if !over {
		return nil
	}
	if answeredBy == "fax" || answeredBy == "machine_start" { // which records nothing yet
		delivery.failed(at, detail)
		return nil
	}
	status, err := d.said(ctx, delivery)
	switch {
	case err != nil:
		return err
	case status == "":
		delivery.failed(at, why)
	default:
		delivery.to(status, at, detail)
	}
	return nil
}

// underWay are the statuses of a call that goes on, by its CallStatus.
var underWay = map[string]Status{
	"queued": Calling, "initiated": Calling, "ringing": Ringing, "in-progress": Answered, "answered": Answered,
}

// unsaid says why a call that is over has said nothing, by its CallStatus.
var unsaid = map[string]string{
	"completed": "the call ended before it could say anything", // such as by an apology, while Redis was away
	"busy":      "busy", "no-answer": "no answer", "failed": "the call failed", "canceled": "the call failed",
}

// progress gives a delivery a status that comes after its present one; else it does nothing.
func (d *Delivery) progress(status Status, at time.Time, detail string) bool {
	present := slices.Index(progression, d.Status) // -1: it is final, or of a newer release
	if present < 0 || slices.Index(progression, status) <= present {
		return false
	}
	d.to(status, at, detail)
	return true
}

// progression are the statuses of an attempt that is under way, in their order.
var progression = []Status{Queued, Calling, Ringing, Answered}

// when is the time of an event: when it happened, if that is known and fits after the others.
func (d *Delivery) when(at, now time.Time) time.Time {
	at = at.UTC().Truncate(time.Millisecond)
	if len(d.Events) > 0 && at.Before(d.Events[len(d.Events)-1].At) || at.After(now) {
		return now
	}
	return at
}

// machine says in words what has answered that is no person.
func machine(answeredBy string) string {
	switch {
	case answeredBy == "fax":
		return "a fax machine answered"
	case strings.HasPrefix(answeredBy, "machine"):
		return "a machine answered"
	}
	return ""
}
