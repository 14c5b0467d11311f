package redisstore_test

import (
	"context"
	"testing"

	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/tickets"
	"updatecenter/pins"
)

// The keys of tickets.
const ofTickets, ofTicket, ofAccountLines = "uc:tickets:{+16125550142}", "uc:ticket:{4821}", "uc:account-lines:{acc_1}"

func ticketOperations(all redisstore.Tickets) map[string]func(context.Context) error {
	change := tickets.Change{
		Stored: tickets.Stored{Number: number, Sealed: []byte("x")}, Record: pins.Record{At: now}, Event: []byte("e"), Notices: [][]byte{[]byte("n")},
	}
	return map[string]func(context.Context) error{
		"tickets":        func(ctx context.Context) error { return check.Err(all.Load(ctx, number)) },
		"change tickets": func(ctx context.Context) error { return all.Change(ctx, change) },
		"line of ticket": func(ctx context.Context) error { return check.Err(all.Line(ctx, "4821")) },
		"claim ticket": func(ctx context.Context) error {
			return check.Err(all.Claim(ctx, tickets.Claim{Name: "4821", Line: number, At: now, For: tickets.Kept}))
		},
		"lines of account":    func(ctx context.Context) error { return check.Err(all.Lines(ctx, "acc_1")) },
		"add line of account": func(ctx context.Context) error { return all.AddLine(ctx, "acc_1", number, now) },
	}
}

// TestRecordsOfTickets holds how long they are kept, and that what is damaged or of a newer release stays.
func TestRecordsOfTickets(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		operations := ticketOperations(db.Tickets())
		for _, name := range []string{"change tickets", "claim ticket", "add line of account"} {
			check.OK(t, operations[name](ctx))
		}
		for _, key := range []string{ofTickets, ofTicket, ofAccountLines} {
			lives(t, client, key, tickets.Kept+slack)
		}
		for v, want := range map[string]error{"2": storage.ErrNewer, "x": storage.ErrDamaged} {
			check.OK(t, client.HSet(ctx, ofTickets, "v", v).Err())
			check.OK(t, client.HSet(ctx, ofTicket, "v", v).Err())
			before := client.HGetAll(ctx, ofTickets).Val()
			for _, name := range []string{"tickets", "change tickets", "line of ticket", "claim ticket"} {
				check.Is(t, operations[name](ctx), want)
			}
			check.Same(t, client.HGetAll(ctx, ofTickets).Val(), before)
		}
		check.OK(t, client.HSet(ctx, ofTickets, "v", "1", "rev", "x").Err())
		check.Is(t, operations["change tickets"](ctx), storage.ErrDamaged)
	})
}
