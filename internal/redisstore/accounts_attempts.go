package redisstore

import (
	"context"
	"slices"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/limit"
)

// Admit implements [accounts.Attempts].
func (s Accounts) Admit(ctx context.Context, attempt accounts.Attempt, rule limit.Lock) (accounts.Admission, error) {
	var admission accounts.Admission
	err := s.db.runInto(ctx, admitClaim, []string{accountStrikesKey(attempt.Subject())}, claimArgs(attempt, rule),
		&admission.Admitted, &admission.Strikes)
	return admission, err
}

// Settle implements [accounts.Attempts].
func (s Accounts) Settle(
	ctx context.Context, attempt accounts.Attempt, settlement accounts.Settlement, rule limit.Lock,
) (limit.Strikes, error) {
	record := settlement.Record
	if settlement.As == limit.Failed {
		record.Until = attempt.At.Add(rule.LockFor)
	}
	entry, err := encodeAccountRecord(record)
	if err != nil {
		return limit.Strikes{}, err
	}
	closing, err := encodeAccountRecord(settlement.Closing())
	if err != nil {
		return limit.Strikes{}, err
	}
	keys := []string{accountStrikesKey(attempt.Subject())}
	if attempt.Account != "" {
		keys = append(keys, accountHistoryKey(attempt.Account))
	}
	answer, err := s.db.run(ctx, settleClaim, keys, append(claimArgs(attempt, rule), string(settlement.As), entry, closing)...)
	return parseStrikes(answer, err)
}

// Kept implements [accounts.Attempts].
func (s Accounts) Kept(ctx context.Context, subjects []string) (string, error) {
	commands := make([][]any, len(subjects))
	for i, subject := range subjects {
		commands[i] = []any{"exists", accountStrikesKey(subject)}
	}
	answers, err := s.db.ask(ctx, "Accounts.Kept", commands...)
	if i := slices.Index(answers, any(int64(1))); err == nil && i >= 0 {
		return subjects[i], nil
	}
	return "", err
}

// Open implements [accounts.Attempts].
func (s Accounts) Open(
	ctx context.Context, account accounts.ID, after time.Time, record accounts.Record, rule limit.Lock,
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

// claimArgs are the lockArgs of an attempt. Nobody's account opens in the end.
func claimArgs(attempt accounts.Attempt, rule limit.Lock) []any {
	opens := time.Duration(0)
	if attempt.Account == "" {
		opens = limit.KeptClosed * rule.Row()
	}
	return lockArgs(attempt.At, attempt.ID, rule, opens)
}

// admitClaim reserves an attempt.
//
//	KEYS  strikes
//	ARGV  lockArgs
//	      {1 admitted or 0, strikes}
var admitClaim = newWrite("Accounts.Admit", digitsLua+accountLockLua+`
local s = load(KEYS[1])
if s.bad then return s.bad end
local admitted = reserve(s)
return {admitted, shown(s)}
`)

// settleClaim ends an attempt.
//
//	KEYS  strikes; the account's history, if there is an account
//	ARGV  lockArgs; the outcome, record of a pass or of a lock, record of what closes
//	      strikes
var settleClaim = newScript("Accounts.Settle", digitsLua+accountRecordLua+accountLockLua+`
local s = load(KEYS[1])
if s.bad then return s.bad end
local how, tell = settle(s, ARGV[4]), nil
if how == 'closed' then tell = ARGV[6]
elseif how and how ~= 'failed' then tell = ARGV[5]
end
if tell and KEYS[2] then record(KEYS[2], tell) end
return shown(s)
`)

// openAccount clears what is closed. The attempt is nobody's.
//
//	KEYS  strikes, the account's history
//	ARGV  lockArgs; after when no failure may have come, record
//	      1 opened, 0 it was not closed, or a failure came
var openAccount = newWrite("Accounts.Open", digitsLua+accountRecordLua+accountLockLua+`
local s = load(KEYS[1])
if s.bad then return s.bad end
if s.closed == 0 or s.last > tonumber(ARGV[4]) then return 0 end
clear(s)
record(KEYS[2], ARGV[5])
save(s)
return 1
`).lasts()
