package redisstore

import (
	"context"
	"strings"
	"time"

	"updatecenter/internal/accounts"
)

// An enrollment is one hash:
//
//	v         1
//	since     when it was begun, in milliseconds
//	accounts  the IDs in the order in which they were added, separated by spaces

// beginEnrollment stores an enrollment, unless there is one.
//
//	KEYS  enrollment
//	ARGV  since, accounts
//	      1
var beginEnrollment = newWrite(strangeLua + `
local bad = strange(KEYS[1])
if bad then return bad end
if redis.call('EXISTS', KEYS[1]) == 0 then
	redis.call('HSET', KEYS[1], 'v', '1', 'since', ARGV[1], 'accounts', ARGV[2])
end
return 1
`).lasts()

// joinEnrollment adds an account, unless the enrollment has it.
//
//	KEYS  enrollment
//	ARGV  account, most accounts
//	      {v, since, accounts} then, 0 no such enrollment, -1 it is full
var joinEnrollment = newWrite(strangeLua + `
local bad = strange(KEYS[1])
if bad then return bad end
local h = redis.call('HMGET', KEYS[1], 'v', 'since', 'accounts')
if not h[1] then return 0 end
if not h[3] then return redis.error_reply('GARBAGE not a record') end
local count = 0
for id in string.gmatch(h[3], '%S+') do
	if id == ARGV[1] then return h end
	count = count + 1
end
if count >= tonumber(ARGV[2]) then return -1 end
h[3] = h[3] .. ' ' .. ARGV[1]
redis.call('HSET', KEYS[1], 'accounts', h[3])
return h
`).lasts()

// Begin implements [accounts.Enrollments].
func (s Accounts) Begin(ctx context.Context, enrollment accounts.Enrollment) error {
	_, err := s.db.run(ctx, beginEnrollment, []string{enrollmentKey(enrollment.ID)},
		millis(enrollment.Since), joinIDs(enrollment.Accounts))
	return err
}

// Join implements [accounts.Enrollments].
func (s Accounts) Join(
	ctx context.Context, id accounts.EnrollmentID, account accounts.ID, limit int,
) (accounts.Enrollment, error) {
	answer, err := s.db.run(ctx, joinEnrollment, []string{enrollmentKey(id)}, string(account), limit)
	switch {
	case err != nil:
		return accounts.Enrollment{}, err
	case answer == int64(0):
		return accounts.Enrollment{}, accounts.ErrNoEnrollment
	case answer == int64(-1):
		return accounts.Enrollment{}, accounts.ErrFull
	}
	fields, _ := answer.([]any)
	return parseEnrollment(id, fields)
}

// Enrollment implements [accounts.Enrollments].
func (s Accounts) Enrollment(ctx context.Context, id accounts.EnrollmentID) (accounts.Enrollment, error) {
	answers, err := s.db.ask(ctx, []any{"hmget", enrollmentKey(id), "v", "since", "accounts"})
	if err != nil {
		return accounts.Enrollment{}, err
	}
	fields, _ := answers[0].([]any)
	if len(fields) == 3 && isEmpty(fields) {
		return accounts.Enrollment{}, accounts.ErrNoEnrollment
	}
	return parseEnrollment(id, fields)
}

// parseEnrollment reads v, since and accounts.
func parseEnrollment(id accounts.EnrollmentID, fields []any) (accounts.Enrollment, error) {
	if len(fields) != 3 {
		return accounts.Enrollment{}, ErrGarbage
	}
	if err := checkVersion(fields[0]); err != nil {
		return accounts.Enrollment{}, err
	}
	var since int64
	names, ok := fields[2].(string)
	if !ok || !parseNumber(fields[1], &since) {
		return accounts.Enrollment{}, ErrGarbage
	}
	return accounts.Enrollment{ID: id, Accounts: splitIDs(names), Since: time.UnixMilli(since).UTC()}, nil
}

func joinIDs(ids []accounts.ID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = string(id)
	}
	return strings.Join(names, " ")
}

func splitIDs(names string) []accounts.ID {
	var ids []accounts.ID
	for name := range strings.FieldsSeq(names) {
		ids = append(ids, accounts.ID(name))
	}
	return ids
}
