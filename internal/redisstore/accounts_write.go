package redisstore

import (
	"context"
	"time"

	"updatecenter/internal/accounts"
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
		answer, err := s.db.run(ctx, changeAccount, recordKeys(account.ID), args(token)...)
		if err != nil {
			return err
		}
		changed, ok := readChanged(answer)
		if !ok {
			return ErrGarbage
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
		return accounts.ErrStale
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

func readChanged(answer any) (changed, bool) {
	parts, _ := answer.([]any)
	if len(parts) != 4 {
		return changed{}, false
	}
	as, ok1 := parts[0].(int64)
	number, ok2 := parts[1].(string)
	token, ok3 := parts[2].(string)
	replaced, ok4 := parts[3].(int64)
	return changed{as, accounts.Number(number), token, replaced}, ok1 && ok2 && ok3 && ok4
}

// recordKeys are the keys of the scripts that write an account.
func recordKeys(id accounts.ID) []string {
	return []string{accountKey(id), accountHistoryKey(id), refusedClaimsKey(id), noticesKey(string(id))}
}
