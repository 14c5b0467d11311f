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

const maxEmail = 254 // characters (RFC 5321, section 4.5.3.1.3)

// validEmail takes the addresses that people have: name@host.domain in ASCII, the name as
// RFC 5322 writes one without quotes. What could end a header or start another is refused.
func validEmail(s string) bool {
	name, host, found := strings.Cut(s, "@")
	return found && len(s) <= maxEmail && len(name) <= 64 && dotted(name, isAtom) &&
		dotted(host, isLabel) && strings.Contains(host, ".")
}

func dotted(s string, part func(string) bool) bool {
	for p := range strings.SplitSeq(s, ".") {
		if !part(p) {
			return false
		}
	}
	return true
}

func isAtom(s string) bool {
	for _, c := range []byte(s) {
		if !isLetterOrDigit(c) && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", rune(c)) {
			return false
		}
	}
	return s != ""
}

func isLabel(s string) bool {
	for _, c := range []byte(s) {
		if !isLetterOrDigit(c) && c != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 63 && s[0] != '-' && s[len(s)-1] != '-'
}

func isLetterOrDigit(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
