package deliveries_test

import (
	"context"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
)

// slowStore is the store of a process that is stopped after each update that took effect.
type slowStore struct {
	*deliveries.Memory
	stops time.Duration
}

func (s slowStore) Update(ctx context.Context, d deliveries.Delivery, events ...deliveries.Event) error {
	err := s.Memory.Update(ctx, d, events...)
	time.Sleep(s.stops)
	return err
}

// meetingPhones let something happen before a telephone is reserved.
type meetingPhones struct {
	*deliveries.Memory
	meet func()
}

func (m meetingPhones) Reserve(ctx context.Context, to nanp.Number, task deliveries.Task, now, until time.Time, limits deliveries.Limits) (time.Time, error) {
	m.meet()
	return m.Memory.Reserve(ctx, to, task, now, until, limits)
}
