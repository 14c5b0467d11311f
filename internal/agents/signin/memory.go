package signin

import (
	"bytes"
	"context"
	"sync"
	"time"
)

// Memory keeps sign-ins, sessions, drafts and failures in memory, for tests: a [Store] and
// [Attempts]. Any number of goroutines may use it. It forgets nothing by itself.
type Memory struct {
	mu      sync.Mutex
	records map[[32]byte]Record
	strikes map[string]Strikes
}

// NewMemory returns a Memory that holds nothing.
func NewMemory() *Memory {
	return &Memory{records: map[[32]byte]Record{}, strikes: map[string]Strikes{}}
}

// Put implements [Store].
func (m *Memory) Put(_ context.Context, record Record, revision int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	present := m.records[record.Key]
	again := present.Revision == revision+1 && bytes.Equal(present.Sealed, record.Sealed)
	switch {
	case again:
		return nil
	case present.Revision != revision:
		return ErrStale
	}
	record.Revision = revision + 1
	record.Sealed = bytes.Clone(record.Sealed)
	m.records[record.Key] = record
	return nil
}

// Get implements [Store].
func (m *Memory) Get(_ context.Context, key [32]byte) (Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	record, known := m.records[key]
	if !known {
		return Record{}, ErrNoRecord
	}
	record.Sealed = bytes.Clone(record.Sealed)
	return record, nil
}

// Delete implements [Store].
func (m *Memory) Delete(_ context.Context, key [32]byte, revision int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	record, known := m.records[key]
	switch {
	case !known:
		return ErrNoRecord
	case record.Revision != revision:
		return ErrStale
	}
	delete(m.records, key)
	return nil
}

// Count implements [Attempts].
func (m *Memory) Count(_ context.Context, subject string, at time.Time, rule LockRule) (Admission, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := rule.Faded(m.strikes[subject], at)
	if before.BarredAt(at) {
		return Admission{Before: before, Strikes: before}, nil
	}
	m.strikes[subject] = rule.After(before, at)
	return Admission{Admitted: true, Before: before, Strikes: m.strikes[subject]}, nil
}

// Release implements [Attempts].
func (m *Memory) Release(_ context.Context, subject string, admission Admission) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	present, known := m.strikes[subject]
	switch {
	case !known:
	case present == admission.Strikes:
		m.strikes[subject] = admission.Before
	default:
		present.Failures--
		m.strikes[subject] = present
	}
	if m.strikes[subject].Failures <= 0 {
		delete(m.strikes, subject)
	}
	return nil
}

// Clear implements [Attempts].
func (m *Memory) Clear(_ context.Context, subject string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.strikes, subject)
	return nil
}
