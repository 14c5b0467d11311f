package signin

import (
	"context"
	"errors"
	"time"
)

// The ways in which a store refuses.
var (
	// ErrNoRecord is a key under which nothing is kept (any more).
	ErrNoRecord = errors.New("no such record")
	// ErrUnreadable is said together with ErrNoRecord, of what is kept under the key but is damaged,
	// or was written by another release.
	ErrUnreadable = errors.New("the stored record can't be read")
	// ErrStale is a record that somebody else has changed, made or deleted meanwhile.
	ErrStale = errors.New("the record has changed meanwhile")
)

// Kind is what a [Record] is of. A token of one kind is good for nothing else.
type Kind string

// The kinds.
const (
	KindSignIn  Kind = "sign-in" // one under way
	KindSession Kind = "session"
	KindDraft   Kind = "draft"
	KindBrowser Kind = "browser" // one in which agents have signed in
	KindChange  Kind = "change"  // one that is being proved
)

// Record is what a store keeps for one token.
type Record struct {
	Key    [32]byte // the token's SHA-256
	Kind   Kind
	Sealed []byte // all else, which only this package can read; at most [MaxSealed] bytes, never twice the same
	// Revision is 1 for a new record and one more with every change. Only a store sets it.
	Revision int64
	Expires  time.Time // a store may forget the record from then on; kept to the millisecond
}

// MaxSealed bounds Record.Sealed: a draft, and what sealing adds.
const MaxSealed = 24 << 10

// Store keeps what tokens stand for. Each operation is on one key and happens in one step. It
// has no clock that counts: a record may be found after it has expired, and who finds it looks
// at Expires.
type Store interface {
	// Put keeps the record under its key, if what is kept there has that revision; 0: if
	// nothing is. Its Revision is then one more. ErrStale: there is another revision,
	// something where nothing should be, or nothing where something should be. The same again (the
	// same sealed bytes on the same revision) changes nothing and is no error, as long as
	// nothing else has changed the record.
	Put(ctx context.Context, record Record, revision int64) error
	// Get returns what is kept under the key, or ErrNoRecord, with ErrUnreadable where it applies.
	Get(ctx context.Context, key [32]byte) (Record, error)
	// Delete deletes what is kept under the key, if it has that revision. So of many who
	// delete one record at once a single one is told that it did. ErrStale, ErrNoRecord.
	Delete(ctx context.Context, key [32]byte, revision int64) error
}
