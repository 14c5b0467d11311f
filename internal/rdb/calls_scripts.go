package rdb

// A call is one hash:
//
//	v        1
//	next     the turn that the call waits for
//	state    after the last turn; missing while no turn was committed
//	expires  when the call is forgotten; missing like state
//	claim    the holder of the claim on next, if there is one
//	until    when that claim runs out
//	by       the holder who committed the last turn
//	a:<n>    the answer of turn n
//
// Times are milliseconds.

// What begin answers first.
const (
	beganClaimed    = 1
	beganAnswered   = 2
	beganInProgress = 3
)

// begin claims a turn. A key of another type, and a hash that is no such record, is deleted,
// as if the call had been lost: its caller starts over.
//
//	KEYS  call
//	ARGV  turn, holder, now, until, milliseconds for Redis to keep an unknown call
//	      {1}               claimed, the call is unknown
//	      {1, state}        claimed
//	      {2, turn, answer} answered
//	      {3}               in progress
var begin = newScript(digitsLua + livesLua + `
local key, turn, holder, now = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local h = redis.pcall('HMGET', key, 'v', 'next', 'state', 'expires', 'claim', 'until', 'a:' .. turn)
if h.err then
	if not string.find(h.err, 'WRONGTYPE', 1, true) then return h end
	h = {false}
end
local v, nxt, state, expires, claim, untl, answer = h[1], h[2], h[3], h[4], h[5], h[6], h[7]
if v ~= '1' and digits(v) then return redis.error_reply('VERSION newer record') end

local newest
local sound = lives(v, nxt, state, expires, claim, untl, now)
if sound and state and not answer and turn ~= nxt then
	newest = redis.call('HGET', key, 'a:' .. string.format('%.0f', tonumber(nxt) - 1))
	sound = newest
end
if not sound then
	redis.call('DEL', key)
	redis.call('HSET', key, 'v', '1', 'next', turn, 'claim', holder, 'until', ARGV[4])
	redis.call('PEXPIRE', key, ARGV[5])
	return {1}
end
if answer then return {2, turn, answer} end
if newest then return {2, string.format('%.0f', tonumber(nxt) - 1), newest} end
if claim and claim ~= holder and now < tonumber(untl) then return {3} end
redis.call('HSET', key, 'next', turn, 'claim', holder, 'until', ARGV[4])
if state then return {1, state} end
return {1}
`)

// commit stores a turn's answer and the state after it, if the holder still has the claim,
// and drops the answer of a turn long past. Said again by the same holder, nothing happens.
//
//	KEYS  call
//	ARGV  turn, the turn after it, the turn to drop, holder, state, answer, expires,
//	      milliseconds for Redis to keep the call
//	      1 committed, 0 overtaken
var commit = newScript(digitsLua + `
local key, turn, after, holder = KEYS[1], ARGV[1], ARGV[2], ARGV[4]
local h = redis.pcall('HMGET', key, 'v', 'next', 'claim', 'by')
if h.err then
	if not string.find(h.err, 'WRONGTYPE', 1, true) then return h end
	return 0
end
if h[1] ~= '1' and digits(h[1]) then return redis.error_reply('VERSION newer record') end
if h[1] == '1' and h[2] == after and h[4] == holder then return 1 end
if h[1] ~= '1' or h[2] ~= turn or h[3] ~= holder then return 0 end
redis.call('HSET', key, 'next', after, 'state', ARGV[5], 'a:' .. turn, ARGV[6], 'expires', ARGV[7], 'by', holder)
redis.call('HDEL', key, 'claim', 'until', 'a:' .. ARGV[3])
redis.call('PEXPIRE', key, ARGV[8])
return 1
`)

// digitsLua says whether a field is there and is a number as we store numbers.
const digitsLua = `
local function digits(s)
	if not s or #s > 15 then return false end
	return string.find(s, '^%d+$') ~= nil
end
`

// livesLua says whether the fields are those of a call that isn't forgotten. It is written
// in small steps: the Lua of miniredis gets "x = f() and g() > 0" wrong.
const livesLua = `
local function lives(v, nxt, state, expires, claim, untl, now)
	if v ~= '1' or not digits(nxt) then return false end
	if claim and not digits(untl) then return false end
	if untl and not claim then return false end
	if not state then return claim end
	if not digits(expires) then return false end
	return tonumber(expires) > now
end
`
