package redisstore

// A line is one hash:
//
//	v         1
//	lang      the language; missing while not chosen
//	pin       the hash of the personal PIN; missing while the line has the temporary one
//	since     when the PIN came into force
//	rev       the revision, from the time when the line was added
//	features  the names of the installed calling features, separated by spaces; missing or
//	          empty: none
//	t:<turn>  when that turn changed the PIN; kept for pins.TurnsKept
//
// Times are milliseconds.

// lineLua reads a line: its fields, none when there is no such line, or an error to answer.
const lineLua = digitsLua + `
local function line(key)
	local h = redis.call('HMGET', key, 'v', 'lang', 'pin', 'since', 'rev', 'features')
	if h[1] == '1' then
		if digits(h[4]) and digits(h[5]) then return h end
		return nil, redis.error_reply('GARBAGE not a record')
	end
	if h[1] and tonumber(h[1]) then return nil, redis.error_reply('VERSION newer record') end
	if redis.call('EXISTS', key) == 1 then return nil, redis.error_reply('GARBAGE not a record') end
	return {}
end
`

// setLanguage stores a line's language.
//
//	KEYS  line
//	ARGV  language
//	      1 stored, 0 no such line
var setLanguage = newWrite(lineLua + `
local l, bad = line(KEYS[1])
if bad then return bad end
if not l[1] then return 0 end
redis.call('HSET', KEYS[1], 'lang', ARGV[1])
return 1
`)

// changePIN gives a line a new PIN, records it and keeps the notice as due, unless the turn did so before.
//
//	KEYS  line, history, notices
//	ARGV  turn, expected revision, PIN, now, record, milliseconds for which turns are kept, notice or
//	      nothing, most notices, record of one that it takes the place of
//	      1 changed, 2 and a notice took the place of another, 0 no such line, -1 another revision
var changePIN = newWrite(lineLua + recordLua + sweepLua + dueLua + `
local l, bad = line(KEYS[1])
if bad then return bad end
if not l[1] then return 0 end
local turn, now = 't:' .. ARGV[1], ARGV[4]
if redis.call('HEXISTS', KEYS[1], turn) == 1 then return 1 end
if l[5] ~= ARGV[2] then return -1 end
local replaced = due(KEYS[3], ARGV[7], ARGV[8], KEYS[2], ARGV[9])
record(KEYS[2], ARGV[5])
redis.call('HSET', KEYS[1], 'pin', ARGV[3], 'since', now, turn, now)
redis.call('HINCRBY', KEYS[1], 'rev', 1)
sweep(KEYS[1], tonumber(ARGV[6]), tonumber(now))
return 1 + replaced
`).lasts()

// sweepLua forgets the turns that made changes so long ago that they can't come again.
const sweepLua = `
local function sweep(key, kept, now)
	local flat = redis.call('HGETALL', key)
	for i = 1, #flat, 2 do
		if string.sub(flat[i], 1, 2) == 't:' and (tonumber(flat[i + 1]) or 0) + kept <= now then
			redis.call('HDEL', key, flat[i])
		end
	end
end
`

// addLine creates a line, if there is nothing under its key. Settings and validations that are
// there without a line are of one that an earlier release removed, which knew of none: they are
// not for the next customer.
//
//	KEYS  line, settings, validations
//	ARGV  now, and names and values of the other fields
//	      1 created, 0 there was one
var addLine = newWrite(`
if redis.call('EXISTS', KEYS[1], KEYS[2], KEYS[3]) > 0 then
	if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
	redis.call('DEL', KEYS[2], KEYS[3])
end
redis.call('HSET', KEYS[1], 'v', '1', 'since', ARGV[1], 'rev', ARGV[1], unpack(ARGV, 2))
return 1
`)

// clearedLua records the clearing and clears the strikes, as do those who reset, unlock or remove
// a line, which is there. Garbage in the place of strikes is deleted, as nothing else could help
// the line. It needs recordLua and strikesLua, and now, kept and slack.
const clearedLua = `
local home, away = load(KEYS[2], now, kept), load(KEYS[3], now, kept)
if home.bad and not home.garbage then return home.bad end
if away.bad and not away.garbage then return away.bad end
record(KEYS[4], ARGV[1])
clear(home, now, kept, slack)
clear(away, now, kept, slack)
`

// removeLine deletes a line with its settings and validations, clears the strikes and records it.
// Events that wait for the switch stay.
//
//	KEYS  line, strikes from the line, strikes from elsewhere, history, settings, validations
//	ARGV  record, now, milliseconds for which turns are kept, slack
//	      1 removed, 0 no such line
var removeLine = newWrite(strangeLua + lineLua + recordLua + strikesLua + `
local damage, stays = strange(KEYS[5])
if stays then return damage end
local l, bad = line(KEYS[1])
if bad then return bad end
if not l[1] then return 0 end
local now, kept, slack = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
` + clearedLua + `
redis.call('DEL', KEYS[1], KEYS[5], KEYS[6])
return 1
`).lasts()
