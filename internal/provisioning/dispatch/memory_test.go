package dispatch_test

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"updatecenter/internal/provisioning"
)

// memory is a store for tests that stop the clock, which a connection to Redis would not let stand still.
type memory struct {
	mu         sync.Mutex
	partitions map[string]*partition
}

// partition is a partition with its messages. A message's position is its index, counted from 1.
type partition struct {
	messages       [][]byte
	delivered      int       // how many of them
	known          bool      // it is to be looked into
	waiting        bool      // it was found empty, and its message may still come
	due, announced time.Time // of a claimed partition: when the claim runs out
	holder         string    // of the claim; empty: there is none
}

// publish announces a partition and appends a message to it.
func (m *memory) publish(name string, stored []byte, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.partitions == nil {
		m.partitions = map[string]*partition{}
	}
	l := m.partitions[name]
	if l == nil {
		l = &partition{}
		m.partitions[name] = l
	}
	if !l.known || l.waiting {
		l.due = now
	}
	l.known, l.waiting, l.announced = true, false, now
	l.messages = append(l.messages, stored)
}

// Claim implements [provisioning.Store].
func (m *memory) Claim(ctx context.Context, holder string, now, until time.Time, most int) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var due []string
	for name, l := range m.partitions {
		if l.known && !l.due.After(now) {
			due = append(due, name)
		}
	}
	slices.SortFunc(due, func(a, b string) int {
		return cmp.Or(m.partitions[a].due.Compare(m.partitions[b].due), cmp.Compare(a, b))
	})
	due = due[:min(most, len(due))]
	for _, name := range due {
		l := m.partitions[name]
		l.holder, l.due, l.waiting = holder, until, false
	}
	return due, ctx.Err()
}

// Next implements [provisioning.Store].
func (m *memory) Next(ctx context.Context, name string, most int) ([]provisioning.Message, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var next []provisioning.Message
	l := m.partitions[name]
	for i := l.delivered; i < len(l.messages) && len(next) < most; i++ {
		next = append(next, provisioning.Message{Position: strconv.Itoa(i + 1), Stored: l.messages[i]})
	}
	return next, ctx.Err()
}

// Delivered implements [provisioning.Store].
func (m *memory) Delivered(_ context.Context, name, position string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := strconv.Atoi(position)
	m.partitions[name].delivered = max(m.partitions[name].delivered, n)
	return err
}

// Release implements [provisioning.Store].
func (m *memory) Release(_ context.Context, name, holder string, now, again time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.partitions[name]
	if l.holder != holder {
		return provisioning.ErrLost
	}
	l.holder, l.due = "", again
	if !again.IsZero() {
		return nil
	}
	l.waiting = true
	for _, after := range []time.Duration{provisioning.LateAnnouncement, provisioning.AnnouncedFor} {
		if l.due = l.announced.Add(after); l.due.After(now) {
			return nil
		}
	}
	l.known = false
	return nil
}

// Due implements [provisioning.Store].
func (m *memory) Due(context.Context) (partitions int, oldest time.Time, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range m.partitions {
		if !l.known {
			continue
		}
		if partitions++; oldest.IsZero() || l.due.Before(oldest) {
			oldest = l.due
		}
	}
	return partitions, oldest, nil
}
