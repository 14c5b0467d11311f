package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api"
	"updatecenter/internal/audited"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
)

type accountsCommand struct {
	Import  accountsImport  `cmd:"" help:"Add the accounts of a CSV file, and change those that exist; the help of import names the columns."`
	Show    accountsShow    `cmd:"" help:"Show an account; never its code, nor its answer."`
	History accountsHistory `cmd:"" help:"Show what happened to an account, newest first."`
	Open    accountsOpen    `cmd:"" help:"Open the verification of an account that too many wrong claims have closed."`
	NewCode accountsNewCode `cmd:"" help:"Make a new security code for an account, which is not shown; it retires the code, or the question, that was there."`
}

// accountFlags are those of all commands on accounts: as accounts are sealed, these need keys.
type accountFlags struct {
	auditFlags `embed:""`
	CodeDigits string `name:"code-digits" env:"CODE_DIGITS" default:"6" help:"Digits of the codes that are made."`

	destinationFlag `embed:""`
}

// destinationFlag says whom we call besides.
type destinationFlag struct {
	CallDestinations string `name:"call-destinations" env:"CALL_DESTINATIONS" help:"Area codes and countries that are called besides: see the settings of serve."`
}

func (f destinationFlag) destinations() (nanp.Destinations, error) {
	called, err := nanp.ParseDestinations(f.CallDestinations)
	if err != nil {
		return called, usage(fmt.Errorf("CALL_DESTINATIONS: %w", err))
	}
	return called, nil
}

// openAs opens the Redis and the accounts in it, with a store that is made of the one there. What is
// changed of them is told by the notices.
func (f accountFlags) openAs(
	ctx context.Context, c terminal, told notices, as func(accounts.Store) accounts.Store,
) (*redisstore.DB, audited.Accounts, error) {
	r := &settingsReader{getenv: c.getenv}
	keys := r.keys(f.SecretKeys)
	digits := r.count("CODE_DIGITS", f.CodeDigits, 6, 10)
	called := r.destinations("CALL_DESTINATIONS", f.CallDestinations)
	if err := r.err(); err != nil {
		return nil, audited.Accounts{}, err
	}
	db, err := f.openSealed(ctx, c, keys)
	if err != nil {
		return nil, audited.Accounts{}, err
	}
	store := db.Accounts()
	all, err := accounts.New(accounts.Config{
		Store: as(store), Attempts: store, Enrollments: store, Keys: keys, CodeDigits: digits, Destinations: called, Notices: told.account,
	})
	if err != nil {
		return nil, audited.Accounts{}, errors.Join(err, db.Close())
	}
	return db, audited.Accounts{Accounts: all, Audit: auditIn(c, db, keys)}, nil
}

// accountFlag names an account.
type accountFlag struct {
	accountFlags `embed:""`
	Number       string `arg:"" name:"account" help:"The account number, as it stands on the bill."`
}

// open opens the Redis and the accounts in it, and reads the number.
func (f accountFlag) open(ctx context.Context, c terminal, told notices) (*redisstore.DB, audited.Accounts, accounts.Number, error) {
	number, err := accounts.ParseNumber(f.Number)
	if err != nil {
		return nil, audited.Accounts{}, "", usage(err)
	}
	db, all, err := f.openAs(ctx, c, told, func(store accounts.Store) accounts.Store { return store })
	return db, all, number, err
}

type accountsShow struct {
	accountFlag `embed:""`
}

// Run shows the account, as the REST API does.
func (cmd *accountsShow) Run(ctx context.Context, c terminal) error {
	db, all, number, err := cmd.open(ctx, c, notices{})
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	account, err := all.Get(ctx, actor(""), number)
	if err != nil {
		return fmt.Errorf("show account: %w", err)
	}
	encoder := json.NewEncoder(c.out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(api.AccountDocument(account)) //nolint:gosec // its "secret" is which kind there is
}

type accountsHistory struct {
	accountFlag `embed:""`
	Limit       int `default:"100" help:"At most this many records, up to 1000."`
}

// Run shows the records.
func (cmd *accountsHistory) Run(ctx context.Context, c terminal) error {
	db, all, number, err := cmd.open(ctx, c, notices{})
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	records, err := all.History(ctx, actor(""), number, cmd.Limit)
	if err != nil {
		return fmt.Errorf("show history: %w", err)
	}
	table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "WHEN\tWHAT\tBY\tFROM\tREASON")
	for _, r := range records {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", moment(r.At), r.Event, plain(r.By), plain(r.From), plain(r.Reason))
	}
	return table.Flush()
}
