package features

import (
	"context"
	"errors"

	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// Errors of the contract, beside [pins.ErrNoLine] and [pins.ErrUnreadable].
var (
	// ErrStale: the feature's settings were changed meanwhile.
	ErrStale = errors.New("the settings have changed meanwhile")
	// ErrOvertaken: the line's PIN was changed or reset after the caller had proved to know it.
	ErrOvertaken = errors.New("the PIN has changed since the caller proved to know it")
	// ErrNotInstalled: the line doesn't have the feature.
	ErrNotInstalled = errors.New("the feature is not installed on the line")
	// ErrBacklog: too many changes of the line still wait to be delivered to the switch.
	ErrBacklog = errors.New("too many changes wait for the switch")
)

// Store is where the settings of features are kept. What is sealed is so already.
type Store interface {
	// Features returns which features a line has and what is stored of them. Done says
	// whether the turn has changed anything before; the zero turn never has. Errors:
	// pins.ErrNoLine.
	Features(ctx context.Context, number nanp.Number, turn pins.Turn) (Stored, error)
	// Change stores the settings of a feature, appends the record to the line's history and
	// the event to the line's outbox, all in one step. Errors, the first that fits:
	// pins.ErrNoLine, ErrOvertaken, ErrNotInstalled, ErrStale when the feature's revision is not
	// the expected one, ErrBacklog; nothing is changed then. The same turn again changes nothing
	// more and is no error, for at least [pins.TurnsKept]; the zero turn is always new. An error
	// of another kind leaves open whether the change was made.
	Change(ctx context.Context, change Change) error
	// Install sets which features lines have, and appends the record to the history of those
	// of which that changes anything, with Changes filled in. Settings of features that are no
	// longer installed are forgotten, and for each of these the event that removal writes is
	// appended to the line's outbox, in the order of [pins.AllFeatures]; there is always room
	// for it. Settings of the others stay. All this is one step for each line. It says of each
	// whether anything changed; of a number that is no line, false.
	Install(ctx context.Context, lines []Installation, record pins.Record, removal Removal) ([]bool, error)
}

// Removal writes the event that a feature is no longer installed on a line, but for its
// revision: that stands, in decimal, between the two parts. It is the next after that of the
// settings that are forgotten, and at least the time of the record in milliseconds.
type Removal func(number nanp.Number, feature pins.Feature) (before, after []byte, err error)

// Stored is what a store has of a line's features.
type Stored struct {
	Installed   pins.Features
	PINRevision int64                 // that of [pins.Line]
	Settings    map[pins.Feature]Kept // of those that were ever changed
	Done        bool
}

// Kept are the settings of a feature as they are stored.
type Kept struct {
	Revision int64
	Settings []byte // as encoded by this package, codes sealed
}

// Change is a change of one feature's settings.
type Change struct {
	Number   nanp.Number
	Feature  pins.Feature
	Expected int64  // the revision that it must still have; 0: never changed
	Revision int64  // the new one
	Proved   int64  // the revision that the line's PIN must still have; 0: any
	Settings []byte // the new ones, to be kept
	Event    []byte // for the outbox, codes sealed
	Record   pins.Record
	Turn     pins.Turn // zero: no turn of a call
}

// Installation says which features a line should have.
type Installation struct {
	Number   nanp.Number
	Features pins.Features
}
