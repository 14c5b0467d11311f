package ivr

import (
	"errors"
	"fmt"
	"time"
)

// maxPrompt is how long a prompt may take: what is longer is not remembered.
const maxPrompt = 20 * time.Second

// Check returns everything that is wrong with the flow, joined, or nil: a step that is
// not written, written twice, unreachable, or that can never end the call; an exit that
// leads nowhere; an apology that could fail; a prompt that lacks a language, differs in its
// blanks between languages, names a blank that is unknown or secret, has a brace too many,
// or takes more than 20 seconds; an option that doesn't name its key; two blanks of one
// name; a menu without options, or of more than five; a question that can't be answered.
func (f *Flow) Check() error {
	var wrong []error
	wrong = append(wrong, f.checkSteps()...)
	wrong = append(wrong, f.checkPaths()...)
	wrong = append(wrong, f.checkBlanks()...)
	wrong = append(wrong, f.checkPrompts()...)
	wrong = append(wrong, f.checkQuestions()...)
	return errors.Join(wrong...)
}

// checkSteps finds steps that are written twice or not at all.
func (f *Flow) checkSteps() []error {
	var wrong []error
	seen := make(map[Step]bool)
	seen[HangUp] = true
	for _, line := range f.Lines {
		at := line.step()
		if at == here || seen[at] {
			wrong = append(wrong, fmt.Errorf("step %q is written twice, or has no name of its own", at))
		}
		seen[at] = true
		if len(line.exits()) == 0 {
			wrong = append(wrong, fmt.Errorf("step %q has no exit", at))
		}
	}
	for _, exit := range append(f.Exits(), f.entries()...) {
		if !seen[exit.To] {
			wrong = append(wrong, fmt.Errorf("step %q: exit %q leads to %q, which is not written", exit.From, exit.Name, exit.To))
		}
	}
	return wrong
}

// entries are the ways into the flow.
func (f *Flow) entries() []Exit {
	name := Step(f.Name)
	return []Exit{{name, "start", f.Start}, {name, "sorry", f.Sorry}, {name, help, f.Help}}
}

// checkPaths finds steps that no call can reach, and those that can never end the call.
func (f *Flow) checkPaths() []error {
	var wrong []error
	reached := spread(f.Exits(), []Step{f.Start, f.Sorry, f.Help}, func(e Exit) (Step, Step) { return e.From, e.To })
	ending := spread(f.Exits(), []Step{HangUp}, func(e Exit) (Step, Step) { return e.To, e.From })
	for _, line := range f.Lines {
		if !reached[line.step()] {
			wrong = append(wrong, fmt.Errorf("step %q can't be reached", line.step()))
		}
		if !ending[line.step()] {
			wrong = append(wrong, fmt.Errorf("step %q can never end the call", line.step()))
		}
	}
	return append(wrong, f.checkSorry()...)
}

// spread returns the steps that can be reached from some, along or against the exits.
func spread(exits []Exit, from []Step, direction func(Exit) (Step, Step)) map[Step]bool {
	reached := make(map[Step]bool)
	for len(from) > 0 {
		step := from[0]
		from = from[1:]
		if reached[step] {
			continue
		}
		reached[step] = true
		for _, exit := range exits {
			if begin, end := direction(exit); begin == step {
				from = append(from, end)
			}
		}
	}
	return reached
}

// checkSorry holds the apology to lines that can't fail.
func (f *Flow) checkSorry() []error {
	lines := f.index()
	step := f.Sorry
	for range f.Lines {
		say, isSay := lines[step].(Say)
		if !isSay {
			return []error{fmt.Errorf("step %q follows the apology, but is no Say", step)}
		}
		if step = say.Next; step == HangUp {
			return nil
		}
	}
	return []error{fmt.Errorf("the apology at %q never ends", f.Sorry)}
}

// checkQuestions finds menus that are too long and entries that can't be keyed.
func (f *Flow) checkQuestions() []error {
	var wrong []error
	for _, line := range f.Lines {
		switch l := line.(type) {
		case Menu:
			if n := len(l.Options); n < 1 || n > maxOptions {
				wrong = append(wrong, fmt.Errorf("menu %q has %d options, not 1 to %d", l.At, n, maxOptions))
			}
		case Ask:
			if l.Digits.Min < 2 || l.Digits.Max < l.Digits.Min {
				wrong = append(wrong, fmt.Errorf("question %q takes %d to %d digits", l.At, l.Digits.Min, l.Digits.Max))
			}
		case Again:
			if l.Times < 2 {
				wrong = append(wrong, fmt.Errorf("%q never leads back", l.At))
			}
		}
	}
	return wrong
}
