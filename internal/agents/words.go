package agents

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/ccojocar/zxcvbn-go/frequency"
)

// wordList holds the passwords that are tried first, and single words and names, in lower case.
type wordList map[string]struct{}

// newWordList returns zxcvbn's own lists, read once for all.
var newWordList = sync.OnceValue(func() wordList {
	all := wordList{}
	for _, list := range frequency.Lists {
		for _, word := range list.List {
			all[strings.ToLower(word)] = struct{}{}
		}
	}
	return all
})

// has says whether s, in lower case, is one word of the list: also with digits and signs around
// it or standing for letters.
func (w wordList) has(s string) bool {
	for _, spelling := range spellings(s) {
		for _, core := range []string{spelling, strings.TrimFunc(spelling, notLetter)} {
			if _, known := w[core]; known {
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
