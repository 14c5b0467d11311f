package audit

import (
	"context"
	"errors"
)

// MaxRead is how many places a store is asked for at once, at most.
const MaxRead = 500

// MaxTogether is how many entries a store is handed at once, at most.
const MaxTogether = 100

// ErrBehind is a store's refusal: its head is another one meanwhile. Nothing was changed.
var ErrBehind = errors.New("the audit has another head meanwhile")

// Stored is an entry as a store keeps it: bytes at a place.
type Stored struct {
	Seq  int64  // the place, 1 or more
	Line []byte // JSON, at most [MaxLine] bytes
}

// Store is what the package needs of the place where the audit is kept: places that are
// filled in order, and a head, bytes too, which says up to where they are. It understands
// neither, and keeps both as they are, to the byte.
type Store interface {
	// Head returns the head, empty when nothing was appended yet. What can't be a head is
	// ErrUnreadable.
	Head(ctx context.Context) ([]byte, error)
	// Append fills empty places, 1 to [MaxTogether] that follow one another, and replaces the head
	// by next, in one step, if the head is still the one of before, to the byte; else it says
	// ErrBehind. A place that isn't empty is ErrTampered, and so is no head where there is a lowest
	// place; then nothing has changed. The same again, while the head is next, changes nothing and
	// is no error.
	Append(ctx context.Context, entries []Stored, next, before []byte) error
	// Read returns what stands at most places from a place on, 1 to [MaxRead], in order;
	// empty ones are left out. The head doesn't matter. Damaged bytes are returned as they are,
	// and what can't be a place at all counts as empty.
	Read(ctx context.Context, from int64, most int) ([]Stored, error)
	// Trim empties the places from first to last, at most [MaxRead], and replaces the head by
	// next, in one step, if the head is still the one of before; else it says ErrBehind. The
	// same again, while the head is next, changes nothing and is no error.
	Trim(ctx context.Context, first, last int64, next, before []byte) error
	// SetAside moves all that is kept aside, to where nothing else of this interface finds it, under
	// a name that was not used before; and fills place 1 and sets the head, all in one step, if the
	// head is still the one of before; what can't be a head counts as none. Else it says ErrBehind.
	// The same again, while the head is next, changes nothing and is no error.
	SetAside(ctx context.Context, name string, first Stored, next, before []byte) error
	// Lowest returns the place that was filled first or, once there was a Trim, the one after its
	// last; 0 when nothing was appended yet. It is kept apart from the head, and tells that there
	// was one. What can't be a place is ErrUnreadable.
	Lowest(ctx context.Context) (int64, error)
}
