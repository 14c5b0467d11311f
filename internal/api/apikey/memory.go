package apikey

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// Memory keeps keys in memory, for tests: a [Store]. The zero value is empty, and any
// number of goroutines may use it.
type Memory struct {
	mu   sync.Mutex
	byID map[string]Key
}

// AddKey implements [Store].
func (m *Memory) AddKey(_ context.Context, key Key) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, found := m.live(key.Name); found {
		return ErrExists
	}
	maps.DeleteFunc(m.byID, func(_ string, old Key) bool { return old.ForgottenAt(key.Created) })
	if len(m.byID) >= MaxKeys {
		return ErrTooMany
	}
	if m.byID == nil {
		m.byID = map[string]Key{}
	}
	m.byID[key.ID] = key
	return nil
}

// Key implements [Store].
func (m *Memory) Key(_ context.Context, id string) (Key, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key, found := m.byID[id]
	if !found {
		return Key{}, ErrNotFound
	}
	return key, nil
}

// Keys implements [Store].
func (m *Memory) Keys(context.Context) ([]Key, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.SortedFunc(maps.Values(m.byID), func(a, b Key) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	}), nil
}

// RevokeKey implements [Store].
func (m *Memory) RevokeKey(_ context.Context, name string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	key, found := m.live(name)
	if !found {
		return ErrNotFound
	}
	key.Revoked = at
	m.byID[key.ID] = key
	return nil
}

// live finds the key of that name that is not revoked.
func (m *Memory) live(name string) (Key, bool) {
	for _, key := range m.byID {
		if key.Name == name && key.Revoked.IsZero() {
			return key, true
		}
	}
	return Key{}, false
}
