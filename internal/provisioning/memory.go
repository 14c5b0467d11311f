package provisioning

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Memory keeps messages in memory, for tests: a [Store]. The zero value is empty, and any
// number of goroutines may use it. It forgets no message, delivered or not.
type Memory struct {
	mu    sync.Mutex
	known map[string]*known
	lanes map[string]*lane
}

// known is what there is to know of a lane while it is known.
type known struct {
	due       time.Time // of a claimed lane: when the claim runs out
	announced time.Time
	waiting   bool   // it was found empty, and its message may still come
	holder    string // of the claim; empty: there is none
}

// lane holds the messages of a lane. A message's position is its index, counted from 1.
type lane struct {
	messages  [][]byte
	delivered int // how many of them
}

// Publish announces a lane at the time now and appends a message to it.
func (m *Memory) Publish(lane string, stored []byte, now time.Time) {
	m.Announce(lane, now)
	m.Append(lane, stored)
}

// Announce announces a lane at the time now.
func (m *Memory) Announce(name string, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.known[name]
	if k == nil {
		k = &known{waiting: true}
		if m.known == nil {
			m.known = map[string]*known{}
		}
		m.known[name] = k
	}
	if k.waiting {
		k.due, k.waiting = now, false
	}
	k.announced = now
}

// Append appends a message to a lane, which should be announced.
func (m *Memory) Append(name string, stored []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.lanes[name]
	if l == nil {
		l = &lane{}
		if m.lanes == nil {
			m.lanes = map[string]*lane{}
		}
		m.lanes[name] = l
	}
	l.messages = append(l.messages, bytes.Clone(stored))
}

// Claim implements [Store].
func (m *Memory) Claim(ctx context.Context, holder string, now, until time.Time, most int) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("claim lanes: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var due []string
	for name, k := range m.known {
		if !k.due.After(now) {
			due = append(due, name)
		}
	}
	slices.SortFunc(due, func(a, b string) int {
		return cmp.Or(m.known[a].due.Compare(m.known[b].due), cmp.Compare(a, b))
	})
	due = due[:min(max(most, 0), len(due))]
	for _, name := range due {
		k := m.known[name]
		k.holder, k.due, k.waiting = holder, until, false
	}
	return due, nil
}

// Next implements [Store].
func (m *Memory) Next(ctx context.Context, name string, most int) ([]Message, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("read a lane: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var next []Message
	l := m.lanes[name]
	if l == nil {
		return nil, nil
	}
	for i := l.delivered; i < len(l.messages) && len(next) < most; i++ {
		next = append(next, Message{Position: strconv.Itoa(i + 1), Stored: bytes.Clone(l.messages[i])})
	}
	return next, nil
}

// Delivered implements [Store].
func (m *Memory) Delivered(ctx context.Context, name, position string) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("note a delivery: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.lanes[name]
	n, err := strconv.Atoi(position)
	if err != nil || l == nil || n < 1 || n > len(l.messages) {
		return errors.New("note a delivery: no message has the position")
	}
	l.delivered = max(l.delivered, n)
	return nil
}

// Release implements [Store].
func (m *Memory) Release(ctx context.Context, name, holder string, now, again time.Time) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("release a lane: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.known[name]
	if k == nil || k.holder != holder {
		return ErrLost
	}
	k.holder, k.due = "", again
	if !again.IsZero() {
		return nil
	}
	k.waiting = true
	for _, after := range []time.Duration{LookAgain, AnnouncedFor} {
		if k.due = k.announced.Add(after); k.due.After(now) {
			return nil
		}
	}
	delete(m.known, name)
	return nil
}

// Due implements [Store].
func (m *Memory) Due(ctx context.Context) (int, time.Time, error) {
	if err := ctx.Err(); err != nil {
		return 0, time.Time{}, fmt.Errorf("count lanes: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var oldest time.Time
	for _, k := range m.known {
		if oldest.IsZero() || k.due.Before(oldest) {
			oldest = k.due
		}
	}
	return len(m.known), oldest, nil
}
