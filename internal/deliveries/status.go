package deliveries

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

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
	_, err := d.hear(ctx, task, func(delivery *Delivery) (bool, error) {
		if callback.CallSID == "" || delivery.CallSID == callback.CallSID && callback.Sequence < delivery.Sequence {
			return false, nil
		}
		now := d.now()
		delivery.own(callback.CallSID, now)
		delivery.Sequence = callback.Sequence + 1
		return true, d.heard(ctx, delivery, callback.CallStatus, delivery.when(callback.At, now), callback.AnsweredBy)
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("note status of a call: %w", err)
	}
	return nil
}

// hear changes a delivery by what was heard of the call of its present attempt, and queues
// the next attempt if that ended this one.
func (d *Deliveries) hear(ctx context.Context, task Task, edit func(delivery *Delivery) (bool, error)) (Delivery, error) {
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

// heard goes by Twilio's CallStatus, as far as that leads on. One that it doesn't know says
// nothing.
func (d *Deliveries) heard(ctx context.Context, delivery *Delivery, callStatus string, at time.Time, answeredBy string) error {
	detail := machine(answeredBy)
	switch callStatus {
	case "queued", "initiated":
		delivery.progress(Calling, at, detail)
	case "ringing":
		delivery.progress(Ringing, at, detail)
	case "in-progress", "answered":
		delivery.progress(Answered, at, detail)
	case "completed", "busy", "no-answer", "failed", "canceled":
		if answeredBy == "fax" || answeredBy == "machine_start" { // which records nothing yet
			delivery.failed(at, detail)
			return nil
		}
		status, err := d.said(ctx, delivery)
		switch {
		case err != nil:
			return err
		case status == "":
			delivery.failed(at, unsaid[callStatus])
		default:
			delivery.to(status, at, detail)
		}
	}
	return nil
}

// unsaid says why a call has said nothing, by its last CallStatus.
var unsaid = map[string]string{
	"completed": "the call ended before it could say anything", // such as by an apology, while Redis was away
	"busy":      "busy", "no-answer": "no answer", "failed": "the call failed", "canceled": "the call failed",
}

// progress gives a delivery a status that comes after its present one; else it does nothing.
func (d *Delivery) progress(status Status, at time.Time, detail string) bool {
	if status.rank() <= d.Status.rank() {
		return false
	}
	d.to(status, at, detail)
	return true
}

func (s Status) rank() int {
	switch s {
	case Queued:
		return 0
	case Calling:
		return 1
	case Ringing:
		return 2
	case Answered:
		return 3
	case Delivered, NoticeLeft, Sent, Declined, Failed, Canceled:
	}
	return 4
}

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
