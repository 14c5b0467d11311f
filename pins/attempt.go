package pins

import (
	"time"

	"updatecenter/internal/nanp"
)

// Turn names one turn of one call: what makes effects happen once.
type Turn struct {
	Call   string // the CallSid
	Number int
}

// Attempt is one entry of a PIN.
type Attempt struct {
	Number nanp.Number
	Side   Side
	From   string // who called, for the record and the caller's count; empty: withheld, and not counted
	// Vouched says that the network vouches for From. Only calls from elsewhere need it.
	Vouched bool
	Turn    Turn
	At      time.Time
}

// Admission is what Admit answers.
type Admission struct {
	Admitted bool
	Known    bool // the number is a line of ours
	Line     Line // as it is, when known; else the number, and the strikes of the attempt's side
}

// LockRule says how many failures in a row lock one side of a line. Soft is less than Hard.
type LockRule struct {
	Soft     int           // lock for SoftFor at this many
	SoftFor  time.Duration // how long the lock at Soft lasts
	Hard     int           // lock until a reset; Remote also until the right PIN is keyed from the line
	InFlight time.Duration // how long an admitted attempt that is never settled is held against the side
	ForgetIn time.Duration // failures below Hard are forgotten after this long without another
}

// Settlement is how an admitted attempt ended.
type Settlement struct {
	As SettledAs
	// Rehash replaces the stored hash, if that is still Old, as it was made under an
	// older key or weaker parameters. Only with Passed; empty: nothing to replace. It
	// is the same PIN, so Since and Revision stay and nothing is recorded.
	Old, Rehash Hash
}

// SettledAs is the way an attempt ends.
type SettledAs int

const (
	// Failed counts one more failure, once for the turn, and locks by the rule; a lock is
	// appended to the line's history in the same step, if it is a line of ours, as a
	// [Locked] record [ByCaller] with the attempt's time, side, From and call.
	Failed SettledAs = iota + 1
	// Passed clears the failures and locks of the attempt's side; from the line, those of
	// both.
	Passed
	// Released neither counts nor clears: the attempt is as if it had not been.
	Released
)

// Change is a new personal PIN.
type Change struct {
	Number   nanp.Number
	Revision int64 // that the line must still have
	PIN      Hash
	Turn     Turn
	Record   Record // appended as it is; its At is when the PIN comes into force
	Notice   []byte // kept as due, see [Store]; empty: none
}

// NewLine is a line as it is provisioned.
type NewLine struct {
	Number   nanp.Number
	Language string   // "en", "es" or empty
	Features Features // the calling features to install
	// FeaturesGiven tells features that are none from features of which nothing is known: a
	// file without the column must not take those of lines that exist. A line that is
	// created has Features either way.
	FeaturesGiven bool
}
