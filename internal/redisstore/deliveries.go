package redisstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"updatecenter/internal/accounts"
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
	answers, err := s.db.ask(ctx, []any{"hgetall", deliveryKey(id)})
	if err != nil {
		return deliveries.Delivery{}, err
	}
	flat, _ := answers[0].([]any)
	if len(flat) == 0 {
		return deliveries.Delivery{}, deliveries.ErrNotFound
	}
	return parseDelivery(id, flat)
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
	switch {
	case err != nil:
		return err
	case done == int64(0):
		return deliveries.ErrNotFound
	case done == int64(-1):
		return storage.ErrStale
	}
	return nil
}

// Block implements [deliveries.Store].
func (s Deliveries) Block(ctx context.Context, subject string, until time.Time) (time.Time, error) {
	var at int64 // nothing is blocked until then
	if !until.IsZero() {
		at = millis(until)
	}
	answer, err := s.db.run(ctx, block, []string{blockedKey(subject)}, at, keptBlock.Milliseconds())
	if err != nil {
		return time.Time{}, err
	}
	longest, ok := answer.(int64)
	if !ok {
		return time.Time{}, ErrGarbage
	}
	return moment(longest), nil
}

// Reserve implements [deliveries.Phones].
func (s Deliveries) Reserve(
	ctx context.Context, to nanp.Number, task deliveries.Task, now, until time.Time, limits deliveries.Limits,
) (time.Time, error) {
	holder := ""
	if task != (deliveries.Task{}) {
		holder = string(task.Delivery) + " " + strconv.Itoa(task.Attempt)
	}
	answer, err := s.db.run(ctx, reservePhone, []string{phoneKey(to), ringsKey(to)},
		holder, millis(now), millis(until), keep(until.Sub(now)), day.Milliseconds(), keep(day),
		ratesArg(ratesOf(limits)...))
	if err != nil {
		return time.Time{}, err
	}
	parts, _ := answer.([]any)
	if len(parts) != 2 {
		return time.Time{}, ErrGarbage
	}
	free, ok := parts[1].(int64)
	switch {
	case !ok:
		return time.Time{}, ErrGarbage
	case parts[0] == int64(1):
		return time.Time{}, &deliveries.LimitError{Until: moment(free), Phone: true}
	}
	return moment(free), nil
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

// deliveryForm is what is stored of a delivery beside status, due time, revision and events.
type deliveryForm struct {
	Account  accounts.ID         `json:"account,omitempty"`
	Topic    deliveries.Topic    `json:"about"`
	Method   deliveries.Method   `json:"method"`
	To       nanp.Number         `json:"to,omitempty"`
	Ref      string              `json:"ref,omitempty"`
	Language string              `json:"language,omitempty"`
	Attempt  int                 `json:"attempt"`
	Began    time.Time           `json:"began,omitzero"`
	CallSID  string              `json:"call,omitempty"`
	Sequence int                 `json:"sequence,omitempty"`
	Opened   bool                `json:"opened,omitempty"`
	Spoken   int                 `json:"spoken,omitempty"`
	Refusals int                 `json:"refusals,omitempty"`
	Merged   []deliveries.Merged `json:"merged,omitempty"`
	Created  time.Time           `json:"created"`
}

// deliveryArgs are what the scripts that write a delivery take of it: status, due time, form
// and events.
func deliveryArgs(d deliveries.Delivery, events []deliveries.Event) ([]any, error) {
	form, err := json.Marshal(deliveryForm{
		d.Account, d.Topic, d.Method, d.To, d.Ref, d.Language, d.Attempt, d.Began, d.CallSID, d.Sequence, d.Opened, d.Spoken, d.Refusals, d.Merged, d.Created,
	})
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
			return nil, errLongRecord
		}
		args = append(args, text)
	}
	return args, nil
}

// parseDelivery reads all fields and values of a delivery's hash.
func parseDelivery(id deliveries.ID, flat []any) (deliveries.Delivery, error) {
	fields := map[string]any{}
	for i := 0; i+1 < len(flat); i += 2 {
		name, _ := flat[i].(string)
		fields[name] = flat[i+1]
	}
	if err := checkVersion(fields["v"]); err != nil {
		return deliveries.Delivery{}, err
	}
	var form deliveryForm
	var due, revision, events int64
	text, _ := fields["delivery"].(string)
	status, ok := fields["status"].(string)
	if !ok || !parseNumber(fields["due"], &due) || !parseNumber(fields["rev"], &revision) ||
		!parseNumber(fields["events"], &events) || json.Unmarshal([]byte(text), &form) != nil {
		return deliveries.Delivery{}, ErrGarbage
	}
	d := deliveries.Delivery{
		ID: id, Revision: revision, Account: form.Account, Topic: form.Topic, Method: form.Method, To: form.To,
		Ref: form.Ref, Language: form.Language, Status: deliveries.Status(status), Attempt: form.Attempt, Due: time.UnixMilli(due).UTC(),
		Began: form.Began, CallSID: form.CallSID, Sequence: form.Sequence, Opened: form.Opened, Spoken: form.Spoken, Refusals: form.Refusals, Merged: form.Merged, Created: form.Created,
	}
	for n := range min(events, int64(len(fields))) {
		var event deliveries.Event
		text, _ := fields["e:"+strconv.FormatInt(n+1, 10)].(string)
		if err := json.Unmarshal([]byte(text), &event); err != nil {
			return deliveries.Delivery{}, ErrGarbage
		}
		d.Events = append(d.Events, event)
	}
	return d, nil
}
