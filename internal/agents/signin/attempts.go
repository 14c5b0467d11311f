package signin

import (
	"context"
	"errors"
	"strings"
	"time"

	"updatecenter/internal/limit"
)

// Attempts counts failures in a row. It has no clock of its own: the time of an attempt is
// the time. Each operation is on one subject and happens in one step.
//
// A subject is up to 100 letters, digits, - and _. It stands for an agent since the last
// activation, for user names that nobody has (2^18 subjects for them all), or for a client address:
// an HMAC under a key that stores don't have, as what was typed for a user name may be a password.
type Attempts interface {
	// Count counts one more failure, before anybody knows whether it is one, unless the
	// strikes until then bar the attempt ([limit.Strikes.LockedAt]). One that is refused leaves
	// everything as it is: it counts nothing and makes no wait longer.
	Count(ctx context.Context, subject string, at time.Time, rule limit.Lock) (Admission, error)
	// Release takes back what an admitted attempt has counted, as it was none. If nothing
	// was counted or cleared since, the strikes are again those before it. Else there is one
	// failure less (never fewer than none), and waits stay as they are; with no failure left
	// all is cleared.
	Release(ctx context.Context, subject string, admission Admission) error
	// Clear forgets failures, waits and locks. A subject without any is no error.
	Clear(ctx context.Context, subject string) error
}

// Admission is what Count answers.
type Admission struct {
	Admitted bool
	Before   limit.Strikes // before the attempt, faded ones forgotten
	Strikes  limit.Strikes // as they are now: of one refused, as before
}

// everyKey counts under each of some subjects, separated by spaces, that stand for the same.
type everyKey struct{ attempts Attempts }

// admissions are the answers for each of the subjects. The one for all is that for the subject that
// bars longest: as all are counted together, they differ only where one has begun later, with its key.
type admissions struct {
	Admission
	each []Admission
}

// Count counts under each, or under none.
func (a everyKey) Count(ctx context.Context, subjects string, at time.Time, rule limit.Lock) (admissions, error) {
	var all admissions
	for subject := range strings.FieldsSeq(subjects) {
		admission, err := a.attempts.Count(ctx, subject, at, rule)
		if err != nil || !admission.Admitted {
			return admissions{Admission: admission}, errors.Join(err, a.Release(ctx, subjects, all))
		}
		all.each = append(all.each, admission)
		if len(all.each) == 1 || barLonger(admission.Strikes, all.Strikes) {
			all.Admission = admission
		}
	}
	return all, nil
}

// Release releases what Count has counted.
func (a everyKey) Release(ctx context.Context, subjects string, counted admissions) error {
	var failed []error
	for i, subject := range strings.Fields(subjects)[:len(counted.each)] {
		failed = append(failed, a.attempts.Release(ctx, subject, counted.each[i]))
	}
	return errors.Join(failed...)
}

// Clear clears all.
func (a everyKey) Clear(ctx context.Context, subjects string) error {
	var failed []error
	for subject := range strings.FieldsSeq(subjects) {
		failed = append(failed, a.attempts.Clear(ctx, subject))
	}
	return errors.Join(failed...)
}

// barLonger says whether attempts are barred for longer than by others or, if not, whether there are
// more failures.
func barLonger(s, others limit.Strikes) bool {
	switch {
	case s.Closed != others.Closed:
		return s.Closed
	case !s.LockedUntil.Equal(others.LockedUntil):
		return s.LockedUntil.After(others.LockedUntil)
	}
	return s.Failures > others.Failures
}
