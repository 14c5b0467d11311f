package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"updatecenter/internal/api"
	"updatecenter/internal/audit"
	"updatecenter/internal/audited"
	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/typed"
	"updatecenter/pins"
)

type linesCommand struct {
	Import  linesImport  `cmd:"" help:"Add the lines of a CSV file with the header number,language or number,language,features. Lines that exist get the features of their row, and stay as they are else."`
	Show    linesShow    `cmd:"" help:"Show a line: its features, its PIN's state, failures and locks; never the PIN."`
	History linesHistory `cmd:"" help:"Show what happened to a line's PIN and features, newest first."`
	Reset   linesReset   `cmd:"" help:"Give a line the temporary PIN again, and clear its failures and locks."`
	Remove  linesRemove  `cmd:"" help:"Remove a line. Its history stays."`
}

// linesIn are the lines in a Redis.
func linesIn(db *redisstore.DB, log *audit.Log) (audited.Lines, error) {
	store := db.Lines()
	lines, err := pins.New(pins.Config{Store: store, Callers: store, Policy: defaultPolicy()})
	if err != nil {
		return audited.Lines{}, fmt.Errorf("prepare lines: %w", err)
	}
	return audited.Lines{
		Lines: lines, Provisioning: pins.Provisioning{Registry: store, Validations: store},
		Features: features.New(features.Config{Store: db.Features()}), Audit: log,
	}, nil
}

// lineFlag names a line.
type lineFlag struct {
	redisSettings `embed:""`
	Number        string `arg:"" help:"The line's number, in any spelling."`
}

// open opens the Redis and the lines in it, and reads the number.
func (f lineFlag) open(ctx context.Context, c terminal) (audited.Lines, nanp.Number, error) {
	number, err := typed.Number(f.Number)
	if err != nil {
		return audited.Lines{}, "", usage(err)
	}
	db, log, err := f.redisSettings.open(ctx, c)
	if err != nil {
		return audited.Lines{}, "", err
	}
	lines, err := linesIn(db, log)
	return lines, number, err
}

type linesShow struct {
	lineFlag `embed:""`
	JSON     bool `name:"json" help:"As JSON, as the REST API shows it."`
}

// Run shows the line.
func (cmd *linesShow) Run(ctx context.Context, c terminal) error {
	lines, number, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	line, err := lines.Find(ctx, actor(""), number)
	if err != nil {
		return fmt.Errorf("show %s: %w", number.Display(), err)
	}
	document := api.LineDocument(line, time.Now())
	if cmd.JSON {
		return showJSON(c.out, document)
	}
	return showLine(c.out, document)
}

type linesHistory struct {
	lineFlag `embed:""`
	Limit    int  `default:"100" help:"At most this many records, up to 1000."`
	JSON     bool `name:"json" help:"As JSON, a record on each line."`
}

// Run shows the records.
func (cmd *linesHistory) Run(ctx context.Context, c terminal) error {
	lines, number, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	records, err := lines.History(ctx, actor(""), number, cmd.Limit)
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

// note says who changes a line, and why.
func note(by, reason string) pins.Note {
	return pins.Note{By: by, From: "command line", Reason: reason}
}

type linesReset struct {
	lineFlag `embed:""`
	By       string `required:"" help:"Who does it."`
	Reason   string `required:"" help:"Why."`

	noticesFlag `embed:""`
}

// Run resets the line's PIN.
func (cmd *linesReset) Run(ctx context.Context, c terminal) error {
	lines, number, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	lines.Provisioning.Notice = cmd.policy().PIN
	if err := lines.Reset(ctx, actor(cmd.By), number, cmd.Reason); err != nil {
		return fmt.Errorf("%s: %w", number.Display(), err)
	}
	fmt.Fprintf(c.out, "%s has the temporary PIN again: the customer dials 78 from that line.\n", number.Display())
	return nil
}

type linesRemove struct {
	lineFlag `embed:""`
	By       string `help:"Who does it. Default: the user of this computer."`
	Reason   string `help:"Why."`
}

// Run removes the line.
func (cmd *linesRemove) Run(ctx context.Context, c terminal) error {
	lines, number, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	if err := lines.Remove(ctx, actor(cmd.By), number, cmd.Reason); err != nil {
		return fmt.Errorf("%s: %w", number.Display(), err)
	}
	fmt.Fprintf(c.out, "%s is removed.\n", number.Display())
	return nil
}

// showLine writes a line for people.
func showLine(out io.Writer, line api.Line) error {
	table := newTable(out)
	table.row("number", line.Number)
	language := "not chosen"
	if line.Language != nil {
		language = *line.Language
	}
	table.row("language", language)
	table.row("features", showFeatures(line.Features))
	table.row("pin", fmt.Sprintf("%s, since %s", line.PIN, moment(line.Since)))
	table.row("access number", line.AccessNumber)
	table.row("from the line", showSide(line.Strikes.Line))
	table.row("from elsewhere", showSide(line.Strikes.Elsewhere))
	return table.Flush()
}

func showFeatures(installed []pins.Feature) string {
	if len(installed) == 0 {
		return "none"
	}
	return pins.FeaturesOf(installed...).String()
}

func showSide(s api.SideStrikes) string {
	text := fmt.Sprintf("%d failures in a row", s.Failures)
	switch s.Lock {
	case api.NoLock:
	case api.TimedLock:
		text += ", locked until " + moment(s.LockedUntil)
	case api.UntilReset:
		text += ", locked until reset"
	}
	return text
}

// showHistory writes records for people.
func showHistory(out io.Writer, records []pins.Record) error {
	table := newTable(out, "WHEN", "WHAT", "BY", "FROM", "CALL", "REASON")
	for _, r := range records {
		from := r.From
		if r.Side != "" {
			from = fmt.Sprintf("%s (%s)", r.From, r.Side)
		}
		table.row(moment(r.At), plain(what(r)), plain(r.By), plain(from), plain(r.Call), plain(r.Reason))
	}
	return table.Flush()
}

// what tells an event with what became of features, or how a customer was validated:
// "feature-changed dial-lock: on", "customer-validated: call".
func what(r pins.Record) string {
	text := string(r.Event)
	if r.Feature != "" {
		text += " " + string(r.Feature)
	}
	if r.Method != "" {
		text += ": " + string(r.Method)
	}
	if len(r.Changes) > 0 {
		text += ": " + strings.Join(r.Changes, ", ")
	}
	return text
}

// A table is written in columns, once it is flushed.
type table struct{ *tabwriter.Writer }

// newTable begins a table by its head, unless that is empty.
func newTable(out io.Writer, head ...any) table {
	t := table{tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)}
	if len(head) > 0 {
		t.row(head...)
	}
	return t
}

// row writes a row.
func (t table) row(fields ...any) {
	fmt.Fprintf(t, strings.Repeat("%v\t", len(fields)-1)+"%v\n", fields...)
}

// showJSON writes a document for people and programs.
func showJSON(out io.Writer, document any) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document)
}

// plain drops what could move a terminal's cursor: a record holds what callers claim.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, text)
}

// moment writes a time for people.
func moment(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }

// day writes a date for people; none is a dash.
func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02")
}
