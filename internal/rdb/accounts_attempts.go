package rdb

import (
	"context"
	"fmt"

	"updatecenter/accounts"
)

// Admit implements [accounts.Attempts].
func (s Accounts) Admit(ctx context.Context, attempt accounts.Attempt, rule accounts.LockRule) (accounts.Admission, error) {
	answer, err := s.db.run(ctx, admitClaim, []string{accountStrikesKey(attempt.Subject())},
		attempt.ID, millis(attempt.At), rule.ForgetIn.Milliseconds(), accounts.SettledKept.Milliseconds(),
		keepAttempts(rule), rule.Failures, millis(attempt.At.Add(rule.InFlight)))
	if err != nil {
		return accounts.Admission{}, err
	}
	parts, _ := answer.([]any)
	if len(parts) != 3 {
		return accounts.Admission{}, ErrGarbage
	}
	strikes, err := parseAccountStrikes(parts[1:])
	return accounts.Admission{Admitted: parts[0] == int64(1), Strikes: strikes}, err
}

// Settle implements [accounts.Attempts].
func (s Accounts) Settle(
	ctx context.Context, attempt accounts.Attempt, settlement accounts.Settlement, rule accounts.LockRule,
) (accounts.Strikes, error) {
	until, record := attempt.At.Add(rule.LockFor), settlement.Record
	if settlement.As == accounts.Failed {
		record.Until = until
	}
	entry, err := encodeAccountRecord(record)
	if err != nil {
		return accounts.Strikes{}, err
	}
	as, err := claimSettledName(settlement.As)
	if err != nil {
		return accounts.Strikes{}, err
	}
	keys := []string{accountStrikesKey(attempt.Subject())}
	if attempt.Account != "" {
		keys = append(keys, accountHistoryKey(attempt.Account))
	}
	answer, err := s.db.run(ctx, settleClaim, keys,
		attempt.ID, millis(attempt.At), rule.ForgetIn.Milliseconds(), accounts.SettledKept.Milliseconds(),
		keepAttempts(rule), rule.Failures, as, millis(until), entry)
	if err != nil {
		return accounts.Strikes{}, err
	}
	parts, _ := answer.([]any)
	return parseAccountStrikes(parts)
}

// keepAttempts is how long Redis keeps attempts at least, in milliseconds.
func keepAttempts(rule accounts.LockRule) int64 {
	return keep(max(accounts.SettledKept, rule.InFlight))
}

func claimSettledName(as accounts.SettledAs) (string, error) {
	switch as {
	case accounts.Failed:
		return "failed", nil
	case accounts.Passed:
		return "passed", nil
	case accounts.PassedWeakly:
		return "weakly", nil
	}
	return "", fmt.Errorf("unknown way to settle %d", as)
}

// parseAccountStrikes reads failures and until.
func parseAccountStrikes(parts []any) (accounts.Strikes, error) {
	if len(parts) != 2 {
		return accounts.Strikes{}, ErrGarbage
	}
	failures, ok1 := parts[0].(int64)
	until, ok2 := parts[1].(int64)
	if !ok1 || !ok2 {
		return accounts.Strikes{}, ErrGarbage
	}
	return accounts.Strikes{Failures: int(failures), LockedUntil: moment(until)}, nil
}
