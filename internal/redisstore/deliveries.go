package redisstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
)

// keptDelivery is how long a delivery is kept after it was created.
const keptDelivery = 90 * 24 * time.Hour

// Deliveries keeps the deliveries: a [deliveries.Store] and [deliveries.Phones].
//
// A delivery is in the slot of its ID; limits, blocks, clients' keys and the index of what is
// unfinished are in slots of their own. Create goes through them one after the other, and can
// be run again from the start: each counts a delivery by its ID. Of those that aren't finished
// none is overlooked, whoever dies when: see [Deliveries.Unfinished].
type Deliveries struct{ db *DB }

var (
	_ deliveries.Store  = Deliveries{}
	_ deliveries.Phones = Deliveries{}
)

// Deliveries returns the store of deliveries.
func (db *DB) Deliveries() Deliveries { return Deliveries{db} }

// Get implements [deliveries.Store]. It is one round trip.
func (s Deliveries) Get(ctx context.Context, id deliveries.ID) (deliveries.Delivery, error) {
	fields, err := s.db.pairs(ctx, "Deliveries.Get", deliveryKey(id))
	if err != nil {
		return deliveries.Delivery{}, err
	}
	if len(fields) == 0 {
		return deliveries.Delivery{}, deliveries.ErrNotFound
	}
	return parseDelivery(id, fields)
}

// Update implements [deliveries.Store]. It is two round trips, and one where the delivery ends.
// It can't simply be run again: a second time it is stale.
func (s Deliveries) Update(ctx context.Context, d deliveries.Delivery, events ...deliveries.Event) error {
	args, err := deliveryArgs(d, events)
	if err != nil {
		return err
	}
	if !d.Status.Final() {
		if err := s.announce(ctx, d, d.Revision+1); err != nil {
			return err
		}
	}
	script := updateDelivery
	if len(d.Merged) > 0 {
		script = script.lasts() // what it tells of them stands nowhere else any more
	}
	done, err := s.db.runOnce(ctx, script, []string{deliveryKey(d.ID)},
		append([]any{d.Revision, d.Revision + 1}, args...)...)
	return verdict(done, err, deliveries.ErrNotFound, storage.ErrStale)
}

// Block implements [deliveries.Store].
func (s Deliveries) Block(ctx context.Context, subject string, until time.Time) (time.Time, error) {
	answer, err := s.db.run(ctx, block, []string{blockedKey(subject)}, instant(until), keptBlock.Milliseconds())
	longest, _ := answer.(int64)
	return moment(longest), err
}

// Reserve implements [deliveries.Phones].
func (s Deliveries) Reserve(
	ctx context.Context, to nanp.Number, task deliveries.Task, now, until time.Time, limits deliveries.Limits,
) (time.Time, error) {
	holder := ""
	if task != (deliveries.Task{}) {
		holder = string(task.Delivery) + " " + strconv.Itoa(task.Attempt)
	}
	var limited bool
	var free time.Time
	err := s.db.runInto(ctx, reservePhone, []string{phoneKey(to), ringsKey(to)}, []any{
		holder, millis(now), millis(until), keep(until.Sub(now)), day.Milliseconds(), keep(day), ratesArg(ratesOf(limits)...),
	}, &limited, &free)
	if err == nil && limited {
		err = &deliveries.LimitError{Until: free, Phone: true}
	}
	return sound(free, err)
}

// keptWaiting is longer than any notice waits.
const keptWaiting = 4 * day

// Waiting implements [deliveries.Phones].
func (s Deliveries) Waiting(ctx context.Context, to nanp.Number, id deliveries.ID) (deliveries.ID, error) {
	answer, err := s.db.run(ctx, noteWaiting, []string{waitingKey(to)}, string(id), keptWaiting.Milliseconds())
	if err != nil {
		return "", err
	}
	before, _ := answer.(string)
	return deliveries.ID(before), nil
}

// deliveryArgs are what the scripts that write a delivery take of it: status, due time, all else as JSON,
// and events.
func deliveryArgs(d deliveries.Delivery, events []deliveries.Event) ([]any, error) {
	form, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("write delivery: %w", err)
	}
	args := []any{string(d.Status), millis(d.Due), form}
	for _, event := range events {
		text, err := json.Marshal(event)
		if err != nil {
			return nil, fmt.Errorf("write event: %w", err)
		}
		if len(text) > maxRecord {
			return nil, errTooLong
		}
		args = append(args, text)
	}
	return args, nil
}

// parseDelivery reads all fields of a delivery's hash.
func parseDelivery(id deliveries.ID, fields map[string]string) (deliveries.Delivery, error) {
	if err := checkVersion(fields["v"]); err != nil {
		return deliveries.Delivery{}, err
	}
	d := deliveries.Delivery{ID: id}
	due, is1 := parseNumber(fields["due"])
	revision, is2 := parseNumber(fields["rev"])
	events, is3 := parseNumber(fields["events"])
	status, is4 := fields["status"]
	if !is1 || !is2 || !is3 || !is4 || json.Unmarshal([]byte(fields["delivery"]), &d) != nil {
		return deliveries.Delivery{}, storage.ErrDamaged
	}
	d.Revision, d.Status, d.Due = revision, deliveries.Status(status), moment(due)
	for n := range min(events, int64(len(fields))) {
		var event deliveries.Event
		if err := json.Unmarshal([]byte(fields["e:"+strconv.FormatInt(n+1, 10)]), &event); err != nil {
			return deliveries.Delivery{}, storage.ErrDamaged
		}
		d.Events = append(d.Events, event)
	}
	return d, nil
}
