package ivr

import (
	"context"
	"slices"
	"strings"
)

// A Flow is a call as data.
type Flow struct {
	Name  string
	Start Step
	// Sorry is where an error leads. It must reach the end of the call by Say alone.
	Sorry Step
	// Help is where the key 0 leads from any question.
	Help Step
	// Notices are the sentences that the engine says by itself.
	Notices Notices
	// Given holds the blanks that are the same in every call, such as a number to call.
	Given map[Blank]string
	// Blanks are the others that prompts name.
	Blanks []Blank
	// Phrases are what blanks of kind [Phrase] say. They may name other blanks.
	Phrases []Prompt
	// Lines in the order in which one would tell the call.
	Lines []Line
}

// Notices are spoken before a question is asked once more, and in calls gone wrong.
type Notices struct {
	Silence  Prompt // no key was pressed
	TooFew   Prompt // the entry is too short
	TooMany  Prompt // the entry is too long
	WrongKey Prompt // a key that means nothing here
	// StartOver begins a call that we know nothing of any more.
	StartOver Prompt
	// Apology is all that is said when the call's state can't be reached. It may hold
	// only Given blanks.
	Apology Prompt
}

// all returns the notices in the order of their fields.
func (n Notices) all() []Prompt {
	return []Prompt{n.Silence, n.TooFew, n.TooMany, n.WrongKey, n.StartOver, n.Apology}
}

// A Step is the name of a line, unique in its flow, in words-with-hyphens.
type Step string

// HangUp as a next [Step] ends the call. It has no type of its own, as the exits of an
// [Enter] would be held to have one of that name: steps are no enumeration.
const HangUp = "hang-up"

// here is returned by a line that waits for the caller.
const here = ""

// A Line is one of [Say], [Ask], [Menu], [Work], [Again], [Transfer], [Enter] and [Return].
type Line interface {
	// step is where the line stands.
	step() Step
	// exits are the ways out, in the order in which one would tell them.
	exits() []Exit
	// prompts are the sentences that the line itself speaks.
	prompts() []Prompt
	// enter runs the line and returns the next step, or here if it waits for the caller.
	enter(ctx context.Context, t *turn) (Step, error)
	// symbol is the line's node in a Mermaid flowchart, its text quoted.
	symbol(text string) string
}

// A listener is a line that waits for the caller.
type listener interface {
	Line
	// hear takes in what came of the wait and returns the next step, or here.
	hear(t *turn, heard Heard) Step
}

// An Exit is one way out of a line.
type Exit struct {
	From Step
	Name string // what happened: an outcome, a key, "silence" ...
	To   Step
}

// Exits lists every way out of every line, in the order of the flow, each subflow once.
func (f *Flow) Exits() []Exit {
	var all []Exit
	for _, line := range f.everyLine() {
		all = append(all, line.exits()...)
		if asks(line) {
			all = append(all, Exit{line.step(), help, f.Help})
		}
	}
	return all
}

// asks says whether a line is a question, at which 0 asks for help.
func asks(line Line) bool {
	switch line.(type) {
	case Ask, Menu:
		return true
	}
	return false
}

// index returns the lines by their steps.
func (f *Flow) index() map[Step]Line {
	lines := make(map[Step]Line, len(f.Lines))
	for _, line := range f.everyLine() {
		lines[line.step()] = line
	}
	return lines
}

// Prompts lists every prompt once, in the order of the flow, the notices last.
func (f *Flow) Prompts() []Prompt {
	var all []Prompt
	seen := map[string]bool{}
	for _, p := range f.everyPrompt() {
		if !seen[p.Name] {
			seen[p.Name] = true
			all = append(all, p)
		}
	}
	return all
}

// everyPrompt lists the prompts as often as they are spoken.
func (f *Flow) everyPrompt() []Prompt {
	var all []Prompt
	for _, line := range f.everyLine() {
		all = append(all, line.prompts()...)
	}
	all = append(all, f.everyPhrase()...)
	return append(all, f.Notices.all()...)
}

// everyPhrase lists what blanks of kind Phrase say.
func (f *Flow) everyPhrase() []Prompt {
	all := slices.Clone(f.Phrases)
	for _, s := range f.Subflows() {
		all = append(all, s.Phrases...)
	}
	return all
}

// phrases returns them by their names.
func (f *Flow) phrases() map[string]Prompt {
	named := make(map[string]Prompt)
	for _, p := range f.everyPhrase() {
		named[p.Name] = p
	}
	return named
}

// blanks returns the blanks that prompts can name, by their names.
func (f *Flow) blanks() map[string]Blank {
	named := map[string]Blank{key.Name: key}
	for b := range f.Given {
		named[b.Name] = b
	}
	for _, b := range f.Blanks {
		named[b.Name] = b
	}
	for _, s := range f.Subflows() {
		for _, b := range s.Blanks {
			named[b.Name] = b
		}
	}
	return named
}

// words turns a step's name into words for a drawing.
func (s Step) words() string { return strings.ReplaceAll(string(s), "-", " ") }
