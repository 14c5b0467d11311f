package ivr

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Outcome is the type of what a Work can come to: a string type with one constant for
// each outcome, so that the linter can hold the map of its exits to every one.
type Outcome interface{ ~string }

// On says where each outcome leads.
type On[O Outcome] map[O]Step

// Work runs domain code and goes on by its outcome. What a caller can hear of is an
// outcome; an error is our fault and leads to the flow's Sorry step.
//
// Run may be called again for the same turn of the same call, when a server died before
// the answer was stored: what it does elsewhere must then have no further effect.
type Work[O Outcome] struct {
	At  Step
	Run func(ctx context.Context, c *Call) (O, error)
	On  On[O]
	// May is said before an apology once Run has begun: what it changes may be in force, although
	// nobody can say so. Nothing: it changes nothing that a caller need know of.
	May Prompt
}

func (w Work[O]) step() Step { return w.At }

func (w Work[O]) exits() []Exit {
	all := make([]Exit, 0, len(w.On))
	for outcome, to := range w.On {
		all = append(all, Exit{w.At, string(outcome), to})
	}
	slices.SortFunc(all, func(a, b Exit) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func (w Work[O]) prompts() []Prompt { return written(w.May) }
func (w Work[O]) may() Prompt       { return w.May }

func (w Work[O]) enter(ctx context.Context, t *turn) (Step, error) {
	if w.May != (Prompt{}) {
		t.may = w.May
	}
	outcome, err := w.Run(ctx, t.call)
	if err != nil {
		return here, err
	}
	next, known := w.On[outcome]
	if !known {
		return here, fmt.Errorf("outcome %q leads nowhere", string(outcome))
	}
	return t.leave(w.At, string(outcome), next), nil
}

func (w Work[O]) symbol(text string) string { return "{{" + text + "}}" }
