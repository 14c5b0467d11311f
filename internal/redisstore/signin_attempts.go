package redisstore

import (
	"context"
	"time"

	"updatecenter/internal/agents/signin"
)

// Count implements [signin.Attempts]. It isn't tried a second time by itself, which would count
// twice.
func (s SignIn) Count(
	ctx context.Context, subject string, at time.Time, rule signin.LockRule,
) (signin.Admission, error) {
	args := []any{
		millis(at), rule.LockAt, rule.LockFor.Milliseconds(), rule.CloseAt, rule.ForgetIn.Milliseconds(),
		rule.Window.Milliseconds(), slack.Milliseconds(),
	}
	for _, delay := range rule.Delays {
		args = append(args, delay.Milliseconds())
	}
	answer, err := s.db.runOnce(ctx, countSignIn, []string{signInStrikesKey(subject)}, args...)
	if err != nil {
		return signin.Admission{}, err
	}
	parts, _ := answer.([]any)
	if len(parts) != 3 {
		return signin.Admission{}, ErrGarbage
	}
	before, ok1 := parseSignInStrikes(parts[1])
	after, ok2 := parseSignInStrikes(parts[2])
	if !ok1 || !ok2 {
		return signin.Admission{}, ErrGarbage
	}
	return signin.Admission{Admitted: parts[0] == int64(1), Before: before, Strikes: after}, nil
}

// Release implements [signin.Attempts]. It isn't tried a second time by itself, which would take
// back twice.
func (s SignIn) Release(ctx context.Context, subject string, admission signin.Admission) error {
	args := append(signInStrikesArgs(admission.Strikes), signInStrikesArgs(admission.Before)...)
	_, err := s.db.runOnce(ctx, releaseSignIn, []string{signInStrikesKey(subject)}, args...)
	return err
}

// Clear implements [signin.Attempts].
func (s SignIn) Clear(ctx context.Context, subject string) error {
	_, err := s.db.run(ctx, clearSignIn, []string{signInStrikesKey(subject)})
	return err
}

// signInStrikesArgs are failures, first, last, until and closed, as the scripts have them.
func signInStrikesArgs(s signin.Strikes) []any {
	closed := 0
	if s.Closed {
		closed = 1
	}
	return []any{s.Failures, instant(s.First), instant(s.Last), instant(s.Until), closed}
}

// parseSignInStrikes reads the same.
func parseSignInStrikes(answer any) (signin.Strikes, bool) {
	parts, _ := answer.([]any)
	if len(parts) != 5 {
		return signin.Strikes{}, false
	}
	var n [5]int64
	for i, part := range parts {
		value, ok := part.(int64)
		if !ok {
			return signin.Strikes{}, false
		}
		n[i] = value
	}
	return signin.Strikes{
		Failures: int(n[0]), First: moment(n[1]), Last: moment(n[2]), Until: moment(n[3]), Closed: n[4] == 1,
	}, true
}

// instant is the number that moment reads.
func instant(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return millis(t)
}
