package repair

import (
	"context"
	"errors"
	"time"
)

// Errors of the contract.
var (
	// ErrNotFound: there is no such validation, or it is another's.
	ErrNotFound = errors.New("no such validation")
	// ErrStale: the validation was changed meanwhile.
	ErrStale = errors.New("the validation has changed meanwhile")
)

// Kept is for how long a validation by a call is kept, and its key stands for it.
const Kept = 24 * time.Hour

// MaxSealed bounds Stored.Sealed, in bytes, with much to spare.
const MaxSealed = 4 << 10

// Stored is a validation by a call as a store keeps it.
type Stored struct {
	ID       ID
	Revision int64  // from 1
	Sealed   []byte // all else, which only this package can read; at most [MaxSealed] bytes, never twice the same
}

// Store is what the desk needs of a database. It must work for any number of servers that share
// it, and has no clock of its own: times are handed to it, and are kept to the millisecond.
type Store interface {
	// Create keeps a new validation for [Kept] at least, with revision 1, and returns it; or, if
	// there is one with the ID, returns that and changes nothing.
	Create(ctx context.Context, validation Stored) (Stored, error)
	// Load returns a validation, or ErrNotFound.
	Load(ctx context.Context, id ID) (Stored, error)
	// Save replaces the validation that still has that revision, and raises the revision by one.
	// It says ErrStale when it has another, and ErrNotFound. The same again (revision and sealed
	// bytes) changes nothing and is no error, as long as no other change came after it.
	Save(ctx context.Context, validation Stored) error
	// Count counts an entry by its time, unless its subject has as many as the rule allows. An
	// entry that counts already counts once. Without an entry it only asks whether one would be
	// counted. What is refused leaves no entry.
	Count(ctx context.Context, count Count) (Counted, error)
	// Uncount takes an entry back, and with it the rest that it has brought about. No such entry
	// is no error.
	Uncount(ctx context.Context, subject, entry string) error
}

// Count is one more of something.
type Count struct {
	Subject string
	Entry   string // never the same twice for a subject; empty: none
	At      time.Time
	Rule    Rule
}

// Rule says how many entries of a subject there can be.
type Rule struct {
	Most   int           // in any time
	Within time.Duration // as long as this; an entry counts until just before its end
	// Rest, if there is one, begins with the entry that makes it Most, and lasts from that
	// entry's time: until then none is counted. It is as long as Within, or longer.
	Rest time.Duration
}

// Counted is how it was counted.
type Counted struct {
	Refused bool
	Until   time.Time // when there can be another, if it was refused
	// First says that it was refused, and that this has been said of no other refusal of the
	// subject in the hour ([Again]) up to the count's time. Of many at once, one is told so.
	First bool
}

// Again is how long after a first refusal another one is the first again.
const Again = time.Hour
