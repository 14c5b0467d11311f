package redisstore

import (
	"context"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/storage"
)

// numberTimes is how many times longer than others an operation that takes a number may take:
// it has up to ten steps, and may have to wait for others.
const numberTimes = 3

// Create implements [accounts.Store]. It is two round trips, and one more with notices,
// unless others want the number as well. It ends within three seconds.
func (s Accounts) Create(ctx context.Context, account accounts.Stored, records []accounts.Record, notices [][]byte) error {
	args, err := accountArgs(account, account.Revision, records, notices)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, numberTimes*s.db.within)
	defer cancel()
	return s.mark(ctx, account.ID, records, notices, func() error { return s.create(ctx, account, args) })
}

// mark has an account stored with its notices, at the time of the first record.
func (s Accounts) mark(ctx context.Context, id accounts.ID, records []accounts.Record, notices [][]byte, store func() error) error {
	return s.db.Notices().mark(ctx, string(id), timeOf(records), len(notices), store)
}

// timeOf is the time of a change by its records.
func timeOf(records []accounts.Record) (at time.Time) {
	if len(records) > 0 {
		at = records[0].At
	}
	return at
}

func (s Accounts) create(ctx context.Context, account accounts.Stored, args func(token string) []any) error {
	refused := ""
	for try := 0; ; try++ {
		token := claimToken(account, try)
		if err := s.take(ctx, account, token, refused); err != nil {
			return err
		}
		done, err := s.db.run(ctx, createAccount, recordKeys(account.ID), args(token)...)
		switch {
		case err != nil:
			return err
		case done == int64(1):
			return nil
		case done == int64(0):
			return accounts.ErrTaken
		}
		refused = token
	}
}

// Change implements [accounts.Store]. It is one round trip, or four for another number, and one more with notices. It
// ends within three seconds.
func (s Accounts) Change(ctx context.Context, account accounts.Stored, records []accounts.Record, notices [][]byte) error {
	args, err := accountArgs(account, account.Revision+1, records, notices)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, numberTimes*s.db.within)
	defer cancel()
	return s.mark(ctx, account.ID, records, notices, func() error { return s.change(ctx, account, args) })
}

func (s Accounts) change(ctx context.Context, account accounts.Stored, args func(token string) []any) error {
	token, try := "", 0
	for {
		changed, err := s.changeWith(ctx, account, args(token))
		if err != nil {
			return err
		}
		s.db.tellReplaced(ctx, changed.replaced)
		if changed.as != changedNot {
			return s.settled(ctx, account, token, changed)
		}
		refused := token
		token = claimToken(account, try)
		if err := s.take(ctx, account, token, refused); err != nil {
			return err
		}
		try++
	}
}

// settled tidies up after a change that was decided, and says how.
func (s Accounts) settled(ctx context.Context, account accounts.Stored, token string, changed changed) error {
	switch changed.as {
	case changedNone:
		return accounts.ErrNoAccount
	case changedStale:
		if token != changed.token {
			s.free(ctx, account.Number, token)
		}
		return storage.ErrStale
	}
	s.free(ctx, changed.number, changed.token)
	return nil
}

// changed is what [changeAccount] answers.
type changed struct {
	as       int64
	number   accounts.Number // that the account had; empty: the same
	token    string          // with which it had taken that; of a stale one, with which it has its number
	replaced int64           // notices whose place others took
}

// changeWith runs [changeAccount].
func (s Accounts) changeWith(ctx context.Context, account accounts.Stored, args []any) (c changed, err error) {
	err = s.db.runInto(ctx, changeAccount, recordKeys(account.ID), args, &c.as, (*string)(&c.number), &c.token, &c.replaced)
	return c, err
}

// recordKeys are the keys of the scripts that write an account.
func recordKeys(id accounts.ID) []string {
	return []string{accountKey(id), accountHistoryKey(id), refusedClaimsKey(id), noticesKey(string(id))}
}

// An account is one hash:
//
//	v       1
//	number  that stands on the bill
//	rev     the revision
//	token   of the claim by which it took the number
//	sealed  all else, as package accounts sealed it
//
// Whose a number is, if the account agrees, is one hash:
//
//	v        1
//	account  the ID
//	token    of the claim
//
// See [Accounts] for how both go together.

// accountLua reads an account: its fields, none when there is no such account, or an error to
// answer.
var accountLua = strangeLua + accountRecordLua + dueLua + `
local function account(key)
	local bad, _, known = strange(key)
	if bad or not known then return {}, bad end
	local h = redis.call('HMGET', key, 'v', 'number', 'rev', 'token', 'sealed')
	if h[2] and digits(h[3]) and h[4] and h[5] then return h end
	return nil, redis.error_reply('GARBAGE not a record')
end

local function same(a, number, rev, sealed)
	return a[2] == number and a[3] == rev and a[5] == sealed
end

-- append appends as many records as say so, and then keeps what follows as notices that are due;
-- it answers how many of these took the place of others
local function append(history, notices, most, replaced, from)
	local last, count = from + tonumber(ARGV[from]), 0
	for i = last + 1, #ARGV do count = count + due(notices, ARGV[i], most, history, replaced) end
	for i = from + 1, last do record(history, ARGV[i]) end
	return count
end
`

// createAccount stores a new account, unless it is stored already, records it and keeps notices as due.
//
//	KEYS  account, history, refused claims, notices
//	ARGV  number, revision, sealed, next revision, token, most notices, record of one that is
//	      replaced; how many records, records, notices
//	      1 stored, 0 there is another under the ID, -1 the claim was refused
var createAccount = newWrite("Accounts.Create", accountLua+`
local a, bad = account(KEYS[1])
if bad then return bad end
if a[1] then
	if same(a, ARGV[1], ARGV[2], ARGV[3]) then return 1 end
	return 0
end
if redis.call('SISMEMBER', KEYS[3], ARGV[5]) == 1 then return -1 end
append(KEYS[2], KEYS[4], ARGV[6], ARGV[7], 8)
redis.call('HSET', KEYS[1], 'v', '1', 'number', ARGV[1], 'rev', ARGV[2], 'token', ARGV[5], 'sealed', ARGV[3])
return 1
`).lasts()

// What changeAccount answers first.
const (
	changedNot   = 2 // the number must be claimed first, with a claim that isn't refused
	changedNone  = 0
	changedStale = -1
)

// changeAccount replaces an account that has a revision, unless that is done already, records it
// and keeps notices as due.
//
//	KEYS  account, history, refused claims, notices
//	ARGV  number, revision, sealed, next revision, token of the claim or nothing, most notices, record
//	      of one that is replaced; how many records, records, notices
//	      {1, number that it had or nothing, token of that,  changed
//	       how many notices took the place of others}
//	      {0, '', '', 0}                                     no such account
//	      {-1, '', token of the number that it has, 0}       another revision
//	      {2, '', '', 0}                                     the claim is missing or refused
var changeAccount = newWrite("Accounts.Change", accountLua+`
local a, bad = account(KEYS[1])
if bad then return bad end
if not a[1] then return {0, '', '', 0} end
local number, token = ARGV[1], ARGV[5]
if same(a, number, ARGV[4], ARGV[3]) then return {1, '', '', 0} end
if a[3] ~= ARGV[2] then return {-1, '', a[4], 0} end
local had, by = '', ''
if a[2] == number then
	token = a[4]
else
	if token == '' then return {2, '', '', 0} end
	if redis.call('SISMEMBER', KEYS[3], token) == 1 then return {2, '', '', 0} end
	had, by = a[2], a[4]
end
local replaced = append(KEYS[2], KEYS[4], ARGV[6], ARGV[7], 8)
redis.call('HSET', KEYS[1], 'number', number, 'rev', ARGV[4], 'token', token, 'sealed', ARGV[3])
return {1, had, by, replaced}
`).lasts()

// claimNumber writes the entry of a number, if there is none, or one of a claim that was
// refused.
//
//	KEYS  number
//	ARGV  account, token, token that was refused or nothing
//	      {}                it is ours
//	      {account, token}  whose it is
var claimNumber = newWrite("Accounts.claim", strangeLua+`
local bad = strange(KEYS[1])
if bad then return bad end
local h = redis.call('HMGET', KEYS[1], 'account', 'token')
if h[1] and not h[2] then return redis.error_reply('GARBAGE not a record') end
if h[1] and h[2] ~= ARGV[2] and h[2] ~= ARGV[3] then return {h[1], h[2]} end
redis.call('HSET', KEYS[1], 'v', '1', 'account', ARGV[1], 'token', ARGV[2])
return {}
`).lasts()

// refuseClaim refuses a claim to a number, unless the account has it.
//
//	KEYS  account, refused claims
//	ARGV  number, token, milliseconds for which it is refused
//	      1 refused, 0 the account has the number
var refuseClaim = newWrite("Accounts.refuse", accountLua+`
local a, bad = account(KEYS[1])
if bad then return bad end
if a[1] and a[2] == ARGV[1] then return 0 end
redis.call('SADD', KEYS[2], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 1
`).lasts()

// freeNumber deletes the entry of a number, if it is of a claim.
//
//	KEYS  number
//	ARGV  token
//	      1 deleted, 0 not
var freeNumber = newScript("Accounts.free", strangeLua+`
local bad = strange(KEYS[1])
if bad then return bad end
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`)
