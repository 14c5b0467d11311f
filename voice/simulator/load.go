package simulator

import (
	"context"
	"errors"
	"fmt"
	"math"
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
