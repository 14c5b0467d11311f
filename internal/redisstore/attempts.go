package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"updatecenter/pins"
)

// Admit implements [pins.Store].
func (s Lines) Admit(ctx context.Context, attempt pins.Attempt, rule pins.LockRule) (pins.Admission, error) {
	side := 2 // the place of its key
	if attempt.Side == pins.Remote {
		side = 3
	}
	answer, err := s.db.run(ctx, admit, lineKeys(attempt.Number),
		side, turnName(attempt.Turn), millis(attempt.At), rule.Soft, rule.Hard, rule.ForgetIn.Milliseconds(),
		millis(attempt.At.Add(rule.InFlight)), pins.TurnsKept.Milliseconds(), slack.Milliseconds())
	if err != nil {
		return pins.Admission{}, err
	}
	parts, _ := answer.([]any)
	if len(parts) != 4 {
		return pins.Admission{}, ErrGarbage
	}
	line, known, err := parseLine(attempt.Number, parts[1:])
	if err != nil {
		return pins.Admission{}, err
	}
	return pins.Admission{Admitted: parts[0] == int64(1), Known: known, Line: line}, nil
}

// Settle implements [pins.Store].
func (s Lines) Settle(
	ctx context.Context, attempt pins.Attempt, settlement pins.Settlement, rule pins.LockRule,
) (pins.Strikes, error) {
	args, err := settleArgs(attempt, settlement, rule)
	if err != nil {
		return pins.Strikes{}, err
	}
	other := pins.FromLine
	if attempt.Side == pins.FromLine {
		other = pins.Remote
	}
	n := attempt.Number
	answer, err := s.db.run(ctx, settle,
		[]string{lineKey(n), strikesKey(attempt.Side, n), strikesKey(other, n), historyKey(n)}, args...)
	if err != nil {
		return pins.Strikes{}, err
	}
	var strikes pins.Strikes
	if !parseStrikes(answer, &strikes) {
		return pins.Strikes{}, ErrGarbage
	}
	return strikes, nil
}

// settleArgs are the ARGV of [settle].
func settleArgs(attempt pins.Attempt, settlement pins.Settlement, rule pins.LockRule) ([]any, error) {
	as, err := settledName(settlement.As)
	if err != nil {
		return nil, err
	}
	until := attempt.At.Add(rule.SoftFor)
	soft, err := encode(lockRecord(attempt, until))
	if err != nil {
		return nil, err
	}
	hard, err := encode(lockRecord(attempt, time.Time{}))
	if err != nil {
		return nil, err
	}
	both := 0
	if attempt.Side == pins.FromLine {
		both = 1
	}
	return []any{
		as, turnName(attempt.Turn), millis(attempt.At), rule.Soft, rule.Hard, rule.ForgetIn.Milliseconds(),
		pins.TurnsKept.Milliseconds(), slack.Milliseconds(), millis(until), soft, hard,
		both, string(settlement.Old), string(settlement.Rehash),
	}, nil
}

func settledName(as pins.SettledAs) (string, error) {
	switch as {
	case pins.Failed:
		return "failed", nil
	case pins.Passed:
		return "passed", nil
	case pins.Released:
		return "released", nil
	}
	return "", fmt.Errorf("unknown way to settle %d", as)
}

// lockRecord tells of the lock that an attempt caused; without an end it is a hard one.
func lockRecord(attempt pins.Attempt, until time.Time) pins.Record {
	return pins.Record{
		At: attempt.At, Event: pins.Locked, By: pins.ByCaller,
		Side: attempt.Side, From: clip(attempt.From), Call: clip(attempt.Turn.Call), Until: until,
	}
}

// AdmitCaller implements [pins.CallerStore].
func (s Lines) AdmitCaller(
	ctx context.Context, caller string, turn pins.Turn, now time.Time, limit int, window time.Duration,
) (bool, error) {
	kept := max(window, pins.TurnsKept)
	done, err := s.db.run(ctx, admitCaller, []string{callerKey(caller)},
		turnName(turn), millis(now), limit, millis(now.Add(-window)), millis(now.Add(-kept)), keep(kept))
	if err != nil {
		return false, err
	}
	return done == int64(1), nil
}

// ForgiveCaller implements [pins.CallerStore].
func (s Lines) ForgiveCaller(ctx context.Context, caller string, turn pins.Turn) error {
	ctx, cancel := context.WithTimeout(ctx, s.db.within)
	defer cancel()
	if err := s.db.client.ZRem(ctx, callerKey(caller), turnName(turn)).Err(); err != nil {
		return explain(err)
	}
	return nil
}

// CallerFailures implements [pins.CallerStore].
func (s Lines) CallerFailures(ctx context.Context, caller string, now time.Time, window time.Duration) (int, error) {
	answers, err := s.db.ask(ctx, []any{"zcount", callerKey(caller), "(" + strconv.FormatInt(millis(now.Add(-window)), 10), "+inf"})
	if err != nil {
		return 0, err
	}
	failures, ok := answers[0].(int64)
	if !ok {
		return 0, ErrGarbage
	}
	return int(failures), nil
}
