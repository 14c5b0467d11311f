package accounts

import (
	"context"
	"time"

	"updatecenter/internal/limit"
)

// Attempts counts the failures in a row to prove that an account is the own. It has no
// clock of its own: the time of an attempt is the time.
type Attempts interface {
	// Admit reserves an attempt, unless its subject is locked or has as many attempts under
	// way as failures are left until the lock. A subject without an account is admitted and
	// counted in the same way. An attempt that is under way or was settled is admitted again,
	// and reserves nothing more. One that is refused leaves nothing, and a lock as it was.
	Admit(ctx context.Context, attempt Attempt, lock limit.Lock) (Admission, error)
	// Settle ends an admitted attempt, see [Settlement], and returns the strikes then. The
	// same attempt settled again changes nothing. An attempt that was held for too long and
	// is settled after all counts as any other.
	Settle(ctx context.Context, attempt Attempt, settlement Settlement, lock limit.Lock) (limit.Strikes, error)
	// Kept returns the first of some subjects of which anything is kept; "" if nothing is of any.
	Kept(ctx context.Context, subjects []string) (string, error)
	// Open clears the failures and a lock of an account that is closed, unless one of the failures
	// came after that time, and appends the record to its history in the same step. It says whether
	// it did.
	Open(ctx context.Context, account ID, after time.Time, record Record, lock limit.Lock) (bool, error)
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
// be it somebody's code, can't be read from where failures are kept. It is counted under the key that it
// was counted under first, as long as that is in the key ring: if a new current key had its count start
// over, and not that of an account, the answers would tell which numbers are accounts'.
func (a Attempt) Subject() string {
	if a.Account != "" {
		return string(a.Account)
	}
	return a.Nobody
}

// DefaultLock returns the rule of service: the 5th failure in a row locks for 30 minutes and the 20th
// closes; failures fade after a day for a lock and after 90 days for closing, and an attempt that
// never ended counts for 20 seconds.
func DefaultLock() limit.Lock {
	const day = 24 * time.Hour
	return limit.Lock{
		LockAt: 5, LockFor: 30 * time.Minute, InFlight: 20 * time.Second, ForgetIn: day, CloseAt: 20, ForgetRow: 90 * day,
	}
}

// Admission is what Admit answers.
type Admission struct {
	Admitted bool
	Strikes  limit.Strikes // before the attempt
}

// Settlement is how an admitted attempt ended.
type Settlement struct {
	As limit.Outcome
	// Record is appended to the history of the attempt's account in the same step, if it
	// has one: with [limit.Passed] and [limit.PassedWeakly] always, with [limit.Failed] if this failure locks, and then with the end
	// of the lock as its Until, or if it closes, and then as [Settlement.Closing].
	Record Record
}

// Closing is the record of a failure that closes.
func (s Settlement) Closing() Record {
	record := s.Record
	record.Event, record.Until = Closed, time.Time{}
	return record
}
