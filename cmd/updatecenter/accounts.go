package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/schollz/progressbar/v3"

	"updatecenter/accounts"
	"updatecenter/audit"
	"updatecenter/audited"
	"updatecenter/deliveries"
	"updatecenter/internal/api"
	"updatecenter/internal/nanp"
	"updatecenter/internal/rdb"
)

type accountsCommand struct {
	Import  accountsImport  `cmd:"" help:"Add the accounts of a CSV file, and change those that exist; the help of import names the columns."`
	Show    accountsShow    `cmd:"" help:"Show an account; never its code, nor its answer."`
	History accountsHistory `cmd:"" help:"Show what happened to an account, newest first."`
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

// open opens the Redis and the accounts in it.
func (f accountFlags) open(ctx context.Context, c console) (*rdb.DB, audited.Accounts, error) {
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
		Store: store, Attempts: store, Enrollments: store, Keys: keys, CodeDigits: digits, Destinations: called,
	})
	if err != nil {
		return nil, audited.Accounts{}, errors.Join(err, db.Close())
	}
	return db, audited.Accounts{Accounts: all, Audit: auditIn(c, db, keys)}, nil
}

type accountsImport struct {
	accountFlags `embed:""`
	File         string `arg:"" help:"The CSV file; - is standard input. Columns: account,phone,name,street1,city,state,zip; and, if wanted, language,street2,street3,email,email_since,security_code. A code is made where none is given."`
	Welcome      bool   `help:"Have the servers print a welcome letter, with the code, for each account that is new."`
	Notices      string `env:"NOTICES" default:"voice" enum:"voice,letter,email,off" help:"How the servers tell customers that something of theirs was changed: as their setting NOTICES says, or off."`
}

// Run imports the file. A bad row is told, and the rest goes in.
func (cmd *accountsImport) Run(ctx context.Context, c console) error {
	db, all, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	in := c.in
	if cmd.File != "-" {
		file, err := os.Open(cmd.File)
		if err != nil {
			return fmt.Errorf("import accounts: %w", err)
		}
		defer file.Close() //nolint:errcheck // it was only read
		in = file
	}
	i := &accountImport{console: c, accounts: all.Accounts, bar: newBar(c, -1, "accounts")}
	told := notices{all: deliveriesByServers(c, db, all.Accounts)}
	if cmd.Welcome {
		i.welcome = told.welcome
	}
	if cmd.Notices != "off" {
		told.method = deliveries.Method(cmd.Notices)
		i.changedTold = told.account
	}
	return audit.DoMany(ctx, all.Audit, actor("").Event(audit.AccountsImported, "", cmd.File), func() (string, error) {
		err := i.run(ctx, in)
		return i.told(), err
	})
}

// accountImport is an import under way.
type accountImport struct {
	console  console
	accounts *accounts.Accounts
	welcome  func(context.Context, accounts.Update) error // nil: nobody is welcomed
	// changedTold tells of changes; nil: nobody is told.
	changedTold func(context.Context, accounts.Update) error
	bar         *progressbar.ProgressBar
	added       int
	changed     int
	same        int
	bad         int
}

func (i *accountImport) run(ctx context.Context, in io.Reader) error {
	err := i.read(ctx, in)
	_ = i.bar.Finish()
	fmt.Fprintln(i.console.out, i.told())
	if err == nil && i.bad > 0 {
		err = errSaid
	}
	return err
}

// told says what was done.
func (i *accountImport) told() string {
	return fmt.Sprintf("%d accounts added, %d changed, %d were so already, %d bad rows", i.added, i.changed, i.same, i.bad)
}

func (i *accountImport) read(ctx context.Context, in io.Reader) error {
	for row, err := range accounts.ReadCSV(in) {
		var bad *accounts.RowError
		if err == nil {
			err = i.put(ctx, row)
		}
		switch {
		case err == nil:
		case errors.As(err, &bad):
			i.bad++
			_ = i.bar.Clear()
			fmt.Fprintln(i.console.err, bad)
		default:
			return fmt.Errorf("import accounts: %w", err)
		}
		_ = i.bar.Add(1)
	}
	return nil
}

// put adds or changes an account. What is wrong with it is the row's fault.
func (i *accountImport) put(ctx context.Context, row accounts.Row) error {
	update, err := i.accounts.Put(ctx, row.Number, row.Details, accounts.Note{By: "import", From: "command line"})
	var wrong *accounts.FieldError
	switch {
	case errors.As(err, &wrong):
		return &accounts.RowError{Line: row.Line, Reason: wrong.Error()}
	case err != nil:
		return err
	case update.Created:
		i.added++
	case len(update.Changed) > 0:
		i.changed++
	default:
		i.same++
	}
	switch {
	case update.Created && i.welcome != nil:
		return i.welcome(ctx, update)
	case !update.Created && i.changedTold != nil:
		return i.changedTold(ctx, update)
	}
	return nil
}

// accountFlag names an account.
type accountFlag struct {
	accountFlags `embed:""`
	Number       string `arg:"" name:"account" help:"The account number, as it stands on the bill."`
}

// open opens the Redis and the accounts in it, and reads the number.
func (f accountFlag) open(ctx context.Context, c console) (*rdb.DB, audited.Accounts, accounts.Number, error) {
	number, err := accounts.ParseNumber(f.Number)
	if err != nil {
		return nil, audited.Accounts{}, "", usage(err)
	}
	db, all, err := f.accountFlags.open(ctx, c)
	return db, all, number, err
}

type accountsShow struct {
	accountFlag `embed:""`
}

// Run shows the account, as the REST API does.
func (cmd *accountsShow) Run(ctx context.Context, c console) error {
	db, all, number, err := cmd.open(ctx, c)
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
func (cmd *accountsHistory) Run(ctx context.Context, c console) error {
	db, all, number, err := cmd.open(ctx, c)
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
