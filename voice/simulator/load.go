package simulator

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"
)

// Limits of a load.
const (
	loadCallsLimit  = 1_000_000
	loadAtOnce      = 100 // where the plan does not say
	loadAtOnceLimit = 10_000
	loadReasonsKept = 5
)

// LoadPlan is scripts to be played in numbers.
type LoadPlan struct {
	Calls   int     // scripts played, in turn; 1 to 1,000,000
	Rate    float64 // begun in a second; 0: as fast as AtOnce allows
	AtOnce  int     // under way at the same time at most; 0: 100, at most 10,000
	Scripts []Script
	// Line is the number that the i-th script calls from, from 0 on; nil: the script's own.
	Line  func(i int) string
	Clock Clock // paces the calls; nil: the clock on the wall
	// Progress is told after each script how many are done; one call at a time. Nil: no one is told.
	Progress func(done int)
}

func (p *LoadPlan) check() error {
	switch {
	case p.Calls < 1 || p.Calls > loadCallsLimit:
		return fmt.Errorf("load: %d calls, not 1 to %d", p.Calls, loadCallsLimit)
	case p.Rate < 0 || math.IsNaN(p.Rate) || math.IsInf(p.Rate, 0):
		return errors.New("load: the rate is calls a second, or 0")
	case p.AtOnce < 0 || p.AtOnce > loadAtOnceLimit:
		return fmt.Errorf("load: %d calls at once, not 0 to %d", p.AtOnce, loadAtOnceLimit)
	case len(p.Scripts) == 0:
		return errors.New("load: no scripts")
	}
	return nil
}

// Load plays the plan on the exchange, whose clock should be a [VirtualClock]: callers
// then key as soon as they are asked. When the context ends, the report covers the
// scripts finished by then, and the error is the context's.
func Load(ctx context.Context, exchange *Exchange, plan LoadPlan) (Report, error) {
	if err := plan.check(); err != nil {
		return Report{}, err
	}
	if plan.AtOnce == 0 {
		plan.AtOnce = loadAtOnce
	}
	if plan.Clock == nil {
		plan.Clock = RealClock{}
	}
	tally := &tally{progress: plan.Progress}
	started := plan.Clock.Now()
	err := plan.run(ctx, started, func(i int) {
		tally.add(ctx, Play(ctx, exchange, plan.script(i), nil))
	})
	return tally.report(plan.Clock.Now().Sub(started)), err
}

// run starts each call at its time, and waits for all.
func (p *LoadPlan) run(ctx context.Context, started time.Time, play func(i int)) error {
	var calls sync.WaitGroup
	defer calls.Wait()
	room := make(chan struct{}, p.AtOnce)
	for i := range p.Calls {
		if err := p.pace(ctx, started, i); err != nil {
			return err
		}
		select {
		case room <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		calls.Go(func() {
			defer func() { <-room }()
			play(i)
		})
	}
	calls.Wait()
	return ctx.Err()
}

// pace waits until the i-th call is due.
func (p *LoadPlan) pace(ctx context.Context, started time.Time, i int) error {
	if p.Rate == 0 {
		return ctx.Err()
	}
	due := started.Add(time.Duration(float64(i) / p.Rate * float64(time.Second)))
	return sleep(ctx, p.Clock, due.Sub(p.Clock.Now()))
}

// script is what the i-th call plays.
func (p *LoadPlan) script(i int) Script {
	script := p.Scripts[i%len(p.Scripts)]
	if p.Line == nil {
		return script
	}
	return script.from(p.Line(i))
}

// Report is what a load measured.
type Report struct {
	Scripts int // played to their end or their failure
	Calls   int
	Turns   int      // webhooks answered with a document
	Errors  int      // webhooks and status callbacks without a usable answer, as [Call.Problems]
	Failed  int      // scripts that did not go as written, or needed the fallback
	Reasons []string // of the first few that failed

	Duration           time.Duration // all of it
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
	row("took", r.Duration.Round(time.Millisecond))
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
	report.Duration = took
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
