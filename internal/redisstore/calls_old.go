package redisstore

import (
	"strconv"

	"updatecenter/ivr"
)

// Calls as the release before keeps them. One that a server of that release began stays so, as that
// release takes a call that is kept otherwise for one that was lost, and has its caller start over.

// keptAnswersOld is how many answers of a call are kept there.
const keptAnswersOld = 100

// commitArgsOld are the ARGV of [commitOld].
func commitArgsOld(c ivr.Commit) []any {
	drop := ""
	if c.Turn >= keptAnswersOld {
		drop = strconv.Itoa(c.Turn - keptAnswersOld)
	}
	return []any{
		c.Turn, c.Turn + 1, drop, claimName(c.Turn, c.Holder), c.State, c.Answer,
		millis(c.Expires), keep(c.Expires.Sub(c.Now)),
	}
}

// Such a call is one hash:
//
//	v        1
//	next     the turn that the call waits for
//	state    after the last turn; missing while no turn was committed
//	expires  when the call is forgotten; missing like state
//	claim    turn and holder of the newest claim; it stands while that turn is next, and
//	         afterwards tells who committed it
//	until    when the claim runs out
//	kept     the expires that Redis' own expiry was set by
//	a:<n>    the answer of turn n
//
// Times are milliseconds.

// beginOld is [begin] of such a call. One of which no state is left is kept as other calls from then on. One
// that another server has made such a call since begin read it is in progress: the next begin reads it.
//
//	KEYS  call
//	ARGV  as those of begin
//	      the same
var beginOld = newScript("Calls.beginOld", digitsLua+livesLua+`
local key, turn, mine, now = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local h = redis.pcall('HMGET', key, 'v', 'next', 'state', 'expires', 'claim', 'until', 'a:' .. turn)
if h.err then
	if not string.find(h.err, 'WRONGTYPE', 1, true) then return h end
	if type(redis.pcall('GET', key)) == 'string' then return {3} end
	h = {false}
end
local v, nxt, state, expires, claim, untl, answer = h[1], h[2], h[3], h[4], h[5], h[6], h[7]
if v ~= '1' and digits(v) then return redis.error_reply('VERSION newer record') end

local last, newest
local sound = lives(v, nxt, state, expires, claim, untl, now)
if sound and state and not answer and tonumber(turn) < tonumber(nxt) then
	last = string.format('%.0f', tonumber(nxt) - 1)
	newest = redis.call('HGET', key, 'a:' .. last)
	sound = newest
end
if sound then
	if answer then return {2, turn, answer} end
	if newest then return {2, last, newest} end
	if claim ~= mine and stands(claim, nxt) and now < tonumber(untl) then return {3} end
	if state and turn ~= nxt then sound = false end
end
if ARGV[4] == '0' then return {4} end
if not sound or not state then
	redis.call('SET', key, '2 ' .. turn .. ' 0 ' .. ARGV[4] .. ' 0 ' .. mine .. '\n', 'PX', ARGV[5])
	return {1}
end
redis.call('HSET', key, 'next', turn, 'claim', mine, 'until', ARGV[4])
return {1, state}
`)

// commitOld is [commit] of such a call. It drops the answer of a turn long past. Redis'
// own expiry is only moved when the call's has moved by five minutes, half the slack.
//
//	KEYS  call
//	ARGV  turn, the turn after it, the turn to drop or nothing, claim, state, answer,
//	      expires, milliseconds for Redis to keep the call
//	      1 committed, 0 overtaken
var commitOld = newScript("Calls.Commit", commitOldLua)

// commitInTimeOld is [commitInTime] of such a call.
var commitInTimeOld = newWrite("Calls.Commit", commitOldLua)

const commitOldLua = digitsLua + `
local key, turn, after, mine = KEYS[1], ARGV[1], ARGV[2], ARGV[4]
local h = redis.pcall('HMGET', key, 'v', 'next', 'claim', 'kept')
if h.err then
	if not string.find(h.err, 'WRONGTYPE', 1, true) then return h end
	return 0
end
if h[1] ~= '1' then
	if digits(h[1]) then return redis.error_reply('VERSION newer record') end
	return 0
end
if h[3] ~= mine then return 0 end
if h[2] == after then return 1 end
if h[2] ~= turn then return 0 end
if digits(h[4]) and math.abs(tonumber(ARGV[7]) - tonumber(h[4])) < 300000 then
	redis.call('HSET', key, 'next', after, 'state', ARGV[5], 'a:' .. turn, ARGV[6], 'expires', ARGV[7])
else
	redis.call('HSET', key, 'next', after, 'state', ARGV[5], 'a:' .. turn, ARGV[6], 'expires', ARGV[7], 'kept', ARGV[7])
	redis.call('PEXPIRE', key, ARGV[8])
end
if ARGV[3] ~= '' then redis.call('HDEL', key, 'a:' .. ARGV[3]) end
return 1
`

// livesLua says whether the fields are those of a call that isn't forgotten, and whether a
// claim is on the turn that comes next. It is written in small steps, as the Lua of
// miniredis gets "x = f() and g() > 0" wrong.
const livesLua = `
local function stands(claim, nxt) return string.sub(claim, 1, #nxt + 1) == nxt .. ' ' end

local function lives(v, nxt, state, expires, claim, untl, now)
	if v ~= '1' or not digits(nxt) then return false end
	if not claim or not digits(untl) then return false end
	if not state then return stands(claim, nxt) end
	if not digits(expires) then return false end
	return tonumber(expires) > now
end
`
