package accounts

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"updatecenter/internal/typed"
)

// fold returns what answers are compared by: the letters and digits alone, without case and
// accents. A letter that is the same to a reader, such as a full-width one, becomes the same.
func fold(s string) string {
	// Twice, as a few small letters come apart that don't as capitals.
	return foldOnce(foldOnce(typed.Fold(s)))
}

func foldOnce(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		// By way of the capital, which the two small sigmas have in common.
		return unicode.ToLower(unicode.ToUpper(r))
	}, norm.NFKD.String(s))
}
