package ivr

import (
	"context"
	"errors"
)

// Resume leads back from the flow's help to the question at which the caller pressed 0, within
// the subflows that were under way. No line before it may wait for the caller. It belongs to
// the flow itself.
type Resume struct{ At Step }

func (r Resume) step() Step        { return r.At }
func (r Resume) exits() []Exit     { return nil }
func (r Resume) prompts() []Prompt { return nil }

// errNotAsked says that there is nothing to resume: nobody has asked for help in this turn.
var errNotAsked = errors.New("there is no question to resume")

func (r Resume) enter(_ context.Context, t *turn) (Step, error) {
	if t.call.asked.at == "" {
		return here, errNotAsked
	}
	t.call.state.Stack = t.call.asked.stack
	return t.call.asked.at, nil
}

func (r Resume) symbol(text string) string { return "([" + text + "])" }
