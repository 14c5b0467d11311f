package deliveries

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// sweepAfter is how long after its time a delivery counts as forgotten.
	sweepAfter = 5 * time.Second
	// sweepMost bounds one sweep.
	sweepMost = 1000
)

// Sweep queues again what should have been dealt with: tasks that were never queued as a
// server died, that the queue has given up or lost, and calls of which nothing more was heard.
// A server is to run it about every 30 seconds. What is queued already stays there once.
func (d *Deliveries) Sweep(ctx context.Context) error {
	now := d.now()
	ids, err := d.store.Unfinished(ctx, now.Add(-sweepAfter), sweepMost)
	if err != nil {
		return fmt.Errorf("sweep deliveries: %w", err)
	}
	var errs []error
	for _, id := range ids {
		if err := d.sweep(ctx, id, now); err != nil {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("sweep deliveries: %w", err)
	}
	return nil
}

func (d *Deliveries) sweep(ctx context.Context, id ID, now time.Time) error {
	delivery, err := d.read(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil // announced, and not stored yet or never
	case err != nil:
		return err
	case delivery.Status.Final():
		return nil
	}
	return d.queue.Enqueue(ctx, delivery.Class(), delivery.Task(), now)
}

// Requeue queues a task again, with the others of its class: releases before had one queue for all.
func (d *Deliveries) Requeue(ctx context.Context, task Task) error {
	delivery, err := d.read(ctx, task.Delivery)
	if errors.Is(err, ErrNotFound) || err == nil && !delivery.present(task) {
		return nil
	}
	if err == nil {
		err = d.queue.Enqueue(ctx, delivery.Class(), task, delivery.Due)
	}
	if err != nil {
		return fmt.Errorf("queue delivery again: %w", err)
	}
	return nil
}
