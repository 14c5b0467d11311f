package touchtone

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Report is what a load measured.
type Report struct {
	Scripts int // played to their end or their failure
	Calls   int
	Turns   int      // webhooks answered with a document
	Failed  int      // scripts that did not go as written, or whose application failed
	Errors  []string // the first few

	Took               time.Duration // all of it
	P50, P95, P99, Max time.Duration // of a turn
}

// String is the report as a small table.
func (r Report) String() string {
	var table strings.Builder
	row := func(name string, value any) { fmt.Fprintf(&table, "%-8s %10v\n", name, value) }
	row("calls", r.Calls)
	row("turns", r.Turns)
	row("failed", r.Failed)
	row("took", r.Took.Round(time.Millisecond))
	row("p50", r.P50.Round(10*time.Microsecond))
	row("p95", r.P95.Round(10*time.Microsecond))
	row("p99", r.P99.Round(10*time.Microsecond))
	row("max", r.Max.Round(10*time.Microsecond))
	for _, text := range r.Errors {
		fmt.Fprintf(&table, "error: %s\n", text)
	}
	return table.String()
}

// tally adds up results, from any number of goroutines.
type tally struct {
	progress func(done int)

	mu    sync.Mutex
	sum   Report
	turns []time.Duration
}

func (t *tally) add(ctx context.Context, result Result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if ctx.Err() != nil && result.Err != nil {
		return // cut short, not failed
	}
	t.sum.Scripts++
	t.sum.Calls += result.Calls
	t.turns = append(t.turns, result.Turns...)
	if err := loadError(result); err != nil {
		t.sum.Failed++
		if len(t.sum.Errors) < loadErrorsKept {
			t.sum.Errors = append(t.sum.Errors, err.Error())
		}
	}
	if t.progress != nil {
		t.progress(t.sum.Scripts)
	}
}

// loadError is why a result counts as failed: under load, a script that hears an apology
// as it should not is no success.
func loadError(result Result) error {
	if result.Err == nil && result.GivenUp > 0 {
		return fmt.Errorf("%s: %w", result.Script, result.Problems[0])
	}
	return result.Err
}

func (t *tally) report(took time.Duration) Report {
	t.mu.Lock()
	defer t.mu.Unlock()
	slices.Sort(t.turns)
	report := t.sum
	report.Turns = len(t.turns)
	report.Took = took
	report.P50, report.P95 = percentile(t.turns, 50), percentile(t.turns, 95)
	report.P99, report.Max = percentile(t.turns, 99), percentile(t.turns, 100)
	return report
}

// percentile is the smallest of the sorted values that p of a hundred don't exceed.
func percentile(sorted []time.Duration, p int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := (len(sorted)*p + 99) / 100
	return sorted[max(rank, 1)-1]
}
