package redisstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"updatecenter/internal/features"
	"updatecenter/internal/redistest"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit/check"
)

const ofLastCaller = "uc:last-caller:{+16125550142}"

// TestLifetimesOfLastCallers holds that they go by themselves, and that a call which comes late makes no other live longer.
func TestLifetimesOfLastCallers(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		addLine(t, db)
		caller := features.LastCaller{Number: number, Sealed: []byte("x")}
		for _, test := range []struct{ at, lives, want time.Duration }{
			{0, 24 * time.Hour, 24*time.Hour + slack},
			{time.Minute, time.Hour, time.Hour + slack},
			{time.Second, 24 * time.Hour, time.Hour + slack},
			{2 * time.Minute, -time.Hour, slack},
		} {
			caller.At, caller.Lives = now.Add(test.at), test.lives
			check.OK(t, db.Features().SetLastCaller(ctx, caller))
			lives(t, client, ofLastCaller, test.want)
		}
		check.OK(t, operations(db)["remove"](ctx))
		lives(t, client, ofLastCaller, noKey)
		caller.Sealed = make([]byte, 1<<20)
		if err := db.Features().SetLastCaller(ctx, caller); err == nil {
			t.Error("a caller of a megabyte was taken")
		}
	})
}

// TestLastCallersOfOtherReleases holds that one of a newer release stays, and that the next call takes the place of garbage.
func TestLastCallersOfOtherReleases(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		addLine(t, db)
		read, write := operations(db)["last caller"], operations(db)["set last caller"]
		check.OK(t, client.HSet(ctx, ofLastCaller, "v", "2").Err())
		check.Is(t, read(ctx), storage.ErrNewer)
		check.Is(t, write(ctx), storage.ErrNewer)
		check.Same(t, client.HGetAll(ctx, ofLastCaller).Val(), map[string]string{"v": "2"})
		for what, fill := range put {
			check.OK(t, errors.Join(client.Del(ctx, ofLastCaller).Err(), fill(ctx, client, ofLastCaller)))
			if err := errors.Join(write(ctx), read(ctx)); err != nil {
				t.Errorf("over %s: %v", what, err)
			}
			lives(t, client, ofLastCaller, features.LastCallerKept+slack)
		}
	})
}

// TestLastCallerOfARemovedLine holds that the next customer of a number has none of a line that an earlier release
// removed, which knew of none.
func TestLastCallerOfARemovedLine(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		all := operations(db)
		check.OK(t, errors.Join(all["add"](ctx), all["set last caller"](ctx), client.Del(ctx, ours[1]).Err(), all["add"](ctx)))
		lives(t, client, ofLastCaller, noKey)
	})
}
