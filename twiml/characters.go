package twiml

import "strings"

// The classes of bytes that decide how, and whether, a value can be written.
const (
	plain   = 1 << iota // printable ASCII that stands for itself in XML text
	ofURL               // in a URL, by RFC 3986
	ofWord              // in a voice, a language or a caller ID
	ofDigit             // 0 to 9
)

// classes holds the classes of each byte.
var classes = classify()

func classify() (table [256]uint8) {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	const digits = "0123456789"
	for c := byte(' '); c < 0x80; c++ {
		if !strings.ContainsRune("&<>", rune(c)) {
			table[c] |= plain
		}
	}
	for _, c := range []byte(letters + digits + "-._~:/?#[]@!$&'()*+,;=%") {
		table[c] |= ofURL
	}
	for _, c := range []byte(letters + digits + "+-._:@") {
		table[c] |= ofWord
	}
	for _, c := range []byte(digits) {
		table[c] |= ofDigit
	}
	return table
}

// consistsOf tells whether every byte of s is of a class.
func consistsOf(s string, class uint8) bool {
	for i := range len(s) {
		if classes[s[i]]&class == 0 {
			return false
		}
	}
	return true
}

// isURL tells whether s is within the size of a document and holds only what a URL may;
// Twilio itself looks whether it leads anywhere.
func isURL(s string) bool { return len(s) <= MaxDocument && consistsOf(s, ofURL) }

// isE164 tells whether s is a number as ITU-T E.164 writes it: + and at most 15 digits,
// of which the first is not 0.
func isE164(s string) bool {
	return len(s) >= 3 && len(s) <= 16 && s[0] == '+' && s[1] != '0' && consistsOf(s[1:], ofDigit)
}

// isSIP tells whether s is "sip:" or "sips:" and something to reach.
func isSIP(s string) bool {
	rest, ok := strings.CutPrefix(s, "sip:")
	if !ok {
		rest, ok = strings.CutPrefix(s, "sips:")
	}
	return ok && rest != "" && len(s) <= maxWord && rest[0] != '@' && rest[len(rest)-1] != '@' && isURL(rest)
}
