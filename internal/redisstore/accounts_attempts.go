package redisstore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"updatecenter/internal/accounts"
)

// Admit implements [accounts.Attempts].
func (s Accounts) Admit(ctx context.Context, attempt accounts.Attempt, rule accounts.LockRule) (accounts.Admission, error) {
	answer, err := s.db.run(ctx, admitClaim, []string{accountStrikesKey(attempt.Subject())},
		append(claimArgs(attempt, rule), millis(attempt.At.Add(rule.InFlight)))...)
	if err != nil {
		return accounts.Admission{}, err
	}
	parts, _ := answer.([]any)
	if len(parts) != 4 {
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
	closing, err := encodeAccountRecord(settlement.Closing())
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
		append(claimArgs(attempt, rule), as, millis(until), entry, closing)...)
	if err != nil {
		return accounts.Strikes{}, err
	}
	parts, _ := answer.([]any)
	return parseAccountStrikes(parts)
}

// Kept implements [accounts.Attempts].
func (s Accounts) Kept(ctx context.Context, subjects []string) (string, error) {
	commands := make([][]any, len(subjects))
	for i, subject := range subjects {
		commands[i] = []any{"exists", accountStrikesKey(subject)}
	}
	answers, err := s.db.ask(ctx, commands...)
	if i := slices.Index(answers, any(int64(1))); err == nil && i >= 0 {
		return subjects[i], nil
	}
	return "", err
}

// Open implements [accounts.Attempts].
func (s Accounts) Open(
	ctx context.Context, account accounts.ID, after time.Time, record accounts.Record, rule accounts.LockRule,
) (bool, error) {
	entry, err := encodeAccountRecord(record)
	if err != nil {
		return false, err
	}
	of := accounts.Attempt{Account: account, At: record.At}
	answer, err := s.db.run(ctx, openAccount, []string{accountStrikesKey(of.Subject()), accountHistoryKey(account)},
		append(claimArgs(of, rule), millis(after), entry)...)
	return answer == int64(1), err
}

// claimArgs are what tallyLua's scripts are told first.
func claimArgs(attempt accounts.Attempt, rule accounts.LockRule) []any {
	keepClosed := int64(0)
	if attempt.Account == "" {
		keepClosed = accounts.KeptClosed * rule.ForgetRow.Milliseconds()
	}
	return []any{
		attempt.ID, millis(attempt.At), rule.ForgetIn.Milliseconds(), accounts.SettledKept.Milliseconds(),
		keepAttempts(rule), rule.Failures, rule.CloseAt, rule.ForgetRow.Milliseconds(), keepClosed,
	}
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

// parseAccountStrikes reads failures, until and closed.
func parseAccountStrikes(parts []any) (accounts.Strikes, error) {
	if len(parts) != 3 {
		return accounts.Strikes{}, ErrGarbage
	}
	failures, ok1 := parts[0].(int64)
	until, ok2 := parts[1].(int64)
	closed, ok3 := parts[2].(int64)
	if !ok1 || !ok2 || !ok3 {
		return accounts.Strikes{}, ErrGarbage
	}
	return accounts.Strikes{Failures: int(failures), LockedUntil: moment(until), Closed: closed == 1}, nil
}
