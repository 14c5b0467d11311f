package deliveries

import (
	"context"
	"time"
)

// calls is how many attempts there are to call somebody, other than while an agent waits. Letters
// and e-mails are tried again until their time is over: nobody is bothered by that.
const calls = 4

// delay is how long after a failed attempt the next one is made.
func delay(failed int) time.Duration {
	switch failed {
	case 1:
		return time.Minute
	case 2:
		return 5 * time.Minute
	case 3:
		return 15 * time.Minute
	}
	return time.Hour
}

// calls is how many attempts a call has.
func (d *Delivery) calls() int {
	if d.About == ValidationCode {
		return 1
	}
	return calls
}

// failed makes the next attempt the present one, or the delivery failed if none is left.
func (d *Delivery) failed(now time.Time, why string) {
	due := now.Add(delay(d.Attempt))
	if d.Method == Voice && d.Attempt >= d.calls() || due.After(d.lasts()) {
		d.to(Failed, now, why)
		return
	}
	d.Due = due
	d.Attempt++
	d.Began, d.CallSID, d.Sequence, d.Opened, d.Spoken, d.Refusals = time.Time{}, "", 0, false, 0, 0
	d.to(Queued, now, why)
}

// postpone puts the present attempt off, which can't be made now for a reason that passes. It
// is not used up, but is given up as any other when it could not be made in time.
func (d *Deliveries) postpone(ctx context.Context, task Task, wait time.Duration, why error) error {
	delivery, err := d.change(ctx, task.Delivery, func(delivery *Delivery) bool {
		if !delivery.present(task) {
			return false
		}
		delivery.Due = d.now().Add(wait)
		return true
	})
	if err != nil || !delivery.present(task) {
		return err
	}
	return &LaterError{At: delivery.Due, Err: why}
}

// fail notes that an attempt failed, and queues the next one.
func (d *Deliveries) fail(ctx context.Context, task Task, why string) error {
	failed := false
	delivery, err := d.change(ctx, task.Delivery, func(delivery *Delivery) bool {
		failed = delivery.present(task)
		if failed {
			delivery.failed(d.now(), why)
		}
		return failed
	})
	if err == nil && failed && !delivery.Status.Final() {
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
	_, err := d.change(ctx, task.Delivery, func(delivery *Delivery) bool {
		if !delivery.present(task) {
			return false
		}
		delivery.because(as, d.now(), why)
		return true
	})
	return err
}

// present says whether the task is the delivery's present attempt, and not at its end.
func (d *Delivery) present(task Task) bool {
	return d.Attempt == task.Attempt && !d.Status.Final()
}
