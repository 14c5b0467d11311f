package redisstore

import (
	"context"
	"fmt"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/limit"
	"updatecenter/pins"
)

// What bounds how often something is tried or done is here: the scripts of lines, accounts, sign-ins, the desk
// and deliveries are composed of these parts, with what else they do in the same step.

// The failures in a row of a subject are one hash:
//
//	v       1
//	last    when the last failure was
//	until   until when no attempt is admitted; 0: there was no wait
//	p:<id>  an attempt under way: until when it is held against the subject
//	d:<id>  an attempt that was settled: when; kept for a time
//
// Times are milliseconds. The other fields have names of their own:
//
//	of lines     failures  in a row, over all locks
//	             hard      1: closed
//	of accounts  failures  in a row, since the last lock
//	             row       in a row, over all locks; records of earlier releases lack it, and have what failures says
//	of sign-ins  failures  in a row, over all locks
//	             first     when the first failure was
//	             closed    1: closed
var (
	lineLockLua    = lockLua("{row = 'failures', closed = 'hard'}", pins.TurnsKept)
	accountLockLua = lockLua("{since = 'failures', row = 'row'}", accounts.SettledKept)
	signInLockLua  = lockLua("{row = 'failures', first = 'first', closed = 'closed'}", 0)
)

// lockArgs are what scripts with lockLua are told first: the time, the attempt, and the rule with how long
// after the last failure a closed subject opens; 0: never by itself.
func lockArgs(at time.Time, attempt string, rule limit.Lock, opens time.Duration) []any {
	numbers := fmt.Sprint(rule.LockAt, rule.LockFor.Milliseconds(), rule.CloseAt, rule.InFlight.Milliseconds(),
		rule.ForgetIn.Milliseconds(), rule.Row().Milliseconds(), opens.Milliseconds(), rule.Window.Milliseconds())
	for _, delay := range rule.Delays {
		numbers += fmt.Sprint(" ", delay.Milliseconds())
	}
	return []any{millis(at), attempt, numbers}
}

// clearArgs are the same of scripts that clear failures, whatever the rule.
func clearArgs(at time.Time) []any { return []any{millis(at), "", ""} }

// parseStrikes reads what shown in lockLua answers, of a script that has answered.
func parseStrikes(answer any, err error) (strikes limit.Strikes, _ error) {
	if err == nil {
		err = parseFields(answer, &strikes.Failures, &strikes.First, &strikes.Last, &strikes.LockedUntil, &strikes.Closed)
	}
	return strikes, err
}

// lockLua has what all scripts on failures in a row share: the arithmetic of [limit.Lock]. It takes the names
// of fields and for how long attempts that were settled are known; it needs digitsLua, and lockArgs or clearArgs
// as the first ARGV.
//
// load reads a subject as it is now, failures forgotten that are too old; an error to answer is in bad, and
// garbage says whether that is because the key holds no record of ours. reserve admits an attempt (1) or not
// (0). settle ends one, and says how: as limit.Outcome, or "locked" or "closed" of a failure that did so;
// nothing of one that was settled before. fail counts a failure, clear takes all away, save writes it back, and
// shown is what is answered: failures, first, last, until, closed.
func lockLua(names string, kept time.Duration) string {
	return fmt.Sprintf("\nlocal names, kept, slack = %s, %d, %d", names, kept.Milliseconds(), slack.Milliseconds()) + `
local now, attempt, rule = tonumber(ARGV[1]), ARGV[2], {}
for n in string.gmatch(ARGV[3], '%d+') do rule[#rule + 1] = tonumber(n) end
local lock_at, lock_for, close_at, in_flight, forget, forget_row, open_in, window = unpack(rule)

local function clear(s) s.since, s.row, s.first, s.last, s.soft, s.closed = 0, 0, 0, 0, 0, 0 end

local function barred(s) return s.closed == 1 or now < s.soft end

-- over is when all is forgotten; nothing: never.
local function over(s)
	local ends = s.last + forget_row
	if s.closed == 1 then
		if open_in == 0 then return nil end
		ends = s.last + open_in
	end
	if window > 0 then ends = math.min(ends, s.first + window) end
	return math.max(ends, s.soft)
end

local function faded(s)
	local ends = over(s)
	if ends and now >= ends then
		clear(s)
	elseif s.closed == 0 and now - s.last >= forget and now >= s.soft then
		s.since, s.soft = 0, 0
	end
end

local function load(key)
	local s, h = {key = key, under = 0, known = {}, old = {}}, {}
	clear(s)
	local flat = redis.pcall('HGETALL', key)
	if flat.err then
		s.bad, s.garbage = flat, string.find(flat.err, 'WRONGTYPE', 1, true)
		return s
	end
	for i = 1, #flat, 2 do
		local name, n = flat[i], tonumber(flat[i + 1])
		local kind = string.sub(name, 1, 2)
		if not digits(flat[i + 1]) then s.garbage = true
		elseif kind == 'p:' and n > now then s.known[name], s.under = true, s.under + 1
		elseif kind == 'd:' and n + kept > now then s.known[name] = true
		elseif kind == 'p:' or kind == 'd:' then s.old[#s.old + 1] = name
		else h[name] = n
		end
	end
	if h.v and h.v > 1 then
		s.bad, s.garbage = redis.error_reply('VERSION newer record'), false
	elseif #flat > 0 and h.v ~= 1 or s.garbage then
		s.bad, s.garbage = redis.error_reply('GARBAGE not a record'), true
	end
	if s.bad then return s end
	s.last, s.soft = h.last or 0, h['until'] or 0
	for field, name in pairs(names) do s[field] = h[name] or 0 end
	if not h[names.row] then s.row = s.since end
	if forget then
		if not names.since then s.since = s.row % lock_at end
		if close_at > 0 and not names.closed and s.row >= close_at then s.closed = 1 end
		faded(s)
	end
	return s
end

local function write(s)
	for _, name in ipairs(s.old) do redis.call('HDEL', s.key, name) end
	redis.call('HSET', s.key, 'v', '1', 'last', s.last, 'until', s.soft)
	for field, name in pairs(names) do redis.call('HSET', s.key, name, s[field]) end
end

local function save(s)
	write(s)
	local ends = now
	if s.row > 0 then ends = over(s) end
	if ends then
		redis.call('PEXPIRE', s.key, math.max(ends - now, kept) + slack)
	else
		redis.call('PERSIST', s.key)
	end
end

local function fail(s)
	s.since, s.row, s.last = s.since + 1, s.row + 1, now
	if s.row == 1 then s.first = now end
	if close_at > 0 and s.row >= close_at then
		local before = s.closed
		s.since, s.soft, s.closed = 0, 0, 1
		if before == 0 then return 'closed' end
		return 'failed'
	end
	local wait, delays = 0, #rule - 8
	if delays > 0 then wait = rule[8 + math.min(s.row, delays)] end
	if s.since >= lock_at then s.since, wait = 0, math.max(wait, lock_for) end
	if wait == 0 or now < s.soft then return 'failed' end
	s.soft = now + wait
	return 'locked'
end

local function reserve(s)
	if s.known['p:' .. attempt] or s.known['d:' .. attempt] then return 1 end
	local room = lock_at - s.since
	if close_at > 0 then room = math.min(room, close_at - s.row) end
	if barred(s) or s.under >= room then return 0 end
	redis.call('HSET', s.key, 'p:' .. attempt, now + in_flight)
	save(s)
	return 1
end

local function settle(s, how)
	if s.known['d:' .. attempt] then return nil end
	if how == 'failed' then how = fail(s)
	elseif how == 'passed' then clear(s)
	elseif how ~= 'weakly' and how ~= 'released' then error('no outcome')
	end
	s.old[#s.old + 1] = 'p:' .. attempt
	if how ~= 'released' then redis.call('HSET', s.key, 'd:' .. attempt, now) end
	save(s)
	return how
end

local function shown(s)
	local failures, first, last = s.row, 0, 0
	if names.since then failures = s.since end
	if names.first then first, last = s.first, s.last end
	return {failures, first, last, s.soft, s.closed}
end
`
}

// slideLua has when there is room for one more entry by rates: how many there can be and in how many
// milliseconds, with spaces between the numbers; 0: now. Of a sorted set of times it is free in; of others,
// count says how many came after a time, and nth when the n-th of these did, from 0.
const slideLua = `
local function free(now, rates, count, nth)
	local ends = 0
	for most, within in string.gmatch(rates, '(%d+) (%d+)') do
		local from = now - tonumber(within)
		local n = count(from) - tonumber(most)
		if n >= 0 then
			local oldest = now
			if tonumber(most) > 0 then oldest = nth(from, n) end
			ends = math.max(ends, oldest + tonumber(within))
		end
	end
	return ends
end

local function freeIn(key, now, rates)
	local function after(from) return string.format('(%.0f', from) end
	local function count(from) return redis.call('ZCOUNT', key, after(from), '+inf') end
	local function nth(from, n)
		return tonumber(redis.call('ZRANGEBYSCORE', key, after(from), '+inf', 'WITHSCORES', 'LIMIT', n, 1)[2])
	end
	return free(now, rates, count, nth)
end

local function trim(key, now, kept) redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%.0f', now - kept)) end
`

// ratesArg is how slideLua takes rates.
func ratesArg(rates ...limit.Rate) string {
	text := ""
	for _, rate := range rates {
		text += fmt.Sprint(rate.Most, rate.Within.Milliseconds(), " ")
	}
	return text
}

// countEntry counts an entry in a sorted set of times, unless it was counted before.
//
//	KEYS  when entries were counted; the block, if there may be one
//	ARGV  entry, its time, milliseconds for which entries are known, and for Redis to keep the key, rates
//	      {1, 0} counted, {0, until} too many until then, {-1, until} blocked until then
var countEntry = newWrite("count", strangeLua+slideLua+`
local key, entry, now = KEYS[1], ARGV[1], tonumber(ARGV[2])
if redis.call('ZSCORE', key, entry) then return {1, 0} end
if KEYS[2] then
	local bad, _, known = strange(KEYS[2])
	if bad then return bad end
	local untl = known and redis.call('HGET', KEYS[2], 'until')
	if untl and not digits(untl) then return redis.error_reply('GARBAGE not a record') end
	if untl and now < tonumber(untl) then return {-1, tonumber(untl)} end
end
local untl = freeIn(key, now, ARGV[5])
if untl > 0 then return {0, untl} end
trim(key, now, tonumber(ARGV[3]))
redis.call('ZADD', key, ARGV[2], entry)
redis.call('PEXPIRE', key, ARGV[4])
return {1, 0}
`)

// What countEntry answers first.
const (
	entryCounted = int64(1)
	entryRefused = int64(0)
	entryBlocked = int64(-1)
)

// countEntry runs [countEntry] for an operation, and returns what it answers first, and until when no entry is counted. Entries
// are known for a time, and for as long as a rate needs them.
func (db *DB) countEntry(
	ctx context.Context, operation string, keys []string, entry string, at time.Time, kept time.Duration, rates ...limit.Rate,
) (counted int64, until time.Time, err error) {
	for _, rate := range rates {
		kept = max(kept, rate.Within)
	}
	err = db.runInto(ctx, countEntry.of(operation), keys,
		[]any{entry, millis(at), kept.Milliseconds(), keep(kept), ratesArg(rates...)}, &counted, &until)
	return counted, until, err
}

// uncountEntry takes an entry back. No such entry is no error.
func (db *DB) uncountEntry(ctx context.Context, operation, key, entry string) error {
	_, err := db.ask(ctx, operation, []any{"zrem", key, entry})
	return err
}
