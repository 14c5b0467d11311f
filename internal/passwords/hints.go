package passwords

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ccojocar/zxcvbn-go/match"
)

// Reason is why a password is refused.
type Reason string

// The reasons.
const (
	TooShort   Reason = "too-short"
	TooLong    Reason = "too-long"
	Unreadable Reason = "unreadable" // holds what can't be typed again
	Common     Reason = "common"     // among the first that anybody tries
	Personal   Reason = "personal"   // made of the own name, user name, e-mail address or telephone number
	Repeated   Reason = "repeated"   // one piece again and again
	Guessable  Reason = "guessable"  // few tries for a program that knows how people choose
	Unchanged  Reason = "unchanged"  // the present one
)

// Error refuses a password. It holds nothing of it.
type Error struct {
	Reason Reason
	Hint   string // sentences for the person: what is wrong, and how to make it better
}

// Error is the hint.
func (e *Error) Error() string { return e.Hint }

// Unwrap returns [ErrRefused].
func (e *Error) Unwrap() error { return ErrRefused }

// ErrRefused is what every [*Error] is.
var ErrRefused = errors.New("not acceptable as a password")

const better = " Four or more words that have nothing to do with each other make a good password."

// Refuse tells people what is wrong, where it isn't zxcvbn that finds it.
func (r Rules) Refuse(reason Reason) error {
	hint := strings.NewReplacer("{min}", strconv.Itoa(r.Min), "{max}", strconv.Itoa(r.Max)).Replace(hints[reason])
	return &Error{Reason: reason, Hint: hint}
}

var hints = map[Reason]string{
	TooShort:   "This password is too short. Choose at least {min} characters." + better,
	TooLong:    "This password is too long. Choose at most {max} characters.",
	Unreadable: "This password holds characters that can't be typed, such as a tab. Leave them out.",
	Common:     "This is a common password, or one word or name with digits or signs, which are tried first." + better,
	Personal:   "This password is made of your own name, user name, e-mail address or telephone number, or of our name." + better,
	Repeated:   "This password is one piece that is repeated." + better,
	Unchanged:  "This is your present password. Choose another one.",
	Guessable:  "This password is easy to guess: it has too little variety." + better,
}

// dates is our own finding: zxcvbn counts dates, but doesn't tell of them.
const dates = "our dates"

// findings are the parts of a password that are easily guessed, in the order in which they are told: by the
// names of zxcvbn's patterns and dictionaries.
var findings = []struct {
	what  string
	names []string
}{
	{"your own name, user name, e-mail address or telephone number", []string{"user_inputs"}},
	{"a common password", []string{"Passwords"}},
	{"a name", []string{"MaleNames", "FemaleNames", "Surname"}},
	{"a common word", []string{"English"}},
	{"a date or a year", []string{dates}},
	{"keys in a row on the keyboard", []string{"spatial"}},
	{"letters or digits in their order", []string{"sequence"}},
	{"a character that is repeated", []string{"repeat"}},
}

// anyDate is a year of a life, or day, month and year with signs between or without.
var anyDate = regexp.MustCompile(`(^|\D)(19|20)\d\d(\D|$)|\d{1,2}[-/._ ]\d{1,2}[-/._ ](\d\d|(19|20)\d\d)|(^|\D)(\d{6}|\d{8})(\D|$)`)

// hint says what makes a password easy to guess.
func hint(text string, matches []match.Match) string {
	found := map[string]bool{dates: anyDate.MatchString(text)}
	for _, m := range matches {
		found[m.Pattern], found[m.DictionaryName] = true, true
	}
	var parts []string
	for _, finding := range findings {
		if slices.ContainsFunc(finding.names, func(name string) bool { return found[name] }) {
			parts = append(parts, finding.what)
		}
	}
	if len(parts) == 0 {
		return hints[Guessable]
	}
	return "This password is easy to guess: it holds " + list(parts) + "." + better
}

// list is "a", "a and b" or "a, b and c".
func list(parts []string) string {
	last := len(parts) - 1
	if last == 0 {
		return parts[0]
	}
	return strings.Join(slices.Clone(parts[:last]), ", ") + " and " + parts[last]
}
