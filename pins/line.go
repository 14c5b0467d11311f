package pins

import (
	"errors"
	"time"

	"updatecenter/internal/nanp"
)

// Errors of the contract.
var (
	// ErrNoLine: the number is not a line of ours.
	ErrNoLine = errors.New("no such line")
	// ErrStale: the PIN was changed or reset after the caller had proved to know it.
	ErrStale = errors.New("the PIN has changed meanwhile")
	// ErrUnreadable: what is stored is damaged, or of a newer release. To ask again is no help.
	ErrUnreadable = errors.New("a stored record can't be read")
)

// Line is a customer's telephone line and what is known of its PIN.
type Line struct {
	Number   nanp.Number
	Language string    // "en", "es", or empty while the customer has not chosen
	PIN      Hash      // the personal PIN; empty while the line has the temporary one
	Since    time.Time // when the present PIN came into force
	Revision int64     // grows by one with every change and reset of the PIN, from a start of its own: see [Registry]
	FromLine Strikes   // failures of calls that come from the line itself
	Remote   Strikes   // failures of calls from elsewhere
	Features Features  // the calling features that are installed
}

// Temporary says whether the line still has the temporary PIN.
func (l Line) Temporary() bool { return l.PIN == "" }

// Strikes returns the line's failures on one side.
func (l Line) Strikes(side Side) Strikes {
	if side == FromLine {
		return l.FromLine
	}
	return l.Remote
}

// Side tells where a call comes from. Failures are counted apart, so that a stranger
// can't lock an owner out at home.
type Side string

// The sides.
const (
	FromLine Side = "line"      // the network vouches that the call comes from the line
	Remote   Side = "elsewhere" // all other calls, whatever they claim
)

// Strikes are the failures in a row on one side of a line.
type Strikes struct {
	Failures    int
	LockedUntil time.Time // of the last lock that ends by itself; zero: there was none
	Locked      bool      // until a reset; Remote also until the right PIN is keyed from the line
}

// LockedAt says whether no attempt is allowed at that time.
func (s Strikes) LockedAt(now time.Time) bool {
	return s.Locked || now.Before(s.LockedUntil)
}
