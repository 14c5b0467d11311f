package pins

import (
	"context"
	"time"

	"updatecenter/internal/nanp"
)

// validator is who has validated a customer.
type validator struct{ by, from string }

// Validate implements [Validations].
func (m *Memory) Validate(_ context.Context, number nanp.Number, v Validation, record Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.lines[number]; !known {
		return ErrNoLine
	}
	if m.validations[number] == nil {
		m.validations[number] = map[validator]Validation{}
	}
	m.validations[number][validator{v.By, v.From}] = v
	m.append(number, record)
	return nil
}

// Validation implements [Validations].
func (m *Memory) Validation(_ context.Context, number nanp.Number, by, from string, at time.Time) (Validation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, known := m.validations[number][validator{by, from}]
	if !known || !at.Before(v.Until) {
		return Validation{}, ErrNotValidated
	}
	return v, nil
}

// Reset implements [Validations].
func (m *Memory) Reset(_ context.Context, number nanp.Number, record Record, notice []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.help(number, record); err != nil {
		return err
	}
	m.setPIN(m.lines[number], "", record, notice)
	return nil
}

// Unlock implements [Validations].
func (m *Memory) Unlock(_ context.Context, number nanp.Number, record Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.help(number, record); err != nil {
		return err
	}
	m.append(number, record)
	return nil
}

// help clears the strikes of a line whose customer is validated, or records the refusal.
func (m *Memory) help(number nanp.Number, record Record) error {
	v := m.validations[number][validator{record.By, record.From}]
	err := error(nil)
	switch _, known := m.lines[number]; {
	case !known:
		err = ErrNoLine
	case !record.At.Before(v.Until):
		err = ErrNotValidated
	}
	if err != nil {
		record.Event = ResetRefused
		m.append(number, record)
		return err
	}
	m.clear(number)
	return nil
}
