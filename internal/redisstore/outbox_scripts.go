package redisstore

// The lanes of the outbox are two sorted sets, of when they are due and of when they were
// announced last, and one hash. A lane is in the first of them while it is known. In the hash
// is, of a lane that is claimed or put off,
//
//	claimed <holder>  by whom it is claimed
//	later             it was released to be tried again
//
// Beside them stands, as a number, when lanes were claimed last.
//
// Times are milliseconds. A lane that is claimed is due when the claim runs out.

// claimedBy is what the hash holds of a claimed lane.
func claimedBy(holder string) string { return "claimed " + holder }

// announceLane makes a lane known. It is due now, unless it is claimed or put off.
//
//	KEYS  due, held, announced, when lanes were claimed
//	ARGV  lane, now, milliseconds for which announcements are kept
//	      1 if lanes were claimed within those milliseconds, else 0
var announceLane = newScript(`
local lane, now = ARGV[1], tonumber(ARGV[2])
local held = redis.call('HEXISTS', KEYS[2], lane) == 1
local due = redis.call('ZSCORE', KEYS[1], lane)
local last = redis.call('ZSCORE', KEYS[3], lane)
local claimed = tonumber(redis.call('GET', KEYS[4]) or '') or 0
if not last or tonumber(last) < now then redis.call('ZADD', KEYS[3], ARGV[2], lane) end
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - tonumber(ARGV[3]))
if not due then
	redis.call('ZADD', KEYS[1], ARGV[2], lane)
elseif not held and tonumber(due) > now then
	redis.call('ZADD', KEYS[1], ARGV[2], lane)
end
if claimed > now - tonumber(ARGV[3]) then return 1 end
return 0
`).lasts()

// claimLanes claims the lanes that are due longest, and notes that somebody does.
//
//	KEYS  due, held, when lanes were claimed
//	ARGV  what is held of them from now on, now, until, most, milliseconds for Redis to keep the
//	      note
//	      {lane, ...}
var claimLanes = newWrite(`
local lanes = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[2], 'LIMIT', 0, ARGV[4])
for _, lane in ipairs(lanes) do
	redis.call('HSET', KEYS[2], lane, ARGV[1])
	redis.call('ZADD', KEYS[1], ARGV[3], lane)
end
if #lanes > 0 then redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[5]) end
return lanes
`)

// releaseLane ends a claim.
//
//	KEYS  due, held, announced
//	ARGV  lane, what is held of it, now, when it is due again or nothing; milliseconds after
//	      which an announced lane is looked into again, and after which its event has come
//	      1 released, 0 something else is held of it, or nothing
var releaseLane = newScript(`
local lane, now, again = ARGV[1], tonumber(ARGV[3]), ARGV[4]
if redis.call('HGET', KEYS[2], lane) ~= ARGV[2] then return 0 end
if again ~= '' then
	redis.call('HSET', KEYS[2], lane, 'later')
	redis.call('ZADD', KEYS[1], again, lane)
	return 1
end
redis.call('HDEL', KEYS[2], lane)
local last = tonumber(redis.call('ZSCORE', KEYS[3], lane) or 0)
local soon, come = last + tonumber(ARGV[5]), last + tonumber(ARGV[6])
if soon > now then
	redis.call('ZADD', KEYS[1], string.format('%.0f', soon), lane)
elseif come > now then
	redis.call('ZADD', KEYS[1], string.format('%.0f', come), lane)
else
	redis.call('ZREM', KEYS[1], lane)
end
return 1
`).aside()

// hastenLane has a lane that was put off be due now.
//
//	KEYS  due, held
//	ARGV  lane, now
//	      1 it is due, 0 it was not put off
var hastenLane = newScript(`
if redis.call('HGET', KEYS[2], ARGV[1]) ~= 'later' then return 0 end
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
return 1
`)

// nextEvents reads the oldest events that weren't delivered.
//
//	KEYS  events, delivered
//	ARGV  most
//	      {how often they were rewound, {{ID, {field, value, ...}}, ...}}
var nextEvents = newScript(digitsLua + strangeLua + cursorLua + `
local at, rewound, bad = cursor(KEYS[2])
if bad then return bad end
local from = '-'
if at then from = '(' .. at end
return {rewound, redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', ARGV[1])}
`).aside()

// deliveredLua moves the note of what was delivered forward to an ID, of the newest event at
// most. When none waits any more, Redis may sweep up events and note after so many milliseconds.
const deliveredLua = `
local function delivered(events, note, id, keepevents, keepnote)
	redis.call('HSET', note, 'v', '1', 'at', id)
	if id == newest(events) then
		redis.call('PEXPIRE', events, keepevents)
		redis.call('PEXPIRE', note, keepnote)
	end
end
`

// noteDelivered notes that events were delivered, unless they were rewound meanwhile, and no
// further than there are events.
//
//	KEYS  events, delivered
//	ARGV  ID of the newest that was delivered, how often they were rewound then, milliseconds
//	      for Redis to keep the events, and the note
//	      1 noted, 0 nothing changed
var noteDelivered = newScript(digitsLua + strangeLua + cursorLua + deliveredLua + `
local id = ARGV[1]
local at, rewound, bad = cursor(KEYS[2])
if bad then return bad end
local last = newest(KEYS[1])
if not last or rewound ~= ARGV[2] then return 0 end
if not after(last, id) then id = last end
if not after(id, at) then return 0 end
delivered(KEYS[1], KEYS[2], id, ARGV[3], ARGV[4])
return 1
`).aside()

// skipEvent notes an event as delivered and records that, if it is the oldest that waits.
//
//	KEYS  events, delivered, history
//	ARGV  ID, record, milliseconds for Redis to keep the events, and the note
//	      1 skipped, 0 it is not the oldest that waits
var skipEvent = newWrite(digitsLua + recordLua + strangeLua + cursorLua + deliveredLua + `
local at, _, bad = cursor(KEYS[2])
if bad then return bad end
local from = '-'
if at then from = '(' .. at end
local oldest = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', 1)[1]
if not oldest or oldest[1] ~= ARGV[1] then return 0 end
record(KEYS[3], ARGV[2])
delivered(KEYS[1], KEYS[2], ARGV[1], ARGV[3], ARGV[4])
return 1
`)
