package deliveries

import (
	"context"
	"slices"
	"sync"
	"time"

	"updatecenter/internal/nanp"
)

// keyLasts is how long a client's key stands for a delivery.
const keyLasts = 24 * time.Hour

// Memory keeps deliveries in memory, for tests: a [Store] and [Phones]. Any number of
// goroutines may use it.
type Memory struct {
	mu         sync.Mutex
	deliveries map[ID]Delivery
	keys       map[string]usedKey
	created    map[string][]time.Time // by subject; of all under allSubjects
	blocks     map[string]time.Time
	phones     map[nanp.Number]reservation
	rings      map[nanp.Number]map[Task]time.Time
	waiting    map[nanp.Number]ID
}

type usedKey struct {
	id      ID
	request string
	at      time.Time
}

type reservation struct {
	task  Task
	until time.Time
}

// allSubjects is no subject.
const allSubjects = ""

// NewMemory returns a Memory without deliveries.
func NewMemory() *Memory {
	return &Memory{
		deliveries: map[ID]Delivery{}, keys: map[string]usedKey{}, created: map[string][]time.Time{},
		blocks: map[string]time.Time{}, phones: map[nanp.Number]reservation{}, rings: map[nanp.Number]map[Task]time.Time{},
		waiting: map[nanp.Number]ID{},
	}
}

// Create implements [Store].
func (m *Memory) Create(_ context.Context, create NewDelivery) (Delivery, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delivery := create.Delivery
	if stored, known := m.deliveries[delivery.ID]; known {
		return stored.clone(), nil
	}
	if used, known := m.keys[create.Key]; known && delivery.Created.Sub(used.at) < keyLasts {
		if used.request != create.Request {
			return Delivery{}, ErrKeyReused
		}
		return m.deliveries[used.id].clone(), nil
	}
	if delivery.ID == "" {
		return Delivery{}, ErrNotFound
	}
	if until := m.blocks[create.Subject]; delivery.Method == Voice && delivery.Created.Before(until) {
		return Delivery{}, &BlockedError{Until: until}
	}
	if err := m.limit(create); err != nil {
		return Delivery{}, err
	}
	m.created[create.Subject] = append(m.created[create.Subject], delivery.Created)
	if create.Limits.Global > 0 {
		m.created[allSubjects] = append(m.created[allSubjects], delivery.Created)
	}
	if create.Key != "" {
		m.keys[create.Key] = usedKey{delivery.ID, create.Request, delivery.Created}
	}
	delivery.Revision = 1
	m.deliveries[delivery.ID] = delivery.clone()
	return delivery, nil
}

// limit says which limit forbids a delivery for the longest, if any does.
func (m *Memory) limit(create NewDelivery) error {
	now, limits := create.Delivery.Created, create.Limits
	mine, all := m.created[create.Subject], m.created[allSubjects]
	if until := limits.free(mine, now); !until.IsZero() {
		return &LimitError{Until: until}
	}
	if until := free(all, now, limits.Global, limits.Every); !until.IsZero() {
		return &LimitError{Until: until, All: true}
	}
	return nil
}

// free returns when a subject's limits allow one more; zero: they do now.
func (l Limits) free(created []time.Time, now time.Time) time.Time {
	hour, day := free(created, now, l.AnHour, time.Hour), free(created, now, l.ADay, 24*time.Hour)
	if day.After(hour) {
		return day
	}
	return hour
}

// free returns when there will be fewer than most in the time before; zero: there are now.
func free(created []time.Time, now time.Time, most int, within time.Duration) time.Time {
	if most == 0 {
		return time.Time{}
	}
	recent := slices.DeleteFunc(slices.Clone(created), func(at time.Time) bool { return now.Sub(at) >= within })
	if len(recent) < most {
		return time.Time{}
	}
	slices.SortFunc(recent, time.Time.Compare)
	return recent[len(recent)-most].Add(within)
}

// Get implements [Store].
func (m *Memory) Get(_ context.Context, id ID) (Delivery, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delivery, known := m.deliveries[id]
	if !known {
		return Delivery{}, ErrNotFound
	}
	return delivery.clone(), nil
}

// Update implements [Store].
func (m *Memory) Update(_ context.Context, d Delivery, events ...Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	stored, known := m.deliveries[d.ID]
	switch {
	case !known:
		return ErrNotFound
	case stored.Revision != d.Revision:
		return ErrStale
	}
	d.Revision++
	d.Events = slices.Concat(stored.Events, events)
	m.deliveries[d.ID] = d
	return nil
}

// Unfinished implements [Store].
func (m *Memory) Unfinished(_ context.Context, before time.Time, most int) ([]ID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var due []Delivery
	for _, delivery := range m.deliveries {
		if !delivery.Status.Final() && delivery.Due.Before(before) {
			due = append(due, delivery)
		}
	}
	slices.SortFunc(due, func(a, b Delivery) int { return a.Due.Compare(b.Due) })
	var ids []ID
	for _, delivery := range due[:min(most, len(due))] {
		ids = append(ids, delivery.ID)
	}
	return ids, nil
}

// Block implements [Store].
func (m *Memory) Block(_ context.Context, subject string, until time.Time) (time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if until.After(m.blocks[subject]) {
		m.blocks[subject] = until
	}
	return m.blocks[subject], nil
}

// Reserve implements [Phones].
func (m *Memory) Reserve(_ context.Context, to nanp.Number, task Task, now, until time.Time, limits Limits) (time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	held := m.phones[to]
	if held.task != task && now.Before(held.until) {
		return held.until, nil
	}
	var others []time.Time
	for ring, at := range m.rings[to] {
		if ring != task {
			others = append(others, at)
		}
	}
	if until := limits.free(others, now); !until.IsZero() {
		return time.Time{}, &LimitError{Until: until, Phone: true}
	}
	if task == (Task{}) {
		return time.Time{}, nil
	}
	if m.rings[to] == nil {
		m.rings[to] = map[Task]time.Time{}
	}
	m.rings[to][task] = now
	if held.task != task || until.After(held.until) {
		m.phones[to] = reservation{task, until}
	}
	return time.Time{}, nil
}

// Waiting implements [Phones].
func (m *Memory) Waiting(_ context.Context, to nanp.Number, id ID) (ID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.waiting[to]
	if id != "" {
		m.waiting[to] = id
	}
	return before, nil
}

func (d Delivery) clone() Delivery {
	d.Events, d.Merged = slices.Clone(d.Events), slices.Clone(d.Merged)
	return d
}
