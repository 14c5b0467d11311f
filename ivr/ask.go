package ivr

import (
	"context"
	"strings"
)

// The names of exits that several lines share.
const (
	gaveUp = "gave up"
	back   = "*"
	help   = "0"
)

// tries is how often a question is asked before it is given up, unless it says another number.
const tries = 3

// Range is how many digits an entry has.
type Range struct{ Min, Max int }

// Ask has the caller key digits into a blank, ended by # or by a pause. An entry of the
// right length goes on at Heard; after three others, or three silences, at GaveUp.
type Ask struct {
	At     Step
	Once   Prompt // spoken before the question, the first time in a call or in its subflow; may be left out
	Prompt Prompt
	Digits Range // Min at least 1
	Zero   bool  // a single 0 is an answer here, such as midnight, and no call for help
	Into   Blank
	Heard  Step
	Back   Step // after *
	GaveUp Step
}

func (a Ask) step() Step        { return a.At }
func (a Ask) prompts() []Prompt { return written(a.Once, a.Prompt) }

func (a Ask) exits() []Exit {
	return []Exit{{a.At, "heard", a.Heard}, {a.At, back, a.Back}, {a.At, gaveUp, a.GaveUp}}
}

func (a Ask) enter(_ context.Context, t *turn) (Step, error) { //nolint:unparam // the error is for Work
	t.call.state.Tries = 0
	if t.call.state.visit(a.At) == 1 {
		t.say(a.Once)
	}
	t.say(a.Prompt)
	a.listen(t)
	return here, nil
}

// listen sets no number of digits: # or a pause ends an entry, so whatever is keyed too
// many belongs to it and not to the next question.
func (a Ask) listen(t *turn) {
	t.answer.gather(t.nextTurn(a.At), keypad{patience: t.patience()})
}

func (a Ask) hear(t *turn, heard Heard) Step {
	switch {
	case a.helps(heard.Keys):
		return t.help(a.At)
	case heard.Keys == back:
		return t.leave(a.At, back, a.Back)
	}
	if problem := a.problem(t.flow().Notices, heard); problem != nil {
		return t.askAgain(a.At, a.GaveUp, tries, *problem, func() { t.say(a.Prompt); a.listen(t) })
	}
	t.call.Fill(a.Into, heard.Keys)
	return t.leave(a.At, "heard", a.Heard)
}

// helps says whether the keys ask for help: a hurried caller presses 0 more than once.
func (a Ask) helps(keys string) bool {
	if a.Zero {
		return false
	}
	return keys == help || keys != "" && len(keys) < a.Digits.Min && strings.Trim(keys, help) == ""
}

// problem returns what is wrong with an entry, or nil. A finish key alone is most often
// left over from the entry before, so it counts as silence.
func (a Ask) problem(n Notices, heard Heard) *Prompt {
	switch {
	case heard.Keys == "":
		return &n.Silence
	case strings.Trim(heard.Keys, "0123456789") != "":
		return &n.WrongKey
	case len(heard.Keys) < a.Digits.Min:
		return &n.TooFew
	case len(heard.Keys) > a.Digits.Max:
		return &n.TooMany
	}
	return nil
}

func (a Ask) symbol(text string) string { return "[/" + text + "/]" }
