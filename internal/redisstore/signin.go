package redisstore

import (
	"context"
	"errors"
	"fmt"
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
//	      1 stored, 0 none is there, -1 another revision
var putSignIn = newWrite("SignIn.Put", sealedLua+`
local done = swap(KEYS[1], ARGV[1], ARGV[5], ARGV[3], 'kind', ARGV[2], 'expires', ARGV[4])
if done == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[6]) end
return done
`)

// deleteSignIn deletes a record that has a revision.
//
//	KEYS  record
//	ARGV  revision
//	      1 deleted, 0 there is none, -1 another revision is there
var deleteSignIn = newWrite("SignIn.Delete", sealedLua+`
local has, _, bad = stored(KEYS[1])
if bad then return bad end
if not has then return 0 end
if has ~= ARGV[1] then return -1 end
redis.call('DEL', KEYS[1])
return 1
`)

// Put implements [signin.Store].
func (s SignIn) Put(ctx context.Context, record signin.Record, revision int64) error {
	if len(record.Sealed) > signin.MaxSealed {
		return errTooLong
	}
	done, err := s.db.run(ctx, putSignIn, []string{signInKey(record.Key)},
		revision, string(record.Kind), record.Sealed, millis(record.Expires), revision+1, keep(record.Expires.Sub(s.now())))
	return verdict(done, err, storage.ErrStale, storage.ErrStale)
}

// Get implements [signin.Store]. A record that is damaged, or that a newer release wrote, is
// [signin.ErrNoRecord] as well as [storage.ErrDamaged] or [storage.ErrNewer]: whoever
// has its token starts over.
func (s SignIn) Get(ctx context.Context, key [32]byte) (signin.Record, error) {
	record := signin.Record{Key: key}
	err := s.db.hash(ctx, "SignIn.Get", signInKey(key), signin.ErrNoRecord, "kind", (*string)(&record.Kind),
		"rev", &record.Revision, "expires", &record.Expires, "sealed", &record.Sealed)
	if errors.Is(err, storage.ErrUnreadable) {
		err = fmt.Errorf("%w: %w", signin.ErrNoRecord, err)
	}
	return sound(record, err)
}

// Delete implements [signin.Store]. It isn't tried a second time by itself, as the second answer
// would be that somebody else has deleted the record.
func (s SignIn) Delete(ctx context.Context, key [32]byte, revision int64) error {
	done, err := s.db.runOnce(ctx, deleteSignIn, []string{signInKey(key)}, revision)
	return verdict(done, err, signin.ErrNoRecord, storage.ErrStale)
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
	var admission signin.Admission
	err = parseFields(answer, &admission.Admitted, &admission.Before, &admission.Strikes)
	return admission, err
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
	return []any{s.Failures, instant(s.First), instant(s.Last), instant(s.LockedUntil), s.Closed}
}

// countSignIn counts one more failure, unless the strikes bar the attempt.
//
//	KEYS  strikes
//	ARGV  lockArgs, of no attempt
//	      {1 admitted or 0, strikes before, strikes now}
var countSignIn = newWrite("SignIn.Count", digitsLua+signInLockLua+`
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
var releaseSignIn = newScript("SignIn.Release", digitsLua+signInLockLua+`
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
var clearSignIn = newScript("SignIn.Clear", strangeLua+`
local bad = strange(KEYS[1])
if bad then return bad end
redis.call('DEL', KEYS[1])
return 1
`)
