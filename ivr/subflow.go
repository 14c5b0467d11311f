package ivr

import (
	"context"
	"errors"
	"slices"
)

// A Subflow is a part of a call that several places enter and that returns to each of them:
// one editor serves every list. Its steps, variables and prompts share their names with the
// whole call. Help, apology and notices are the flow's.
type Subflow struct {
	Name      string // in words-with-hyphens
	Start     Step
	Variables []Variable            // those that its prompts name, beside the flow's
	Phrases   []Prompt              // what its variables of kind [Phrase] say, beside the flow's
	Choices   map[Variable][]Prompt // what some of them say at most, as in [Flow]
	Nodes     []Node

	whole bool // it is the flow itself
}

// Enter runs a subflow, and goes on where On says once it has returned. What was counted in
// the subflow before, such as the times that [Retry] leads back, begins anew. A caller who
// asks for help has left the subflow for good.
type Enter struct {
	At      Step
	Subflow *Subflow
	// Given fills variables, which tell the subflow what it is about: one of kind [Phrase] with
	// the name of the phrase.
	Given map[Variable]string
	// On says where each Return of the subflow leads.
	On map[Step]Step
}

// Return ends a subflow. The step's name is what came of it.
type Return struct{ At Step }

func (e Enter) step() Step        { return e.At }
func (e Enter) prompts() []Prompt { return nil }

// exits are in the order of the subflow's returns.
func (e Enter) exits() []Exit {
	var all []Exit
	for _, r := range e.Subflow.returns() {
		if to, leads := e.On[r]; leads {
			all = append(all, Exit{e.At, string(r), to})
		}
	}
	return all
}

func (e Enter) enter(_ context.Context, t *turn) (Step, error) { //nolint:unparam // the error is for Action
	state := &t.call.state
	for _, node := range e.Subflow.Nodes {
		delete(state.Visits, node.step())
	}
	for v, value := range e.Given {
		t.call.Fill(v, value)
	}
	state.Stack = append(state.Stack, e.At)
	return e.Subflow.Start, nil
}

func (e Enter) symbol(text string) string { return "[[" + text + "]]" }

func (r Return) step() Step        { return r.At }
func (r Return) prompts() []Prompt { return nil }
func (r Return) exits() []Exit     { return nil }

// errNoReturn says that a subflow ended that was not entered: the state is damaged, or of a
// release whose steps had other names.
var errNoReturn = errors.New("there is nothing to return to")

func (r Return) enter(_ context.Context, t *turn) (Step, error) {
	top := len(t.call.state.Stack) - 1
	if top < 0 {
		return here, errNoReturn
	}
	entered, _ := t.engine.nodes[t.call.state.Stack[top]].(Enter)
	to, leads := entered.On[r.At]
	if !leads {
		return here, errNoReturn
	}
	t.call.state.Stack = t.call.state.Stack[:top]
	return t.leave(entered.At, string(r.At), to), nil
}

func (r Return) symbol(text string) string { return "([" + text + "])" }

// returns lists the ways in which a subflow can return; of none, nothing.
func (s *Subflow) returns() []Step {
	if s == nil {
		return nil
	}
	var all []Step
	for _, node := range s.Nodes {
		if r, ok := node.(Return); ok {
			all = append(all, r.At)
		}
	}
	return all
}

// Subflows lists the subflows of the call, each once, in the order in which they are entered
// first.
func (f *Flow) Subflows() []*Subflow {
	var all []*Subflow
	var add func(nodes []Node)
	add = func(nodes []Node) {
		for _, node := range nodes {
			if e, ok := node.(Enter); ok && e.Subflow != nil && !slices.Contains(all, e.Subflow) {
				all = append(all, e.Subflow)
				add(e.Subflow.Nodes)
			}
		}
	}
	add(f.Nodes)
	return all
}

// parts are the flow itself, as if it were a subflow, and its subflows.
func (f *Flow) parts() []*Subflow {
	whole := &Subflow{
		Name: f.Name, Start: f.Start, Variables: f.Variables, Phrases: f.Phrases, Choices: f.Choices, Nodes: f.Nodes, whole: true,
	}
	return append([]*Subflow{whole}, f.Subflows()...)
}

// everyNode lists the nodes of the call, those of its subflows last.
func (f *Flow) everyNode() []Node {
	var all []Node
	for _, p := range f.parts() {
		all = append(all, p.Nodes...)
	}
	return all
}
