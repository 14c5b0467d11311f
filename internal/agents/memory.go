package agents

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"sync"
)

// Memory keeps profiles in memory, for tests: a [Store]. Any number of goroutines may use it.
type Memory struct {
	mu       sync.Mutex
	profiles map[ID]Stored
	names    map[UserName]ID
}

// NewMemory returns a Memory without profiles.
func NewMemory() *Memory {
	return &Memory{profiles: map[ID]Stored{}, names: map[UserName]ID{}}
}

// Create implements [Store].
func (m *Memory) Create(_ context.Context, profile Stored) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	present, known := m.profiles[profile.ID]
	if known && present.same(profile) {
		return nil
	}
	if _, taken := m.names[profile.Name]; known || taken {
		return ErrTaken
	}
	m.keep(profile)
	return nil
}

// Load implements [Store].
func (m *Memory) Load(_ context.Context, id ID) (Stored, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	profile, known := m.profiles[id]
	if !known {
		return Stored{}, ErrNoAgent
	}
	return profile.clone(), nil
}

// ByName implements [Store].
func (m *Memory) ByName(ctx context.Context, name UserName) (Stored, error) {
	m.mu.Lock()
	id := m.names[name]
	m.mu.Unlock()
	return m.Load(ctx, id)
}

// Save implements [Store].
func (m *Memory) Save(_ context.Context, profile Stored) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	present, known := m.profiles[profile.ID]
	next := profile
	next.Revision++
	switch {
	case !known || present.Name != profile.Name:
		return ErrNoAgent
	case present.same(next):
		return nil
	case present.Revision != profile.Revision:
		return ErrStale
	}
	m.keep(next)
	return nil
}

// List implements [Store].
func (m *Memory) List(context.Context) ([]Stored, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []Stored
	for _, profile := range m.profiles {
		all = append(all, profile.clone())
	}
	slices.SortFunc(all, func(a, b Stored) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

func (m *Memory) keep(profile Stored) {
	m.profiles[profile.ID] = profile.clone()
	m.names[profile.Name] = profile.ID
}

func (s Stored) same(other Stored) bool {
	return s.ID == other.ID && s.Name == other.Name && s.Revision == other.Revision && bytes.Equal(s.Sealed, other.Sealed)
}

func (s Stored) clone() Stored {
	s.Sealed = slices.Clone(s.Sealed)
	return s
}
