package redisstore

import (
	"context"
	"time"

	"updatecenter/internal/accounts"
)

// Whose a link is by which a password is chosen is one hash:
//
//	v        1
//	account  the ID

// putLink notes whose a link is.
//
//	KEYS  link
//	ARGV  account, milliseconds for Redis to keep it
//	      1
var putLink = newWrite("Accounts.PutLink", strangeLua+`
local bad = strange(KEYS[1])
if bad then return bad end
redis.call('HSET', KEYS[1], 'v', '1', 'account', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`).lasts()

// PutLink implements [accounts.Store].
func (s Accounts) PutLink(ctx context.Context, sum string, account accounts.ID, now, until time.Time) error {
	_, err := s.db.run(ctx, putLink, []string{passwordLinkKey(sum)}, string(account), keep(until.Sub(now)))
	return err
}

// Linked implements [accounts.Store].
func (s Accounts) Linked(ctx context.Context, sum string) (account accounts.ID, err error) {
	err = s.db.hash(ctx, "Accounts.Linked", passwordLinkKey(sum), accounts.ErrNoAccount, "account", (*string)(&account))
	return account, err
}
