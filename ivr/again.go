package ivr

import "context"

// Again leads back to a step a limited number of times in a call, or in its subflow since
// that was entered: the visit number Times gives up.
type Again struct {
	At     Step
	Times  int
	Back   Step
	GaveUp Step
}

func (a Again) step() Step { return a.At }

func (a Again) exits() []Exit {
	return []Exit{{a.At, "again", a.Back}, {a.At, gaveUp, a.GaveUp}}
}

func (a Again) prompts() []Prompt { return nil }

func (a Again) enter(_ context.Context, t *turn) (Step, error) { //nolint:unparam // the error is for Work
	if t.call.state.visit(a.At) < a.Times {
		return t.leave(a.At, "again", a.Back), nil
	}
	return t.leave(a.At, gaveUp, a.GaveUp), nil
}

func (a Again) symbol(text string) string { return "{" + text + "}" }
