package accounts

import (
	"strings"
	"unicode"
	"unicode/utf8"
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

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func validLanguage(s string) bool { return s == "" || s == "en" || s == "es" }

// parseZIP returns "55401" or "55401-1234", for those or nine digits without a hyphen.
func parseZIP(s string) (string, bool) {
	digits := strings.Replace(s, "-", "", 1)
	switch {
	case !isDigits(digits):
		return "", false
	case len(digits) == 5 && len(s) == 5:
		return s, true
	case len(digits) == 9 && (len(s) == 9 || s[5] == '-'):
		return digits[:5] + "-" + digits[5:], true
	}
	return "", false
}
