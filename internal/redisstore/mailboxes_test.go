package redisstore_test

import (
	"context"
	"testing"
	"time"

	"updatecenter/internal/mailboxes"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

const ofMailbox = "uc:mailbox:{+16125550142}"

func mailboxOperations(all redisstore.Mailboxes) map[string]func(context.Context) error {
	change := mailboxes.Change{
		Stored: mailboxes.Stored{Number: number, Sealed: []byte("x")}, Record: pins.Record{At: now}, Event: []byte("e"), Notice: []byte("n"),
	}
	return map[string]func(context.Context) error{
		"mailbox":        func(ctx context.Context) error { return check.Err(all.Load(ctx, number)) },
		"decoy":          func(ctx context.Context) error { return check.Err(all.LoadDecoy(ctx, number)) },
		"change mailbox": func(ctx context.Context) error { return all.Change(ctx, change) },
	}
}

// TestRecordsOfMailboxes holds that they stay, and that what is damaged or of a newer release does, too.
func TestRecordsOfMailboxes(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		operations := mailboxOperations(db.Mailboxes())
		delete(operations, "decoy") // which is another record
		check.OK(t, operations["change mailbox"](ctx))
		check.Same(t, client.PTTL(ctx, ofMailbox).Val(), time.Duration(-1)) // for ever
		for v, want := range map[string]error{"2": storage.ErrNewer, "x": storage.ErrDamaged} {
			check.OK(t, client.HSet(ctx, ofMailbox, "v", v).Err())
			before := client.HGetAll(ctx, ofMailbox).Val()
			for _, operation := range operations {
				check.Is(t, operation(ctx), want)
			}
			check.Same(t, client.HGetAll(ctx, ofMailbox).Val(), before)
		}
	})
}
