package ivr

import (
	"fmt"
	"maps"
	"slices"
)

// A part is the flow's own lines or those of a subflow: steps lead only to others of the
// same part.
type part struct {
	name    string
	subflow *Subflow // nil: the flow itself
	entries []Exit   // the ways in
	lines   []Line
}

// parts are the flow and its subflows.
func (f *Flow) parts() []part {
	at := Step(f.Name)
	all := []part{{name: f.Name, lines: f.Lines, entries: []Exit{
		{at, "start", f.Start}, {at, "sorry", f.Sorry}, {at, help, f.Help},
	}}}
	for _, s := range f.Subflows() {
		all = append(all, part{name: s.Name, subflow: s, lines: s.Lines, entries: []Exit{{Step(s.Name), "start", s.Start}}})
	}
	return all
}

// exits are the part's own, but for those to help, which lead out of it.
func (p part) exits() []Exit {
	var all []Exit
	for _, line := range p.lines {
		all = append(all, line.exits()...)
	}
	return all
}

// begins are the steps at which the part can begin.
func (p part) begins() []Step {
	var all []Step
	for _, entry := range p.entries {
		all = append(all, entry.To)
	}
	return all
}

// ends are the steps at which the part can end, or goes on where it can.
func (p part) ends() []Step {
	all := append(p.subflow.returns(), HangUp)
	for _, line := range p.lines {
		if r, ok := line.(Resume); ok {
			all = append(all, r.At)
		}
	}
	return all
}

// checkSubflows finds subflows that enter themselves, and two of one name.
func (f *Flow) checkSubflows() []error {
	var wrong []error
	named := map[string]bool{f.Name: true}
	for _, s := range f.Subflows() {
		if named[s.Name] {
			wrong = append(wrong, fmt.Errorf("two parts of the call are named %q", s.Name))
		}
		named[s.Name] = true
		if slices.Contains((&Flow{Lines: s.Lines}).Subflows(), s) {
			wrong = append(wrong, fmt.Errorf("subflow %q enters itself", s.Name))
		}
	}
	return wrong
}

// check finds returns that lead nowhere, and exits that are no returns.
func (e Enter) check() []error {
	returns := e.Subflow.returns()
	if len(returns) == 0 {
		return []error{fmt.Errorf("step %q enters what never returns", e.At)}
	}
	var wrong []error
	for _, r := range returns {
		if _, leads := e.On[r]; !leads {
			wrong = append(wrong, fmt.Errorf("step %q: return %q of %s leads nowhere", e.At, r, e.Subflow.Name))
		}
	}
	for _, r := range slices.Sorted(maps.Keys(e.On)) {
		if !slices.Contains(returns, r) {
			wrong = append(wrong, fmt.Errorf("step %q: %s has no return %q", e.At, e.Subflow.Name, r))
		}
	}
	return wrong
}
