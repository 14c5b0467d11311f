package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"updatecenter/internal/agents/signin"
)

// SignIn keeps sign-ins under way, sessions, drafts and known browsers by the hash of their token, and the
// failures to sign in: a [signin.Store] and [signin.Attempts]. Each operation is one round trip.
type SignIn struct {
	db  *DB
	now func() time.Time
}

var (
	_ signin.Store    = SignIn{}
	_ signin.Attempts = SignIn{}
)

// SignIn returns the store of what package signin keeps. The clock is that of signin.Config; it
// only says for how long Redis keeps records, and must not be nil.
func (db *DB) SignIn(now func() time.Time) SignIn { return SignIn{db, now} }

// errLongSignIn refuses more than [signin.MaxSealed] bytes.
var errLongSignIn = errors.New("the record of a sign-in, a session or a draft is too long")

// putSignIn stores a record under a token, if what is there has a revision, unless that is done
// already. A record is one hash:
//
//	v        1
//	kind     of what the record is
//	rev      the revision
//	expires  until when it is of use, in milliseconds
//	sealed   all else, as package signin sealed it
//
//	KEYS  record
//	ARGV  revision that is there or 0, kind, sealed, expires, next revision, milliseconds for
//	      Redis to keep the key
//	      1 stored, 0 another revision is there
var putSignIn = newWrite(strangeLua + digitsLua + `
local bad = strange(KEYS[1])
if bad then return bad end
local h = redis.call('HMGET', KEYS[1], 'v', 'rev', 'sealed')
local present = '0'
if h[1] then
	if not digits(h[2]) then return redis.error_reply('GARBAGE not a record') end
	present = h[2]
end
if present == ARGV[5] and h[3] == ARGV[3] then return 1 end
if present ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'v', '1', 'kind', ARGV[2], 'rev', ARGV[5], 'expires', ARGV[4], 'sealed', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[6])
return 1
`)

// deleteSignIn deletes a record that has a revision.
//
//	KEYS  record
//	ARGV  revision
//	      1 deleted, 0 there is none, -1 another revision is there
var deleteSignIn = newWrite(strangeLua + digitsLua + `
local bad = strange(KEYS[1])
if bad then return bad end
local h = redis.call('HMGET', KEYS[1], 'v', 'rev')
if not h[1] then return 0 end
if not digits(h[2]) then return redis.error_reply('GARBAGE not a record') end
if h[2] ~= ARGV[1] then return -1 end
redis.call('DEL', KEYS[1])
return 1
`)

// Put implements [signin.Store].
func (s SignIn) Put(ctx context.Context, record signin.Record, revision int64) error {
	if len(record.Sealed) > signin.MaxSealed {
		return errLongSignIn
	}
	done, err := s.db.run(ctx, putSignIn, []string{signInKey(record.Key)},
		strconv.FormatInt(revision, 10), string(record.Kind), record.Sealed, millis(record.Expires),
		strconv.FormatInt(revision+1, 10), keep(record.Expires.Sub(s.now())))
	if err != nil {
		return err
	}
	if done != int64(1) {
		return signin.ErrStale
	}
	return nil
}

// Get implements [signin.Store]. A record that is damaged, or that a newer release wrote, is
// [signin.ErrNoRecord] and [signin.ErrUnreadable] as well as [ErrGarbage] or [ErrVersion]: whoever
// has its token starts over.
func (s SignIn) Get(ctx context.Context, key [32]byte) (signin.Record, error) {
	answers, err := s.db.ask(ctx, []any{"hmget", signInKey(key), "v", "kind", "rev", "expires", "sealed"})
	if err != nil {
		return signin.Record{}, noSignIn(err)
	}
	fields, _ := answers[0].([]any)
	record, err := parseSignIn(fields)
	if err != nil {
		return signin.Record{}, noSignIn(err)
	}
	record.Key = key
	return record, nil
}

func noSignIn(err error) error {
	if errors.Is(err, ErrGarbage) || errors.Is(err, ErrVersion) {
		return fmt.Errorf("%w: %w: %w", signin.ErrNoRecord, signin.ErrUnreadable, err)
	}
	return err
}

// parseSignIn reads version, kind, revision, expiry and sealed bytes.
func parseSignIn(fields []any) (signin.Record, error) {
	if len(fields) != 5 {
		return signin.Record{}, ErrGarbage
	}
	if isEmpty(fields) {
		return signin.Record{}, signin.ErrNoRecord
	}
	if err := checkVersion(fields[0]); err != nil {
		return signin.Record{}, err
	}
	var record signin.Record
	var expires int64
	kind, ok1 := fields[1].(string)
	sealed, ok2 := fields[4].(string)
	if !ok1 || !ok2 || !parseNumber(fields[2], &record.Revision) || !parseNumber(fields[3], &expires) {
		return signin.Record{}, ErrGarbage
	}
	record.Kind, record.Sealed, record.Expires = signin.Kind(kind), []byte(sealed), moment(expires)
	return record, nil
}

// Delete implements [signin.Store]. It isn't tried a second time by itself, as the second answer
// would be that somebody else has deleted the record.
func (s SignIn) Delete(ctx context.Context, key [32]byte, revision int64) error {
	done, err := s.db.runOnce(ctx, deleteSignIn, []string{signInKey(key)}, strconv.FormatInt(revision, 10))
	switch {
	case err != nil:
		return err
	case done == int64(0):
		return signin.ErrNoRecord
	case done == int64(-1):
		return signin.ErrStale
	}
	return nil
}

// Count implements [signin.Attempts]. It isn't tried a second time by itself, which would count
// twice.
func (s SignIn) Count(
	ctx context.Context, subject string, at time.Time, rule signin.LockRule,
) (signin.Admission, error) {
	args := []any{
		millis(at), rule.LockAt, rule.LockFor.Milliseconds(), rule.CloseAt, rule.ForgetIn.Milliseconds(),
		rule.Window.Milliseconds(), slack.Milliseconds(),
	}
	for _, delay := range rule.Delays {
		args = append(args, delay.Milliseconds())
	}
	answer, err := s.db.runOnce(ctx, countSignIn, []string{signInStrikesKey(subject)}, args...)
	if err != nil {
		return signin.Admission{}, err
	}
	parts, _ := answer.([]any)
	if len(parts) != 3 {
		return signin.Admission{}, ErrGarbage
	}
	before, ok1 := parseSignInStrikes(parts[1])
	after, ok2 := parseSignInStrikes(parts[2])
	if !ok1 || !ok2 {
		return signin.Admission{}, ErrGarbage
	}
	return signin.Admission{Admitted: parts[0] == int64(1), Before: before, Strikes: after}, nil
}

// Release implements [signin.Attempts]. It isn't tried a second time by itself, which would take
// back twice.
func (s SignIn) Release(ctx context.Context, subject string, admission signin.Admission) error {
	args := append(signInStrikesArgs(admission.Strikes), signInStrikesArgs(admission.Before)...)
	_, err := s.db.runOnce(ctx, releaseSignIn, []string{signInStrikesKey(subject)}, args...)
	return err
}

// Clear implements [signin.Attempts].
func (s SignIn) Clear(ctx context.Context, subject string) error {
	_, err := s.db.run(ctx, clearSignIn, []string{signInStrikesKey(subject)})
	return err
}

// signInStrikesArgs are failures, first, last, until and closed, as the scripts have them.
func signInStrikesArgs(s signin.Strikes) []any {
	closed := 0
	if s.Closed {
		closed = 1
	}
	return []any{s.Failures, instant(s.First), instant(s.Last), instant(s.Until), closed}
}

// parseSignInStrikes reads the same.
func parseSignInStrikes(answer any) (signin.Strikes, bool) {
	parts, _ := answer.([]any)
	if len(parts) != 5 {
		return signin.Strikes{}, false
	}
	var n [5]int64
	for i, part := range parts {
		value, ok := part.(int64)
		if !ok {
			return signin.Strikes{}, false
		}
		n[i] = value
	}
	return signin.Strikes{
		Failures: int(n[0]), First: moment(n[1]), Last: moment(n[2]), Until: moment(n[3]), Closed: n[4] == 1,
	}, true
}

// instant is the number that moment reads.
func instant(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return millis(t)
}

// The failures to sign in are, for each subject, one hash:
//
//	v         1
//	failures  in a row
//	first     when the first one was
//	last      when the last one was
//	until     until when no attempt is admitted; 0: there was no wait
//	closed    1: none is admitted until all is cleared or forgotten
//
// Times are milliseconds.

// guessesLua reads a subject, or answers an error; and writes it. shown is what is told.
const guessesLua = strangeLua + digitsLua + `
local function none() return {failures = 0, first = 0, last = 0, soft = 0, closed = 0} end

local function guesses(key)
	local bad = strange(key)
	if bad then return nil, bad end
	local h = redis.call('HMGET', key, 'failures', 'first', 'last', 'until', 'closed', 'v')
	if not h[6] then return none() end
	for i = 1, 5 do
		if not digits(h[i]) then return nil, redis.error_reply('GARBAGE not a record') end
	end
	return {failures = tonumber(h[1]), first = tonumber(h[2]), last = tonumber(h[3]),
		soft = tonumber(h[4]), closed = tonumber(h[5])}
end

local function save(key, s)
	redis.call('HSET', key, 'v', '1', 'failures', s.failures, 'first', s.first, 'last', s.last,
		'until', s.soft, 'closed', s.closed)
end

local function shown(s) return {s.failures, s.first, s.last, s.soft, s.closed} end
`

// countSignIn counts one more failure, unless the strikes bar the attempt: strikes that signin.LockRule forgets
// by then are none, and BarredAt bars.
//
//	KEYS  strikes
//	ARGV  now, failures that lock, how long, failures that close or 0, ForgetIn, Window or 0,
//	      slack; delays
//	      {1 admitted or 0, strikes before, strikes now}
//	      of either: {failures, first, last, until, closed}
var countSignIn = newWrite(guessesLua + `
local b, bad = guesses(KEYS[1])
if bad then return bad end
local now, lock_at, lock_for, close_at = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local forget, window, delays = tonumber(ARGV[5]), tonumber(ARGV[6]), #ARGV - 7

local ends = b.last + forget
if window > 0 then ends = math.min(ends, b.first + window) end
if now >= math.max(ends, b.soft) then b = none() end
if b.closed == 1 or now < b.soft then return {0, shown(b), shown(b)} end

local s = {failures = b.failures + 1, first = b.first, last = now, soft = b.soft, closed = 0}
if b.failures == 0 then s.first = now end
local wait = 0
if delays > 0 then wait = tonumber(ARGV[7 + math.min(s.failures, delays)]) end
if s.failures % lock_at == 0 then wait = math.max(wait, lock_for) end
if wait > 0 then s.soft = now + wait end
if close_at > 0 and s.failures >= close_at then s.closed = 1 end
save(KEYS[1], s)

ends = now + forget
if window > 0 then ends = math.min(ends, s.first + window) end
redis.call('PEXPIRE', KEYS[1], math.max(ends, s.soft) - now + tonumber(ARGV[7]))
return {1, shown(b), shown(s)}
`)

// releaseSignIn takes back what an attempt has counted. Redis keeps the rest no shorter than
// before.
//
//	KEYS  strikes
//	ARGV  failures, first, last, until and closed after the attempt; the same before it
//	      1
var releaseSignIn = newScript(guessesLua + `
local s, bad = guesses(KEYS[1])
if bad then return bad end
if s.failures == 0 then return 1 end
local same = true
for i, n in ipairs(shown(s)) do
	if n ~= tonumber(ARGV[i]) then same = false end
end
if same then
	s = {failures = tonumber(ARGV[6]), first = tonumber(ARGV[7]), last = tonumber(ARGV[8]),
		soft = tonumber(ARGV[9]), closed = tonumber(ARGV[10])}
else
	s.failures = s.failures - 1
end
if s.failures > 0 then save(KEYS[1], s) else redis.call('DEL', KEYS[1]) end
return 1
`)

// clearSignIn forgets failures, waits and locks.
//
//	KEYS  strikes
//	      1
var clearSignIn = newScript(strangeLua + `
local bad = strange(KEYS[1])
if bad then return bad end
redis.call('DEL', KEYS[1])
return 1
`)
