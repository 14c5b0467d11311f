package agents

import (
	"regexp"
	"slices"
	"strings"

	"github.com/ccojocar/zxcvbn-go/match"
)

const better = " Four or more words that have nothing to do with each other make a good password."

// refuse tells people what is wrong, where it isn't zxcvbn that finds it.
func refuse(reason PasswordReason) *PasswordError {
	return &PasswordError{Reason: reason, Hint: sentence(reason)}
}

func sentence(reason PasswordReason) string {
	switch reason {
	case TooShort:
		return "This password is too short. Choose at least 12 characters." + better
	case TooLong:
		return "This password is too long. Choose at most 128 characters."
	case Unreadable:
		return "This password holds characters that can't be typed, such as a tab. Leave them out."
	case Common:
		return "This is a common password, or one word or name with digits or signs, which are tried first." + better
	case Personal:
		return "This password is made of your own name, user name or e-mail address, or of our name." + better
	case Repeated:
		return "This password is one piece that is repeated." + better
	case Unchanged:
		return "This is your present password. Choose another one."
	case Guessable:
	}
	return "This password is easy to guess: it has too little variety." + better
}

// A finding is a part of a password that is easily guessed, in the order in which they are told.
type finding string

const (
	foundOwn      finding = "your own name, user name or e-mail address"
	foundCommon   finding = "a common password"
	foundName     finding = "a name"
	foundWord     finding = "a common word"
	foundDate     finding = "a date or a year"
	foundKeys     finding = "keys in a row on the keyboard"
	foundSequence finding = "letters or digits in their order"
	foundRepeat   finding = "a character that is repeated"
)

var findings = []finding{foundOwn, foundCommon, foundName, foundWord, foundDate, foundKeys, foundSequence, foundRepeat}

// anyDate is a year of a life, or day, month and year with signs between or without.
var anyDate = regexp.MustCompile(`(^|\D)(19|20)\d\d(\D|$)|\d{1,2}[-/._ ]\d{1,2}[-/._ ](\d\d|(19|20)\d\d)|(^|\D)(\d{6}|\d{8})(\D|$)`)

// hint says what makes a password easy to guess.
func hint(text string, matches []match.Match) string {
	found := make(map[finding]bool, len(findings))
	found[foundDate] = anyDate.MatchString(text) // zxcvbn counts dates, but doesn't tell of them
	for _, m := range matches {
		if what, ok := findingOf(m); ok {
			found[what] = true
		}
	}
	var parts []string
	for _, what := range findings {
		if found[what] {
			parts = append(parts, string(what))
		}
	}
	if len(parts) == 0 {
		return sentence(Guessable)
	}
	return "This password is easy to guess: it holds " + list(parts) + "." + better
}

func findingOf(m match.Match) (finding, bool) {
	switch m.Pattern {
	case "spatial":
		return foundKeys, true
	case "sequence":
		return foundSequence, true
	case "repeat":
		return foundRepeat, true
	}
	switch m.DictionaryName {
	case "user_inputs":
		return foundOwn, true
	case "Passwords":
		return foundCommon, true
	case "MaleNames", "FemaleNames", "Surname":
		return foundName, true
	case "English":
		return foundWord, true
	}
	return "", false
}

// list is "a", "a and b" or "a, b and c".
func list(parts []string) string {
	last := len(parts) - 1
	if last == 0 {
		return parts[0]
	}
	return strings.Join(slices.Clone(parts[:last]), ", ") + " and " + parts[last]
}
