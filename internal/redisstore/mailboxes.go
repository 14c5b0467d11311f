package redisstore

import (
	"context"

	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
)

// Mailboxes keeps the voice mailboxes and e-mail addresses of lines: a [mailboxes.Store].
type Mailboxes struct{ db *DB }

var _ mailboxes.Store = Mailboxes{}

// Mailboxes returns the store of voice mailboxes and e-mail addresses. Its events wait in [DB.Outbox], with those of features.
func (db *DB) Mailboxes() Mailboxes { return Mailboxes{db} }

// Load implements [mailboxes.Store]. All of a line is one hash, as [changeLine] writes it:
//
//	v       1
//	rev     the revision
//	sealed  all else, as package mailboxes sealed it
func (s Mailboxes) Load(ctx context.Context, number nanp.Number) (mailboxes.Stored, error) {
	return s.load(ctx, "Mailboxes.Load", mailboxKey(number), number)
}

// LoadDecoy implements [mailboxes.Store]. It is a hash of the same fields.
func (s Mailboxes) LoadDecoy(ctx context.Context, number nanp.Number) (mailboxes.Stored, error) {
	return s.load(ctx, "Mailboxes.LoadDecoy", decoyKey(number), number)
}

func (s Mailboxes) load(ctx context.Context, operation, key string, number nanp.Number) (mailboxes.Stored, error) {
	stored := mailboxes.Stored{Number: number}
	err := s.db.hash(ctx, operation, key, mailboxes.ErrNoMailbox, "rev", &stored.Revision, "sealed", &stored.Sealed)
	return sound(stored, err)
}

// Change implements [mailboxes.Store]. It is one round trip, one more with an event and one with a notice.
func (s Mailboxes) Change(ctx context.Context, change mailboxes.Change) error {
	if len(change.Sealed) > mailboxes.MaxSealed {
		return errTooLong
	}
	c := lineChange{
		key: mailboxKey(change.Number), number: change.Number, revision: change.Revision, sealed: change.Sealed, lives: change.Lives,
		proved: change.Proved, record: change.Record, event: change.Event,
	}
	if change.Lives > 0 {
		c.key = decoyKey(change.Number)
	}
	if change.Notice != nil {
		c.notices = [][]byte{change.Notice}
	}
	return s.db.changeOfLine(ctx, "Mailboxes.Change", c, mailboxes.ErrOvertaken, mailboxes.ErrBacklog)
}
