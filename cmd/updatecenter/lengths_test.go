package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/redistest"
	"updatecenter/ivr"
	"updatecenter/voice/simulator"
)

// jobLimits are how long the calls are at most in which a customer does one job with the PIN that they chose, from
// the first prompt to the goodbye.
var jobLimits = []struct {
	script       string
	turns, words int
}{
	{"job-call-rejection", 13, 437},
	{"job-call-rejection-in-spanish", 13, 475},
	{"job-dial-lock", 11, 294},
	{"job-dial-lock-in-spanish", 11, 346},
	{"job-do-not-disturb-schedule", 10, 283},
	{"job-do-not-disturb-schedule-in-spanish", 10, 348},
	{"job-no-solicitation", 7, 203},
	{"job-no-solicitation-in-spanish", 7, 241},
	{"job-selective-call-forwarding", 10, 334},
	{"job-selective-call-forwarding-in-spanish", 10, 389},
}

// TestJobsStayShort holds that no job takes more turns, or has more words to hear, than its limit.
func TestJobsStayShort(t *testing.T) {
	s := newStage(t, redistest.StartMini(t), nil)
	for _, limit := range jobLimits {
		t.Run(limit.script, func(t *testing.T) {
			s.anew(t)
			for _, call := range lengths(s.plays(t, s.exchange(nil), scriptFile(limit.script))) {
				if call.turns > limit.turns || call.words > limit.words {
					t.Errorf("%d turns and %d words, at most %d and %d", call.turns, call.words, limit.turns, limit.words)
				}
			}
		})
	}
	if jobs := must(filepath.Glob(scriptFile("job-*")))(t); len(jobs) != len(jobLimits) {
		t.Errorf("%d scripts of jobs, %d limits", len(jobs), len(jobLimits))
	}
}

func scriptFile(name string) string { return "../../testdata/calls/" + name + ".call" }

// A length is how long a call is for somebody who lets every prompt end.
type length struct {
	turns  int // that the caller answered with keys, or with silence
	words  int // that were heard; each digit of a number is one
	speech time.Duration
}

// lengths measures the calls of a script that was played.
func lengths(played simulator.Transcript) []length {
	var calls []length
	var call length
	var heard []string
	for _, said := range slices.Backward(played) { // so that a call ends where it was dialed
		switch {
		case said.Speaker == simulator.TheCenter:
			heard = append(heard, said.Words)
		case said.Words == "presses", said.Words == "(says nothing)":
			call.turns++
		case strings.HasPrefix(said.Words, "(dial "):
			words := strings.Join(heard, " ")
			call.words = len(strings.Fields(words))
			call.speech = allFlows()[0].Takes(ivr.Prompt{EN: words}, ivr.English)
			calls, call, heard = append(calls, call), length{}, nil
		}
	}
	slices.Reverse(calls)
	return calls
}

// lengthsTable plays all calls to the Update Center, and tells how long each of them is.
func lengthsTable(t *testing.T) string {
	t.Helper()
	stages := callStages(t, redistest.Start(t))
	var table strings.Builder
	table.WriteString("| script | call | what happens | turns | words | s |\n| --- | --: | --- | --: | --: | --: |\n")
	for _, file := range callScripts(t) {
		s, name := stages[settingsOf(file)], strings.TrimSuffix(filepath.Base(file), ".call")
		s.anew(t)
		about := titles(string(must(os.ReadFile(file))(t)))
		for i, call := range lengths(s.plays(t, s.exchange(nil), file)) {
			fmt.Fprintf(&table, "| %s | %d | %s | %d | %d | %.0f |\n", name, i+1, about[i], call.turns, call.words, call.speech.Seconds())
		}
	}
	return table.String()
}

// titles are the first sentences of the comments before the calls of a script.
func titles(script string) []string {
	var all, comment []string
	for line := range strings.Lines(script) {
		text, isComment := strings.CutPrefix(line, "#")
		switch first, _, _ := strings.Cut(line, " "); {
		case isComment:
			comment = append(comment, strings.TrimSpace(text))
		case first == "dial":
			sentence, _, _ := strings.Cut(strings.Trim(strings.Join(comment, " "), ". "), ". ")
			all, comment = append(all, sentence), nil
		case first == "ended\n", first == "hangup\n":
			comment = nil
		}
	}
	return all
}
