package redisstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"updatecenter/internal/agents/signin"
	"updatecenter/internal/limit"
	"updatecenter/internal/storage"
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
		return storage.ErrStale
	}
	return nil
}

// Get implements [signin.Store]. A record that is damaged, or that a newer release wrote, is
// [signin.ErrNoRecord] as well as [ErrGarbage] or [ErrVersion]: whoever
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
		return fmt.Errorf("%w: %w", signin.ErrNoRecord, err)
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
		return storage.ErrStale
	}
	return nil
}

// Count implements [signin.Attempts]. It isn't tried a second time by itself, which would count
// twice.
func (s SignIn) Count(
	ctx context.Context, subject string, at time.Time, rule limit.Lock,
) (signin.Admission, error) {
	answer, err := s.db.runOnce(ctx, countSignIn, []string{signInStrikesKey(subject)}, lockArgs(at, "", rule, rule.Row())...)
	if err != nil {
		return signin.Admission{}, err
	}
	parts, _ := answer.([]any)
	if len(parts) != 3 {
		return signin.Admission{}, ErrGarbage
	}
	before, err1 := parseStrikes(parts[1])
	after, err2 := parseStrikes(parts[2])
	return signin.Admission{Admitted: parts[0] == int64(1), Before: before, Strikes: after}, cmp.Or(err1, err2)
}

// Release implements [signin.Attempts]. It isn't tried a second time by itself, which would take
// back twice.
func (s SignIn) Release(ctx context.Context, subject string, admission signin.Admission) error {
	args := append(clearArgs(time.UnixMilli(0)), strikesArgs(admission.Strikes)...)
	_, err := s.db.runOnce(ctx, releaseSignIn, []string{signInStrikesKey(subject)}, append(args, strikesArgs(admission.Before)...)...)
	return err
}

// Clear implements [signin.Attempts].
func (s SignIn) Clear(ctx context.Context, subject string) error {
	_, err := s.db.run(ctx, clearSignIn, []string{signInStrikesKey(subject)})
	return err
}

// strikesArgs are failures, first, last, until and closed, as parseStrikes reads them.
func strikesArgs(s limit.Strikes) []any {
	closed := 0
	if s.Closed {
		closed = 1
	}
	return []any{s.Failures, instant(s.First), instant(s.Last), instant(s.LockedUntil), closed}
}

// instant is the number that moment reads.
func instant(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return millis(t)
}

// countSignIn counts one more failure, unless the strikes bar the attempt.
//
//	KEYS  strikes
//	ARGV  lockArgs, of no attempt
//	      {1 admitted or 0, strikes before, strikes now}
var countSignIn = newWrite(digitsLua + signInLockLua + `
local s = load(KEYS[1])
if s.bad then return s.bad end
local before = shown(s)
if barred(s) then return {0, before, before} end
fail(s)
save(s)
return {1, before, shown(s)}
`)

// releaseSignIn takes back what an attempt has counted. Redis keeps the rest no shorter than
// before.
//
//	KEYS  strikes
//	ARGV  clearArgs; strikes after the attempt, and before it
//	      1
var releaseSignIn = newScript(digitsLua + signInLockLua + `
local s = load(KEYS[1])
if s.bad then return s.bad end
if s.row == 0 then return 1 end
local same = true
for i, n in ipairs(shown(s)) do
	if n ~= tonumber(ARGV[3 + i]) then same = false end
end
if same then
	s.row, s.first, s.last = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
	s.soft, s.closed = tonumber(ARGV[12]), tonumber(ARGV[13])
else
	s.row = s.row - 1
end
if s.row > 0 then write(s) else redis.call('DEL', KEYS[1]) end
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
