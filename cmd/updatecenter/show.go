package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"updatecenter/internal/api"
	"updatecenter/pins"
)

// showLine writes a line for people.
func showLine(out io.Writer, line api.Line) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name string, value any) { fmt.Fprintf(table, "%s\t%v\n", name, value) }
	row("number", line.Number)
	language := "not chosen"
	if line.Language != nil {
		language = *line.Language
	}
	row("language", language)
	row("features", showFeatures(line.Features))
	row("pin", fmt.Sprintf("%s, since %s", line.PIN, moment(line.Since)))
	row("access number", line.AccessNumber)
	row("from the line", showSide(line.Strikes.Line))
	row("from elsewhere", showSide(line.Strikes.Elsewhere))
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
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "WHEN\tWHAT\tBY\tFROM\tCALL\tREASON")
	for _, r := range records {
		from := r.From
		if r.Side != "" {
			from = fmt.Sprintf("%s (%s)", r.From, r.Side)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", moment(r.At), plain(what(r)), plain(r.By), plain(from), plain(r.Call), plain(r.Reason))
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
