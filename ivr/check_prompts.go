package ivr

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// checkPrompts finds prompts that can't be spoken in every language.
func (f *Flow) checkPrompts() []error {
	var wrong []error
	texts := map[string]Prompt{}
	for _, p := range f.everyPrompt() {
		if other, seen := texts[p.Name]; seen && other != p {
			wrong = append(wrong, fmt.Errorf("two prompts are named %q", p.Name))
		}
		texts[p.Name] = p
	}
	named := f.blanks()
	for _, p := range f.Prompts() {
		wrong = append(wrong, p.check(named)...)
	}
	return append(wrong, f.checkKeys()...)
}

// check finds what is wrong with one prompt.
func (p Prompt) check(named map[string]Blank) []error {
	var wrong []error
	if p.Name == "" || p.EN == "" || p.ES == "" {
		wrong = append(wrong, fmt.Errorf("prompt %q lacks its name or a language", p.Name))
	}
	if !slices.Equal(sortedBlanks(p.EN), sortedBlanks(p.ES)) {
		wrong = append(wrong, fmt.Errorf("prompt %q has other blanks in the other language", p.Name))
	}
	if strayBrace(p.EN) || strayBrace(p.ES) {
		wrong = append(wrong, fmt.Errorf("prompt %q has a brace that belongs to no blank", p.Name))
	}
	for _, name := range blanks(p.EN) {
		if b, known := named[name]; !known || b.Kind == Secret {
			wrong = append(wrong, fmt.Errorf("prompt %q names {%s}, which is unknown or secret", p.Name, name))
		}
	}
	for _, l := range Languages {
		if takes := p.takes(l, named); takes > maxPrompt {
			wrong = append(wrong, fmt.Errorf("prompt %q takes %s in %q, more than %s", p.Name, takes.Round(time.Second), l, maxPrompt))
		}
	}
	return wrong
}

// checkKeys holds every option of a menu to naming its key, and everything else to not
// doing so; and the apology to blanks that are given.
func (f *Flow) checkKeys() []error {
	var wrong []error
	for _, line := range f.Lines {
		menu, _ := line.(Menu)
		for _, p := range line.prompts() {
			isOption := slices.ContainsFunc(menu.Options, func(o Option) bool { return o.Prompt == p })
			if slices.Contains(blanks(p.EN), key.Name) != isOption {
				wrong = append(wrong, misplacedKey(p))
			}
		}
	}
	for _, p := range f.Notices.all() {
		if slices.Contains(blanks(p.EN), key.Name) {
			wrong = append(wrong, misplacedKey(p))
		}
	}
	for _, name := range blanks(f.Notices.Apology.EN) {
		if _, given := f.Given[f.blanks()[name]]; !given {
			wrong = append(wrong, fmt.Errorf("the apology names {%s}, which is not given", name))
		}
	}
	return wrong
}

func misplacedKey(p Prompt) error {
	return fmt.Errorf("prompt %q: {%s} belongs in a menu's options, and only there", p.Name, key.Name)
}

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
	all := slices.SortedFunc(maps.Keys(f.Given), func(a, b Blank) int { return strings.Compare(a.Name, b.Name) })
	all = append(all, f.Blanks...)
	for _, line := range f.Lines {
		switch l := line.(type) {
		case Ask:
			all = append(all, l.Into)
		case Transfer:
			all = append(all, l.To)
		}
	}
	return all
}

// strayBrace says whether a text has a brace outside its blanks.
func strayBrace(text string) bool {
	return slices.ContainsFunc(pieces(text), func(p piece) bool { return strings.ContainsAny(p.text, "{}") })
}

// sortedBlanks lists a text's blanks by name: their order may differ between languages.
func sortedBlanks(text string) []string {
	names := blanks(text)
	slices.Sort(names)
	return names
}
