package audit

import (
	"bytes"
	"context"
	"slices"
	"sync"
)

// Memory keeps an audit in memory, for tests: a [Store]. Any number of goroutines may use it.
type Memory struct {
	mu     sync.Mutex
	head   []byte
	places map[int64][]byte
	lowest int64
	aside  map[string]map[int64][]byte
}

// NewMemory returns a Memory without entries.
func NewMemory() *Memory { return &Memory{places: map[int64][]byte{}} }

// Head implements [Store].
func (m *Memory) Head(context.Context) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.head), nil
}

// Append implements [Store].
func (m *Memory) Append(_ context.Context, entries []Stored, next, before []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case bytes.Equal(m.head, next):
		return nil
	case !bytes.Equal(m.head, before):
		return ErrBehind
	case len(before) == 0 && m.lowest > 0,
		slices.ContainsFunc(entries, func(e Stored) bool { return m.places[e.Seq] != nil }):
		return ErrTampered
	}
	if len(before) == 0 {
		m.lowest = entries[0].Seq
	}
	for _, e := range entries {
		m.places[e.Seq] = slices.Clone(e.Line)
	}
	m.head = slices.Clone(next)
	return nil
}

// Read implements [Store].
func (m *Memory) Read(_ context.Context, from int64, most int) ([]Stored, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []Stored
	for seq := from; seq < from+int64(min(most, MaxRead)); seq++ {
		if line := m.places[seq]; line != nil {
			found = append(found, Stored{seq, slices.Clone(line)})
		}
	}
	return found, nil
}

// Trim implements [Store].
func (m *Memory) Trim(_ context.Context, first, last int64, next, before []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case bytes.Equal(m.head, next):
		return nil
	case !bytes.Equal(m.head, before):
		return ErrBehind
	}
	for seq := first; seq <= last; seq++ {
		delete(m.places, seq)
	}
	m.head, m.lowest = slices.Clone(next), last+1
	return nil
}

// SetAside implements [Store].
func (m *Memory) SetAside(_ context.Context, name string, first Stored, next, before []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case bytes.Equal(m.head, next):
		return nil
	case !bytes.Equal(m.head, before):
		return ErrBehind
	}
	if m.aside == nil {
		m.aside = map[string]map[int64][]byte{}
	}
	m.aside[name] = m.places
	m.places = map[int64][]byte{first.Seq: slices.Clone(first.Line)}
	m.head, m.lowest = slices.Clone(next), first.Seq
	return nil
}

// Lowest implements [Store].
func (m *Memory) Lowest(context.Context) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.lowest, nil
}
