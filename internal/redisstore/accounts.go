package redisstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"updatecenter/internal/accounts"
)

// Accounts keeps the accounts, the failures to prove that one is the own, and the enrollments:
// an [accounts.Store], [accounts.Attempts] and [accounts.Enrollments].
//
// An account is in the slot of its ID, and the entry that says whose a number is in that of
// the number. Nothing can be one step over both; the account's record decides, and this is why
// no two accounts have one number, and each is found under its own, whoever dies when:
//
//   - Who wants a number writes its entry first, with a token of their own. The record then
//     takes the number with the token, in one step that looks whether the token is refused.
//   - An entry is written over only after its token was refused, in the account's slot and
//     only if the record does not have the number. So what was under way starts over.
//   - A token is of one write: it is made of the account's ID, the revision and the sealed
//     bytes. The entry of the number that an account had is deleted only if it still has the
//     token with which the record took it; nobody else's, and no later one of the same account.
//   - An entry that is nobody's yet is left alone for grace, since in most cases its owner is
//     just about to take the number.
//
// What somebody who died has left behind is an entry that the record doesn't agree with. Find
// doesn't believe it, and the next who wants the number waits for grace.
type Accounts struct{ db *DB }

var (
	_ accounts.Store       = Accounts{}
	_ accounts.Attempts    = Accounts{}
	_ accounts.Enrollments = Accounts{}
)

// Accounts returns the store of accounts.
func (db *DB) Accounts() Accounts { return Accounts{db} }

// nobody stands in for the ID where a number is nobody's. IDs of accounts begin otherwise.
const nobody accounts.ID = "nobody"

// Find implements [accounts.Store]. It is two round trips, also for a number that is nobody's.
func (s Accounts) Find(ctx context.Context, number accounts.Number) (accounts.Stored, error) {
	owner, err := s.owner(ctx, number)
	if err != nil {
		return accounts.Stored{}, err
	}
	stored, err := s.Load(ctx, owner)
	if err == nil && stored.Number != number {
		err = accounts.ErrNoAccount
	}
	return sound(stored, err)
}

// owner reads the entry of a number.
func (s Accounts) owner(ctx context.Context, number accounts.Number) (accounts.ID, error) {
	owner := string(nobody)
	err := s.db.hash(ctx, "Accounts.Find", accountNumberKey(number), nil, "account", &owner)
	return accounts.ID(owner), err
}

// Load implements [accounts.Store].
func (s Accounts) Load(ctx context.Context, id accounts.ID) (accounts.Stored, error) {
	stored := accounts.Stored{ID: id}
	err := s.db.hash(ctx, "Accounts.Load", accountKey(id), accounts.ErrNoAccount,
		"number", (*string)(&stored.Number), "rev", &stored.Revision, "sealed", &stored.Sealed)
	return sound(stored, err)
}

// History implements [accounts.Store].
func (s Accounts) History(ctx context.Context, id accounts.ID, limit int) ([]accounts.Record, error) {
	return history[accounts.Record](ctx, s.db, "Accounts.History", accountHistoryKey(id), limit)
}

// accountArgs are what the scripts that write an account take of it, of the records and of the notices,
// for each claim to its number.
func accountArgs(
	account accounts.Stored, next int64, records []accounts.Record, notices [][]byte,
) (func(token string) []any, error) {
	if len(account.Sealed) > accounts.MaxSealed {
		return nil, errTooLong
	}
	replaced, err := encodeAccountRecord(accounts.NoticeReplaced(timeOf(records)))
	if err != nil {
		return nil, err
	}
	more := []any{replaced, len(records)}
	for _, record := range records {
		entry, err := encodeAccountRecord(record)
		if err != nil {
			return nil, err
		}
		more = append(more, entry)
	}
	for _, notice := range notices {
		if len(notice) > maxRecord {
			return nil, errTooLong
		}
		more = append(more, notice)
	}
	return func(token string) []any {
		return append([]any{
			string(account.Number), strconv.FormatInt(account.Revision, 10), account.Sealed,
			strconv.FormatInt(next, 10), token, accounts.MaxDue,
		}, more...)
	}, nil
}

const (
	// grace is how long a number that somebody has claimed and not taken is left to them. They
	// need one round trip; and an account whose number was left half taken waits so long.
	grace = 200 * time.Millisecond
	// refusedFor is how long claims stay refused: longer than any write can be under way.
	refusedFor = 24 * time.Hour
)

// claimToken names a claim to a number. The same write makes the same claim again, so that
// whoever repeats it doesn't have to wait for themselves; once that is refused, it makes another.
func claimToken(account accounts.Stored, try int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d %s", account.ID, account.Number, account.Revision, account.Sealed))
	return fmt.Sprintf("%s.%d", hex.EncodeToString(sum[:16]), try)
}

// take makes the entry of a number ours, with the token, so that the record may take the
// number; or finds that the record has it. It says ErrTaken when another account has it.
// A token that was refused may be written over at once.
func (s Accounts) take(ctx context.Context, account accounts.Stored, token, refused string) error {
	seen := ""
	for {
		claim, err := s.claim(ctx, account, token, refused)
		if err != nil || claim.mine {
			return err
		}
		if claim.token == seen {
			has, err := s.refuse(ctx, claim, account.Number)
			if err != nil || has {
				return verdictOnOwner(err, claim.owner == account.ID)
			}
			refused = claim.token
			continue
		}
		stored, err := s.Load(ctx, claim.owner)
		if err == nil && stored.Number == account.Number {
			return verdictOnOwner(nil, claim.owner == account.ID)
		}
		if err != nil && !errors.Is(err, accounts.ErrNoAccount) {
			return err
		}
		seen = claim.token
		if err := pause(ctx, grace); err != nil {
			return err
		}
	}
}

// verdictOnOwner is what take says of a number that an account has.
func verdictOnOwner(err error, own bool) error {
	if err == nil && !own {
		return accounts.ErrTaken
	}
	return err
}

// claim is what the entry of a number says.
type claim struct {
	mine  bool
	owner accounts.ID // if it is not ours
	token string
}

func (s Accounts) claim(ctx context.Context, account accounts.Stored, token, refused string) (claim, error) {
	answer, err := s.db.run(ctx, claimNumber, []string{accountNumberKey(account.Number)},
		string(account.ID), token, refused)
	if err != nil {
		return claim{}, err
	}
	held := claim{mine: len(texts[string](answer)) == 0}
	if !held.mine {
		err = parseFields(answer, (*string)(&held.owner), &held.token)
	}
	return held, err
}

// refuse keeps the owner of a claim from taking the number with it, or says that the owner
// has the number.
func (s Accounts) refuse(ctx context.Context, c claim, number accounts.Number) (has bool, err error) {
	done, err := s.db.run(ctx, refuseClaim, []string{accountKey(c.owner), refusedClaimsKey(c.owner)},
		string(number), c.token, refusedFor.Milliseconds())
	return done == int64(0), err
}

// free deletes the entry of a number that its token's owner has no use for. If it fails, the
// entry is believed by nobody.
func (s Accounts) free(ctx context.Context, number accounts.Number, token string) {
	if number == "" || token == "" {
		return
	}
	_, _ = s.db.run(ctx, freeNumber, []string{accountNumberKey(number)}, token)
}

// pause waits, but no longer than the context lives.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
