package main

import (
	"context"
	"errors"
	"fmt"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
)

type accountsImport struct {
	accountFlags `embed:""`
	importFlags  `embed:""`
	Welcome      bool   `help:"Have the servers print a welcome letter, with the code, for each account that is new."`
	Notices      string `env:"NOTICES" default:"voice" enum:"voice,letter,email,off" help:"How the servers tell customers that something of theirs was changed: as their setting NOTICES says, or off."`
}

// Help tells of the columns, which is too much for a line.
func (cmd *accountsImport) Help() string {
	return "Columns: account, phone, name, street1, city, state and zip; and, if wanted, language, street2, street3, " +
		"email, email_since and security_code. A code is made where none is given."
}

// Run imports the file. A bad row is told, and the rest goes in.
func (cmd *accountsImport) Run(ctx context.Context, c terminal) error {
	told := noticesByServers(cmd.Notices)
	told.welcome = cmd.Welcome
	db, all, err := cmd.openAs(ctx, c, told, func(store accounts.Store) accounts.Store {
		if cmd.DryRun {
			return &dryAccounts{store, map[accounts.Number]accounts.Stored{}}
		}
		return store
	})
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	under, err := cmd.begin(ctx, c, "accounts")
	if err != nil {
		return err
	}
	i := &accountImport{importing: under, accounts: all.Accounts}
	return under.record(ctx, all.Audit, audit.AccountsImported, func() (string, error) {
		err := i.read(ctx)
		return i.tell(err, fmt.Sprintf("%d accounts added, %d changed, %d were so already", i.added, i.changed, i.same))
	})
}

// accountImport is an import under way.
type accountImport struct {
	*importing
	accounts *accounts.Accounts
	added    int
	changed  int
	same     int
}

func (i *accountImport) read(ctx context.Context) error {
	for row, err := range accounts.ReadCSV(i.in) {
		if err == nil {
			err = i.put(context.WithoutCancel(ctx), row)
		}
		if err := i.took(err); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// put adds or changes an account. What is wrong with it is the row's fault.
func (i *accountImport) put(ctx context.Context, row accounts.Row) error {
	update, err := i.accounts.Put(ctx, row.Number, row.Details, accounts.Note{By: byImport, From: "command line"})
	var wrong *accounts.FieldError
	switch {
	case errors.As(err, &wrong):
		return row.Bad(wrong.Field, wrong.Reason)
	case err != nil:
		return err
	case update.Created:
		i.added++
	case len(update.Changed) > 0:
		i.changed++
	default:
		i.same++
	}
	return nil
}

// dryAccounts is a store to which nothing is written: it remembers what would be.
type dryAccounts struct {
	accounts.Store
	put map[accounts.Number]accounts.Stored
}

// Find implements [accounts.Store].
func (d *dryAccounts) Find(ctx context.Context, number accounts.Number) (accounts.Stored, error) {
	if stored, put := d.put[number]; put {
		return stored, nil
	}
	return d.Store.Find(ctx, number)
}

// Create implements [accounts.Store].
func (d *dryAccounts) Create(_ context.Context, account accounts.Stored, _ []accounts.Record, _ [][]byte) error {
	d.put[account.Number] = account
	return nil
}

// Change implements [accounts.Store].
func (d *dryAccounts) Change(_ context.Context, account accounts.Stored, _ []accounts.Record, _ [][]byte) error {
	d.put[account.Number] = account
	return nil
}
