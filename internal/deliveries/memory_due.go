package deliveries

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"time"

	"updatecenter/internal/provisioning"
)

// MemoryDue keeps notices that are due in memory, for tests: a [Due]. The zero value is empty, and any
// number of goroutines may use it.
type MemoryDue struct {
	provisioning.Memory // of which it uses the lanes, and no messages
	mu                  sync.Mutex
	waiting             map[string][][]byte
	untold              []Untold
}

// Append keeps a notice as due in a lane, which should be announced.
func (m *MemoryDue) Append(lane string, stored []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.waiting == nil {
		m.waiting = map[string][][]byte{}
	}
	m.waiting[lane] = append(m.waiting[lane], bytes.Clone(stored))
}

// Untold returns what was given up, oldest first.
func (m *MemoryDue) Untold() []Untold {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.untold)
}

// Next implements [provisioning.Store].
func (m *MemoryDue) Next(ctx context.Context, lane string, most int) ([]provisioning.Message, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var next []provisioning.Message
	for _, stored := range m.waiting[lane] {
		if len(next) < most {
			next = append(next, provisioning.Message{Position: string(stored), Stored: bytes.Clone(stored)})
		}
	}
	return next, ctx.Err()
}

// Delivered implements [provisioning.Store].
func (m *MemoryDue) Delivered(ctx context.Context, lane, position string) error {
	m.remove(lane, position)
	return ctx.Err()
}

// Later implements [Due].
func (m *MemoryDue) Later(ctx context.Context, lane, position string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	waiting := m.waiting[lane]
	i := slices.IndexFunc(waiting, func(stored []byte) bool { return string(stored) == position })
	if i < 0 {
		return provisioning.ErrLost
	}
	m.waiting[lane] = append(slices.Delete(waiting, i, i+1), []byte(position))
	return ctx.Err()
}

// GiveUp implements [Due].
func (m *MemoryDue) GiveUp(ctx context.Context, lane, position string, untold Untold, _ time.Time) error {
	if m.remove(lane, position) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.untold = append(m.untold, untold)
	}
	return ctx.Err()
}

// remove removes a notice and those before it, and says whether it was there.
func (m *MemoryDue) remove(lane, position string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, stored := range m.waiting[lane] {
		if string(stored) == position {
			m.waiting[lane] = m.waiting[lane][i+1:]
			return true
		}
	}
	return false
}

// Note implements [Due].
func (m *MemoryDue) Note(ctx context.Context, lane, position string, stored []byte) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	waiting := m.waiting[lane]
	if len(waiting) == 0 || string(waiting[0]) != position && !bytes.Equal(waiting[0], stored) {
		return "", provisioning.ErrLost
	}
	waiting[0] = bytes.Clone(stored)
	return string(stored), ctx.Err()
}
