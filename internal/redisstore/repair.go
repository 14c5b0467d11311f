package redisstore

import (
	"context"

	"updatecenter/internal/repair"
)

// Desk keeps the codes by which customers are validated, and what agents are counted for: a
// [repair.Store].
type Desk struct{ db *DB }

var _ repair.Store = Desk{}

// Desk returns the store of the repair desk.
func (db *DB) Desk() Desk { return Desk{db} }

// Create implements [repair.Store].
func (s Desk) Create(ctx context.Context, validation repair.Stored) (repair.Stored, error) {
	if len(validation.Sealed) > repair.MaxSealed {
		return repair.Stored{}, errTooLong
	}
	stored := repair.Stored{ID: validation.ID}
	err := s.db.runInto(ctx, createDeskCall, []string{deskCallKey(validation.ID)}, []any{validation.Sealed, keep(repair.Kept)},
		&stored.Revision, &stored.Sealed)
	return sound(stored, err)
}

// Load implements [repair.Store].
func (s Desk) Load(ctx context.Context, id repair.ID) (repair.Stored, error) {
	stored := repair.Stored{ID: id}
	err := s.db.hash(ctx, "Desk.Load", deskCallKey(id), repair.ErrNotFound, "rev", &stored.Revision, "sealed", &stored.Sealed)
	return sound(stored, err)
}

// Save implements [repair.Store].
func (s Desk) Save(ctx context.Context, validation repair.Stored) error {
	if len(validation.Sealed) > repair.MaxSealed {
		return errTooLong
	}
	key := deskCallKey(validation.ID)
	return s.db.replace(ctx, replaceSealed.of("Desk.Save"), key, validation.Revision, validation.Sealed, repair.ErrNotFound)
}

// Count implements [repair.Store]. After a broken connection a first refusal can be lost: then the
// next is the first.
func (s Desk) Count(ctx context.Context, count repair.Count) (repair.Counted, error) {
	rule := count.Rule
	known := max(rule.Within, rule.Rest)
	var counted repair.Counted
	err := s.db.runInto(ctx, countAtDesk, []string{deskCountKey(count.Subject)}, []any{
		count.Entry, millis(count.At), ratesArg(rule.Rate), known.Milliseconds(),
		rule.Rest.Milliseconds(), repair.RefusalPause.Milliseconds(), keep(max(known, repair.RefusalPause)),
	}, &counted.Until, &counted.First)
	counted.Refused = !counted.Until.IsZero()
	return counted, err
}

// Uncount implements [repair.Store].
func (s Desk) Uncount(ctx context.Context, subject, entry string) error {
	_, err := s.db.run(ctx, uncountAtDesk, []string{deskCountKey(subject)}, entry)
	return err
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
//	      {rev, sealed} then
var createDeskCall = newWrite("Desk.Create", sealedLua+`
local has, held, bad = stored(KEYS[1])
if bad then return bad end
if has then return {has, held} end
swap(KEYS[1], '0', '1', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {'1', ARGV[1]}
`)

// countAtDesk counts an entry, or refuses it. Entries that are too old for anything are forgotten.
//
//	KEYS  counts
//	ARGV  entry, now, rate, milliseconds for which entries are known, Rest, RefusalPause, milliseconds for
//	      Redis to keep the key
//	      {0 counted or until when it is refused, 1 the first refusal or 0}
var countAtDesk = newWrite("Desk.Count", strangeLua+slideLua+`
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
var uncountAtDesk = newScript("Desk.Uncount", strangeLua+`
local bad = strange(KEYS[1])
if bad then return bad end
if redis.call('HDEL', KEYS[1], 'e:' .. ARGV[1]) == 1 then redis.call('HDEL', KEYS[1], 'rests') end
return 1
`)
