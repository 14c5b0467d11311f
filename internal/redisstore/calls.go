package redisstore

import (
	"context"
	"errors"
	"strconv"

	"updatecenter/ivr"
)

// ErrTooLarge refuses a state or an answer of more than [MaxValue] bytes.
var ErrTooLarge = errors.New("larger than a call may be")

// MaxValue is the size up to which a state and an answer are stored, in bytes. Twilio takes
// no answer over 64 kB.
const MaxValue = 256 << 10

// Calls keeps the calls under way: an [ivr.Store]. A turn is two round trips, the
// first turn of a call one.
type Calls struct {
	db     *DB
	commit script
}

var _ ivr.Store = Calls{}

// Calls returns the store of calls.
func (db *DB) Calls() Calls { return Calls{db, commit} }

// CallsInTime returns the store of calls whose commits are carried out in time or not at all: a turn that
// has an answer there was given it.
func (db *DB) CallsInTime() Calls { return Calls{db, commitInTime} }

// Begin implements [ivr.Store]. A call whose record is damaged is unknown; of one that a
// newer release wrote it says [ErrVersion].
func (c Calls) Begin(ctx context.Context, claim ivr.Claim) (ivr.Begun, error) {
	until := int64(0)
	if !claim.Until.IsZero() {
		until = millis(claim.Until)
	}
	answer, err := c.db.run(ctx, begin, []string{callKey(claim.Call)},
		claim.Turn, claimName(claim.Turn, claim.Holder), millis(claim.Now), until, keep(claim.Until.Sub(claim.Now)))
	if err != nil {
		return ivr.Begun{}, err
	}
	begun, ok := readBegun(answer)
	if !ok {
		return ivr.Begun{}, ErrGarbage
	}
	return begun, nil
}

// readBegun reads the answer of [begin].
func readBegun(answer any) (ivr.Begun, bool) {
	parts, _ := answer.([]any)
	switch {
	case len(parts) == 1 && parts[0] == int64(beganInProgress):
		return ivr.Begun{Status: ivr.InProgress}, true
	case len(parts) == 1 && parts[0] == int64(beganUnanswered):
		return ivr.Begun{Status: ivr.Unanswered}, true
	case len(parts) == 1 && parts[0] == int64(beganClaimed):
		return ivr.Begun{Status: ivr.Claimed}, true
	case len(parts) == 2 && parts[0] == int64(beganClaimed):
		state, ok := parts[1].(string)
		return ivr.Begun{Status: ivr.Claimed, State: []byte(state)}, ok
	case len(parts) == 3 && parts[0] == int64(beganAnswered):
		number, _ := parts[1].(string)
		text, ok := parts[2].(string)
		turn, err := strconv.Atoi(number)
		return ivr.Begun{Status: ivr.Answered, Turn: turn, Answer: []byte(text)}, ok && err == nil
	}
	return ivr.Begun{}, false
}

// claimName is a claim as it is stored.
func claimName(turn int, holder string) string { return strconv.Itoa(turn) + " " + holder }

// Commit implements [ivr.Store]. It can say [ErrTooLarge].
func (c Calls) Commit(ctx context.Context, commitment ivr.Commit) error {
	turn := commitment.Turn
	if len(commitment.State) > MaxValue || len(commitment.Answer) > MaxValue {
		return ErrTooLarge
	}
	drop := ""
	if turn >= ivr.KeptAnswers {
		drop = strconv.Itoa(turn - ivr.KeptAnswers)
	}
	stood, err := c.db.run(ctx, c.commit, []string{callKey(commitment.Call)},
		turn, turn+1, drop, claimName(turn, commitment.Holder), commitment.State, commitment.Answer,
		millis(commitment.Expires), keep(commitment.Expires.Sub(commitment.Now)), commitment.First)
	if err != nil {
		return err
	}
	if stood != int64(1) {
		return ivr.ErrOvertaken
	}
	return nil
}

// A call is one hash:
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
// Times are milliseconds. These scripts are the hot path, and what costs in a script is each
// command that it runs: both make do with two, but for a first turn, an expiry that has to
// be moved and an answer that has to be dropped.

// What begin answers first.
const (
	beganClaimed    = 1
	beganAnswered   = 2
	beganInProgress = 3
	beganUnanswered = 4
)

// begin claims a turn. A key of another type, and a hash that is no such record, is deleted,
// as if the call had been lost: its caller starts over. So is a call that waits for an earlier
// turn, as the commits since were lost, unless a claim stands.
//
//	KEYS  call
//	ARGV  turn, claim, now, until, milliseconds for Redis to keep an unknown call;
//	      until 0: nothing is claimed or changed
//	      {1}               claimed, the call is unknown
//	      {1, state}        claimed
//	      {2, turn, answer} answered
//	      {3}               in progress
//	      {4}               unanswered: there was nothing to claim
var begin = newScript(digitsLua + livesLua + `
local key, turn, mine, now = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local h = redis.pcall('HMGET', key, 'v', 'next', 'state', 'expires', 'claim', 'until', 'a:' .. turn)
if h.err then
	if not string.find(h.err, 'WRONGTYPE', 1, true) then return h end
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
if not sound then
	redis.call('DEL', key)
	redis.call('HSET', key, 'v', '1', 'next', turn, 'claim', mine, 'until', ARGV[4])
	redis.call('PEXPIRE', key, ARGV[5])
	return {1}
end
redis.call('HSET', key, 'next', turn, 'claim', mine, 'until', ARGV[4])
if state then return {1, state} end
return {1}
`)

// commit stores a turn's answer and the state after it, if the claim still stands, and drops
// the answer of a turn long past. Said again with the same claim, nothing happens. Redis'
// own expiry is only moved when the call's has moved by five minutes, half the slack.
//
// A first turn is claimed in the same step, if there is nothing under the key.
//
//	KEYS  call
//	ARGV  turn, the turn after it, the turn to drop or nothing, claim, state, answer,
//	      expires, milliseconds for Redis to keep the call, 1 for a first turn or 0
//	      1 committed, 0 overtaken
var commit = newScript(commitLua)

// commitInTime is commit, but for calls of which it matters whether an answer that is stored was given.
var commitInTime = newWrite(commitLua)

const commitLua = digitsLua + `
local key, turn, after, mine = KEYS[1], ARGV[1], ARGV[2], ARGV[4]
local h = redis.pcall('HMGET', key, 'v', 'next', 'claim', 'kept')
if h.err then
	if not string.find(h.err, 'WRONGTYPE', 1, true) then return h end
	return 0
end
if h[1] ~= '1' then
	if digits(h[1]) then return redis.error_reply('VERSION newer record') end
	if ARGV[9] ~= '1' or redis.call('EXISTS', key) == 1 then return 0 end
	redis.call('HSET', key, 'v', '1', 'next', after, 'state', ARGV[5], 'expires', ARGV[7],
		'claim', mine, 'until', '0', 'kept', ARGV[7], 'a:' .. turn, ARGV[6])
	redis.call('PEXPIRE', key, ARGV[8])
	return 1
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

// digitsLua says whether a field is there and is a number as we store numbers.
const digitsLua = `
local function digits(s)
	if not s or #s > 15 then return false end
	return string.find(s, '^%d+$') ~= nil
end
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
