package redisstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/limit"
)

const (
	day = 24 * time.Hour
	// keyLasts is how long a client's key stands for a delivery.
	keyLasts = day
	// keptForNobody is how long a delivery to an account that does not exist is kept: as long as its client's key
	// stands for it.
	keptForNobody = keyLasts
	// creating is how long a Create may be under way, with room for clocks that differ: a
	// client's key for a delivery that isn't there after that stands for nothing.
	creating = 10 * time.Second
	// keptBlock is how long Redis keeps a block, which has no beginning: longer than any lasts.
	keptBlock = 30 * day
)

// Create implements [deliveries.Store]. It is three round trips, one more
// with a limit for all subjects, and one more with a client's key.
// Run again it continues where an earlier run has stopped; who comes with a client's key for
// the same request while that is under way continues it as well.
func (s Deliveries) Create(ctx context.Context, create deliveries.NewDelivery) (deliveries.Delivery, error) {
	first := create.Delivery.ID
	if first == "" {
		return s.created(ctx, create)
	}
	if create.Key != "" {
		stored, err := s.useKey(ctx, &create)
		if err != nil || stored.ID != "" {
			return stored, err
		}
	}
	continued := create.Delivery.ID != first
	if err := s.count(ctx, create); err != nil {
		if create.Key != "" && !continued && refused(err) {
			s.forgetKey(ctx, create)
		}
		return deliveries.Delivery{}, err
	}
	if err := s.announce(ctx, create.Delivery, 1); err != nil {
		return deliveries.Delivery{}, err
	}
	stored, err := s.store(ctx, create.Delivery)
	if err == nil && continued {
		// Whom it was continued for may have been refused, and have given up the key.
		_, err = s.claimKey(ctx, create, "")
	}
	return sound(stored, err)
}

// store writes the record, or returns the one that is there.
func (s Deliveries) store(ctx context.Context, d deliveries.Delivery) (deliveries.Delivery, error) {
	args, err := deliveryArgs(d, d.Events)
	if err != nil {
		return deliveries.Delivery{}, err
	}
	kept := keptDelivery
	if d.Account.IsNobody() {
		kept = keptForNobody
	}
	answer, err := s.db.run(ctx, createDelivery, []string{deliveryKey(d.ID)}, append([]any{keep(kept)}, args...)...)
	if err != nil {
		return deliveries.Delivery{}, err
	}
	return parseDelivery(d.ID, parsePairs(answer))
}

// useKey claims the client's key for the delivery. If it stands for another delivery, that is
// returned; if that isn't stored yet, it becomes the one to create.
func (s Deliveries) useKey(ctx context.Context, create *deliveries.NewDelivery) (deliveries.Delivery, error) {
	over := ""
	for {
		used, err := s.claimKey(ctx, *create, over)
		if err != nil || used.id == create.Delivery.ID {
			return deliveries.Delivery{}, err
		}
		same := used.request == requestSum(*create)
		stored, err := s.Get(ctx, used.id)
		switch {
		case err == nil && same:
			return stored, nil
		case err == nil:
			return deliveries.Delivery{}, deliveries.ErrKeyReused
		case !errors.Is(err, deliveries.ErrNotFound):
			return deliveries.Delivery{}, err
		case same:
			create.Delivery.ID = used.id
			return deliveries.Delivery{}, nil
		case create.Delivery.Created.Sub(used.at) < creating || over != "":
			return deliveries.Delivery{}, deliveries.ErrKeyReused
		}
		over = string(used.id)
	}
}

// created returns the delivery that a client's key stands for, if that is stored, and has
// nothing stand for it. It is one round trip, and one more to read the delivery. One that was created a
// moment ago is announced again, as its index can have failed over since, and whether it will last is asked again.
func (s Deliveries) created(ctx context.Context, create deliveries.NewDelivery) (deliveries.Delivery, error) {
	if create.Key == "" {
		return deliveries.Delivery{}, deliveries.ErrNotFound
	}
	var used usedKey
	err := s.db.hash(ctx, "Deliveries.byKey", deliveryKeyKey(create.Key), deliveries.ErrNotFound,
		"id", (*string)(&used.id), "request", &used.request, "at", &used.at)
	if err != nil {
		return deliveries.Delivery{}, err
	}
	if create.Delivery.Created.Sub(used.at) >= keyLasts {
		return deliveries.Delivery{}, deliveries.ErrNotFound
	}
	stored, err := s.Get(ctx, used.id)
	switch {
	case err != nil:
		return deliveries.Delivery{}, err
	case used.request != requestSum(create):
		return deliveries.Delivery{}, deliveries.ErrKeyReused
	case create.Delivery.Created.Sub(used.at) >= doubtFor || !s.db.durable.waits():
		return stored, nil
	case !stored.Status.Final():
		if err := s.announce(ctx, stored, stored.Revision); err != nil {
			return deliveries.Delivery{}, err
		}
	}
	return stored, s.db.proveAgain(ctx, deliveryKey(used.id))
}

// usedKey is what a client's key stands for.
type usedKey struct {
	id      deliveries.ID
	request string
	at      time.Time
}

// claimKey has a client's key stand for the delivery, unless it stands for another one; but
// never for the one that it is to be taken over from.
func (s Deliveries) claimKey(ctx context.Context, create deliveries.NewDelivery, over string) (usedKey, error) {
	id, request, now := create.Delivery.ID, requestSum(create), create.Delivery.Created
	var used usedKey
	err := s.db.runInto(ctx, claimKey, []string{deliveryKeyKey(create.Key)},
		[]any{string(id), request, millis(now), keyLasts.Milliseconds(), keep(keyLasts), over},
		(*string)(&used.id), &used.request, &used.at)
	return used, err
}

// forgetKey frees the key of a delivery that was refused. If it fails, the key stands for
// nothing all the same.
func (s Deliveries) forgetKey(ctx context.Context, create deliveries.NewDelivery) {
	_, _ = s.db.run(ctx, forgetKey, []string{deliveryKeyKey(create.Key)}, string(create.Delivery.ID))
}

// requestSum is as short for a long request as for another, and tells nothing of it.
func requestSum(create deliveries.NewDelivery) string {
	sum := sha256.Sum256([]byte(create.Request))
	return hex.EncodeToString(sum[:])
}

// refused says whether an error means that the delivery may not be.
func refused(err error) bool {
	_, limited := errors.AsType[*deliveries.LimitError](err)
	_, blocked := errors.AsType[*deliveries.BlockedError](err)
	return limited || blocked
}

// count counts a delivery against its limits, first those of its subject. Without a limit for
// all it doesn't count for others'.
func (s Deliveries) count(ctx context.Context, create deliveries.NewDelivery) error {
	d, limits := create.Delivery, create.Limits
	mine := createdKey(create.Subject)
	keys := []string{mine}
	if d.Method == deliveries.Voice && !create.Unproved {
		keys = append(keys, blockedKey(create.Subject))
	}
	err := s.countIn(ctx, "Deliveries.count", keys, false, d, day, ratesOf(limits)...)
	if err != nil || limits.Global == (limit.Rate{}) {
		return err
	}
	err = s.countIn(ctx, "Deliveries.countAll", []string{createdAllKey}, true, d, time.Hour, limits.Global)
	if err != nil && refused(err) {
		_ = s.db.uncountEntry(ctx, "Deliveries.uncount", mine, string(d.ID)) // or it counts as one more, until tomorrow
	}
	return err
}

// ratesOf are the rates of one subject or telephone, without those that are no bound.
func ratesOf(limits deliveries.Limits) []limit.Rate {
	rates := []limit.Rate{{Most: limits.AnHour, Within: time.Hour}, {Most: limits.ADay, Within: day}}
	return slices.DeleteFunc(rates, func(r limit.Rate) bool { return r.Most == 0 })
}

// countIn counts a delivery among those that are kept for a time, or for as long as a rate needs them.
func (s Deliveries) countIn(
	ctx context.Context, operation string, keys []string, all bool, d deliveries.Delivery, kept time.Duration, rates ...limit.Rate,
) error {
	counted, until, err := s.db.countEntry(ctx, operation, keys, string(d.ID), d.Created, kept, rates...)
	switch {
	case err != nil:
		return err
	case counted == entryRefused:
		return &deliveries.LimitError{Until: until, All: all}
	case counted == entryBlocked:
		return &deliveries.BlockedError{Until: until}
	}
	return nil
}
