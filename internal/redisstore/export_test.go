package redisstore

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/features"
	"updatecenter/ivr"
)

// Announce is the first step of a change.
func (db *DB) Announce(ctx context.Context, partition string, now time.Time) error {
	_, err := db.eventPartitions().announce(ctx, partition, now)
	return err
}

// ProveWithin has proofs take longer than 0.3 seconds: what is tested is then not how busy the machine is.
func (db *DB) ProveWithin(d time.Duration) { db.durable.within = d }

// Append is the second step of a change.
func (s Features) Append(ctx context.Context, change features.Change) error {
	record, err := encode(change.Record)
	if err != nil {
		return err
	}
	done, err := s.change(ctx, change, record, false)
	return featureVerdict(done, err)
}

// BeginOver is Begin, of a call that the release before began, where something else happens between its two steps.
func (c Calls) BeginOver(ctx context.Context, claim ivr.Claim, meanwhile func()) (ivr.Begun, error) {
	c.db = c.db.Through(func(_ context.Context, operation string, do func() error) error {
		if operation == beginOld.operation {
			meanwhile()
		}
		return do()
	})
	return c.Begin(ctx, claim)
}

// Announce is the first step of a change with a notice.
func (n Notices) Announce(t testing.TB, partition string, now time.Time) {
	if _, err := n.announce(t.Context(), partition, now); err != nil {
		t.Fatal(err)
	}
}

// Append is the second step, as the scripts of changes do it.
func (n Notices) Append(t testing.TB, partition string, stored []byte) {
	if _, err := n.db.run(t.Context(), newScript("append", dueLua+"due(KEYS[1], ARGV[1], 1000)"), []string{noticesKey(partition)}, stored); err != nil {
		t.Fatal(err)
	}
}

// LookForLost is a step of [DB.AnnounceLost], then one more. In the first all announcements fail: it returns of
// which partitions.
func (db *DB) LookForLost(t testing.TB, now time.Time) (failed []string) {
	sound := db.submit
	l := lost{db: db, now: func() time.Time { return now }, cursors: map[string]uint64{}}
	db.submit = func(ctx context.Context, commands ...*redis.Cmd) error {
		if args := commands[0].Args(); args[1] == announcePartition.hash {
			failed = append(failed, args[firstKey+4].(string))
			return errors.New("announcements fail")
		}
		return sound(ctx, commands...)
	}
	l.step(t.Context())
	db.submit = sound
	l.step(t.Context())
	return failed
}

// ErrDead is what a process that died gets to hear.
var ErrDead = errors.New("the process is dead")

// Dying is the same database as a process has it that dies after so many steps. Steps that
// only read count as well.
func (db *DB) Dying(steps int) *DB {
	left := &atomic.Int64{}
	left.Store(int64(steps))
	return db.Through(func(_ context.Context, _ string, do func() error) error {
		if left.Add(-1) < 0 {
			return ErrDead
		}
		return do()
	})
}

// Claim is the first step of giving an account another number.
func (s Accounts) Claim(ctx context.Context, account accounts.Stored) error {
	return s.take(ctx, account, claimToken(account, 0), "")
}

// TakeClaimed is the second step, and the last if the claim stood; took says whether the
// account got the number.
func (s Accounts) TakeClaimed(ctx context.Context, account accounts.Stored) (took bool, err error) {
	args, err := accountArgs(account, account.Revision+1, nil, nil)
	if err != nil {
		return false, err
	}
	token := claimToken(account, 0)
	changed, err := s.changeWith(ctx, account, args(token))
	if err != nil || changed.as == changedNot {
		return false, err
	}
	err = s.settled(ctx, account, token, changed)
	return err == nil, err
}

// FreeLate is the last step of taking its number from an account that was so written.
func (s Accounts) FreeLate(ctx context.Context, written accounts.Stored) {
	s.free(ctx, written.Number, claimToken(written, 0))
}

// StoreAnnounced is the second step of an update.
func (s Deliveries) StoreAnnounced(ctx context.Context, d deliveries.Delivery) error {
	args, err := deliveryArgs(d, nil)
	if err != nil {
		return err
	}
	_, err = s.db.run(ctx, updateDelivery, []string{deliveryKey(d.ID)}, append([]any{d.Revision, d.Revision + 1}, args...)...)
	return err
}
