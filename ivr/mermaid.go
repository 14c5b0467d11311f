package ivr

import (
	"fmt"
	"strings"
)

// Mermaid draws the flow's own nodes as a Mermaid flowchart: a box for each node in the form
// of its kind, an arrow for each exit. The way to help by 0, which every question has, is
// left out, and a subflow is one box: see [Subflow.Mermaid].
func (f *Flow) Mermaid() string { return draw(f.Name, "call", f.Start, f.Nodes) }

// Mermaid draws the subflow, as [Flow.Mermaid] draws the flow.
func (s *Subflow) Mermaid() string { return draw(s.Name, "enter", s.Start, s.Nodes) }

func draw(name, begin string, start Step, nodes []Node) string {
	var b strings.Builder
	b.WriteString("flowchart TD\n")
	fmt.Fprintf(&b, "    %s-begins((%s)) --> %s\n", name, quote(begin), boxName(start)) // a step may have the name itself
	ends := false
	for _, node := range nodes {
		fmt.Fprintf(&b, "    %s%s\n", boxName(node.step()), node.symbol(quote(label(node))))
		exits := merge(node.exits())
		for _, exit := range exits {
			name := "|" + quote(exit.Name) + "|"
			if len(exits) == 1 {
				name = "" // there is nothing to tell apart
			}
			fmt.Fprintf(&b, "    %s -->%s %s\n", boxName(exit.From), name, boxName(exit.To))
			ends = ends || exit.To == HangUp
		}
	}
	if ends {
		fmt.Fprintf(&b, "    %s((%s))\n", HangUp, quote("end"))
	}
	return b.String()
}

// label is what stands in a node's box.
func label(node Node) string {
	if e, ok := node.(Enter); ok && string(e.At) != e.Subflow.Name {
		return e.At.words() + ": " + Step(e.Subflow.Name).words()
	}
	return node.step().words()
}

// boxName is the name of a step's box. A word of the drawing's language is taken for that even
// at the beginning of a name.
// https://github.com/mermaid-js/mermaid/blob/develop/packages/mermaid/src/diagrams/flowchart/parser/flow.jison
func boxName(s Step) string {
	first, _, _ := strings.Cut(string(s), "-")
	switch first {
	case "call", "class", "click", "end", "flowchart", "graph", "href", "style", "subgraph":
		return "_" + string(s)
	}
	return string(s)
}

// merge joins exits that lead to the same step into one arrow.
func merge(exits []Exit) []Exit {
	var merged []Exit
	arrow := make(map[Step]int)
	for _, exit := range exits {
		if i, drawn := arrow[exit.To]; drawn {
			merged[i].Name += ", " + exit.Name
			continue
		}
		arrow[exit.To] = len(merged)
		merged = append(merged, exit)
	}
	return merged
}

// quote makes any text safe in a drawing: a bare word such as end is part of the language,
// and a * at the beginning of a label would make it a list.
// https://mermaid.js.org/syntax/flowchart.html#special-characters-that-break-syntax
func quote(text string) string {
	return `"` + strings.NewReplacer(`"`, "#quot;", "*", "#42;").Replace(text) + `"`
}
