package redisstore

import (
	"context"
	"errors"
	"time"

	"updatecenter/internal/repair"
	"updatecenter/internal/storage"
)

// Desk keeps the codes by which customers are validated, and what agents are counted for: a
// [repair.Store].
type Desk struct{ db *DB }

var _ repair.Store = Desk{}

// Desk returns the store of the repair desk.
func (db *DB) Desk() Desk { return Desk{db} }

// errLongDeskCall refuses more than [repair.MaxSealed] bytes.
var errLongDeskCall = errors.New("the validation is too long")

// Create implements [repair.Store].
func (s Desk) Create(ctx context.Context, validation repair.Stored) (repair.Stored, error) {
	if len(validation.Sealed) > repair.MaxSealed {
		return repair.Stored{}, errLongDeskCall
	}
	answer, err := s.db.run(ctx, createDeskCall, []string{deskCallKey(validation.ID)}, validation.Sealed, keep(repair.Kept))
	if err != nil {
		return repair.Stored{}, err
	}
	fields, _ := answer.([]any)
	return parseDeskCall(validation.ID, fields)
}

// Load implements [repair.Store].
func (s Desk) Load(ctx context.Context, id repair.ID) (repair.Stored, error) {
	answers, err := s.db.ask(ctx, []any{"hmget", deskCallKey(id), "v", "rev", "sealed"})
	if err != nil {
		return repair.Stored{}, err
	}
	fields, _ := answers[0].([]any)
	if len(fields) == 3 && isEmpty(fields) {
		return repair.Stored{}, repair.ErrNotFound
	}
	return parseDeskCall(id, fields)
}

// Save implements [repair.Store].
func (s Desk) Save(ctx context.Context, validation repair.Stored) error {
	if len(validation.Sealed) > repair.MaxSealed {
		return errLongDeskCall
	}
	answer, err := s.db.run(ctx, saveDeskCall, []string{deskCallKey(validation.ID)},
		validation.Revision, validation.Revision+1, validation.Sealed)
	switch {
	case err != nil:
		return err
	case answer == int64(1):
		return nil
	case answer == int64(0):
		return repair.ErrNotFound
	case answer == int64(-1):
		return storage.ErrStale
	}
	return ErrGarbage
}

// Count implements [repair.Store]. After a broken connection a first refusal can be lost: then the
// next is the first.
func (s Desk) Count(ctx context.Context, count repair.Count) (repair.Counted, error) {
	rule := count.Rule
	known := max(rule.Within, rule.Rest)
	answer, err := s.db.run(ctx, countAtDesk, []string{deskCountKey(count.Subject)},
		count.Entry, millis(count.At), ratesArg(rule.Rate), known.Milliseconds(),
		rule.Rest.Milliseconds(), repair.RefusalPause.Milliseconds(), keep(max(known, repair.RefusalPause)))
	if err != nil {
		return repair.Counted{}, err
	}
	parts, _ := answer.([]any)
	if len(parts) != 2 {
		return repair.Counted{}, ErrGarbage
	}
	until, ok := parts[0].(int64)
	if !ok {
		return repair.Counted{}, ErrGarbage
	}
	if until == 0 {
		return repair.Counted{}, nil
	}
	return repair.Counted{Refused: true, Until: time.UnixMilli(until).UTC(), First: parts[1] == int64(1)}, nil
}

// Uncount implements [repair.Store].
func (s Desk) Uncount(ctx context.Context, subject, entry string) error {
	_, err := s.db.run(ctx, uncountAtDesk, []string{deskCountKey(subject)}, entry)
	return err
}

// parseDeskCall reads version, revision and what was sealed.
func parseDeskCall(id repair.ID, fields []any) (repair.Stored, error) {
	if len(fields) != 3 {
		return repair.Stored{}, ErrGarbage
	}
	if err := checkVersion(fields[0]); err != nil {
		return repair.Stored{}, err
	}
	stored := repair.Stored{ID: id}
	sealed, ok := fields[2].(string)
	if !ok || !parseNumber(fields[1], &stored.Revision) {
		return repair.Stored{}, ErrGarbage
	}
	stored.Sealed = []byte(sealed)
	return stored, nil
}

// A validation of a customer by a call is one hash:
//
//	v       1
//	rev     the revision
//	sealed  all else, as package repair sealed it
//
// What was counted for a subject is one hash:
//
//	v          1
//	rests      until when nothing is counted
//	told       when it was last said that a refusal is the first
//	e:<entry>  when it was counted
//
// Times are milliseconds.

// createDeskCall stores a validation, unless there is one.
//
//	KEYS  validation
//	ARGV  sealed, milliseconds for Redis to keep it
//	      {v, rev, sealed} then
var createDeskCall = newWrite(strangeLua + `
local bad = strange(KEYS[1])
if bad then return bad end
if redis.call('EXISTS', KEYS[1]) == 0 then
	redis.call('HSET', KEYS[1], 'v', '1', 'rev', '1', 'sealed', ARGV[1])
	redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return redis.call('HMGET', KEYS[1], 'v', 'rev', 'sealed')
`)

// saveDeskCall changes a validation, unless somebody else has.
//
//	KEYS  validation
//	ARGV  revision, the next one, sealed
//	      1 saved, by this run or an earlier one, 0 no such validation, -1 it has another revision
var saveDeskCall = newWrite(strangeLua + `
local bad = strange(KEYS[1])
if bad then return bad end
local h = redis.call('HMGET', KEYS[1], 'rev', 'sealed')
if not h[1] and not h[2] then return 0 end
if h[1] == ARGV[2] and h[2] == ARGV[3] then return 1 end
if h[1] ~= ARGV[1] then return -1 end
redis.call('HSET', KEYS[1], 'rev', ARGV[2], 'sealed', ARGV[3])
return 1
`)

// countAtDesk counts an entry, or refuses it. Entries that are too old for anything are forgotten.
//
//	KEYS  counts
//	ARGV  entry, now, rate, milliseconds for which entries are known, Rest, RefusalPause, milliseconds for
//	      Redis to keep the key
//	      {0 counted or until when it is refused, 1 the first refusal or 0}
var countAtDesk = newWrite(digitsLua + strangeLua + slideLua + `
local key, mine, now, rest = KEYS[1], 'e:' .. ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[5])
local bad = strange(key)
if bad then return bad end
local rests, told, times, known, old = 0, false, {}, {}, {}
local flat = redis.call('HGETALL', key)
for i = 1, #flat, 2 do
	local name, n = flat[i], tonumber(flat[i + 1])
	if not digits(flat[i + 1]) then return redis.error_reply('GARBAGE not a record') end
	if name == 'rests' then rests = n
	elseif name == 'told' then told = n
	elseif string.sub(name, 1, 2) == 'e:' and n <= now - tonumber(ARGV[4]) then old[#old + 1] = name
	elseif string.sub(name, 1, 2) == 'e:' then known[name], times[#times + 1] = true, n
	end
end
table.sort(times)
if known[mine] then return {0, 0} end

local function count(from)
	local n = 0
	for _, at in ipairs(times) do
		if at > from then n = n + 1 end
	end
	return n
end
local ends = free(now, ARGV[3], count, function(from, n) return times[#times - count(from) + n + 1] end)
if now < rests then ends = rests end
if ends > now then
	if told and now < told + tonumber(ARGV[6]) then return {ends, 0} end
	redis.call('HSET', key, 'v', '1', 'told', ARGV[2])
	redis.call('PEXPIRE', key, ARGV[7])
	return {ends, 1}
end
if ARGV[1] == '' then return {0, 0} end
for _, name in ipairs(old) do redis.call('HDEL', key, name) end
redis.call('HSET', key, 'v', '1', mine, ARGV[2])
times[#times + 1] = now
if rest > 0 and free(now, ARGV[3], count, function() return now end) > 0 then
	redis.call('HSET', key, 'rests', string.format('%.0f', now + rest))
end
redis.call('PEXPIRE', key, ARGV[7])
return {0, 0}
`)

// uncountAtDesk takes an entry back.
//
//	KEYS  counts
//	ARGV  entry
//	      1
var uncountAtDesk = newScript(strangeLua + `
local bad = strange(KEYS[1])
if bad then return bad end
if redis.call('HDEL', KEYS[1], 'e:' .. ARGV[1]) == 1 then redis.call('HDEL', KEYS[1], 'rests') end
return 1
`)
