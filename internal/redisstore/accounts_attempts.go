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

// The failures to prove that an account is the own are, for each subject, one hash:
//
//	v             1
//	failures      in a row, since the last lock
//	row           in a row, over all locks; records of earlier releases lack it, and have what failures says
//	last          when the last one was
//	until         when the last lock ends; 0: there was none
//	p:<attempt>   an attempt under way: until when it is held against the subject
//	d:<attempt>   an attempt that was settled: when; kept for accounts.SettledKept
//
// Times are milliseconds.

// tallyLua reads a subject as it is at a time, failures forgotten that are too old, or answers an
// error; and writes it back. shown is what is told: failures, until, 1 closed or 0. All its scripts
// begin with
//
//	ARGV  attempt, now, ForgetIn, milliseconds for which settled ones are kept, milliseconds for Redis
//	      to keep the key at least, failures that lock, failures that close, ForgetRow, milliseconds
//	      until what is closed opens or 0
const tallyLua = digitsLua + `
local now, forget, kept, least = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local lock_at, close_at = tonumber(ARGV[6]), tonumber(ARGV[7])
local forget_row, open_in = tonumber(ARGV[8]), tonumber(ARGV[9])

local function closed(t) return t.row >= close_at end

local function tally(key)
	local t = {key = key, failures = 0, last = 0, soft = 0, under = 0, known = {}, old = {}}
	local v, wrong = nil, false
	local flat = redis.call('HGETALL', key)
	for i = 1, #flat, 2 do
		local name, n = flat[i], tonumber(flat[i + 1])
		local kind = string.sub(name, 1, 2)
		if name == 'v' then v = n
		elseif not n then wrong = true
		elseif name == 'failures' or name == 'row' or name == 'last' then t[name] = n
		elseif name == 'until' then t.soft = n
		elseif kind == 'p:' and n > now then t.known[name], t.under = true, t.under + 1
		elseif kind == 'd:' and n + kept > now then t.known[name] = true
		elseif kind == 'p:' or kind == 'd:' then t.old[#t.old + 1] = name
		end
	end
	if v and v > 1 then return nil, redis.error_reply('VERSION newer record') end
	if #flat > 0 and v ~= 1 or wrong then return nil, redis.error_reply('GARBAGE not a record') end
	t.row = t.row or t.failures
	local idle = now - t.last
	if closed(t) then
		if open_in > 0 and idle >= open_in then t.failures, t.row, t.soft = 0, 0, 0 end
	elseif idle >= forget_row then t.failures, t.row, t.soft = 0, 0, 0
	elseif idle >= forget and now >= t.soft then t.failures, t.soft = 0, 0
	end
	return t
end

local function save(t)
	for _, name in ipairs(t.old) do redis.call('HDEL', t.key, name) end
	redis.call('HSET', t.key, 'v', '1', 'failures', t.failures, 'row', t.row, 'last', t.last, 'until', t.soft)
	if closed(t) and open_in == 0 then
		redis.call('PERSIST', t.key)
		return
	end
	local ends = t.soft
	if closed(t) then ends = t.last + open_in
	elseif t.row > 0 then ends = math.max(ends, t.last + forget_row)
	end
	redis.call('PEXPIRE', t.key, math.max(ends - now, 0) + least)
end

local function shown(t) return t.failures, t.soft, closed(t) and 1 or 0 end
`

// admitClaim reserves an attempt.
//
//	KEYS  strikes
//	ARGV  see tallyLua; when the attempt runs out
//	      {1 admitted or 0, failures, until, closed}
var admitClaim = newWrite(tallyLua + `
local t, bad = tally(KEYS[1])
if bad then return bad end
local mine = 'p:' .. ARGV[1]
local admitted = t.known[mine] or t.known['d:' .. ARGV[1]]
local room = math.min(lock_at - t.failures, close_at - t.row)
if not admitted and now >= t.soft and t.under < room then
	admitted = true
	redis.call('HSET', t.key, mine, ARGV[10])
	save(t)
end
return {admitted and 1 or 0, shown(t)}
`)

// settleClaim ends an attempt.
//
//	KEYS  strikes; the account's history, if there is an account
//	ARGV  see tallyLua; failed, passed or weakly, when a lock ends, record of a pass or of a lock,
//	      record of what closes
//	      {failures, until, closed}
var settleClaim = newScript(accountRecordLua + tallyLua + `
local t, bad = tally(KEYS[1])
if bad then return bad end
if t.known['d:' .. ARGV[1]] then return {shown(t)} end
local tell = nil
if ARGV[10] == 'passed' then
	tell = ARGV[12]
	t.failures, t.row, t.last, t.soft = 0, 0, 0, 0
elseif ARGV[10] == 'weakly' then
	tell = ARGV[12]
else
	local before = closed(t)
	t.failures, t.row, t.last = t.failures + 1, t.row + 1, now
	if closed(t) then
		t.failures, t.soft = 0, 0
		if not before then tell = ARGV[13] end
	elseif t.failures >= lock_at then
		t.failures = 0
		if now >= t.soft then tell, t.soft = ARGV[12], tonumber(ARGV[11]) end
	end
end
if tell and KEYS[2] then record(KEYS[2], tell) end
t.old[#t.old + 1] = 'p:' .. ARGV[1]
redis.call('HSET', t.key, 'd:' .. ARGV[1], ARGV[2])
save(t)
return {shown(t)}
`)

// openAccount clears what is closed. The attempt is nobody's.
//
//	KEYS  strikes, the account's history
//	ARGV  see tallyLua; after when no failure may have come, record
//	      1 opened, 0 it was not closed, or a failure came
var openAccount = newWrite(accountRecordLua + tallyLua + `
local t, bad = tally(KEYS[1])
if bad then return bad end
if not closed(t) or t.last > tonumber(ARGV[10]) then return 0 end
t.failures, t.row, t.last, t.soft = 0, 0, 0, 0
record(KEYS[2], ARGV[11])
save(t)
return 1
`).lasts()
