package deliveries

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/detached"
	"updatecenter/internal/durability"
	"updatecenter/internal/ids"
	"updatecenter/internal/nanp"
	"updatecenter/internal/provisioning"
	"updatecenter/internal/storage"
	"updatecenter/internal/wrap"
)

// Due is where the notices of changes wait that no delivery tells yet: whoever makes a change stores
// its notice in the same step, as [Notice.Due] writes it. A partition is that of a line or an account,
// whose notices are told one after the other, by one server at a time.
type Due interface {
	provisioning.Store
	// Note replaces the oldest notice of a partition, and returns the position of what replaces it.
	// [provisioning.ErrLost] if another is the oldest.
	Note(ctx context.Context, partition, position string, stored []byte) (string, error)
	// Later puts a notice behind the others of its partition. [provisioning.ErrLost] if it isn't there.
	Later(ctx context.Context, partition, position string) error
	// GiveUp is Delivered of a notice that is told to nobody. It appends that to the history of the
	// partition's account, or line, in the same step, if the notice was still there.
	GiveUp(ctx context.Context, partition, position string, undelivered Undelivered, at time.Time) error
}

// dueForm is a notice as it is stored. It holds no secret, name or address.
type dueForm struct {
	storage.Version
	Notice
}

// Due writes the notice for a [Due].
func (n Notice) Due() []byte {
	text, _ := storage.Encode(&dueForm{Notice: n}) // of texts alone, so it can't fail
	return text
}

// ParseDue reads what [Notice.Due] wrote.
func ParseDue(stored []byte) (Notice, error) {
	var form dueForm
	if err := storage.Decode(stored, &form); err != nil {
		return Notice{}, err
	}
	return form.Notice, nil
}

const (
	dueAtOnce = 32               // partitions that a server works on at once
	dueClaim  = time.Minute      // of a partition
	dueWork   = 40 * time.Second // under a claim: what begins by then ends before the claim
	duePage   = 16               // notices that are read at once
	dueEvery  = time.Second      // between two looks for partitions
	dueRetry  = 5 * time.Second  // after a failure, and while a newer release is there
)

// DeliverDue makes deliveries of notices that are due until the context ends: at once when wake
// receives, and every second. Every server is to run it. A notice becomes one delivery, or joins one,
// whoever dies when. One that can't be told is recorded as [Undelivered].
func (d *Deliveries) DeliverDue(ctx context.Context, due Due, wake <-chan struct{}) {
	ticker := time.NewTicker(dueEvery)
	defer ticker.Stop()
	for ctx.Err() == nil {
		claimed, err := d.tellDue(ctx, due)
		if err != nil {
			d.config.Log.ErrorContext(ctx, "notices that are due can't be told yet", "cause", err)
		}
		if err == nil && claimed == dueAtOnce {
			continue // there may be more
		}
		select {
		case <-ctx.Done():
		case <-wake:
		case <-ticker.C:
		}
	}
}

// tellDue tells what is due in some partitions, and says how many these were.
func (d *Deliveries) tellDue(ctx context.Context, due Due) (int, error) {
	holder, err := ids.New(d.config.Random, idPrefix)
	if err != nil {
		return 0, err
	}
	now := d.now()
	claimed, err := due.Claim(ctx, holder, now, now.Add(dueClaim), dueAtOnce)
	if err != nil {
		return 0, fmt.Errorf("claim partitions of notices: %w", err)
	}
	// What is under way ends, when the server stops.
	work, cancel := detached.Context(ctx, dueWork)
	defer cancel()
	errs := make([]error, len(claimed))
	var group sync.WaitGroup
	for i, name := range claimed {
		group.Go(func() {
			held := &heldQueue{Queue: d.config.Queue}
			again, told := claimedPartition{d.with(held), due, name}.tell(ctx, work)
			held.release(work, d.config.Log)
			errs[i] = errors.Join(told, due.Release(work, name, holder, d.now(), again))
		})
	}
	group.Wait()
	return len(claimed), errors.Join(errs...)
}

// heldQueue holds the tasks of a partition until all its notices are told, so that those of one change join the first's
// call before that is made. If the server dies meanwhile, a sweep queues them.
type heldQueue struct {
	Queue
	held []func(ctx context.Context) error
}

// Enqueue holds a task; it never fails.
func (q *heldQueue) Enqueue(_ context.Context, class Class, task Task, at time.Time) error {
	q.held = append(q.held, func(ctx context.Context) error { return q.Queue.Enqueue(ctx, class, task, at) })
	return nil
}

func (q *heldQueue) release(ctx context.Context, log *slog.Logger) {
	for _, enqueue := range q.held {
		if err := enqueue(ctx); err != nil {
			log.WarnContext(ctx, "deliveries of notices wait for the next sweep", "error", err)
		}
	}
}

// with has deliveries queued elsewhere.
func (d *Deliveries) with(queue Queue) *Deliveries {
	config := d.config
	config.Queue = queue
	return &Deliveries{config: config}
}

// claimedPartition is a partition of notices that a server has claimed.
type claimedPartition struct {
	*Deliveries
	due  Due
	name string
}

// tell tells the notices of a partition, and says when it is due again: zero if none is left. What only a newer
// release can read waits for it, behind the others.
func (p claimedPartition) tell(stop, work context.Context) (again time.Time, err error) {
	waits, newer := map[string]bool{}, error(nil) // by position, and why
	defer func() {
		if len(waits) > 0 {
			p.config.Log.WarnContext(work, "notices wait for a server of a newer release", "notices", len(waits), "cause", newer)
		}
	}()
	for {
		messages, err := p.due.Next(work, p.name, duePage)
		if err != nil {
			return p.now().Add(dueRetry), fmt.Errorf("read notices: %w", err)
		}
		if len(messages) == 0 {
			return time.Time{}, nil
		}
		for _, message := range messages {
			if stop.Err() != nil {
				return p.now(), nil
			}
			if waits[message.Position] {
				return p.now().Add(dueRetry), nil
			}
			position, err := p.tellOne(work, message)
			if errors.Is(err, storage.ErrNewer) {
				waits[position], newer = true, err
				err = p.due.Later(work, p.name, position)
			}
			if errors.Is(err, errDoubt) {
				return p.now().Add(dueRetry), nil
			}
			if err != nil {
				return p.now().Add(dueRetry), fmt.Errorf("tell a notice: %w", err)
			}
		}
	}
}

// errDoubt says that a delivery was made that may not last, so that its notice must stay due.
var errDoubt = errors.New("the delivery of a notice may not last")

// tellOne makes a delivery of a notice, or gives it up. It returns the position, which changes when it is
// noted which delivery that is.
func (p claimedPartition) tellOne(ctx context.Context, message provisioning.Message) (position string, err error) {
	ctx, doubt := durability.Watch(ctx)
	notice, err := ParseDue(message.Stored)
	position = message.Position
	if err == nil {
		err = p.notify(ctx, notice, func(in ID) (err error) {
			notice.In = in
			position, err = p.due.Note(ctx, p.name, position, notice.Due())
			return err
		})
	}
	if err == nil && doubt.Any() {
		return position, errDoubt
	}
	if err == nil {
		return position, p.due.Delivered(ctx, p.name, position)
	}
	reason := p.hopelessToNotify(notice, err)
	if reason == "" {
		return position, err
	}
	return position, p.giveUp(ctx, notice, position, reason)
}

// giveUp has a notice recorded as one that is told to nobody, if it is owed.
func (p claimedPartition) giveUp(ctx context.Context, notice Notice, position string, reason Reason) error {
	if !notice.Topic.owed() {
		return p.due.Delivered(ctx, p.name, position)
	}
	undelivered := Undelivered{Topic: notice.Topic, Account: notice.Account, Line: notice.Line, Reason: reason}
	if notice == (Notice{}) { // it can't be read
		undelivered.Topic = "a change"
		if strings.HasPrefix(p.name, "+") {
			undelivered.Line = nanp.Number(p.name)
		} else {
			undelivered.Account = accounts.ID(p.name)
		}
	}
	if err := p.due.GiveUp(ctx, p.name, position, undelivered, p.now()); err != nil {
		return err
	}
	undelivered.Recorded = true
	return p.config.Undelivered(ctx, undelivered)
}

// hopelessToNotify says why a notice is told to nobody, whoever tries it when; "" if it may be told.
func (d *Deliveries) hopelessToNotify(notice Notice, err error) Reason {
	_, limited := errors.AsType[*LimitError](err)
	switch {
	case limited:
		return TooManyNotices
	case errors.Is(err, storage.ErrNewer):
		return "" // servers of that release tell it
	case errors.Is(err, ErrNoWay) && notice.Account == "" && d.config.Destinations.Check(notice.Line) != nil:
		return NumberNotCalled
	case errors.Is(err, ErrNoWay):
		return NoWay
	case errors.Is(err, storage.ErrUnreadable), errors.Is(err, ErrParams), errors.Is(err, accounts.ErrNoAccount):
		return NotStored
	}
	return ""
}

const (
	// sweepAfter is how long after its time a delivery counts as forgotten.
	sweepAfter = 5 * time.Second
	// sweepMost bounds one sweep.
	sweepMost = 1000
)

// Sweep queues again what should have been dealt with: tasks that were never queued as a
// server died, that the queue has given up or lost, and calls of which nothing more was heard.
// A server is to run it about every 30 seconds. What is queued already stays there once.
func (d *Deliveries) Sweep(ctx context.Context) (err error) {
	defer wrap.Error(&err, "sweep deliveries")
	now := d.now()
	unfinished, err := d.config.Store.Unfinished(ctx, now.Add(-sweepAfter), sweepMost)
	for _, id := range unfinished {
		err = errors.Join(err, d.sweep(ctx, id, now))
	}
	return err
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
	return d.config.Queue.Enqueue(ctx, delivery.Class(), delivery.Task(), now)
}

// Requeue queues a task again, with the others of its class: releases before had one queue for all.
func (d *Deliveries) Requeue(ctx context.Context, task Task) (err error) {
	defer wrap.Error(&err, "queue delivery again")
	delivery, err := d.read(ctx, task.Delivery)
	switch {
	case errors.Is(err, ErrNotFound), err == nil && !delivery.present(task):
		return nil
	case err != nil:
		return err
	}
	return d.config.Queue.Enqueue(ctx, delivery.Class(), task, delivery.Due)
}
