package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
	"updatecenter/voice/simulator"
)

// settingsTable is the Markdown table of serve's settings, made of the flags themselves.
func settingsTable() (string, error) {
	parser, err := commandLineOf(&serveCommand{}, terminal{out: io.Discard, err: io.Discard}, func(int) {})
	if err != nil {
		return "", fmt.Errorf("read settings: %w", err)
	}
	var b strings.Builder
	b.WriteString("| environment | flag | default | meaning |\n| --- | --- | --- | --- |\n")
	for _, f := range parser.Model.Flags {
		if len(f.Envs) == 0 {
			continue
		}
		fmt.Fprintf(&b, "| `%s` | `--%s` | %s | %s |\n", f.Envs[0], f.Name, code(f.Default), f.Help)
	}
	return b.String(), nil
}

// timesTable is the Markdown table of the times of a turn.
func timesTable() string {
	var b strings.Builder
	b.WriteString("| time | for |\n| --- | --- |\n")
	for _, row := range []struct {
		time time.Duration
		what string
	}{
		{ivr.DefaultTimes.Own, "a turn by itself: the claim, its lines, the commit"},
		{ivr.DefaultTimes.Commit, "of that: kept for the commit"},
		{ivr.DefaultTimes.Look, "after a failure: to look once more for the stored answer"},
		{ivr.DefaultTimes.Lease, "a claim, until its holder is taken for dead"},
		{ivr.DefaultTimes.Turn, "a turn with waits for claims of others"},
	} {
		fmt.Fprintf(&b, "| %v s | %s |\n", row.time.Seconds(), row.what)
	}
	return b.String()
}

// code sets a default apart; none is left empty.
func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

var update = flag.Bool("update", false, "write the generated parts of the documents anew")

// TestDocuments holds the generated parts of the documents against the code. A part
// stands between <!-- name --> and <!-- /name -->.
func TestDocuments(t *testing.T) {
	settings := must(settingsTable())(t)
	for _, part := range []struct{ file, name, want string }{
		{"../../README.md", "first-call", "```\n" + firstCall(t) + "```\n"},
		{"../../README.md", "settings", settings},
		{"../../ARCHITECTURE.md", "times", timesTable()},
		{"../../README.md", "redis-user", redisUser()},
		{"../../README.md", "findings", redisstore.FindingsTable()},
		{"../../docs/flows.md", "flows", drawingsPage()},
		{"../../docs/prompts.md", "prompts", promptTable()},
		{"../../docs/keys.md", "keys", redisstore.KindsTable()},
	} {
		t.Run(part.name, func(t *testing.T) {
			text := string(must(os.ReadFile(part.file))(t))
			begin, end := "<!-- "+part.name+" -->\n", "<!-- /"+part.name+" -->"
			before, rest, found := strings.Cut(text, begin)
			got, after, closed := strings.Cut(rest, end)
			if !found || !closed {
				t.Fatalf("%s lacks %q or %q", part.file, begin, end)
			}
			if got == part.want {
				return
			}
			if !*update {
				t.Fatalf("%s is out of date: run make draw", part.file)
			}
			check.OK(t, os.WriteFile(part.file, []byte(before+begin+part.want+end+after), 0o644))
		})
	}
}

// firstCall is what a new customer sees at the telephone in a terminal.
func firstCall(t *testing.T) string {
	t.Helper()
	keys, pressed := io.Pipe()
	exchange := newStage(t, redistest.StartMini(t), nil).exchange(func(c *simulator.Config) {
		c.Clock = &patientCaller{keys: "1234#8265#8265#", keypad: pressed}
	})
	var screen strings.Builder
	phone := simulator.Terminal{Exchange: exchange, In: keys, Out: &screen}
	check.OK(t, phone.Run(t.Context(), "78", demoNew.Display(), simulator.NoPassport))
	return screen.String()
}

// patientCaller is a clock on which words take no time, and a wait for keys ends with the
// next of them.
type patientCaller struct {
	simulator.RealClock
	keys   string
	keypad io.Writer
}

// After presses a key if the wait is one of a question, which are the long ones.
func (p *patientCaller) After(d time.Duration) <-chan time.Time {
	if d >= 5*time.Second && p.keys != "" {
		key := p.keys[:1]
		p.keys = p.keys[1:]
		go io.WriteString(p.keypad, key) //nolint:errcheck // a pipe in memory
		return nil
	}
	over := make(chan time.Time, 1)
	over <- time.Time{}
	return over
}
