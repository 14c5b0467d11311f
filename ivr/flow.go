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
	// Choices are what blanks of kind [Phrase] say that say one of a few; the others can say any
	// phrase, which makes the estimate of a prompt longer.
	Choices map[Blank][]Prompt
	// Lines in the order in which one would tell the call.
	Lines []Line
}

// Notices are spoken before a question is asked once more, and in calls gone wrong.
type Notices struct {
	Silence  Prompt // no key was pressed
	TooFew   Prompt // the entry is too short; a flow without an [Ask] has none
	TooMany  Prompt // the entry is too long; likewise
	WrongKey Prompt // a key that means nothing here
	// StartOver begins a call that we know nothing of any more.
	StartOver Prompt
	// Apology is all that is said when the call's state can't be reached. It may hold
	// only Given blanks.
	Apology Prompt
	// Unsure is said once in a turn whose work made a change that may not last: after the next [Say],
	// which says what was done, or before a question. A flow that changes nothing lasting has none.
	Unsure Prompt
}

// all returns the notices in the order of their fields.
func (n Notices) all() []Prompt {
	return append([]Prompt{n.Silence, n.TooFew, n.TooMany, n.WrongKey, n.StartOver, n.Apology}, written(n.Unsure)...)
}

// A Step is the name of a line, unique in its flow, in words-with-hyphens.
type Step string

// HangUp as a next [Step] ends the call. It has no type of its own, as the exits of an
// [Enter] would be held to have one of that name: steps are no enumeration.
const HangUp = "hang-up"

// here is returned by a line that waits for the caller.
const here = ""

// A Line is one of [Say], [Ask], [Menu], [Work], [Again], [Transfer], [Enter],
// [Return] and [Resume].
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
		if helps(line) {
			all = append(all, Exit{line.step(), help, f.Help})
		}
	}
	return all
}

// helps says whether a line is a question at which 0 asks for help.
func helps(line Line) bool {
	switch l := line.(type) {
	case Ask:
		return !l.Zero
	case Menu:
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
	return append(all, f.notices()...)
}

// notices are those that the flow can come to: nothing is too short where nobody is asked for
// an entry.
func (f *Flow) notices() []Prompt {
	n := f.Notices
	for _, line := range f.everyLine() {
		if _, isAsk := line.(Ask); isAsk {
			return n.all()
		}
	}
	return append([]Prompt{n.Silence, n.WrongKey, n.StartOver, n.Apology}, written(n.Unsure)...)
}

// everyPhrase lists what blanks of kind Phrase say.
func (f *Flow) everyPhrase() []Prompt {
	all := slices.Clone(f.Phrases)
	for _, s := range f.Subflows() {
		all = append(all, s.Phrases...)
	}
	for _, choices := range f.everyChoices() {
		for _, b := range byName(choices) {
			all = append(all, choices[b]...)
		}
	}
	return all
}

// everyChoices lists those of the flow and of its subflows.
func (f *Flow) everyChoices() []map[Blank][]Prompt {
	all := []map[Blank][]Prompt{f.Choices}
	for _, s := range f.Subflows() {
		all = append(all, s.Choices)
	}
	return all
}

// choices are by the names of their blanks.
func (f *Flow) choices() map[string][]Prompt {
	named := make(map[string][]Prompt)
	for _, choices := range f.everyChoices() {
		for b, of := range choices {
			named[b.Name] = append(named[b.Name], of...)
		}
	}
	return named
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
