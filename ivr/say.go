package ivr

import "context"

// Say speaks a prompt and goes on.
type Say struct {
	At     Step
	Prompt Prompt
	// Whole: a key doesn't cut it short. For the few words that must be heard.
	Whole bool
	Next  Step
}

func (s Say) step() Step        { return s.At }
func (s Say) exits() []Exit     { return []Exit{{s.At, "said", s.Next}} }
func (s Say) prompts() []Prompt { return []Prompt{s.Prompt} }

func (s Say) enter(_ context.Context, t *turn) (Step, error) { //nolint:unparam // the error is for Work
	t.say(s.Prompt)
	if s.Whole {
		t.answer.protect()
	}
	return t.leave(s.At, "said", s.Next), nil
}

func (s Say) symbol(text string) string { return "(" + text + ")" }
