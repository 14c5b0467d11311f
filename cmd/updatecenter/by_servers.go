package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"updatecenter/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/queue"
	"updatecenter/internal/rdb"
)

// noticesByServers are notices that a command asks for: it only queues them, and a server does
// what is to be done.
func noticesByServers(c console, db *rdb.DB, method string) notices {
	if method == "off" {
		return notices{}
	}
	return notices{
		all:   deliveriesByServers(c, db, nil),
		lines: db.Lines(), method: deliveries.Method(method), log: slog.New(slog.NewTextHandler(c.err, nil)),
	}
}

// deliveriesByServers are deliveries that servers make. Without accounts they are notices about
// lines alone.
func deliveriesByServers(c console, db *rdb.DB, all deliveries.Accounts) *deliveries.Deliveries {
	store := db.Deliveries()
	called, _ := nanp.ParseDestinations(c.getenv("CALL_DESTINATIONS")) // no server starts with a wrong one
	return deliveries.New(deliveries.Config{
		Store: store, Phones: store, Queue: queue.New(queue.Config{Client: db.Client()}), Accounts: all,
		Destinations: called, Dialer: byServers{}, Printer: byServers{}, Mailer: byServers{},
		Untold: func(ctx context.Context, u deliveries.Untold) error {
			return recordUntold(ctx, db.Lines(), all, u, time.Now())
		},
	})
}

// byServers stands for the ways that only servers go.
type byServers struct{}

var errByServers = errors.New("only a server does that")

// Dial, Find and HangUp implement [deliveries.Dialer].
func (byServers) Dial(context.Context, deliveries.Ring) (string, error) { return "", errByServers }

// Find see Dial.
func (byServers) Find(context.Context, nanp.Number, time.Time) ([]deliveries.FoundCall, error) {
	return nil, errByServers
}

// HangUp see Dial.
func (byServers) HangUp(context.Context, string) error { return errByServers }

// Print implements [deliveries.Printer].
func (byServers) Print(context.Context, deliveries.Letter) error { return errByServers }

// Send implements [deliveries.Mailer].
func (byServers) Send(context.Context, deliveries.Mail) error { return errByServers }
