package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

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
	return importMailboxes(ctx, c, cmd, "mailboxes", audit.MailboxesImported, mailboxes.ReadCSV,
		func(ctx context.Context, all *mailboxes.Mailboxes, row mailboxes.Row) (bool, bool, error) {
			update, err := all.Put(ctx, mailboxes.Put{Number: row.Number, SetUp: row.SetUp, Note: noteOfImport})
			return update.Created, update.Changed, err
		})
}

type emailsCommand struct {
	Import emailsImport `cmd:"" help:"Add the e-mail addresses of a CSV file to their lines, and give those that exist its questions and answers; the help of import names the columns."`
}

type emailsImport mailboxesImport

// Help tells of the columns, which is too much for a line.
func (cmd *emailsImport) Help() string {
	return "Columns: number (of the line), address, question_1, answer_1, question_2 and answer_2. A question is one of " +
		strings.Trim(fmt.Sprint(mailboxes.Questions), "[]") + "; own, which the customer has written, may stand twice."
}

// Run imports the file. A bad row is told, and the rest goes in.
func (cmd *emailsImport) Run(ctx context.Context, c terminal) error {
	return importMailboxes(ctx, c, (*mailboxesImport)(cmd), "e-mail addresses", audit.EmailAddressesImported, mailboxes.ReadEmailCSV,
		func(ctx context.Context, all *mailboxes.Mailboxes, row mailboxes.EmailRow) (bool, bool, error) {
			row.Put.Note = noteOfImport
			update, err := all.PutEmail(ctx, row.Put)
			if errors.Is(err, mailboxes.ErrFull) {
				err = row.Bad("number", mailboxes.ErrFull.Error())
			}
			return update.Created, update.Changed, err
		})
}

// noteOfImport is who writes what an import brings.
var noteOfImport = pins.Note{By: byImport, From: "command line"}

// importMailboxes imports a table of something that lines have, one row after the other.
func importMailboxes[T any](
	ctx context.Context, c terminal, cmd *mailboxesImport, what string, action audit.Action, read func(io.Reader) iter.Seq2[T, error],
	put func(ctx context.Context, all *mailboxes.Mailboxes, row T) (created, changed bool, err error),
) error {
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
	under, err := cmd.begin(ctx, c, what)
	if err != nil {
		return err
	}
	return putRows(ctx, under, log, action, read(under.in), func(ctx context.Context, row T) (bool, bool, error) {
		return put(ctx, all, row)
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
