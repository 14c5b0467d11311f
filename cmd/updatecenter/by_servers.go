package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"updatecenter/accounts"
	"updatecenter/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/queue"
	"updatecenter/internal/rdb"
)

// noticesByServers are notices that a command asks for: it only queues them, and a server does
// what is to be done.
func noticesByServers(db *rdb.DB, all *accounts.Accounts) notices {
	store := db.Deliveries()
	log := slog.New(slog.DiscardHandler)
	return notices{
		all: deliveries.New(deliveries.Config{
			Store: store, Phones: store, Queue: queue.New(queue.Config{Client: db.Client()}), Accounts: all,
			Dialer: byServers{}, Printer: byServers{}, Mailer: byServers{},
		}),
		lines: db.Lines(), method: deliveries.Voice, log: log,
	}
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
