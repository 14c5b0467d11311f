package rdb

import (
	"context"
	"errors"
	"time"

	"updatecenter/desk"
)

// Desk keeps the codes by which customers are validated, and what agents are counted for: a
// [desk.Store].
type Desk struct{ db *DB }

var _ desk.Store = Desk{}

// Desk returns the store of the repair desk.
func (db *DB) Desk() Desk { return Desk{db} }

// errLongDeskCall refuses more than [desk.MaxSealed] bytes.
var errLongDeskCall = errors.New("the validation is too long")

// Create implements [desk.Store].
func (s Desk) Create(ctx context.Context, validation desk.Stored) (desk.Stored, error) {
	if len(validation.Sealed) > desk.MaxSealed {
		return desk.Stored{}, errLongDeskCall
	}
	answer, err := s.db.run(ctx, createDeskCall, []string{deskCallKey(validation.ID)}, validation.Sealed, keep(desk.Kept))
	if err != nil {
		return desk.Stored{}, err
	}
	fields, _ := answer.([]any)
	return parseDeskCall(validation.ID, fields)
}

// Load implements [desk.Store].
func (s Desk) Load(ctx context.Context, id desk.ID) (desk.Stored, error) {
	answers, err := s.db.ask(ctx, []any{"hmget", deskCallKey(id), "v", "rev", "sealed"})
	if err != nil {
		return desk.Stored{}, err
	}
	fields, _ := answers[0].([]any)
	if len(fields) == 3 && isEmpty(fields) {
		return desk.Stored{}, desk.ErrNotFound
	}
	return parseDeskCall(id, fields)
}

// Save implements [desk.Store].
func (s Desk) Save(ctx context.Context, validation desk.Stored) error {
	if len(validation.Sealed) > desk.MaxSealed {
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
		return desk.ErrNotFound
	case answer == int64(-1):
		return desk.ErrStale
	}
	return ErrGarbage
}

// Count implements [desk.Store]. After a broken connection a first refusal can be lost: then the
// next is the first.
func (s Desk) Count(ctx context.Context, count desk.Count) (desk.Counted, error) {
	rule := count.Rule
	answer, err := s.db.run(ctx, countAtDesk, []string{deskCountKey(count.Subject)},
		count.Entry, millis(count.At), rule.Most, rule.Within.Milliseconds(), rule.Rest.Milliseconds(),
		desk.Again.Milliseconds(), keep(max(rule.Within, rule.Rest, desk.Again)))
	if err != nil {
		return desk.Counted{}, err
	}
	parts, _ := answer.([]any)
	if len(parts) != 2 {
		return desk.Counted{}, ErrGarbage
	}
	until, ok := parts[0].(int64)
	if !ok {
		return desk.Counted{}, ErrGarbage
	}
	if until == 0 {
		return desk.Counted{}, nil
	}
	return desk.Counted{Refused: true, Until: time.UnixMilli(until).UTC(), First: parts[1] == int64(1)}, nil
}

// Uncount implements [desk.Store].
func (s Desk) Uncount(ctx context.Context, subject, entry string) error {
	_, err := s.db.run(ctx, uncountAtDesk, []string{deskCountKey(subject)}, entry)
	return err
}

// parseDeskCall reads version, revision and what was sealed.
func parseDeskCall(id desk.ID, fields []any) (desk.Stored, error) {
	if len(fields) != 3 {
		return desk.Stored{}, ErrGarbage
	}
	if err := checkVersion(fields[0]); err != nil {
		return desk.Stored{}, err
	}
	stored := desk.Stored{ID: id}
	sealed, ok := fields[2].(string)
	if !ok || !parseNumber(fields[1], &stored.Revision) {
		return desk.Stored{}, ErrGarbage
	}
	stored.Sealed = []byte(sealed)
	return stored, nil
}
