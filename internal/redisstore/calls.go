package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"updatecenter/internal/storage"
	"updatecenter/ivr"
)

// ErrTooLarge refuses a state or an answer of more than [MaxValue] bytes.
var ErrTooLarge = errors.New("larger than a call may be")

// MaxValue is the size up to which a state and an answer are stored, in bytes. Twilio takes
// no answer over 64 kB.
const MaxValue = 256 << 10

// Calls keeps the calls under way: an [ivr.Store]. A turn is two round trips, the
// first turn of a call one; of a call that the release before began three.
type Calls struct {
	db                *DB
	commit, commitOld script
}

var _ ivr.Store = Calls{}

// Calls returns the store of calls.
func (db *DB) Calls() Calls { return Calls{db, commit, commitOld} }

// CallsInTime returns the store of calls whose commits are carried out in time or not at all: a turn that
// has an answer there was given it.
func (db *DB) CallsInTime() Calls { return Calls{db, commitInTime, commitInTimeOld} }

// Begin implements [ivr.Store]. A call whose record is damaged is unknown; of one that a
// newer release wrote it says [storage.ErrNewer].
func (c Calls) Begin(ctx context.Context, claim ivr.Claim) (ivr.Begun, error) {
	key, args := []string{callKey(claim.Call)}, []any{
		claim.Turn, claimName(claim.Turn, claim.Holder), millis(claim.Now), instant(claim.Until), keep(claim.Until.Sub(claim.Now)),
	}
	answer, err := c.db.run(ctx, begin, key, args...)
	old := isOld(answer)
	if old {
		answer, err = c.db.run(ctx, beginOld, key, args...)
	}
	if err != nil {
		return ivr.Begun{}, err
	}
	begun, ok := readBegun(answer)
	if !ok {
		return ivr.Begun{}, storage.ErrDamaged
	}
	begun.Old = old && begun.State != nil
	return begun, nil
}

// isOld says whether begin has found a call that a server of the release before began.
func isOld(answer any) bool {
	parts, _ := answer.([]any)
	return len(parts) == 1 && parts[0] == int64(beganOld)
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
	if len(commitment.State) > MaxValue || len(commitment.Answer) > MaxValue {
		return ErrTooLarge
	}
	script, args := c.commit, commitArgs(commitment)
	if commitment.Old {
		script, args = c.commitOld, commitArgsOld(commitment)
	}
	stood, err := c.db.run(ctx, script, []string{callKey(commitment.Call)}, args...)
	return verdict(stood, err, ivr.ErrOvertaken)
}

// commitArgs are the ARGV of [commit].
func commitArgs(c ivr.Commit) []any {
	claim, after := claimName(c.Turn, c.Holder), c.Turn+1
	record := make([]byte, 0, 64+len(claim)+len(c.State)+len(c.Answer))
	record = fmt.Appendf(record, "2 %d %d 0 %d %s\n", after, millis(c.Expires), len(c.State), claim)
	record = append(append(record, c.State...), c.Answer...)
	return []any{c.Turn, after, claim, record, keep(c.Expires.Sub(c.Now)), c.First}
}

// How Withdraw goes on: Redis can take minutes to fail over.
const (
	withdrawWithin = 5 * time.Minute
	withdrawPause  = 100 * time.Millisecond
)

// Withdraw has a call be forgotten whose newest answer was committed by a claim, as the caller heard something
// else in its place. It returns at once. Redis is asked until it has answered, for five minutes at most, and for as
// long as a commit that nobody waits for any more can be carried out. A call that the release before began is left.
func (c Calls) Withdraw(claim ivr.Claim) {
	c.db.running.Go(func() {
		ctx, cancel := context.WithTimeout(c.db.background, withdrawWithin)
		defer cancel()
		for began := time.Now(); ctx.Err() == nil; {
			_, err := c.db.run(ctx, withdraw, []string{callKey(claim.Call)}, claim.Turn+1, claimName(claim.Turn, claim.Holder))
			if err == nil && time.Since(began) > c.db.within {
				return
			}
			select {
			case <-ctx.Done():
			case <-time.After(withdrawPause):
			}
		}
	})
}

// A call is one string: a line, and behind it the sealed state after the last turn, and the
// sealed answer of that turn. The line has, between spaces,
//
//	2        the version
//	next     the turn that the call waits for
//	expires  when the call is forgotten; 0 while no turn was committed: there is no state then
//	until    when the claim runs out; 0: it was committed
//	size     of the state, in bytes
//	claim    turn and holder of the newest claim, to the end of the line; it stands while that turn is
//	         next, and afterwards tells who committed it
//
// Times are milliseconds. These scripts are the hot path, and what costs in a script is each
// command that it runs: both make do with a GET and a SET. Servers of the release before keep a call
// otherwise: see calls_old.go.

// What begin answers first.
const (
	beganClaimed    = 1
	beganAnswered   = 2
	beganInProgress = 3
	beganUnanswered = 4
	beganOld        = 5
)

// callLua reads a call, or returns what a script answers instead, and says whether there is something under the key.
const callLua = `
local function call(key)
	local r = redis.pcall('GET', key)
	if type(r) == 'table' then return nil, r end
	if not r then return {}, nil, false end
	local _, at, v, nxt, expires, ends, size, claim = string.find(r, '^(%d+) (%-?%d+) (%d+) (%d+) (%d+) ([^\n]*)\n')
	if v == '2' then
		local sealed = string.sub(r, at + 1)
		return {nxt = nxt, expires = expires, ends = ends, size = size, claim = claim, sealed = sealed}, nil, true
	end
	v = string.match(r, '^(%d+) ')
	if v and tonumber(v) > 2 then return nil, redis.error_reply('VERSION newer record') end
	return {}, nil, true
end
`

// begin claims a turn. What is no such record is replaced, as if the call had been lost: its caller starts over.
// So is a call that waits for an earlier turn, as the commits since were lost, unless a claim stands. To a
// turn before the last one the answer is that of the last.
//
//	KEYS  call
//	ARGV  turn, claim, now, until, milliseconds for Redis to keep an unknown call;
//	      until 0: nothing is claimed or changed
//	      {1}               claimed, the call is unknown
//	      {1, state}        claimed
//	      {2, turn, answer} answered
//	      {3}               in progress
//	      {4}               unanswered: there was nothing to claim
//	      {5}               the call is kept in another way
var begin = newScript("Calls.Begin", callLua+`
local key, turn, mine, now = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local c, bad = call(key)
if bad then
	if string.find(bad.err, 'WRONGTYPE', 1, true) then return {5} end
	return bad
end
local stands, committed = false, false
if c.claim then
	stands = string.sub(c.claim, 1, #c.nxt + 1) == c.nxt .. ' '
	committed = tonumber(c.expires) > now
end
if committed and tonumber(turn) < tonumber(c.nxt) then
	return {2, string.format('%.0f', tonumber(c.nxt) - 1), string.sub(c.sealed, tonumber(c.size) + 1)}
end
if stands and (committed or c.expires == '0') and c.claim ~= mine and now < tonumber(c.ends) then return {3} end
if ARGV[4] == '0' then return {4} end
if not committed or turn ~= c.nxt then
	redis.call('SET', key, '2 ' .. turn .. ' 0 ' .. ARGV[4] .. ' 0 ' .. mine .. '\n', 'PX', ARGV[5])
	return {1}
end
local line = '2 ' .. c.nxt .. ' ' .. c.expires .. ' ' .. ARGV[4] .. ' ' .. c.size .. ' ' .. mine .. '\n'
redis.call('SET', key, line .. c.sealed, 'KEEPTTL')
return {1, string.sub(c.sealed, 1, tonumber(c.size))}
`)

// commit stores a turn's answer and the state after it, if the claim still stands. Said again with the
// same claim, nothing happens. A first turn is claimed in the same step, if there is nothing under the key.
//
//	KEYS  call
//	ARGV  turn, the turn after it, claim, the record, milliseconds for Redis to keep the call, 1 for a
//	      first turn or 0
//	      1 committed, 0 overtaken
var commit = newScript("Calls.Commit", commitLua)

// commitInTime is commit, but for calls of which it matters whether an answer that is stored was given.
var commitInTime = newWrite("Calls.Commit", commitLua)

const commitLua = callLua + `
local c, bad, known = call(KEYS[1])
if bad then
	if not string.find(bad.err, 'WRONGTYPE', 1, true) then return bad end
	local v = redis.pcall('HGET', KEYS[1], 'v')
	if type(v) == 'string' and (tonumber(v) or 0) > 1 then return redis.error_reply('VERSION newer record') end
	return 0
end
if known then
	if c.claim ~= ARGV[3] then return 0 end
	if c.nxt == ARGV[2] then return 1 end
	if c.nxt ~= ARGV[1] then return 0 end
elseif ARGV[6] ~= '1' then
	return 0
end
redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[5])
return 1
`

// withdraw forgets a call whose newest answer was committed by a claim, if no other was made since.
//
//	KEYS  call
//	ARGV  the turn after that of the claim, claim
var withdraw = newScript("Calls.Withdraw", callLua+`
local c = call(KEYS[1])
if c and c.nxt == ARGV[1] and c.claim == ARGV[2] then redis.call('DEL', KEYS[1]) end
return 1
`)
