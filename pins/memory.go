package pins

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"time"

	"updatecenter/internal/nanp"
)

// Memory keeps lines in memory, for tests: a [Store], a [CallerStore], a [Registry] and
// [Validations].
// Any number of goroutines may use it. It forgets nothing but strikes.
type Memory struct {
	mu      sync.Mutex
	lines   map[nanp.Number]Line // their Strikes are in sides
	sides   map[sideOf]*tally
	changes map[changeOf]bool
	history map[nanp.Number][]Record      // oldest first
	callers map[string]map[Turn]time.Time // failures of each caller

	validations map[nanp.Number]map[validator]Validation
	due         map[nanp.Number][][]byte // notices, oldest first
}

type sideOf struct {
	number nanp.Number
	side   Side
}

type changeOf struct {
	number nanp.Number
	turn   Turn
}

// NewMemory returns a Memory without lines.
func NewMemory() *Memory {
	return &Memory{
		lines: map[nanp.Number]Line{}, sides: map[sideOf]*tally{}, changes: map[changeOf]bool{},
		history: map[nanp.Number][]Record{}, callers: map[string]map[Turn]time.Time{},
		validations: map[nanp.Number]map[validator]Validation{}, due: map[nanp.Number][][]byte{},
	}
}

// Line implements [Store].
func (m *Memory) Line(_ context.Context, number nanp.Number) (Line, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	line, known := m.line(number)
	if !known {
		return Line{}, ErrNoLine
	}
	return line, nil
}

// SetLanguage implements [Store].
func (m *Memory) SetLanguage(_ context.Context, number nanp.Number, language string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	line, known := m.lines[number]
	if !known {
		return ErrNoLine
	}
	line.Language = language
	m.lines[number] = line
	return nil
}

// Admit implements [Store].
func (m *Memory) Admit(_ context.Context, attempt Attempt, rule LockRule) (Admission, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	admitted := m.side(attempt.Number, attempt.Side).admit(attempt, rule)
	line, known := m.line(attempt.Number)
	return Admission{Admitted: admitted, Known: known, Line: line}, nil
}

// Settle implements [Store].
func (m *Memory) Settle(_ context.Context, attempt Attempt, settlement Settlement, rule LockRule) (Strikes, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	side := m.side(attempt.Number, attempt.Side)
	if !side.settle(attempt.Turn, settlement.As) {
		return side.strikes, nil
	}
	switch settlement.As {
	case Failed:
		if side.fail(attempt.At, rule) {
			m.recordLock(attempt, side.strikes)
		}
	case Passed:
		side.strikes = Strikes{}
		if attempt.Side == FromLine {
			m.side(attempt.Number, Remote).strikes = Strikes{}
		}
		m.rehash(attempt.Number, settlement)
	case Released:
	}
	return side.strikes, nil
}

// Change implements [Store].
func (m *Memory) Change(_ context.Context, change Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	line, known := m.lines[change.Number]
	key := changeOf{change.Number, change.Turn}
	switch {
	case m.changes[key]:
		return nil
	case !known:
		return ErrNoLine
	case line.Revision != change.Revision:
		return ErrStale
	}
	m.changes[key] = true
	m.setPIN(line, change.PIN, change.Record, change.Notice)
	return nil
}

// AdmitCaller implements [CallerStore].
func (m *Memory) AdmitCaller(
	_ context.Context, caller string, turn Turn, now time.Time, limit int, window time.Duration,
) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	failures := m.callers[caller]
	if failures == nil {
		failures = map[Turn]time.Time{}
		m.callers[caller] = failures
	}
	if _, counted := failures[turn]; counted {
		return true, nil
	}
	if standing(failures, now.Add(-window)) >= limit {
		return false, nil
	}
	failures[turn] = now
	return true, nil
}

// standing counts the failures after a time.
func standing(failures map[Turn]time.Time, since time.Time) int {
	n := 0
	for _, at := range failures {
		if at.After(since) {
			n++
		}
	}
	return n
}

// CallerFailures implements [CallerStore].
func (m *Memory) CallerFailures(_ context.Context, caller string, now time.Time, window time.Duration) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return standing(m.callers[caller], now.Add(-window)), nil
}

// ForgiveCaller implements [CallerStore].
func (m *Memory) ForgiveCaller(_ context.Context, caller string, turn Turn) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.callers[caller], turn)
	return nil
}

// Add implements [Registry].
func (m *Memory) Add(_ context.Context, lines []NewLine, now time.Time) ([]bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	created := make([]bool, len(lines))
	for i, line := range lines {
		if _, known := m.lines[line.Number]; known {
			continue
		}
		m.lines[line.Number] = Line{
			Number: line.Number, Language: line.Language, Since: now, Revision: now.UnixMilli(),
			Features: line.Features,
		}
		created[i] = true
	}
	return created, nil
}

// Remove implements [Registry].
func (m *Memory) Remove(_ context.Context, number nanp.Number, record Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.lines[number]; !known {
		return ErrNoLine
	}
	delete(m.lines, number)
	delete(m.validations, number)
	m.clear(number)
	m.append(number, record)
	return nil
}

// Append implements [Registry].
func (m *Memory) Append(_ context.Context, number nanp.Number, record Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.append(number, record)
	return nil
}

// History implements [Registry].
func (m *Memory) History(_ context.Context, number nanp.Number, limit int) ([]Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	records := slices.Clone(m.history[number])
	slices.Reverse(records)
	return records[:min(limit, len(records))], nil
}

// Features returns which calling features a line has, and whether the number is a line.
func (m *Memory) Features(number nanp.Number) (Features, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	line, known := m.lines[number]
	return line.Features, known
}

// SetFeatures makes these the calling features of a line, and says whether that changed
// anything. Of a number that is no line it doesn't. It records nothing.
func (m *Memory) SetFeatures(number nanp.Number, features Features) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	line, known := m.lines[number]
	if !known || line.Features == features {
		return false
	}
	line.Features = features
	m.lines[number] = line
	return true
}

// line returns a line with its strikes; those, and the number, also of an unknown one.
func (m *Memory) line(number nanp.Number) (Line, bool) {
	line, known := m.lines[number]
	line.Number = number
	line.FromLine = m.side(number, FromLine).strikes
	line.Remote = m.side(number, Remote).strikes
	return line, known
}

func (m *Memory) side(number nanp.Number, side Side) *tally {
	key := sideOf{number, side}
	if m.sides[key] == nil {
		m.sides[key] = &tally{underWay: map[Turn]time.Time{}, settled: map[Turn]bool{}}
	}
	return m.sides[key]
}

func (m *Memory) clear(number nanp.Number) {
	m.side(number, FromLine).strikes = Strikes{}
	m.side(number, Remote).strikes = Strikes{}
}

func (m *Memory) setPIN(line Line, pin Hash, record Record, notice []byte) {
	line.PIN, line.Since = pin, record.At
	line.Revision++
	m.lines[line.Number] = line
	if due := m.due[line.Number]; len(notice) > 0 {
		if len(due) >= MaxDue {
			m.append(line.Number, NoticeReplaced(record.At))
		}
		m.due[line.Number] = append(due[:min(len(due), MaxDue-1)], bytes.Clone(notice))
	}
	m.append(line.Number, record)
}

// Due returns the notices of a line that are due, oldest first. Nobody takes them on.
func (m *Memory) Due(number nanp.Number) [][]byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.due[number])
}

func (m *Memory) rehash(number nanp.Number, settlement Settlement) {
	line, known := m.lines[number]
	if known && settlement.Rehash != "" && line.PIN == settlement.Old {
		line.PIN = settlement.Rehash
		m.lines[number] = line
	}
}

func (m *Memory) recordLock(attempt Attempt, strikes Strikes) {
	if _, known := m.lines[attempt.Number]; !known {
		return
	}
	record := Record{
		At: attempt.At, Event: Locked, By: ByCaller,
		Side: attempt.Side, From: attempt.From, Call: attempt.Turn.Call,
	}
	if !strikes.Locked {
		record.Until = strikes.LockedUntil
	}
	m.append(attempt.Number, record)
}

func (m *Memory) append(number nanp.Number, record Record) {
	history := append(m.history[number], record)
	m.history[number] = history[max(0, len(history)-MaxHistory):]
}
