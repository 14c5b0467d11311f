package ivr

import (
	"fmt"
	"strings"
)

// Mermaid draws the flow as a Mermaid flowchart: a box for each line in the form of its
// kind, an arrow for each exit. The way to help by 0, which every question has, is left out.
func (f *Flow) Mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart TD\n")
	fmt.Fprintf(&b, "    %s((%s)) --> %s\n", f.Name, quote("call"), f.Start)
	for _, line := range f.Lines {
		fmt.Fprintf(&b, "    %s%s\n", line.step(), line.symbol(quote(line.step().words())))
		exits := merge(line.exits())
		for _, exit := range exits {
			label := "|" + quote(exit.Name) + "|"
			if len(exits) == 1 {
				label = "" // there is nothing to tell apart
			}
			fmt.Fprintf(&b, "    %s -->%s %s\n", exit.From, label, exit.To)
		}
	}
	fmt.Fprintf(&b, "    %s((%s))\n", HangUp, quote("end"))
	return b.String()
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
