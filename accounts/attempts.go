package accounts

import (
	"context"
	"time"
)

// Attempts counts the failures in a row to prove that an account is the own. It has no
// clock of its own: the time of an attempt is the time.
type Attempts interface {
	// Admit reserves an attempt, unless its subject is locked or has as many attempts under
	// way as failures are left until the lock. A subject without an account is admitted and
	// counted in the same way. An attempt that is under way or was settled is admitted again,
	// and reserves nothing more. One that is refused leaves nothing, and a lock as it was.
	Admit(ctx context.Context, attempt Attempt, rule LockRule) (Admission, error)
	// Settle ends an admitted attempt, see [Settlement], and returns the strikes then. The
	// same attempt settled again changes nothing. An attempt that was held for too long and
	// is settled after all counts as any other.
	Settle(ctx context.Context, attempt Attempt, settlement Settlement, rule LockRule) (Strikes, error)
}

// SettledKept is for how long an attempt that was settled is known again: longer than any
// request is tried again.
const SettledKept = 10 * time.Minute

// Attempt is one claim that is made.
type Attempt struct {
	ID      string // 30 letters, digits and underscores, never the same twice
	Account ID     // whose account the number is; empty: nobody's
	Nobody  string // stands for a number that is nobody's, see [Attempt.Subject]
	At      time.Time
}

// Subject is what failures are counted for: the account, whatever its number, or else what
// stands for the number that is no account's. That is "nobody_" and an HMAC of the number
// under a key that stores don't have, in hexadecimal: whatever was typed for an account number,
// be it somebody's code, can't be read from where failures are kept. While servers begin to
// use another key, such a number may be counted apart under each.
func (a Attempt) Subject() string {
	if a.Account != "" {
		return string(a.Account)
	}
	return a.Nobody
}

// LockRule says how many failures in a row lock.
type LockRule struct {
	Failures int           // lock for LockFor at this many, and counting starts over
	LockFor  time.Duration // how long a lock lasts
	InFlight time.Duration // how long an admitted attempt that is never settled is held against the subject
	ForgetIn time.Duration // failures are forgotten after this long without another
}

// DefaultLock returns the rule of service: the 5th failure in a row locks for 30 minutes,
// failures fade after a day, and an attempt that never ended counts for 20 seconds.
func DefaultLock() LockRule {
	return LockRule{Failures: 5, LockFor: 30 * time.Minute, InFlight: 20 * time.Second, ForgetIn: 24 * time.Hour}
}

func (r LockRule) valid() bool {
	return r.Failures > 0 && r.LockFor > 0 && r.InFlight > 0 && r.ForgetIn > 0
}

// Admission is what Admit answers.
type Admission struct {
	Admitted bool
	Strikes  Strikes // before the attempt
}

// Strikes are the failures in a row of one subject.
type Strikes struct {
	Failures    int       // since the last lock
	LockedUntil time.Time // of the last lock; zero: there was none, or it was cleared or has faded
}

// LockedAt says whether no attempt is allowed at that time.
func (s Strikes) LockedAt(now time.Time) bool { return now.Before(s.LockedUntil) }

// Settlement is how an admitted attempt ended.
type Settlement struct {
	As SettledAs
	// Record is appended to the history of the attempt's account in the same step, if it
	// has one: with Passed and PassedWeakly always, with Failed if this failure locks, and then with the end
	// of the lock as its Until.
	Record Record
}

// SettledAs is the way an attempt ends.
type SettledAs int

const (
	// Failed counts one more failure, at the attempt's time. The one that completes
	// LockRule.Failures locks from that time on and sets the count back to none. A lock
	// that stands is never shortened or lengthened by another failure.
	Failed SettledAs = iota + 1
	// Passed clears the failures and a lock.
	Passed
	// PassedWeakly clears nothing: failures and a lock stay as they are. It is for what is
	// right and yet known to many. Or whoever knows it could guess at the rest for ever, and
	// have the failures forgotten after every fourth.
	PassedWeakly
)
