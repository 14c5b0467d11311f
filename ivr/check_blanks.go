package ivr

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// checkBlanks finds blanks that share a name. A call keeps its blanks by name, so a prompt
// that names the one could speak a secret that was keyed into the other.
func (f *Flow) checkBlanks() []error {
	var wrong []error
	named := map[string]Blank{key.Name: key}
	for _, b := range f.everyBlank() {
		if other, taken := named[b.Name]; taken && other != b {
			wrong = append(wrong, fmt.Errorf("two blanks are named %q", b.Name))
		}
		named[b.Name] = b
	}
	return wrong
}

// everyBlank lists the blanks as often as the flow names them, other than in prompts.
func (f *Flow) everyBlank() []Blank {
	all := slices.Clone(f.Blanks)
	for _, s := range f.Subflows() {
		all = append(all, s.Blanks...)
	}
	for _, line := range f.everyLine() {
		switch l := line.(type) {
		case Ask:
			all = append(all, l.Into)
		case Transfer:
			all = append(all, l.To, l.CallerID)
		}
	}
	for _, given := range f.everyGiven() {
		all = append(all, byName(given)...)
	}
	for _, choices := range f.everyChoices() {
		all = append(all, byName(choices)...)
	}
	return all
}

// everyGiven lists what blanks are given, in every call and to every subflow.
func (f *Flow) everyGiven() []map[Blank]string {
	all := []map[Blank]string{f.Given}
	for _, line := range f.everyLine() {
		if e, isEnter := line.(Enter); isEnter {
			all = append(all, e.Given)
		}
	}
	return all
}

// byName lists the blanks of a map.
func byName[V any](given map[Blank]V) []Blank {
	return slices.SortedFunc(maps.Keys(given), func(a, b Blank) int { return strings.Compare(a.Name, b.Name) })
}
