package ivr

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Check returns everything that is wrong with the flow, joined, or nil: a step that is
// not written, written twice, unreachable, or that can never end the call; an exit that
// leads nowhere or out of its subflow, and two of one name; an apology that could fail; a
// prompt that lacks a language, differs in its variables between languages, names a variable that
// is unknown or secret, has a brace too many, or takes more than 20 seconds; a menu that takes
// more than 30, or 45 if it is a list; a phrase that
// names another, or is given and not written; an option that doesn't name its key; two
// variables of one name; a menu without options, of more than five at once, or whose pages
// can't be turned; a question that can't be answered, or that leads to changes of which apologies
// tell in two ways; a subflow that enters itself, or returns where nobody waits for it.
func (f *Flow) Check() error {
	var wrong []error
	wrong = append(wrong, f.checkSubflows()...)
	wrong = append(wrong, f.checkSteps()...)
	wrong = append(wrong, f.checkPaths()...)
	wrong = append(wrong, f.checkVariables()...)
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
		for _, node := range p.Nodes {
			at := node.step()
			if at == here || seen[at] {
				wrong = append(wrong, fmt.Errorf("step %q is written twice, or has no name of its own", at))
			}
			seen[at] = true
			wrong = append(wrong, p.checkNode(node)...)
		}
		wrong = append(wrong, p.checkExits(f.entries(p))...)
	}
	return wrong
}

// checkNode finds nodes that lead nowhere, and returns where nothing was entered.
func (s *Subflow) checkNode(node Node) []error {
	switch l := node.(type) {
	case Return:
		if s.whole {
			return []error{fmt.Errorf("step %q returns from %s, which is no subflow", l.At, s.Name)}
		}
		return nil
	case Resume:
		if !s.whole {
			return []error{fmt.Errorf("step %q resumes a question from %s, which is not the call itself", l.At, s.Name)}
		}
		return nil
	case Enter:
		return l.check()
	}
	if len(node.exits()) == 0 {
		return []error{fmt.Errorf("step %q has no exit", node.step())}
	}
	return nil
}

// checkExits finds exits that lead to no step of the part, and two of a step that have one
// name: whoever counts them could not tell which was taken.
func (s *Subflow) checkExits(entries []Exit) []error {
	var wrong []error
	own := map[Step]bool{HangUp: true}
	for _, node := range s.Nodes {
		own[node.step()] = true
	}
	leads := map[Exit]Step{}
	for _, exit := range append(s.exits(), entries...) {
		if !own[exit.To] {
			wrong = append(wrong, fmt.Errorf("step %q: exit %q leads to %q, which is not written in %s", exit.From, exit.Name, exit.To, s.Name))
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
		var begins []Step
		for _, entry := range f.entries(p) {
			begins = append(begins, entry.To)
		}
		reached, ending := onward.spread(begins), back.spread(p.ends())
		for _, node := range p.Nodes {
			if !reached[node.step()] {
				wrong = append(wrong, fmt.Errorf("step %q can't be reached", node.step()))
			}
			if !ending[node.step()] {
				wrong = append(wrong, fmt.Errorf("step %q can never end the call", node.step()))
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

// checkSorry holds the apology to nodes that can't fail.
func (f *Flow) checkSorry() []error {
	nodes := f.index()
	step := f.Sorry
	for range f.Nodes {
		say, isSay := nodes[step].(Say)
		if !isSay {
			return []error{fmt.Errorf("step %q follows the apology, but is no Say", step)}
		}
		if step = say.Next; step == HangUp {
			return nil
		}
	}
	return []error{fmt.Errorf("the apology at %q never ends", f.Sorry)}
}

// checkVariables finds variables that share a name. A call keeps its variables by name, so a prompt
// that names the one could speak a secret that was keyed into the other.
func (f *Flow) checkVariables() []error {
	var wrong []error
	named := map[string]Variable{key.Name: key}
	for _, v := range f.everyVariable() {
		if other, taken := named[v.Name]; taken && other != v {
			wrong = append(wrong, fmt.Errorf("two variables are named %q", v.Name))
		}
		named[v.Name] = v
	}
	return wrong
}

// everyVariable lists the variables as often as the flow names them, other than in prompts.
func (f *Flow) everyVariable() []Variable {
	var all []Variable
	for _, p := range f.parts() {
		all = append(all, p.Variables...)
	}
	for _, node := range f.everyNode() {
		switch l := node.(type) {
		case Gather:
			all = append(all, l.Into)
		case Transfer:
			all = append(all, l.To, l.CallerID)
		}
	}
	for _, given := range f.everyGiven() {
		all = append(all, byName(given)...)
	}
	for _, p := range f.parts() {
		all = append(all, byName(p.Choices)...)
	}
	return all
}

// everyGiven lists what variables are given, in every call and to every subflow.
func (f *Flow) everyGiven() []map[Variable]string {
	all := []map[Variable]string{f.Given}
	for _, node := range f.everyNode() {
		if e, isEnter := node.(Enter); isEnter {
			all = append(all, e.Given)
		}
	}
	return all
}

// byName lists the variables of a map.
func byName[V any](given map[Variable]V) []Variable {
	return slices.SortedFunc(maps.Keys(given), func(a, b Variable) int { return strings.Compare(a.Name, b.Name) })
}

// checkQuestions finds menus that are too long and entries that can't be keyed.
func (f *Flow) checkQuestions() []error {
	var wrong []error
	for _, node := range f.everyNode() {
		switch l := node.(type) {
		case Menu:
			wrong = append(wrong, l.checkKeys()...)
			wrong = append(wrong, l.checkLength()...)
			if l.Tries < 0 {
				wrong = append(wrong, fmt.Errorf("menu %q has %d tries", l.At, l.Tries))
			}
		case Gather:
			if l.Digits.Min < 1 || l.Digits.Max < l.Digits.Min {
				wrong = append(wrong, fmt.Errorf("question %q takes %d to %d digits", l.At, l.Digits.Min, l.Digits.Max))
			}
			wrong = append(wrong, l.checkKeys()...)
		case Retry:
			if l.Times < 2 {
				wrong = append(wrong, fmt.Errorf("%q never leads back", l.At))
			}
		}
	}
	return wrong
}

// checkKeys finds options of a question that an entry could be, or that can't be told apart by their keys.
func (g Gather) checkKeys() []error {
	wrong := Menu{At: g.At, Options: g.Also}.checkKeys()
	for _, o := range g.Also {
		if o.Key == "" || o.Key == pound || g.Digits.Min < 2 {
			wrong = append(wrong, fmt.Errorf("question %q: an option can't have the key %q", g.At, o.Key))
		}
	}
	return wrong
}

// checkKeys finds options without words, and those that can't be told apart by their keys.
func (m Menu) checkKeys() []error {
	var wrong []error
	taken := map[string]bool{}
	for _, o := range m.Options {
		if o.Prompt == (Prompt{}) {
			wrong = append(wrong, fmt.Errorf("menu %q: the option that leads to %q has no prompt", m.At, o.Next))
		}
		switch {
		case o.Key == "":
			continue
		case len(o.Key) != 1 || !strings.Contains("123456789"+pound, o.Key):
			wrong = append(wrong, fmt.Errorf("menu %q: an option can't have the key %q", m.At, o.Key))
		case taken[o.Key]:
			wrong = append(wrong, fmt.Errorf("menu %q has two options with the key %s", m.At, o.Key))
		}
		taken[o.Key] = true
	}
	return wrong
}

// checkLength finds menus of too few options or too many at once, and pages that can't be
// turned.
func (m Menu) checkLength() []error {
	numbered, digits, pounds := m.numbered(), 0, 0
	for _, o := range m.Options {
		switch {
		case o.Aside:
		case o.Key == pound && !m.Listing:
			pounds++
		case o.Key != "" && o.Key != pound:
			digits++
		}
	}
	var wrong []error
	if len(m.Options) == 0 || min(numbered, maxOptions)+digits+pounds > maxOptions {
		wrong = append(wrong, fmt.Errorf("menu %q has %d options, not 1 to %d", m.At, len(m.Options), maxOptions))
	}
	if digits > 0 && numbered > 0 {
		wrong = append(wrong, fmt.Errorf("menu %q numbers only some of its options", m.At))
	}
	turns := m.paged()
	if turns != (m.More != Prompt{}) || turns != (m.First != Prompt{}) {
		wrong = append(wrong, fmt.Errorf("menu %q has %d options to number: More and First are for more than %d", m.At, numbered, maxOptions))
	}
	return wrong
}

// entries are the ways into a part: steps lead only to others of the same part.
func (f *Flow) entries(p *Subflow) []Exit {
	all := []Exit{{Step(p.Name), "start", p.Start}}
	if p.whole {
		all = append(all, Exit{Step(p.Name), "sorry", f.Sorry}, Exit{Step(p.Name), help, f.Help})
	}
	return all
}

// exits are the part's own, but for those to help, which lead out of it.
func (s *Subflow) exits() []Exit {
	var all []Exit
	for _, node := range s.Nodes {
		all = append(all, node.exits()...)
	}
	return all
}

// ends are the steps at which the part can end, or goes on where it can.
func (s *Subflow) ends() []Step {
	all := []Step{HangUp}
	for _, node := range s.Nodes {
		_, resumes := node.(Resume)
		_, returns := node.(Return)
		if resumes || returns && !s.whole {
			all = append(all, node.step())
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
		if slices.Contains((&Flow{Nodes: s.Nodes}).Subflows(), s) {
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
