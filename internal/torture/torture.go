// Package torture has all tests of faults count in the same way: short in make test, long in
// make torture, which prints a table of what they counted.
//
//	func TestTortureKilledServers(t *testing.T) {
//		calls := torture.Times(20, 1000)
//		...
//		torture.Report(t, "servers killed in a turn", "cluster", torture.Counts{
//			torture.Operations: calls, torture.Kills: kills, torture.Lost: lost, torture.Doubled: doubled,
//		})
//	}
//
// Only tests whose names begin with TestTorture are run by make torture. They fail by counts and
// never by times. Only tests import this package.
package torture

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// environment names the variable that asks for the long form: the file to which each report is
// appended as a line of fields separated by tabs.
const environment = "TORTURE"

// Long says whether the long form was asked for.
func Long() bool { return os.Getenv(environment) != "" }

// Times returns how often to do something: short in make test, long in make torture.
func Times(short, long int) int {
	if Long() {
		return long
	}
	return short
}

// A Count is a column of the table.
type Count int

// The columns, in their order. Operations and Kills say how much was tried; each of the others
// counts customers to whom something went wrong.
const (
	Operations Count = iota // calls, changes or requests that were tried
	Kills                   // servers, of ours or of Redis, that were killed, stopped, cut off or replaced
	Lost                    // changes that were confirmed and are not there
	Doubled                 // changes, calls or notices that happened twice
	Unheard                 // changes that are there, of which the caller was not told the truth
	Untold                  // changes of which the customer was not notified
	Dead                    // calls that ended without a helpful sentence
	columns
)

// Counts are what a test has counted. What it does not look at is missing.
type Counts map[Count]int

// Report fails the test if anything went wrong, nothing was tried, or kills are counted and there were none, and adds a row to the table,
// which ends with the name of the test: tools/torture fails when a test has added none.
// redis is single, sentinel, cluster or embedded.
func Report(t testing.TB, experiment, redis string, counts Counts) {
	t.Helper()
	fields := []string{experiment, redis}
	for c := range columns {
		n, counted := counts[c]
		if !counted {
			fields = append(fields, "-")
			continue
		}
		fields = append(fields, fmt.Sprint(n))
	}
	row := strings.Join(fields, "\t")
	if bad(counts) {
		t.Errorf("experiment, redis, operations, kills, lost, doubled, unheard, untold, dead: %s", row)
	}
	if !Long() {
		return
	}
	if err := appendLine(os.Getenv(environment), row+"\t"+t.Name()); err != nil {
		t.Errorf("report: %v", err)
	}
}

// bad says whether something went wrong, or nothing shows that it went well.
func bad(counts Counts) bool {
	wrong := 0
	for c, n := range counts {
		if c > Kills {
			wrong += n
		}
	}
	kills, killing := counts[Kills]
	return wrong > 0 || counts[Operations] == 0 || killing && kills == 0
}

func appendLine(file, line string) error {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open %s: %w", file, err)
	}
	defer f.Close()
	_, err = f.WriteString(line + "\n")
	return err
}
