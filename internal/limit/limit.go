// Package limit has the rules that bound how often something is tried or done: how many entries there can be
// in a time ([Rate]), and what failures in a row lead to ([Lock]). Package redisstore applies them (limits.go);
// rate_test.go and lock_test.go check that, for every user of a rule.
//
// Where a PIN, a code or an answer is guessed at, an attempt is reserved, then judged, then settled, so that
// attempts at the same moment are no more guesses than attempts one after the other.
package limit

import (
	"cmp"
	"time"
)

// Rate says how many entries there can be.
type Rate struct {
	Most   int           // in any time
	Within time.Duration // as long as this; an entry counts until just before its end
}

// Lock says what failures in a row lead to.
type Lock struct {
	// Delays[n-1] is for how long no attempt is admitted after the nth failure. The last one
	// holds for all failures that follow. None: no waits but the locks'.
	Delays []time.Duration
	// After every LockAt failures, at least 1, the subject is locked for LockFor, or for a delay that is
	// longer.
	LockAt  int
	LockFor time.Duration
	// CloseAt is how many failures in a row, over all locks, close the subject; 0: none do. See [Strikes.Closed].
	CloseAt int
	// InFlight is how long an attempt that was admitted and is never settled is held against the subject.
	InFlight time.Duration
	// ForgetIn is how long after the last failure none counts for a lock any more, once a wait is over.
	ForgetIn time.Duration
	// ForgetRow is how long after the last failure none counts for closing any more; 0: as long as ForgetIn. It
	// isn't shorter. Only accounts are kept so that it can be another time.
	ForgetRow time.Duration
	// Window, if it isn't 0, has all forgotten that long after the first failure, too. Only sign-ins are kept
	// with the time of that.
	Window time.Duration
}

// IsZero says whether there is no rule.
func (l Lock) IsZero() bool {
	return l.LockAt == 0 && l.LockFor == 0 && l.CloseAt == 0 && l.ForgetIn == 0
}

// Valid says whether the rule can be applied.
func (l Lock) Valid() bool {
	return l.LockAt > 0 && l.ForgetIn > 0 && l.Row() >= l.ForgetIn &&
		l.LockFor >= 0 && l.CloseAt >= 0 && l.InFlight >= 0 && l.Window >= 0
}

// Row is ForgetRow, or ForgetIn.
func (l Lock) Row() time.Duration { return cmp.Or(l.ForgetRow, l.ForgetIn) }

// Locks says whether the nth failure in a row brings a lock, and not only a delay.
func (l Lock) Locks(n int) bool {
	return n > 0 && (n%l.LockAt == 0 || l.CloseAt > 0 && n >= l.CloseAt)
}

// KeptClosed is how many times [Lock.Row] a closed subject that does not exist, such as a made-up number, stays
// closed: it must not fill the store.
const KeptClosed = 4

// Strikes are the failures in a row of one subject. Times are kept to the millisecond.
type Strikes struct {
	Failures    int       // in a row; of accounts, since the last lock
	First       time.Time // the first failure; zero: none, or the store doesn't say
	Last        time.Time // the last one; likewise
	LockedUntil time.Time // until when no attempt is admitted; zero: there was no wait
	Closed      bool      // none is admitted until the failures are cleared, or until all is forgotten
}

// LockedAt says whether no attempt is admitted at that time.
func (s Strikes) LockedAt(at time.Time) bool { return s.Closed || at.Before(s.LockedUntil) }

// Outcome is how an attempt ended that was admitted.
type Outcome string

// The outcomes.
const (
	// Failed counts one more failure at the attempt's time, once, and locks or closes by the rule. The failure
	// that closes brings no wait; no other makes a wait longer that is not over.
	Failed Outcome = "failed"
	// Passed clears the failures and locks.
	Passed Outcome = "passed"
	// PassedWeakly clears nothing: failures and a lock stay as they are. It is for what is
	// right and yet known to many. Otherwise whoever knows only that could clear the count after every
	// fourth wrong guess at the rest.
	PassedWeakly Outcome = "weakly"
	// Released neither counts nor clears: the attempt is as if it had not been.
	Released Outcome = "released"
)
