package deliveries

import (
	"context"
	"time"
)

// attempts is how many attempts there are: the first, and one after each of the delays.
const attempts = 4

// delay is how long after a failed attempt the next one is made.
func delay(failed int) time.Duration {
	switch failed {
	case 1:
		return time.Minute
	case 2:
		return 5 * time.Minute
	}
	return 15 * time.Minute
}

// failed makes the next attempt the present one, or the delivery failed if none is left.
func (d *Delivery) failed(now time.Time, why string) {
	if d.Attempt >= attempts {
		d.to(Failed, now, why)
		return
	}
	d.Due = now.Add(delay(d.Attempt))
	d.Attempt++
	d.Began, d.CallSID, d.Sequence = time.Time{}, "", 0
	d.to(Queued, now, why)
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
func (d *Deliveries) giveUp(ctx context.Context, task Task, why string) error {
	_, err := d.change(ctx, task.Delivery, func(delivery *Delivery) bool {
		if !delivery.present(task) {
			return false
		}
		delivery.to(Failed, d.now(), why)
		return true
	})
	return err
}

// present says whether the task is the delivery's present attempt, and not at its end.
func (d *Delivery) present(task Task) bool {
	return d.Attempt == task.Attempt && !d.Status.Final()
}
