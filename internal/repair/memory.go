package repair

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// Memory keeps validations and counts in memory, for tests: a [Store]. It forgets nothing. Any
// number of goroutines may use it.
type Memory struct {
	mu          sync.Mutex
	validations map[ID]Stored
	tallies     map[string]*tally
}

// NewMemory returns a Memory without validations.
func NewMemory() *Memory {
	return &Memory{validations: map[ID]Stored{}, tallies: map[string]*tally{}}
}

// Create implements [Store].
func (m *Memory) Create(_ context.Context, validation Stored) (Stored, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.validations[validation.ID]; !known {
		validation.Revision = 1
		m.validations[validation.ID] = validation.clone()
	}
	return m.validations[validation.ID].clone(), nil
}

// Load implements [Store].
func (m *Memory) Load(_ context.Context, id ID) (Stored, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	stored, known := m.validations[id]
	if !known {
		return Stored{}, ErrNotFound
	}
	return stored.clone(), nil
}

// Save implements [Store].
func (m *Memory) Save(_ context.Context, validation Stored) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	present, known := m.validations[validation.ID]
	switch {
	case !known:
		return ErrNotFound
	case present.Revision == validation.Revision+1 && bytes.Equal(present.Sealed, validation.Sealed):
		return nil
	case present.Revision != validation.Revision:
		return ErrStale
	}
	validation.Revision++
	m.validations[validation.ID] = validation.clone()
	return nil
}

// Count implements [Store].
func (m *Memory) Count(_ context.Context, count Count) (Counted, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.tallies[count.Subject]
	if t == nil {
		t = &tally{entries: map[string]time.Time{}}
		m.tallies[count.Subject] = t
	}
	return t.count(count), nil
}

// Uncount implements [Store].
func (m *Memory) Uncount(_ context.Context, subject, entry string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t := m.tallies[subject]; t != nil {
		if _, known := t.entries[entry]; known {
			delete(t.entries, entry)
			t.rests = time.Time{}
		}
	}
	return nil
}

// tally is what is counted of one subject.
type tally struct {
	entries map[string]time.Time
	rests   time.Time // until when
	told    time.Time // when it was last said that a refusal is the first
}

func (t *tally) count(c Count) Counted {
	maps.DeleteFunc(t.entries, func(_ string, at time.Time) bool { return !c.At.Before(at.Add(max(c.Rule.Within, c.Rule.Rest))) })
	if _, known := t.entries[c.Entry]; known {
		return Counted{}
	}
	if until := t.full(c); c.At.Before(until) {
		return Counted{Refused: true, Until: until, First: t.tell(c.At)}
	}
	if c.Entry != "" {
		t.entries[c.Entry] = c.At
		if c.Rule.Rest > 0 && len(t.within(c)) == c.Rule.Most {
			t.rests = c.At.Add(c.Rule.Rest)
		}
	}
	return Counted{}
}

// full is until when no more are counted; zero, or in the past, if more are.
func (t *tally) full(c Count) time.Time {
	if c.At.Before(t.rests) {
		return t.rests
	}
	counting := t.within(c)
	if len(counting) < c.Rule.Most {
		return time.Time{}
	}
	if c.Rule.Most < 1 {
		return c.At.Add(c.Rule.Within)
	}
	slices.SortFunc(counting, time.Time.Compare)
	return counting[len(counting)-c.Rule.Most].Add(c.Rule.Within)
}

// within are the times of the entries that count.
func (t *tally) within(c Count) (times []time.Time) {
	for _, at := range t.entries {
		if c.At.Before(at.Add(c.Rule.Within)) {
			times = append(times, at)
		}
	}
	return times
}

func (t *tally) tell(at time.Time) bool {
	if at.Before(t.told.Add(Again)) {
		return false
	}
	t.told = at
	return true
}

func (s Stored) clone() Stored {
	s.Sealed = slices.Clone(s.Sealed)
	return s
}
