package redisstore

import (
	"context"
	"strings"

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
var beginEnrollment = newWrite("Accounts.Begin", strangeLua+`
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
var joinEnrollment = newWrite("Accounts.Join", strangeLua+`
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
	if err := verdict(answer, err, accounts.ErrNoEnrollment, accounts.ErrFull); err != nil {
		return accounts.Enrollment{}, err
	}
	return parseEnrollment(id, answer)
}

// Enrollment implements [accounts.Enrollments].
func (s Accounts) Enrollment(ctx context.Context, id accounts.EnrollmentID) (accounts.Enrollment, error) {
	answer, err := s.db.askOne(ctx, "Accounts.Enrollment", "hmget", enrollmentKey(id), "v", "since", "accounts")
	if err != nil {
		return accounts.Enrollment{}, err
	}
	return parseEnrollment(id, answer)
}

// parseEnrollment reads v, since and accounts.
func parseEnrollment(id accounts.EnrollmentID, answer any) (accounts.Enrollment, error) {
	enrollment, names := accounts.Enrollment{ID: id}, ""
	err := parseRecord(answer, accounts.ErrNoEnrollment, &enrollment.Since, &names)
	for name := range strings.FieldsSeq(names) {
		enrollment.Accounts = append(enrollment.Accounts, accounts.ID(name))
	}
	return sound(enrollment, err)
}

func joinIDs(ids []accounts.ID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = string(id)
	}
	return strings.Join(names, " ")
}
