package accounts

import (
	"unicode"
	"unicode/utf8"

	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
)

// plain says whether s is text of at most that many characters that fits one line of a
// letter or a terminal.
func plain(s string, most int) bool {
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > most {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

func validLanguage(s string) bool { return s == "" || s == "en" || s == "es" }

// parseZIP returns "55401" or "55401-1234", of five or nine digits as people type them.
func parseZIP(s string) (string, bool) {
	digits, ok := typed.Digits(secret.New(s), 5, 9)
	switch zip := digits.Reveal(); {
	case ok && len(zip) == 5:
		return zip, true
	case ok && len(zip) == 9:
		return zip[:5] + "-" + zip[5:], true
	}
	return "", false
}
