package agents

import (
	"strings"
	"unicode"
	"unicode/utf8"

	zxcvbn "github.com/ccojocar/zxcvbn-go"
	"github.com/ccojocar/zxcvbn-go/matching"

	"updatecenter/internal/secret"
)

// The bounds of a password, in characters: at least as many as the operator asks for, and more
// than NIST SP 800-63B wants accepted (64).
const (
	MinPassword = 12
	MaxPassword = 128
)

const (
	maxBytes  = MaxPassword * utf8.UTFMax
	goodScore = 3 // of zxcvbn, 0 to 4: more than 10^10 guesses
	ownWord   = 3 // letters that a part of a name must have to count as one
	otherText = 4 // letters that must be left beside own names
)

// JudgePassword says why a password can't be the agent's, or nil.
func (a *Agents) JudgePassword(agent Agent, password secret.Text) *PasswordError {
	if len(password.Reveal()) > maxBytes {
		return refuse(TooLong)
	}
	text := normal(password).Reveal()
	switch size := utf8.RuneCountInString(text); {
	case size > MaxPassword:
		return refuse(TooLong)
	case !utf8.ValidString(password.Reveal()), !plain(text, MaxPassword):
		return refuse(Unreadable)
	case size < MinPassword:
		return refuse(TooShort)
	}
	lower := strings.ToLower(text)
	own := agent.words(a.issuer)
	switch {
	case isRepeated(lower):
		return refuse(Repeated)
	case isPersonal(lower, own):
		return refuse(Personal)
	case a.common.has(lower):
		return refuse(Common)
	}
	return guessable(text, own)
}

// judge is JudgePassword as an error: a nil *PasswordError in one would not be nil.
func (a *Agents) judge(agent Agent, password secret.Text) error {
	if refused := a.JudgePassword(agent, password); refused != nil {
		return refused
	}
	return nil
}

// words are those that anybody would try for this agent, in lower case.
func (a Agent) words(issuer string) []string {
	texts := strings.ToLower(strings.Join([]string{string(a.Name), a.FullName, a.Email, issuer}, " "))
	words := strings.FieldsFunc(texts, func(r rune) bool { return !unicode.IsLetter(r) })
	words = append(words, string(a.Name), strings.Join(strings.Fields(strings.ToLower(a.FullName)), ""))
	kept := words[:0]
	for _, word := range words {
		if utf8.RuneCountInString(word) >= ownWord && word != "com" {
			kept = append(kept, word)
		}
	}
	return kept
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
func guessable(text string, own []string) *PasswordError {
	for _, spelling := range spellings(text) {
		found := zxcvbn.PasswordStrength(spelling, own, matching.FilterL33tMatcher)
		if found.Score < goodScore {
			return &PasswordError{Reason: Guessable, Hint: hint(text, found.MatchSequence)}
		}
	}
	return nil
}
