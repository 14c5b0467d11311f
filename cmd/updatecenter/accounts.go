package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api"
	"updatecenter/internal/audit"
	"updatecenter/internal/audited"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/hash"
	"updatecenter/internal/notices"
	"updatecenter/internal/typed"
)

type accountsCommand struct {
	Import  accountsImport  `cmd:"" help:"Add the accounts of a CSV file, and change those that exist; the help of import names the columns."`
	Show    accountsShow    `cmd:"" help:"Show an account; never its code, nor its answer."`
	History accountsHistory `cmd:"" help:"Show what happened to an account, newest first."`
	Open    accountsOpen    `cmd:"" help:"Open the verification of an account that too many wrong claims have closed."`
	NewCode accountsNewCode `cmd:"" help:"Make a new security code for an account, which is not shown; it retires the code, or the question, that was there."`
}

// accountFlags are those of all commands on accounts.
type accountFlags struct {
	redisSettings   `embed:""`
	accountSettings `embed:""`
}

// openAs opens the Redis and the accounts in it, with a store that is made of the one there. What is
// changed of them is told by the notices.
func (f accountFlags) openAs(
	ctx context.Context, c terminal, policy notices.Policy, as func(accounts.Store) accounts.Store,
) (audited.Accounts, error) {
	db, log, err := f.redisSettings.open(ctx, c)
	if err != nil {
		return audited.Accounts{}, err
	}
	hasher, err := hash.New(hash.Config{Keys: f.SecretKeys})
	if err != nil {
		return audited.Accounts{}, fmt.Errorf("prepare hashing: %w", err)
	}
	store := db.Accounts()
	all, err := accounts.New(accounts.Config{
		Store: as(store), Attempts: store, Enrollments: store, Keys: f.SecretKeys, Hasher: hasher,
		CodeDigits: f.CodeDigits, Destinations: f.CallDestinations, Notices: policy.Account,
	})
	return audited.Accounts{Accounts: all, Audit: log}, err
}

// noticesFlag says how customers are told of what a command changes.
type noticesFlag struct {
	Notices deliveries.Method `name:"notices" env:"NOTICES" type:"choice" choices:"voice,letter,email,off" default:"voice" help:"How the servers tell customers that something of theirs was changed: as their setting NOTICES says, or off."`
}

func (f noticesFlag) policy() notices.Policy {
	if f.Notices == "off" {
		return notices.Policy{}
	}
	return notices.Policy{Method: f.Notices}
}

// accountFlag names an account.
type accountFlag struct {
	accountFlags `embed:""`
	Number       string `arg:"" name:"account" help:"The account number, as it stands on the bill; of a long-distance account ld: and its billing telephone number, such as ld:612-555-0142."`
}

// open opens the Redis and the accounts in it, and reads the number.
func (f accountFlag) open(ctx context.Context, c terminal, policy notices.Policy) (audited.Accounts, accounts.Number, error) {
	number, err := parseAccount(f.Number)
	if err != nil {
		return audited.Accounts{}, "", usage(err)
	}
	all, err := f.openAs(ctx, c, policy, func(store accounts.Store) accounts.Store { return store })
	return all, number, err
}

// parseAccount reads the number of an account of either kind.
func parseAccount(text string) (accounts.Number, error) {
	btn, is := strings.CutPrefix(strings.ToLower(text), "ld:")
	if !is {
		return accounts.ParseNumber(text)
	}
	number, err := typed.Number(btn)
	return accounts.LongDistance(number), err
}

type accountsShow struct {
	accountFlag `embed:""`
}

// Run shows the account, as the REST API does.
func (cmd *accountsShow) Run(ctx context.Context, c terminal) error {
	all, number, err := cmd.open(ctx, c, notices.Policy{})
	if err != nil {
		return err
	}
	account, err := all.Get(ctx, actor(""), number)
	if err != nil {
		return fmt.Errorf("show account: %w", err)
	}
	if _, is := number.BTN(); is {
		return showJSON(c.out, api.LongDistanceDocument(account))
	}
	return showJSON(c.out, api.AccountDocument(account))
}

type accountsHistory struct {
	accountFlag `embed:""`
	Limit       int `default:"100" help:"At most this many records, up to 1000."`
}

// Run shows the records.
func (cmd *accountsHistory) Run(ctx context.Context, c terminal) error {
	all, number, err := cmd.open(ctx, c, notices.Policy{})
	if err != nil {
		return err
	}
	records, err := all.History(ctx, actor(""), number, cmd.Limit)
	if err != nil {
		return fmt.Errorf("show history: %w", err)
	}
	table := newTable(c.out, "WHEN", "WHAT", "BY", "FROM", "REASON")
	for _, r := range records {
		table.row(moment(r.At), r.Event, plain(r.By), plain(r.From), plain(r.Reason))
	}
	return table.Flush()
}

type accountsNewCode struct {
	accountFlag `embed:""`
	By          string `required:"" help:"Who does it."`
	Reason      string `help:"Why."`
	noticesFlag `embed:""`
}

// Run makes a new security code. It is shown to nobody; the customer has it delivered.
func (cmd *accountsNewCode) Run(ctx context.Context, c terminal) error {
	all, number, err := cmd.open(ctx, c, cmd.policy())
	if err != nil {
		return err
	}
	if _, err := all.NewCode(ctx, actor(cmd.By), number, cmd.Reason); err != nil {
		return fmt.Errorf("%s: %w", number, err)
	}
	fmt.Fprintf(c.out, "%s has a new security code. What counted before is retired; the customer can have the code delivered.\n", number)
	return nil
}

type accountsOpen struct {
	accountFlag `embed:""`
	By          string `required:"" help:"Who does it."`
	Reason      string `required:"" help:"Why."`
}

// Run opens the verification of the account. One that is not closed stays as it is.
func (cmd *accountsOpen) Run(ctx context.Context, c terminal) error {
	all, number, err := cmd.open(ctx, c, notices.Policy{})
	if err != nil {
		return err
	}
	if err := all.Open(ctx, actor(cmd.By), number, cmd.Reason); err != nil {
		return fmt.Errorf("%s: %w", number, err)
	}
	fmt.Fprintf(c.out, "%s is open: claims are looked at, unless the account is locked for half an hour.\n", number)
	return nil
}

type accountsImport struct {
	accountFlags `embed:""`
	importFlags  `embed:""`
	Welcome      bool `help:"Have the servers print a welcome letter, with the code, for each account that is new."`
	noticesFlag  `embed:""`
}

// Help tells of the columns, which is too much for a line.
func (cmd *accountsImport) Help() string {
	return "Columns: account, phone, name, street1, city, state and zip; and, if wanted, language, street2, street3, " +
		"email, email_since and security_code. A code is made where none is given."
}

// Run imports the file. A bad row is told, and the rest goes in.
func (cmd *accountsImport) Run(ctx context.Context, c terminal) error {
	return cmd.run(ctx, c, "accounts", accounts.ReadCSV)
}

func (cmd *accountsImport) run(
	ctx context.Context, c terminal, what string, read func(io.Reader) iter.Seq2[accounts.Row, error],
) error {
	policy := cmd.policy()
	policy.Welcome = cmd.Welcome
	all, err := cmd.openAs(ctx, c, policy, func(store accounts.Store) accounts.Store {
		if cmd.DryRun {
			return &dryAccounts{store, map[accounts.Number]accounts.Stored{}}
		}
		return store
	})
	if err != nil {
		return err
	}
	under, err := cmd.begin(ctx, c, what)
	if err != nil {
		return err
	}
	return putRows(ctx, under, all.Audit, audit.AccountsImported, read(under.in), func(ctx context.Context, row accounts.Row) (bool, bool, error) {
		update, err := all.Accounts.Put(ctx, row.Number, row.Details, accounts.Note{By: byImport, From: "command line"})
		var wrong *accounts.FieldError
		if errors.As(err, &wrong) {
			err = row.Bad(wrong.Field, wrong.Reason)
		}
		return update.Created, len(update.Changed) > 0, err
	})
}

type longDistanceCommand struct {
	Import longDistanceImport `cmd:"" help:"Add the long-distance accounts of a CSV file, and change those that exist; the help of import names the columns. The commands accounts show, history, open and new-code take them as ld: and the number."`
}

type longDistanceImport struct {
	accountsImport `embed:""`
}

// Help tells of the columns.
func (cmd *longDistanceImport) Help() string {
	return "Columns: btn, name, street1, city, state and zip; and, if wanted, phone, language, user_name, password, street2, " +
		"street3, email, email_since and security_code. Without a phone the billing telephone number (btn) is called. A code is " +
		"made where none is given. Each password is hashed, which takes some 30 milliseconds of a processor."
}

// Run is that of [accountsImport].
func (cmd *longDistanceImport) Run(ctx context.Context, c terminal) error {
	return cmd.run(ctx, c, "long-distance accounts", accounts.ReadLongDistanceCSV)
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
