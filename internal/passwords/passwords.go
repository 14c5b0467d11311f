// Package passwords judges passwords that people choose: which are too short, common, made of their own names, or easy to
// guess (NIST SP 800-63B, section 3.1.1.2). It knows neither who they are nor what the password is for.
//
//	err := passwords.Rules{Min: 12, Max: 128, Own: passwords.Words(name, email)}.Judge(chosen) // nil, or an Error with a Hint
package passwords

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	zxcvbn "github.com/ccojocar/zxcvbn-go"
	"github.com/ccojocar/zxcvbn-go/frequency"
	"github.com/ccojocar/zxcvbn-go/matching"
	"golang.org/x/text/unicode/norm"

	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
)

// Normal is a password as it is hashed: spelled in one way, whatever keyboard it was typed on
// (NFKC, as NIST SP 800-63B, section 3.1.1.2, asks for).
func Normal(password secret.Text) secret.Text {
	return secret.New(norm.NFKC.String(password.Reveal()))
}

const (
	goodScore = 3 // of zxcvbn, 0 to 4: more than 10^10 guesses
	ownWord   = 3 // letters that a part of a name must have to count as one
	otherText = 4 // letters that must be left beside own names
)

// Rules are those of one kind of password.
type Rules struct {
	Min, Max int      // characters
	Own      []string // what anybody would try for this person, as [Words] has it
}

// Bytes is how long a password can be that is worth a look.
func (r Rules) Bytes() int { return r.Max * utf8.UTFMax }

// Judge says why a password can't be chosen: an [*Error], or nil.
func (r Rules) Judge(password secret.Text) error {
	if len(password.Reveal()) > r.Bytes() {
		return r.Refuse(TooLong)
	}
	text := Normal(password).Reveal()
	switch size := utf8.RuneCountInString(text); {
	case size > r.Max:
		return r.Refuse(TooLong)
	case !utf8.ValidString(password.Reveal()), !typed.Plain(text, r.Max):
		return r.Refuse(Unreadable)
	case size < r.Min:
		return r.Refuse(TooShort)
	}
	lower := strings.ToLower(text)
	switch {
	case isRepeated(lower):
		return r.Refuse(Repeated)
	case isPersonal(lower, r.Own):
		return r.Refuse(Personal)
	case isCommon(lower):
		return r.Refuse(Common)
	}
	return guessable(text, r.Own)
}

// Words are those of texts that anybody would try, in lower case: each word of them, and each text without its spaces.
func Words(texts ...string) []string {
	var words []string
	for _, text := range texts {
		lower := strings.ToLower(text)
		words = append(words, strings.FieldsFunc(lower, notLetter)...)
		words = append(words, strings.Join(strings.Fields(lower), ""))
	}
	return slices.DeleteFunc(words, func(word string) bool { return utf8.RuneCountInString(word) < ownWord || word == "com" })
}

// isRepeated says whether s is one piece at least twice, such as "horsehorse" or "abcabcab".
func isRepeated(s string) bool {
	for period := 1; period <= len(s)/2; period++ {
		if s[period:] == s[:len(s)-period] {
			return true
		}
	}
	return false
}

// isPersonal says whether nothing worth a guess is left of s without own words, digits and signs.
func isPersonal(s string, own []string) bool {
	for _, spelling := range spellings(s) {
		left := spelling
		for _, word := range own {
			left = strings.ReplaceAll(left, word, " ")
		}
		if left != spelling && countLetters(left) < otherText {
			return true
		}
	}
	return false
}

func countLetters(s string) (n int) {
	for _, r := range s {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

// guessable has zxcvbn try the password. Its own search for signs that stand for letters takes
// minutes over a password made of them, so it is shown our spellings instead.
func guessable(text string, own []string) error {
	for _, spelling := range spellings(text) {
		found := zxcvbn.PasswordStrength(spelling, own, matching.FilterL33tMatcher)
		if found.Score < goodScore {
			return &Error{Reason: Guessable, Hint: hint(text, found.MatchSequence)}
		}
	}
	return nil
}

// common are the passwords that are tried first, and single words and names, in lower case: zxcvbn's own lists,
// read once for all.
var common = sync.OnceValue(func() map[string]struct{} {
	all := map[string]struct{}{}
	for _, list := range frequency.Lists {
		for _, word := range list.List {
			all[strings.ToLower(word)] = struct{}{}
		}
	}
	return all
})

// isCommon says whether s, in lower case, is one of the common words: also with digits and signs around it or
// standing for letters.
func isCommon(s string) bool {
	for _, spelling := range spellings(s) {
		for _, core := range []string{spelling, strings.TrimFunc(spelling, notLetter)} {
			if _, known := common()[core]; known {
				return true
			}
		}
	}
	return false
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// Signs that stand for letters. Of 1 and ! nobody knows whether they are an i or an l.
var (
	withI = strings.NewReplacer("4", "a", "@", "a", "8", "b", "(", "c", "3", "e", "6", "g", "9", "g",
		"1", "i", "!", "i", "|", "i", "0", "o", "5", "s", "$", "s", "7", "t", "+", "t", "2", "z")
	withL = strings.NewReplacer("4", "a", "@", "a", "8", "b", "(", "c", "3", "e", "6", "g", "9", "g",
		"1", "l", "!", "l", "|", "l", "0", "o", "5", "s", "$", "s", "7", "t", "+", "t", "2", "z")
)

// spellings are s and the words that it may stand for, with what is at its end as it is and as
// letters.
func spellings(s string) []string {
	core := strings.TrimRightFunc(s, notLetter)
	rest := s[len(core):]
	all := []string{s}
	for _, replacer := range []*strings.Replacer{withI, withL} {
		for _, spelling := range []string{replacer.Replace(core) + rest, replacer.Replace(s)} {
			if !slices.Contains(all, spelling) {
				all = append(all, spelling)
			}
		}
	}
	return all
}
