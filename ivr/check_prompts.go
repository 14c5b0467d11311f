package ivr

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// maxPrompt is how long a prompt may take: what is longer is not remembered.
const maxPrompt = 20 * time.Second

// What a menu may take with all its options: who listens can press a key at any moment, but
// must hear the last one to know that it is there.
const (
	maxMenu    = 30 * time.Second
	maxListing = 45 * time.Second // five entries of a list
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
	named := f.variables()
	for _, p := range f.Prompts() {
		wrong = append(wrong, p.check(named)...)
	}
	for _, l := range Languages {
		wrong = append(wrong, f.checkLengths(l)...)
	}
	wrong = append(wrong, f.checkPhrases(named)...)
	return append(wrong, f.checkKeys()...)
}

// check finds what is wrong with one prompt.
func (p Prompt) check(named map[string]Variable) []error {
	var wrong []error
	if p.Name == "" || p.EN == "" || p.ES == "" {
		wrong = append(wrong, fmt.Errorf("prompt %q lacks its name or a language", p.Name))
	}
	if !slices.Equal(sortedVariables(p.EN), sortedVariables(p.ES)) {
		wrong = append(wrong, fmt.Errorf("prompt %q has other variables in the other language", p.Name))
	}
	if strayBrace(p.EN) || strayBrace(p.ES) {
		wrong = append(wrong, fmt.Errorf("prompt %q has a brace that belongs to no variable", p.Name))
	}
	for _, name := range variables(p.EN) {
		if v, known := named[name]; !known || v.Kind == Secret {
			wrong = append(wrong, fmt.Errorf("prompt %q names {%s}, which is unknown or secret", p.Name, name))
		}
	}
	return wrong
}

// checkLengths finds prompts and menus that are too long to be remembered.
func (f *Flow) checkLengths(l Language) []error {
	var wrong []error
	takes := f.pace(l)
	for _, p := range f.Prompts() {
		if length := takes(p); length > maxPrompt {
			wrong = append(wrong, fmt.Errorf("prompt %q takes %s in %q, more than %s", p.Name, length.Round(time.Second), l, maxPrompt))
		}
	}
	for _, node := range f.everyNode() {
		menu, isMenu := node.(Menu)
		if !isMenu {
			continue
		}
		if length := menu.takes(l, takes); length > menu.longest() {
			wrong = append(wrong, fmt.Errorf("menu %q takes %s in %q, more than %s", menu.At, length.Round(time.Second), l, menu.longest()))
		}
	}
	return wrong
}

// longest is what a page of the menu may take.
func (m Menu) longest() time.Duration {
	if m.Listing {
		return maxListing
	}
	return maxMenu
}

// takes estimates the longest page of the menu, with all its options.
func (m Menu) takes(l Language, prompt func(Prompt) time.Duration) time.Duration {
	total := prompt(m.Prompt) + prompt(m.Closing)
	var numbered []time.Duration
	for _, o := range m.Options {
		switch {
		case o.In != "" && o.In != l, o.Aside:
		case o.Key != "":
			total += prompt(o.Prompt)
		default:
			numbered = append(numbered, prompt(o.Prompt))
		}
	}
	slices.Sort(numbered)
	if m.paged() {
		total += max(prompt(m.More), prompt(m.First))
		numbered = numbered[len(numbered)-perPage:]
	}
	for _, length := range numbered {
		total += length
	}
	return total
}

// checkPhrases finds phrases that name phrases, which could go on for ever, and variables that
// are given phrases which are not written.
func (f *Flow) checkPhrases(named map[string]Variable) []error {
	var wrong []error
	for _, p := range f.everyPhrase() {
		for _, name := range variables(p.EN) {
			if named[name].Kind == Phrase {
				wrong = append(wrong, fmt.Errorf("phrase %q names the phrase {%s}", p.Name, name))
			}
		}
	}
	phrases := f.phrases()
	for _, given := range f.everyGiven() {
		for _, v := range byName(given) {
			if _, known := phrases[given[v]]; v.Kind == Phrase && given[v] != "" && !known {
				wrong = append(wrong, fmt.Errorf("{%s} is given %q, which is no phrase", v.Name, given[v]))
			}
		}
	}
	return wrong
}

// checkKeys holds every option of a menu to naming its key, and everything else to not
// doing so; and the apology to variables that are given.
func (f *Flow) checkKeys() []error {
	var wrong []error
	for _, node := range f.everyNode() {
		var keyed []Prompt
		if k, offers := node.(interface{ keyed() []Prompt }); offers {
			keyed = k.keyed()
		}
		for _, p := range node.prompts() {
			if slices.Contains(variables(p.EN), key.Name) != slices.Contains(keyed, p) {
				wrong = append(wrong, misplacedKey(p))
			}
		}
	}
	for _, p := range append(f.everyPhrase(), f.notices()...) {
		if slices.Contains(variables(p.EN), key.Name) {
			wrong = append(wrong, misplacedKey(p))
		}
	}
	for _, name := range variables(f.Notices.Apology.EN) {
		if _, given := f.Given[f.variables()[name]]; !given {
			wrong = append(wrong, fmt.Errorf("the apology names {%s}, which is not given", name))
		}
	}
	return wrong
}

func misplacedKey(p Prompt) error {
	return fmt.Errorf("prompt %q: {%s} belongs in a menu's options, and only there", p.Name, key.Name)
}

// strayBrace says whether a text has a brace outside its variables.
func strayBrace(text string) bool {
	return slices.ContainsFunc(pieces(text), func(p piece) bool { return strings.ContainsAny(p.text, "{}") })
}

// sortedVariables lists a text's variables by name: their order may differ between languages.
func sortedVariables(text string) []string {
	names := variables(text)
	slices.Sort(names)
	return names
}
