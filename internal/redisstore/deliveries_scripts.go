package redisstore

// A delivery is one hash:
//
//	v         1
//	rev       the revision
//	status    as package deliveries writes it
//	due       when it is to be looked at
//	delivery  all else, as JSON
//	events    how many there are
//	e:<n>     an event as JSON, from 1
//
// When deliveries were created is a sorted set for each subject, and one for all. A block is
// one hash:
//
//	v      1
//	until  when it ends
//
// A client's key is one hash:
//
//	v        1
//	id       of the delivery that it stands for, if that is stored
//	request  SHA-256 of what was asked for
//	at       when that was
//
// When a telephone was rung is a sorted set of attempts. The reservation of a telephone is one hash:
//
//	v      1
//	task   ID and attempt
//	until  when it ends
//
// The index of what is unfinished is a sorted set, of when each delivery is due or earlier,
// and a hash: its newest revision, be it stored already or not, a space, and when it was
// created. Times are milliseconds.

// eventsLua appends the events that stand in ARGV.
const eventsLua = `
local function append(key, from, count)
	local fields = {}
	for i = from, #ARGV do
		count = count + 1
		fields[#fields + 1] = 'e:' .. string.format('%.0f', count)
		fields[#fields + 1] = ARGV[i]
	end
	redis.call('HSET', key, 'events', string.format('%.0f', count), unpack(fields))
end
`

// createDelivery stores a delivery, unless it is stored already.
//
//	KEYS  delivery
//	ARGV  milliseconds for Redis to keep it, status, due, delivery; events
//	      {field, value, ...} of what is stored
var createDelivery = newWrite("Deliveries.create", strangeLua+eventsLua+`
local bad, _, known = strange(KEYS[1])
if bad then return bad end
if not known then
	redis.call('HSET', KEYS[1], 'v', '1', 'rev', '1', 'status', ARGV[2], 'due', ARGV[3], 'delivery', ARGV[4])
	append(KEYS[1], 5, 0)
	redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
return redis.call('HGETALL', KEYS[1])
`).lasts()

// updateDelivery replaces a delivery that has a revision, and appends events.
//
//	KEYS  delivery
//	ARGV  revision, next revision, status, due, delivery; events
//	      1 stored, 0 no such delivery, -1 another revision
var updateDelivery = newWrite("Deliveries.Update", strangeLua+eventsLua+`
local bad = strange(KEYS[1])
if bad then return bad end
local h = redis.call('HMGET', KEYS[1], 'v', 'rev', 'events')
if not h[1] then return 0 end
if not digits(h[2]) or not digits(h[3]) then return redis.error_reply('GARBAGE not a record') end
if h[2] ~= ARGV[1] then return -1 end
redis.call('HSET', KEYS[1], 'rev', ARGV[2], 'status', ARGV[3], 'due', ARGV[4], 'delivery', ARGV[5])
append(KEYS[1], 6, tonumber(h[3]))
return 1
`)

// block notes a block, unless a longer one stands.
//
//	KEYS  block
//	ARGV  until or 0 to note none, milliseconds for Redis to keep it
//	      until when the longest lasts, or 0
var block = newScript("Deliveries.Block", strangeLua+`
local bad = strange(KEYS[1])
if bad then return bad end
local untl = redis.call('HGET', KEYS[1], 'until')
if untl and not digits(untl) then return redis.error_reply('GARBAGE not a record') end
local longest = tonumber(untl or 0)
if longest < tonumber(ARGV[1]) then
	longest = tonumber(ARGV[1])
	redis.call('HSET', KEYS[1], 'v', '1', 'until', ARGV[1])
	redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return longest
`)

// claimKey has a client's key stand for a delivery, unless it stands for another.
//
//	KEYS  client's key
//	ARGV  delivery, request, now, milliseconds for which the key lasts, and for Redis to keep
//	      it; the delivery that it is to be taken over from, or nothing
//	      {delivery, request, at} that it stands for
var claimKey = newWrite("Deliveries.claimKey", strangeLua+`
local bad, _, known = strange(KEYS[1])
if bad then return bad end
local h = known and redis.call('HMGET', KEYS[1], 'id', 'request', 'at') or {}
if h[1] then
	if not h[2] or not digits(h[3]) then return redis.error_reply('GARBAGE not a record') end
	local stands = tonumber(ARGV[3]) - tonumber(h[3]) < tonumber(ARGV[4])
	if h[1] == ARGV[1] or stands and h[1] ~= ARGV[6] then return h end
end
redis.call('HSET', KEYS[1], 'v', '1', 'id', ARGV[1], 'request', ARGV[2], 'at', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return {ARGV[1], ARGV[2], ARGV[3]}
`).lasts()

// forgetKey deletes a client's key, if it stands for a delivery.
//
//	KEYS  client's key
//	ARGV  delivery
//	      1 deleted, 0 not
var forgetKey = newScript("Deliveries.forgetKey", strangeLua+`
local bad = strange(KEYS[1])
if bad then return bad end
if redis.call('HGET', KEYS[1], 'id') ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`)

// reservePhone reserves a telephone, and counts that it is rung. Without a task it only asks.
//
//	KEYS  reservation, rings
//	ARGV  task or nothing, now, until, milliseconds for Redis to keep it, milliseconds for which rings
//	      count, for Redis to keep them; rates
//	      {0, 0} reserved, {0, until} another has it, {1, until} too many rings until then
var reservePhone = newWrite("Deliveries.Reserve", strangeLua+slideLua+`
local bad, _, known = strange(KEYS[1])
if bad then return bad end
local h = known and redis.call('HMGET', KEYS[1], 'task', 'until') or {}
if h[1] and not digits(h[2]) then return redis.error_reply('GARBAGE not a record') end
local untl = tonumber(h[2] or 0)
local now = tonumber(ARGV[2])
if h[1] and h[1] ~= ARGV[1] and now < untl then return {0, untl} end
trim(KEYS[2], now, tonumber(ARGV[5]))
local mine = redis.call('ZSCORE', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
local room = freeIn(KEYS[2], now, ARGV[7])
if room > 0 then
	if mine then redis.call('ZADD', KEYS[2], mine, ARGV[1]) end
	return {1, room}
end
if ARGV[1] == '' then return {0, 0} end
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[6])
if h[1] ~= ARGV[1] or untl < tonumber(ARGV[3]) then
	redis.call('HSET', KEYS[1], 'v', '1', 'task', ARGV[1], 'until', ARGV[3])
	redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
return {0, 0}
`)

// noteWaiting notes which notice waits for a telephone.
//
//	KEYS  waiting
//	ARGV  delivery or nothing, milliseconds for Redis to keep it
//	      the one that was noted before, or nothing
var noteWaiting = newScript("Deliveries.Waiting", `
local before = redis.call('GET', KEYS[1])
if ARGV[1] ~= '' then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return before or ''
`)

// announcedLua is the newest revision that was announced of a delivery; 0: none.
const announcedLua = `
local function announced(key, id)
	local revision = string.match(redis.call('HGET', key, id) or '', '^(%d+) ')
	return tonumber(revision or '0')
end
`

// announceDelivery puts a delivery into the index, or makes its time there earlier.
//
//	KEYS  due, announced
//	ARGV  delivery, due, revision, created
//	      1
var announceDelivery = newScript("Deliveries.announce", announcedLua+`
local due = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not due or tonumber(ARGV[2]) < tonumber(due) then redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1]) end
if tonumber(ARGV[3]) > announced(KEYS[2], ARGV[1]) then redis.call('HSET', KEYS[2], ARGV[1], ARGV[3] .. ' ' .. ARGV[4]) end
return 1
`).lasts()

// correctUnfinished makes times in the index later, and takes deliveries out of it.
//
//	KEYS  due, announced
//	ARGV  of each delivery: ID, due or nothing to take it out, its stored revision
//	      how many were changed: those of which no newer revision was announced
var correctUnfinished = newScript("Deliveries.correct", announcedLua+`
local changed = 0
for i = 1, #ARGV, 3 do
	local id, due = ARGV[i], ARGV[i + 1]
	if due == '' then
		changed = changed + redis.call('ZREM', KEYS[1], id)
		redis.call('HDEL', KEYS[2], id)
	else
		if announced(KEYS[2], id) <= tonumber(ARGV[i + 2]) and redis.call('ZSCORE', KEYS[1], id) then
			redis.call('ZADD', KEYS[1], due, id)
			changed = changed + 1
		end
	end
end
return changed
`)
