package redisstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/accounts"
)

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
	parts, _ := answer.([]any)
	if len(parts) == 0 {
		return claim{mine: true}, nil
	}
	if len(parts) != 2 {
		return claim{}, ErrGarbage
	}
	owner, _ := parts[0].(string)
	held, _ := parts[1].(string)
	return claim{owner: accounts.ID(owner), token: held}, nil
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
