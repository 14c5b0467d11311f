package accounts

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"time"
)

// Memory keeps accounts in memory, for tests: a [Store], [Attempts] and [Enrollments]. Any
// number of goroutines may use it.
type Memory struct {
	mu          sync.Mutex
	accounts    map[ID]Stored
	numbers     map[Number]ID
	history     map[ID][]Record // oldest first
	due         map[ID][][]byte // notices, oldest first
	tallies     map[string]*tally
	enrollments map[EnrollmentID]Enrollment
}

// NewMemory returns a Memory without accounts.
func NewMemory() *Memory {
	return &Memory{
		accounts: map[ID]Stored{}, numbers: map[Number]ID{}, history: map[ID][]Record{}, due: map[ID][][]byte{},
		tallies: map[string]*tally{}, enrollments: map[EnrollmentID]Enrollment{},
	}
}

// Find implements [Store].
func (m *Memory) Find(_ context.Context, number Number) (Stored, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.load(m.numbers[number])
}

// Load implements [Store].
func (m *Memory) Load(_ context.Context, id ID) (Stored, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.load(id)
}

// Create implements [Store].
func (m *Memory) Create(_ context.Context, account Stored, records []Record, notices [][]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if present, known := m.accounts[account.ID]; known && present.same(account) {
		return nil
	}
	if _, taken := m.numbers[account.Number]; taken {
		return ErrTaken
	}
	m.keep(account, records, notices)
	return nil
}

// Change implements [Store].
func (m *Memory) Change(_ context.Context, account Stored, records []Record, notices [][]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	present, known := m.accounts[account.ID]
	next := account
	next.Revision++
	owner, taken := m.numbers[account.Number]
	switch {
	case !known:
		return ErrNoAccount
	case present.same(next):
		return nil
	case present.Revision != account.Revision:
		return ErrStale
	case taken && owner != account.ID:
		return ErrTaken
	}
	delete(m.numbers, present.Number)
	m.keep(next, records, notices)
	return nil
}

// History implements [Store].
func (m *Memory) History(_ context.Context, id ID, limit int) ([]Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	records := slices.Clone(m.history[id])
	slices.Reverse(records)
	return records[:min(limit, len(records))], nil
}

// Admit implements [Attempts].
func (m *Memory) Admit(_ context.Context, attempt Attempt, rule LockRule) (Admission, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.tally(attempt)
	admitted := t.admit(attempt, rule)
	return Admission{Admitted: admitted, Strikes: t.strikes}, nil
}

// Settle implements [Attempts].
func (m *Memory) Settle(_ context.Context, attempt Attempt, settlement Settlement, rule LockRule) (Strikes, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.tally(attempt)
	if record, tell := t.settle(attempt, settlement, rule); tell && attempt.Account != "" {
		m.record(attempt.Account, record)
	}
	return t.strikes, nil
}

// Open implements [Attempts].
func (m *Memory) Open(_ context.Context, account ID, after time.Time, record Record, _ LockRule) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.tally(Attempt{Account: account}).open(after) {
		return false, nil
	}
	m.record(account, record)
	return true, nil
}

// Begin implements [Enrollments].
func (m *Memory) Begin(_ context.Context, enrollment Enrollment) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.enrollments[enrollment.ID]; !known {
		enrollment.Accounts = slices.Clone(enrollment.Accounts)
		m.enrollments[enrollment.ID] = enrollment
	}
	return nil
}

// Join implements [Enrollments].
func (m *Memory) Join(_ context.Context, id EnrollmentID, account ID, limit int) (Enrollment, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	enrollment, known := m.enrollments[id]
	switch {
	case !known:
		return Enrollment{}, ErrNoEnrollment
	case slices.Contains(enrollment.Accounts, account):
	case len(enrollment.Accounts) >= limit:
		return Enrollment{}, ErrFull
	default:
		enrollment.Accounts = append(slices.Clone(enrollment.Accounts), account)
		m.enrollments[id] = enrollment
	}
	enrollment.Accounts = slices.Clone(enrollment.Accounts)
	return enrollment, nil
}

// Enrollment implements [Enrollments].
func (m *Memory) Enrollment(_ context.Context, id EnrollmentID) (Enrollment, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	enrollment, known := m.enrollments[id]
	if !known {
		return Enrollment{}, ErrNoEnrollment
	}
	enrollment.Accounts = slices.Clone(enrollment.Accounts)
	return enrollment, nil
}

func (m *Memory) load(id ID) (Stored, error) {
	account, known := m.accounts[id]
	if !known {
		return Stored{}, ErrNoAccount
	}
	account.Sealed = bytes.Clone(account.Sealed)
	return account, nil
}

func (m *Memory) keep(account Stored, records []Record, notices [][]byte) {
	account.Sealed = bytes.Clone(account.Sealed)
	m.accounts[account.ID], m.numbers[account.Number] = account, account.ID
	for _, notice := range notices {
		due := m.due[account.ID]
		if len(due) >= MaxDue && len(records) > 0 {
			m.record(account.ID, NoticeReplaced(records[0].At))
		}
		m.due[account.ID] = append(due[:min(len(due), MaxDue-1)], bytes.Clone(notice))
	}
	m.record(account.ID, records...)
}

// Due returns the notices of an account that are due, oldest first. Nobody takes them on.
func (m *Memory) Due(id ID) [][]byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.due[id])
}

func (m *Memory) record(id ID, records ...Record) {
	history := append(m.history[id], records...)
	m.history[id] = history[max(0, len(history)-MaxHistory):]
}

// Kept implements [Attempts].
func (m *Memory) Kept(ctx context.Context, subjects []string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, subject := range subjects {
		if m.tallies[subject] != nil {
			return subject, ctx.Err()
		}
	}
	return "", ctx.Err()
}

func (m *Memory) tally(of Attempt) *tally {
	subject := of.Subject()
	if m.tallies[subject] == nil {
		m.tallies[subject] = &tally{nobodys: of.Account == "", underWay: map[string]time.Time{}, settled: map[string]bool{}}
	}
	return m.tallies[subject]
}

func (s Stored) same(other Stored) bool {
	return s.ID == other.ID && s.Number == other.Number && s.Revision == other.Revision &&
		bytes.Equal(s.Sealed, other.Sealed)
}
