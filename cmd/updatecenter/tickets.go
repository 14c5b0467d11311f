package main

import (
	"context"
	"errors"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/tickets"
)

type ticketsCommand struct {
	Import ticketsImport `cmd:"" help:"Add the repair tickets of a CSV file, and write those anew that exist; the help of import names the columns."`
}

type ticketsImport struct {
	accountFlags `embed:""`
	importFlags  `embed:""`
	noticesFlag  `embed:""`
}

// Help tells of the columns, which is too much for a line.
func (cmd *ticketsImport) Help() string {
	return "Columns: ticket, number (of the line), account, contact (the telephone that the technician has) and status " +
		"(open, scheduled, dispatched, done or canceled); and, if wanted, from and to (of the visit, as 2026-01-31T08:00:00-06:00), " +
		"cancelable (yes or no), technician (on_the_way or arrived) and minutes. Accounts must exist. A row that would take back " +
		"what a caller has changed, as it has the contact or the visit of before, is a bad one until your system has taken the event."
}

// Run imports the file. A bad row is told, and the rest goes in.
func (cmd *ticketsImport) Run(ctx context.Context, c terminal) error {
	db, log, err := cmd.redisSettings.open(ctx, c)
	if err != nil {
		return err
	}
	store := db.Accounts()
	customers, err := accounts.New(accounts.Config{Store: store, Attempts: store, Enrollments: store, Keys: cmd.SecretKeys})
	if err != nil {
		return err
	}
	config := tickets.Config{
		Store: db.Tickets(), Keys: cmd.SecretKeys, Accounts: customers, Notices: cmd.policy(), Destinations: cmd.CallDestinations,
	}
	if cmd.DryRun {
		config.Store = &dryTickets{config.Store, map[nanp.Number]tickets.Stored{}}
	}
	under, err := cmd.begin(ctx, c, "tickets")
	if err != nil {
		return err
	}
	all := tickets.New(config)
	return putRows(ctx, under, log, audit.TicketsImported, tickets.ReadCSV(under.in), func(ctx context.Context, row tickets.Row) (bool, bool, error) {
		update, err := all.Put(ctx, tickets.Put{Number: row.Number, Details: row.Details, Note: noteOfImport})
		return update.Created, update.Changed, badTicket(row, err)
	})
}

// badTicket is what a put says of a row, where that is the row's fault.
func badTicket(row tickets.Row, err error) error {
	var destination *nanp.DestinationError
	switch {
	case errors.As(err, &destination):
		return row.Bad("contact", destination.Error())
	case errors.Is(err, accounts.ErrNoAccount):
		return row.Bad("account", accounts.ErrNoAccount.Error())
	case errors.Is(err, tickets.ErrContactChanged):
		return row.Bad("contact", tickets.ErrContactChanged.Error())
	case errors.Is(err, tickets.ErrCanceled):
		return row.Bad("status", tickets.ErrCanceled.Error())
	case errors.Is(err, tickets.ErrOtherLine):
		return row.Bad("number", tickets.ErrOtherLine.Error())
	case errors.Is(err, tickets.ErrFull):
		return row.Bad("number", tickets.ErrFull.Error())
	}
	return err
}

// dryTickets is a store to which nothing is written: it remembers what would be.
type dryTickets struct {
	tickets.Store
	changed map[nanp.Number]tickets.Stored
}

// Load implements [tickets.Store].
func (d *dryTickets) Load(ctx context.Context, numbers ...nanp.Number) ([]tickets.Stored, error) {
	all, err := d.Store.Load(ctx, numbers...)
	for i, stored := range all {
		if changed, is := d.changed[stored.Number]; is {
			all[i] = changed
		}
	}
	return all, err
}

// Change implements [tickets.Store].
func (d *dryTickets) Change(_ context.Context, change tickets.Change) error {
	change.Revision++
	d.changed[change.Number] = change.Stored
	return nil
}

// Claim implements [tickets.Store]. A ticket that stands twice in a file, with different lines, is found by no dry run.
func (d *dryTickets) Claim(ctx context.Context, claim tickets.Claim) (tickets.Claim, error) {
	line, err := d.Line(ctx, claim.Name)
	switch {
	case errors.Is(err, tickets.ErrNoTicket):
		return claim, nil
	case err == nil && line != claim.Line && line != claim.Over:
		return tickets.Claim{Name: claim.Name, Line: line}, nil
	}
	return claim, err
}

// AddLine implements [tickets.Store].
func (d *dryTickets) AddLine(context.Context, accounts.ID, nanp.Number, time.Time) error { return nil }
