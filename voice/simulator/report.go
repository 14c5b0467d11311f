package simulator

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
	Errors  int      // webhooks and status callbacks without a usable answer, as [Call.Problems]
	Failed  int      // scripts that did not go as written, or needed the fallback
	Reasons []string // of the first few that failed

	Took               time.Duration // all of it
	P50, P95, P99, Max time.Duration // of a turn
}

// String is the report as a small table.
func (r Report) String() string {
	var table strings.Builder
	row := func(name string, value any) { fmt.Fprintf(&table, "%-8s %10v\n", name, value) }
	row("calls", r.Calls)
	row("turns", r.Turns)
	row("errors", r.Errors)
	row("failed", r.Failed)
	row("took", r.Took.Round(time.Millisecond))
	row("p50", r.P50.Round(10*time.Microsecond))
	row("p95", r.P95.Round(10*time.Microsecond))
	row("p99", r.P99.Round(10*time.Microsecond))
	row("max", r.Max.Round(10*time.Microsecond))
	for _, text := range r.Reasons {
		fmt.Fprintf(&table, "failed: %s\n", text)
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
	t.sum.Errors += len(result.Problems)
	t.turns = append(t.turns, result.Turns...)
	if err := result.Failed(); err != nil {
		t.sum.Failed++
		if len(t.sum.Reasons) < loadReasonsKept {
			t.sum.Reasons = append(t.sum.Reasons, err.Error())
		}
	}
	if t.progress != nil {
		t.progress(t.sum.Scripts)
	}
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
