package ivr

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"updatecenter/twiml"
)

// A Prompt is what is said at one point of the call, in every language. Variables stand in
// braces by their names, the same in each language.
type Prompt struct {
	Name string // unique in the flow, in words-with-hyphens; recordings go by it
	EN   string
	ES   string
}

// In returns the prompt's text in a language.
func (p Prompt) In(l Language) string {
	if l == Spanish {
		return p.ES
	}
	return p.EN
}

// written returns the prompts that were not left out.
func written(prompts ...Prompt) []Prompt {
	return slices.DeleteFunc(prompts, func(p Prompt) bool { return p == Prompt{} })
}

// A piece of a prompt is a text or the name of a variable.
type piece struct {
	text     string
	variable string
}

// pieces cuts a prompt's text at its variables. A brace without its partner is text, and so
// is a pair with no name between; [Flow.Check] complains of both.
func pieces(text string) []piece {
	var all []piece
	for text != "" {
		before, rest, opened := strings.Cut(text, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !opened || !closed {
			return append(all, piece{text: text})
		}
		if name == "" {
			before += "{}"
		}
		if before != "" {
			all = append(all, piece{text: before})
		}
		if name != "" {
			all = append(all, piece{variable: name})
		}
		text = after
	}
	return all
}

// variables lists the names of the variables in a text.
func variables(text string) []string {
	var names []string
	for _, p := range pieces(text) {
		if p.variable != "" {
			names = append(names, p.variable)
		}
	}
	return names
}

// speak renders a variable's value in the manner of its kind.
func (v Variable) speak(l Language, value string) []twiml.Speech {
	switch v.Kind {
	case Digits:
		return []twiml.Speech{twiml.SayAs{As: twiml.Digits, Text: value}}
	case Phone:
		return speakPhone(value)
	case Listed:
		return speakListed(value)
	case Count:
		return []twiml.Speech{twiml.Text(value)}
	case Time:
		return []twiml.Speech{twiml.Text(speakTime(l, value))}
	case Date:
		return []twiml.Speech{twiml.Text(speakDate(l, value))}
	case Spelled:
		return spell(value)
	case Words:
		return []twiml.Speech{twiml.Text(value)}
	case Secret, Phrase: // a phrase is a prompt of its own
	}
	return nil
}

// The pace of the voices, for estimates: about 160 words a minute.
const (
	runesPerSecond = 15
	perDigit       = 500 * time.Millisecond
	perSlowDigit   = 600 * time.Millisecond
	perListedDigit = 400 * time.Millisecond
)

// kindTakes is how long it takes to speak one variable; a telephone number is one of North America,
// and what is spelled has eight characters.
var kindTakes = map[Kind]time.Duration{
	Digits:  4 * perDigit,
	Phone:   10*perSlowDigit + 2*groupPause,
	Listed:  10*perListedDigit + 2*listPause,
	Count:   2 * perDigit,
	Secret:  0, // never spoken
	Phrase:  0, // the longest of its choices is added
	Time:    5 * perDigit,
	Date:    6 * perDigit,
	Spelled: 8 * (perSlowDigit + spelledPause),
	Words:   3 * time.Second,
}

// Takes estimates how long it takes to speak a prompt of the flow in a language, with the
// longest of the phrases that each of its variables can say.
func (f *Flow) Takes(p Prompt, l Language) time.Duration { return f.pace(l)(p) }

// pace estimates for many prompts.
func (f *Flow) pace(l Language) func(Prompt) time.Duration {
	named, phrases := f.variables(), map[string]time.Duration{} // by the names of their variables
	takes := func(p Prompt) time.Duration {
		var total time.Duration
		for _, part := range pieces(p.In(l)) {
			total += textTakes(part.text) + kindTakes[named[part.variable].Kind]
			if named[part.variable].Kind == Phrase {
				total += phrases[part.variable]
			}
		}
		return total
	}
	longest := make(map[string]time.Duration)
	for name, of := range f.sayable() {
		for _, p := range of {
			longest[name] = max(longest[name], takes(p)) // phrases name no phrases
		}
	}
	phrases = longest
	return takes
}

// textTakes is how long it takes to speak a text. A digit in it is spoken as a word.
func textTakes(text string) time.Duration {
	var total time.Duration
	for _, r := range text {
		if unicode.IsDigit(r) {
			total += perDigit
		} else {
			total += time.Second / runesPerSecond
		}
	}
	return total
}

// sayable are the phrases that each variable of that kind can say.
func (f *Flow) sayable() map[string][]Prompt {
	all, choices := make(map[string][]Prompt), f.choices()
	for name, v := range f.variables() {
		if v.Kind != Phrase {
			continue
		}
		all[name] = choices[name]
		if len(choices[name]) == 0 {
			all[name] = f.everyPhrase()
		}
	}
	return all
}

// Language is what a caller hears.
type Language string

// The languages.
const (
	English Language = "en"
	Spanish Language = "es"
)

// Languages are all of them, in the order in which they are spoken while the caller has
// not chosen.
var Languages = [...]Language{English, Spanish}

// ParseLanguage returns the language of that code, or none.
func ParseLanguage(code string) Language {
	switch l := Language(code); l {
	case English, Spanish:
		return l
	}
	return ""
}

// poundNames are what the key # is called.
var poundNames = map[Language]string{English: "pound", Spanish: "signo de número"}

// keyName is a key of a menu as a word of its language.
func keyName(l Language, key string) string {
	if key == pound {
		return poundNames[l]
	}
	return keyNames[l][key[0]-'0']
}

// keyNames are the keys as words of a Spanish sentence ("oprima el dos"); in English the
// digit itself reads well.
var keyNames = map[Language][10]string{
	English: {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
	Spanish: {"cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"},
}
