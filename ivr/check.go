package ivr

import (
	"errors"
	"fmt"
)

// Check returns everything that is wrong with the flow, joined, or nil: a step that is
// not written, written twice, unreachable, or that can never end the call; an exit that
// leads nowhere or out of its subflow, and two of one name; an apology that could fail; a
// prompt that lacks a language, differs in its blanks between languages, names a blank that
// is unknown or secret, has a brace too many, or takes more than 20 seconds; a menu that takes
// more than 30, or 45 if it is a list; a phrase that
// names another, or is given and not written; an option that doesn't name its key; two
// blanks of one name; a menu without options, of more than five at once, or whose pages
// can't be turned; a question that can't be answered, or that leads to changes of which apologies
// tell in two ways; a subflow that enters itself, or returns where nobody waits for it.
func (f *Flow) Check() error {
	var wrong []error
	wrong = append(wrong, f.checkSubflows()...)
	wrong = append(wrong, f.checkSteps()...)
	wrong = append(wrong, f.checkPaths()...)
	wrong = append(wrong, f.checkBlanks()...)
	wrong = append(wrong, f.checkPrompts()...)
	wrong = append(wrong, f.checkQuestions()...)
	if _, err := f.mays(); err != nil {
		wrong = append(wrong, err)
	}
	return errors.Join(wrong...)
}

// checkSteps finds steps that are written twice or not at all, and exits that can't be told
// apart.
func (f *Flow) checkSteps() []error {
	var wrong []error
	seen := map[Step]bool{HangUp: true}
	for _, p := range f.parts() {
		for _, line := range p.lines {
			at := line.step()
			if at == here || seen[at] {
				wrong = append(wrong, fmt.Errorf("step %q is written twice, or has no name of its own", at))
			}
			seen[at] = true
			wrong = append(wrong, p.checkLine(line)...)
		}
		wrong = append(wrong, p.checkExits()...)
	}
	return wrong
}

// checkLine finds lines that lead nowhere, and returns where nothing was entered.
func (p part) checkLine(line Line) []error {
	switch l := line.(type) {
	case Return:
		if p.subflow == nil {
			return []error{fmt.Errorf("step %q returns from %s, which is no subflow", l.At, p.name)}
		}
		return nil
	case Resume:
		if p.subflow != nil {
			return []error{fmt.Errorf("step %q resumes a question from %s, which is not the call itself", l.At, p.name)}
		}
		return nil
	case Enter:
		return l.check()
	}
	if len(line.exits()) == 0 {
		return []error{fmt.Errorf("step %q has no exit", line.step())}
	}
	return nil
}

// checkExits finds exits that lead to no step of the part, and two of a step that have one
// name: whoever counts them could not tell which was taken.
func (p part) checkExits() []error {
	var wrong []error
	own := map[Step]bool{HangUp: true}
	for _, line := range p.lines {
		own[line.step()] = true
	}
	leads := map[Exit]Step{}
	for _, exit := range append(p.exits(), p.entries...) {
		if !own[exit.To] {
			wrong = append(wrong, fmt.Errorf("step %q: exit %q leads to %q, which is not written in %s", exit.From, exit.Name, exit.To, p.name))
		}
		name := Exit{From: exit.From, Name: exit.Name}
		if to, named := leads[name]; named && to != exit.To {
			wrong = append(wrong, fmt.Errorf("step %q: exit %q leads to %q and to %q", exit.From, exit.Name, to, exit.To))
		}
		leads[name] = exit.To
	}
	return wrong
}

// checkPaths finds steps that no call can reach, and those that can never end the call nor
// return.
func (f *Flow) checkPaths() []error {
	var wrong []error
	for _, p := range f.parts() {
		onward, back := waysOf(p.exits())
		reached, ending := onward.spread(p.begins()), back.spread(p.ends())
		for _, line := range p.lines {
			if !reached[line.step()] {
				wrong = append(wrong, fmt.Errorf("step %q can't be reached", line.step()))
			}
			if !ending[line.step()] {
				wrong = append(wrong, fmt.Errorf("step %q can never end the call", line.step()))
			}
		}
	}
	return append(wrong, f.checkSorry()...)
}

// ways are the steps to which each step leads.
type ways map[Step][]Step

// waysOf are the ways along exits, and against them.
func waysOf(exits []Exit) (onward, back ways) {
	onward, back = ways{}, ways{}
	for _, exit := range exits {
		onward[exit.From] = append(onward[exit.From], exit.To)
		back[exit.To] = append(back[exit.To], exit.From)
	}
	return onward, back
}

// spread returns the steps that can be reached from some, these included.
func (w ways) spread(from []Step) map[Step]bool {
	reached := make(map[Step]bool)
	for len(from) > 0 {
		step := from[0]
		from = from[1:]
		if reached[step] {
			continue
		}
		reached[step] = true
		from = append(from, w[step]...)
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
