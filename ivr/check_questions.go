package ivr

import (
	"fmt"
	"strings"
)

// checkQuestions finds menus that are too long and entries that can't be keyed.
func (f *Flow) checkQuestions() []error {
	var wrong []error
	for _, line := range f.everyLine() {
		switch l := line.(type) {
		case Menu:
			wrong = append(wrong, l.checkKeys()...)
			wrong = append(wrong, l.checkLength()...)
			if l.Tries < 0 {
				wrong = append(wrong, fmt.Errorf("menu %q has %d tries", l.At, l.Tries))
			}
		case Ask:
			if l.Digits.Min < 1 || l.Digits.Max < l.Digits.Min {
				wrong = append(wrong, fmt.Errorf("question %q takes %d to %d digits", l.At, l.Digits.Min, l.Digits.Max))
			}
		case Again:
			if l.Times < 2 {
				wrong = append(wrong, fmt.Errorf("%q never leads back", l.At))
			}
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
