package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"

	"updatecenter/internal/api"
	"updatecenter/internal/nanp"
	"updatecenter/internal/rdb"
	"updatecenter/pins"
)

type linesCommand struct {
	Import  linesImport  `cmd:"" help:"Add the lines of a CSV file with the header number,language. Lines that exist stay as they are."`
	Show    linesShow    `cmd:"" help:"Show a line: its PIN's state, failures and locks; never the PIN."`
	History linesHistory `cmd:"" help:"Show what happened to a line's PIN, newest first."`
	Reset   linesReset   `cmd:"" help:"Give a line the temporary PIN again, and clear its failures and locks."`
	Remove  linesRemove  `cmd:"" help:"Remove a line. Its history stays."`
}

// redisFlag names the Redis of a command.
type redisFlag struct {
	RedisURL string `name:"redis-url" env:"REDIS_URL" help:"The Redis of the server; see the settings of serve. Also REDIS_URL_FILE."`
}

// open opens the Redis.
func (f redisFlag) open(c console) (*rdb.DB, error) {
	r := &settingsReader{getenv: c.getenv}
	url := r.required("REDIS_URL", r.secret("REDIS_URL", f.RedisURL))
	if err := r.err(); err != nil {
		return nil, err
	}
	rdb.LogTo(slog.New(slog.DiscardHandler))
	db, err := rdb.Open(url)
	if err != nil {
		return nil, usage(fmt.Errorf("REDIS_URL: %w", err))
	}
	return db, nil
}

// lineFlag names a line.
type lineFlag struct {
	redisFlag `embed:""`
	Number    string `arg:"" help:"The line's number, in any spelling."`
}

// open opens the Redis and reads the number.
func (f lineFlag) open(c console) (*rdb.DB, nanp.Number, error) {
	number, err := nanp.Parse(f.Number)
	if err != nil {
		return nil, "", usage(err)
	}
	db, err := f.redisFlag.open(c)
	return db, number, err
}

// importBatch is how many lines go to Redis at once.
const importBatch = 2000

type linesImport struct {
	redisFlag `embed:""`
	File      string `arg:"" help:"The CSV file; - is standard input."`
}

// Run imports the file. A bad row is told, and the rest goes in.
func (cmd *linesImport) Run(ctx context.Context, c console) error {
	db, err := cmd.open(c)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	in := c.in
	if cmd.File != "-" {
		file, err := os.Open(cmd.File)
		if err != nil {
			return fmt.Errorf("import lines: %w", err)
		}
		defer file.Close() //nolint:errcheck // it was only read
		in = file
	}
	i := &lineImport{
		console: c, lines: pins.Provisioning{Registry: db.Lines()},
		bar: newBar(c, -1, "lines"),
	}
	return i.run(ctx, in)
}

// lineImport is an import under way.
type lineImport struct {
	console console
	lines   pins.Provisioning
	bar     *progressbar.ProgressBar
	batch   []pins.NewLine
	added   int
	known   int
	bad     int
}

func (i *lineImport) run(ctx context.Context, in io.Reader) error {
	err := i.read(ctx, in)
	if err == nil {
		err = i.flush(ctx)
	}
	_ = i.bar.Finish()
	fmt.Fprintf(i.console.out, "%d lines added, %d were there already, %d bad rows\n", i.added, i.known, i.bad)
	if err == nil && i.bad > 0 {
		err = errSaid
	}
	return err
}

// read reads the rows and adds them batch by batch.
func (i *lineImport) read(ctx context.Context, in io.Reader) error {
	for line, err := range pins.ReadCSV(in) {
		var row *pins.RowError
		switch {
		case errors.As(err, &row):
			i.bad++
			_ = i.bar.Clear()
			fmt.Fprintln(i.console.err, row)
			continue
		case err != nil:
			return fmt.Errorf("import lines: %w", err)
		}
		if i.batch = append(i.batch, line); len(i.batch) == importBatch {
			if err := i.flush(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (i *lineImport) flush(ctx context.Context) error {
	created, err := i.lines.Add(ctx, i.batch)
	if err != nil {
		return err
	}
	for _, isNew := range created {
		if isNew {
			i.added++
		} else {
			i.known++
		}
	}
	i.batch = i.batch[:0]
	_ = i.bar.Set(i.added + i.known)
	return nil
}

type linesShow struct {
	lineFlag `embed:""`
	JSON     bool `name:"json" help:"As JSON, as the REST API shows it."`
}

// Run shows the line.
func (cmd *linesShow) Run(ctx context.Context, c console) error {
	db, number, err := cmd.open(c)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	line, err := db.Lines().Line(ctx, number)
	if err != nil {
		return fmt.Errorf("show %s: %w", number.Display(), err)
	}
	document := api.LineDocument(line, time.Now())
	if cmd.JSON {
		encoder := json.NewEncoder(c.out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(document)
	}
	return showLine(c.out, document)
}

type linesHistory struct {
	lineFlag `embed:""`
	Limit    int  `default:"100" help:"At most this many records, up to 1000."`
	JSON     bool `name:"json" help:"As JSON, a record on each line."`
}

// Run shows the records.
func (cmd *linesHistory) Run(ctx context.Context, c console) error {
	db, number, err := cmd.open(c)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	records, err := pins.Provisioning{Registry: db.Lines()}.History(ctx, number, cmd.Limit)
	if err != nil {
		return err
	}
	if cmd.JSON {
		encoder := json.NewEncoder(c.out)
		for _, record := range records {
			if err := encoder.Encode(record); err != nil {
				return fmt.Errorf("write history: %w", err)
			}
		}
		return nil
	}
	return showHistory(c.out, records)
}

// noteFlags say who changes a line.
type noteFlags struct {
	By     string `required:"" help:"Who does it."`
	Reason string `required:"" help:"Why."`
}

func (f noteFlags) note() pins.Note {
	return pins.Note{By: f.By, From: "command line", Reason: f.Reason}
}

type linesReset struct {
	lineFlag  `embed:""`
	noteFlags `embed:""`
}

// Run resets the line's PIN.
func (cmd *linesReset) Run(ctx context.Context, c console) error {
	db, number, err := cmd.open(c)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	if err := (pins.Provisioning{Registry: db.Lines()}).Reset(ctx, number, cmd.note()); err != nil {
		return fmt.Errorf("%s: %w", number.Display(), err)
	}
	fmt.Fprintf(c.out, "%s has the temporary PIN again: the customer dials 78 from that line.\n", number.Display())
	return nil
}

type linesRemove struct {
	lineFlag  `embed:""`
	noteFlags `embed:""`
}

// Run removes the line.
func (cmd *linesRemove) Run(ctx context.Context, c console) error {
	db, number, err := cmd.open(c)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	if err := (pins.Provisioning{Registry: db.Lines()}).Remove(ctx, number, cmd.note()); err != nil {
		return fmt.Errorf("%s: %w", number.Display(), err)
	}
	fmt.Fprintf(c.out, "%s is removed.\n", number.Display())
	return nil
}
