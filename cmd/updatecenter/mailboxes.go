package main

import (
	"context"

	"updatecenter/internal/audit"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

type mailboxesCommand struct {
	Import mailboxesImport `cmd:"" help:"Add the voice mailboxes of a CSV file, and say of those that exist whether they are set up; the help of import names the columns."`
}

type mailboxesImport struct {
	redisSettings `embed:""`
	importFlags   `embed:""`
}

// Help tells of the columns, which is too much for a line.
func (cmd *mailboxesImport) Help() string {
	return "Columns: number (of the line); and, if wanted, set_up (yes or no, which is what is meant without it)."
}

// Run imports the file. A bad row is told, and the rest goes in.
func (cmd *mailboxesImport) Run(ctx context.Context, c terminal) error {
	db, log, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	config := mailboxes.Config{Store: db.Mailboxes(), Keys: cmd.SecretKeys}
	if cmd.DryRun {
		config.Store = &dryMailboxes{config.Store, map[nanp.Number]mailboxes.Stored{}}
	}
	all, err := mailboxes.New(config)
	if err != nil {
		return err
	}
	under, err := cmd.begin(ctx, c, "mailboxes")
	if err != nil {
		return err
	}
	return putRows(ctx, under, log, audit.MailboxesImported, mailboxes.ReadCSV(under.in), func(ctx context.Context, row mailboxes.Row) (bool, bool, error) {
		update, err := all.Put(ctx, mailboxes.Put{Number: row.Number, SetUp: row.SetUp, Note: pins.Note{By: byImport, From: "command line"}})
		return update.Created, update.Changed, err
	})
}

// dryMailboxes is a store to which nothing is written: it remembers what would be.
type dryMailboxes struct {
	mailboxes.Store
	changed map[nanp.Number]mailboxes.Stored
}

// Load implements [mailboxes.Store].
func (d *dryMailboxes) Load(ctx context.Context, number nanp.Number) (mailboxes.Stored, error) {
	if changed, is := d.changed[number]; is {
		return changed, nil
	}
	return d.Store.Load(ctx, number)
}

// Change implements [mailboxes.Store].
func (d *dryMailboxes) Change(_ context.Context, change mailboxes.Change) error {
	change.Revision++
	d.changed[change.Number] = change.Stored
	return nil
}
