// Package typed reads codes and numbers as people type and paste them: with spaces and dashes of
// every kind, with characters that can't be seen, in full-width letters, in the digits of another
// script.
//
//	code, ok := typed.Digits(entry, 6, 6)      // "123 456", "１２３-４５６", "\u2066123456\u2069"
//	number, err := typed.Number("(612) 555‑0142")
//
// What is left is judged as strictly as ever. What machines send is not read by this package:
// Twilio's webhooks are held to one form (nanp.Parse). [Plain] judges a line of text, and [IsEmail] an e-mail address, wherever it is from.
package typed

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
)

// maxBytes bounds what is looked at: the longest that anybody means is an account number of 24
// characters, which are 72 bytes in full width.
const maxBytes = 256

// invisible are the characters that show nothing: those that format, such as the marks of writing
// direction and the zero-width ones (category Cf), and the other ones that Unicode has programs
// ignore.
var invisible = []*unicode.RangeTable{unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point}

// Fold returns s without spaces and without characters that can't be seen. Every dash becomes a
// hyphen, a full-width form of ASCII and a digit of any script their ASCII. All else stays. Folding
// twice is the same as once.
func Fold(s string) string { return strings.Map(fold, s) }

func fold(r rune) rune {
	switch {
	case r >= '0' && r <= '9':
		return r
	case unicode.In(r, unicode.White_Space), unicode.In(r, invisible...):
		return -1
	case unicode.In(r, unicode.Dash): // also the full-width hyphen
		return '-'
	case unicode.Is(unicode.Nd, r):
		return '0' + digitOf(r)
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	}
	return r
}

// digitOf is the value of a decimal digit. Those of a script stand together, from 0 to 9 (The
// Unicode Standard, section 4.6).
func digitOf(r rune) rune {
	zero := r
	for unicode.Is(unicode.Nd, zero-1) {
		zero--
	}
	return (r - zero) % 10
}

// Digits reads a code, PIN or ZIP code: least to most digits, whatever [Fold] folds and whatever
// dashes stand between them. Anything else can't be one: false. That is to be told without
// counting it as a try, as how long codes are is no secret.
func Digits(entry secret.Text, least, most int) (secret.Text, bool) {
	if len(entry.Reveal()) > maxBytes {
		return secret.Text{}, false
	}
	digits := strings.ReplaceAll(Fold(entry.Reveal()), "-", "")
	if len(digits) < least || len(digits) > most || strings.Trim(digits, "0123456789") != "" {
		return secret.Text{}, false
	}
	return secret.New(digits), true
}

// Number reads a North American telephone number: what nanp.Parse takes, after [Fold], with any
// number of spaces and dashes between the digits. Every error is nanp.ErrNotNANP.
func Number(s string) (nanp.Number, error) {
	if len(s) > maxBytes {
		s = "" // which is refused
	}
	return nanp.Parse(strings.ReplaceAll(Fold(s), "-", ""))
}

// Plain says whether s is text of at most that many characters that can be shown on one line, of a terminal as of
// a page.
func Plain(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most &&
		!strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// MaxEmail is how many characters an e-mail address has at most (RFC 5321, section 4.5.3.1.3: a path of
// 256, less the brackets around it).
const MaxEmail = 254

// Bounds of the parts of an e-mail address, in characters.
const (
	maxName  = 64 // before the @ (RFC 5321, section 4.5.3.1.1)
	maxLabel = 63 // between two dots of a host (RFC 1035, section 2.3.4)
)

// IsEmail takes the e-mail addresses that people have: name@host.domain in ASCII, the name as RFC 5322,
// section 3.2.3, writes one without quotes. What could end a header or start another is refused,
// and so is space around an address.
func IsEmail(s string) bool {
	name, host, found := strings.Cut(s, "@")
	return found && len(s) <= MaxEmail && len(name) <= maxName && dotted(name, isAtom) &&
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

const lettersAndDigits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

func isAtom(s string) bool { return s != "" && only(s, lettersAndDigits+"!#$%&'*+-/=?^_`{|}~") }

func isLabel(s string) bool {
	return s != "" && len(s) <= maxLabel && only(s, lettersAndDigits+"-") && s[0] != '-' && s[len(s)-1] != '-'
}

func only(s, allowed string) bool { return strings.Trim(s, allowed) == "" }
