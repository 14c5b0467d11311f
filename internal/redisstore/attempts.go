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

// One side of a number is one hash:
//
//	v         1
//	failures  in a row
//	last      when the last one was
//	until     when the last lock that ends by itself ends; 0: there was none
//	hard      1: locked until a reset; from elsewhere also until the right PIN from the line
//	p:<turn>  an attempt under way: until when it is held against the side
//	d:<turn>  an attempt that has failed or passed: when; kept for pins.TurnsKept
//
// Times are milliseconds.

// strikesLua has what all scripts on strikes share.
//
// load reads a side as it is at a time, failures forgotten if it is told after how long; an
// error to answer is in bad, and garbage says whether that is because the key holds no record
// of ours.
// save writes it back, with the time that Redis keeps it: a hard lock for good, but that of
// a number that is no line for a year at the rule's 90 days, so that made-up numbers don't
// fill Redis.
// clear takes failures and locks away, and garbage whole. shown is what the answers tell.
const strikesLua = `
local function load(key, now, kept, forget)
	local s = {key = key, failures = 0, last = 0, soft = 0, hard = 0, under = 0, turns = {}, old = {}}
	local flat, v, wrong = redis.pcall('HGETALL', key), nil, false
	if flat.err then
		s.bad, s.garbage = flat, string.find(flat.err, 'WRONGTYPE', 1, true)
		return s
	end
	for i = 1, #flat, 2 do
		local name, n = flat[i], tonumber(flat[i + 1])
		local kind = string.sub(name, 1, 2)
		if name == 'v' then v = n
		elseif not n then wrong = true
		elseif name == 'failures' or name == 'last' or name == 'hard' then s[name] = n
		elseif name == 'until' then s.soft = n
		elseif kind == 'p:' and n > now then s.turns[name], s.under = true, s.under + 1
		elseif kind == 'd:' and n + kept > now then s.turns[name] = true
		elseif kind == 'p:' or kind == 'd:' then s.old[#s.old + 1] = name
		end
	end
	if v and v > 1 then s.bad = redis.error_reply('VERSION newer record')
	elseif #flat > 0 and v ~= 1 or wrong then
		s.bad, s.garbage = redis.error_reply('GARBAGE not a record'), true
	end
	if forget and s.hard == 0 and now - s.last >= forget then s.failures, s.last, s.soft = 0, 0, 0 end
	return s
end

local function save(s, now, kept, forget, slack, unknown)
	for _, name in ipairs(s.old) do redis.call('HDEL', s.key, name) end
	redis.call('HSET', s.key, 'v', '1', 'failures', s.failures, 'last', s.last, 'until', s.soft, 'hard', s.hard)
	if s.hard == 1 and unknown then
		redis.call('PEXPIRE', s.key, 4 * forget)
	elseif s.hard == 1 then
		redis.call('PERSIST', s.key)
	else
		local left = s.failures > 0 and s.last + forget - now or 0
		redis.call('PEXPIRE', s.key, math.max(left, kept) + slack)
	end
end

local function clear(s, now, kept, slack)
	if s.garbage then
		redis.call('DEL', s.key)
		return
	end
	if s.failures == 0 and s.hard == 0 then return end
	s.failures, s.last, s.soft, s.hard = 0, 0, 0, 0
	save(s, now, kept, 0, slack)
end

local function shown(s) return {s.failures, s.soft, s.hard} end
`

// admit reserves an attempt.
//
//	KEYS  line, strikes from the line, strikes from elsewhere
//	ARGV  which key has the side, turn, now, soft, hard, ForgetIn, when the attempt runs out,
//	      milliseconds for which turns are kept, slack
//	      {1 admitted or 0, fields of the line, or none; failures, until, locked of either side}
var admit = newWrite(lineLua + strikesLua + `
local l, bad = line(KEYS[1])
if bad then return bad end
local now, soft, hard = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local forget, kept, slack = tonumber(ARGV[6]), tonumber(ARGV[8]), tonumber(ARGV[9])
local sides = {false, load(KEYS[2], now, kept, forget), load(KEYS[3], now, kept, forget)}
local s, turn = sides[tonumber(ARGV[1])], ARGV[2]
bad = sides[2].bad or sides[3].bad
if bad then return bad end

local admitted = s.turns['p:' .. turn] or s.turns['d:' .. turn]
local left = s.failures < soft and soft - s.failures or hard - s.failures
if not admitted and s.hard == 0 and now >= s.soft and s.under < left then
	admitted = true
	redis.call('HSET', s.key, 'p:' .. turn, ARGV[7])
	save(s, now, kept, forget, slack)
end
return {admitted and 1 or 0, l, shown(sides[2]), shown(sides[3])}
`)

// settle ends an attempt.
//
//	KEYS  line, strikes of the side, strikes of the other side, history
//	ARGV  failed, passed or released; turn, now, soft, hard, ForgetIn,
//	      milliseconds for which turns are kept, slack, when a soft lock ends,
//	      record of a soft lock, record of a hard lock,
//	      1 if a pass clears both sides, the hash to replace or nothing, its replacement
//	      {failures, until, locked} of the side
var settle = newScript(lineLua + recordLua + strikesLua + `
local l, bad = line(KEYS[1])
if bad then return bad end
local outcome, turn, now = ARGV[1], ARGV[2], tonumber(ARGV[3])
local soft, hard, forget = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local kept, slack = tonumber(ARGV[7]), tonumber(ARGV[8])
local s, other = load(KEYS[2], now, kept, forget), load(KEYS[3], now, kept, forget)
if s.bad or other.bad then return s.bad or other.bad end
if s.turns['d:' .. turn] then return shown(s) end

if outcome == 'failed' then
	local lock
	s.failures, s.last = s.failures + 1, now
	if s.failures == soft then
		s.soft, lock = tonumber(ARGV[9]), ARGV[10]
	elseif s.failures >= hard and s.hard == 0 then
		s.hard, lock = 1, ARGV[11]
	end
	if lock and l[1] then record(KEYS[4], lock) end
elseif outcome == 'passed' then
	s.failures, s.last, s.soft, s.hard = 0, 0, 0, 0
	if ARGV[12] == '1' then clear(other, now, kept, slack) end
	if ARGV[14] ~= '' and l[3] == ARGV[13] then redis.call('HSET', KEYS[1], 'pin', ARGV[14]) end
end
s.old[#s.old + 1] = 'p:' .. turn
if outcome ~= 'released' then redis.call('HSET', KEYS[2], 'd:' .. turn, ARGV[3]) end
save(s, now, kept, forget, slack, not l[1])
return shown(s)
`)

// admitCaller counts a turn as a failure of a caller.
//
//	KEYS  caller
//	ARGV  turn, now, limit, until when failures no longer count, until when turns are
//	      forgotten, milliseconds for Redis to keep the key
//	      1 admitted, 0 not
var admitCaller = newWrite(`
local key, turn = KEYS[1], ARGV[1]
if redis.call('ZSCORE', key, turn) then return 1 end
redis.call('ZREMRANGEBYSCORE', key, '-inf', ARGV[5])
if redis.call('ZCOUNT', key, '(' .. ARGV[4], '+inf') >= tonumber(ARGV[3]) then return 0 end
redis.call('ZADD', key, ARGV[2], turn)
redis.call('PEXPIRE', key, ARGV[6])
return 1
`)
