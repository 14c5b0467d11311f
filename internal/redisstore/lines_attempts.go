package redisstore

import (
	"context"
	"strconv"
	"time"

	"updatecenter/internal/limit"
	"updatecenter/pins"
)

// Admit implements [pins.Store].
func (s Lines) Admit(ctx context.Context, attempt pins.Attempt, rule limit.Lock) (pins.Admission, error) {
	side := 2 // the place of its key
	if attempt.Side == pins.Remote {
		side = 3
	}
	var admission pins.Admission
	var line any
	err := s.db.runInto(ctx, admit, lineKeys(attempt.Number), append(attemptArgs(attempt, rule), side),
		&admission.Admitted, &line, &admission.Line.FromLine, &admission.Line.Remote)
	if fields, _ := line.([]any); err == nil && len(fields) > 0 {
		admission.Known = true
		err = parseLineHash(fields, &admission.Line)
	}
	admission.Line.Number = attempt.Number
	return sound(admission, err)
}

// Settle implements [pins.Store].
func (s Lines) Settle(
	ctx context.Context, attempt pins.Attempt, settlement pins.Settlement, rule limit.Lock,
) (limit.Strikes, error) {
	locked, err := encode(lockRecord(attempt, attempt.At.Add(rule.LockFor)))
	if err != nil {
		return limit.Strikes{}, err
	}
	closed, err := encode(lockRecord(attempt, time.Time{}))
	if err != nil {
		return limit.Strikes{}, err
	}
	other := pins.FromLine
	if attempt.Side == pins.FromLine {
		other = pins.Remote
	}
	n := attempt.Number
	answer, err := s.db.run(ctx, settle.of("Lines.Settle."+string(settlement.As)),
		[]string{lineKey(n), strikesKey(attempt.Side, n), strikesKey(other, n), historyKey(n)},
		append(attemptArgs(attempt, rule), string(settlement.As), locked, closed, attempt.Side == pins.FromLine,
			string(settlement.Old), string(settlement.Rehash))...)
	return parseStrikes(answer, err)
}

// attemptArgs are the lockArgs of an attempt.
func attemptArgs(attempt pins.Attempt, rule limit.Lock) []any {
	return lockArgs(attempt.At, turnName(attempt.Turn), rule, limit.KeptClosed*rule.Row())
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
	ctx context.Context, caller string, turn pins.Turn, now time.Time, rate limit.Rate,
) (bool, error) {
	counted, _, err := s.db.countEntry(ctx, "Lines.AdmitCaller", []string{callerKey(caller)}, turnName(turn), now, pins.TurnsKept, rate)
	return counted == entryCounted && err == nil, err
}

// ForgiveCaller implements [pins.CallerStore].
func (s Lines) ForgiveCaller(ctx context.Context, caller string, turn pins.Turn) error {
	return s.db.uncountEntry(ctx, "Lines.ForgiveCaller", callerKey(caller), turnName(turn))
}

// CallerFailures implements [pins.CallerStore].
func (s Lines) CallerFailures(ctx context.Context, caller string, now time.Time, window time.Duration) (int, error) {
	after := "(" + strconv.FormatInt(millis(now.Add(-window)), 10)
	answer, err := s.db.askOne(ctx, "Lines.CallerFailures", "zcount", callerKey(caller), after, "+inf")
	failures, _ := answer.(int64)
	return int(failures), err
}

// clearedLua clears the failures of a subject, and deletes garbage in their place. It needs lineLockLua.
const clearedLua = `
local function cleared(s)
	if s.garbage then
		redis.call('DEL', s.key)
	elseif s.row > 0 or s.closed == 1 then
		clear(s)
		save(s)
	end
end
`

// admit reserves an attempt.
//
//	KEYS  line, strikes from the line, strikes from elsewhere
//	ARGV  lockArgs; which key has the side
//	      {1 admitted or 0, fields of the line, or none; strikes of either side}
var admit = newWrite("Lines.Admit", lineLua+lineLockLua+`
local l, bad = line(KEYS[1])
if bad then return bad end
if l[1] then open_in = 0 end
local sides = {false, load(KEYS[2]), load(KEYS[3])}
bad = sides[2].bad or sides[3].bad
if bad then return bad end
local admitted = reserve(sides[tonumber(ARGV[4])])
return {admitted, l, shown(sides[2]), shown(sides[3])}
`)

// settle ends an attempt. A wrong PIN is counted by fail in lockLua (limits.go).
//
//	KEYS  line, strikes of the side, strikes of the other side, history
//	ARGV  lockArgs; the outcome, record of a lock that ends by itself, record of one that doesn't,
//	      1 if a pass clears both sides, the hash to replace or nothing, its replacement
//	      strikes of the side
var settle = newScript("Lines.Settle", lineLua+recordLua+lineLockLua+clearedLua+`
local l, bad = line(KEYS[1])
if bad then return bad end
if l[1] then open_in = 0 end
local s, other = load(KEYS[2]), load(KEYS[3])
if s.bad or other.bad then return s.bad or other.bad end
local how = settle(s, ARGV[4])
if how == 'locked' and l[1] then record(KEYS[4], ARGV[5])
elseif how == 'closed' and l[1] then record(KEYS[4], ARGV[6])
elseif how == 'passed' then
	if ARGV[7] == '1' then cleared(other) end
	if ARGV[9] ~= '' and l[3] == ARGV[8] then redis.call('HSET', KEYS[1], 'pin', ARGV[9]) end
end
return shown(s)
`)
