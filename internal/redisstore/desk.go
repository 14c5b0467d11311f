package redisstore

import (
	"context"
	"errors"
	"time"

	"updatecenter/internal/repair"
)

// Desk keeps the codes by which customers are validated, and what agents are counted for: a
// [repair.Store].
type Desk struct{ db *DB }

var _ repair.Store = Desk{}

// Desk returns the store of the repair desk.
func (db *DB) Desk() Desk { return Desk{db} }

// errLongDeskCall refuses more than [repair.MaxSealed] bytes.
var errLongDeskCall = errors.New("the validation is too long")

// Create implements [repair.Store].
func (s Desk) Create(ctx context.Context, validation repair.Stored) (repair.Stored, error) {
	if len(validation.Sealed) > repair.MaxSealed {
		return repair.Stored{}, errLongDeskCall
	}
	answer, err := s.db.run(ctx, createDeskCall, []string{deskCallKey(validation.ID)}, validation.Sealed, keep(repair.Kept))
	if err != nil {
		return repair.Stored{}, err
	}
	fields, _ := answer.([]any)
	return parseDeskCall(validation.ID, fields)
}

// Load implements [repair.Store].
func (s Desk) Load(ctx context.Context, id repair.ID) (repair.Stored, error) {
	answers, err := s.db.ask(ctx, []any{"hmget", deskCallKey(id), "v", "rev", "sealed"})
	if err != nil {
		return repair.Stored{}, err
	}
	fields, _ := answers[0].([]any)
	if len(fields) == 3 && isEmpty(fields) {
		return repair.Stored{}, repair.ErrNotFound
	}
	return parseDeskCall(id, fields)
}

// Save implements [repair.Store].
func (s Desk) Save(ctx context.Context, validation repair.Stored) error {
	if len(validation.Sealed) > repair.MaxSealed {
		return errLongDeskCall
	}
	answer, err := s.db.run(ctx, saveDeskCall, []string{deskCallKey(validation.ID)},
		validation.Revision, validation.Revision+1, validation.Sealed)
	switch {
	case err != nil:
		return err
	case answer == int64(1):
		return nil
	case answer == int64(0):
		return repair.ErrNotFound
	case answer == int64(-1):
		return repair.ErrStale
	}
	return ErrGarbage
}

// Count implements [repair.Store]. After a broken connection a first refusal can be lost: then the
// next is the first.
func (s Desk) Count(ctx context.Context, count repair.Count) (repair.Counted, error) {
	rule := count.Rule
	answer, err := s.db.run(ctx, countAtDesk, []string{deskCountKey(count.Subject)},
		count.Entry, millis(count.At), rule.Most, rule.Within.Milliseconds(), rule.Rest.Milliseconds(),
		repair.Again.Milliseconds(), keep(max(rule.Within, rule.Rest, repair.Again)))
	if err != nil {
		return repair.Counted{}, err
	}
	parts, _ := answer.([]any)
	if len(parts) != 2 {
		return repair.Counted{}, ErrGarbage
	}
	until, ok := parts[0].(int64)
	if !ok {
		return repair.Counted{}, ErrGarbage
	}
	if until == 0 {
		return repair.Counted{}, nil
	}
	return repair.Counted{Refused: true, Until: time.UnixMilli(until).UTC(), First: parts[1] == int64(1)}, nil
}

// Uncount implements [repair.Store].
func (s Desk) Uncount(ctx context.Context, subject, entry string) error {
	_, err := s.db.run(ctx, uncountAtDesk, []string{deskCountKey(subject)}, entry)
	return err
}

// parseDeskCall reads version, revision and what was sealed.
func parseDeskCall(id repair.ID, fields []any) (repair.Stored, error) {
	if len(fields) != 3 {
		return repair.Stored{}, ErrGarbage
	}
	if err := checkVersion(fields[0]); err != nil {
		return repair.Stored{}, err
	}
	stored := repair.Stored{ID: id}
	sealed, ok := fields[2].(string)
	if !ok || !parseNumber(fields[1], &stored.Revision) {
		return repair.Stored{}, ErrGarbage
	}
	stored.Sealed = []byte(sealed)
	return stored, nil
}
