// Package emailaddress judges e-mail addresses: whether a person can have one, and whether it is
// safe in the header of a message.
package emailaddress

import "strings"

// MaxLength is how many characters an address has at most (RFC 5321, section 4.5.3.1.3: a path of
// 256, less the brackets around it).
const MaxLength = 254

// Bounds of an address's parts, in characters.
const (
	maxName  = 64 // before the @ (RFC 5321, section 4.5.3.1.1)
	maxLabel = 63 // between two dots of a host (RFC 1035, section 2.3.4)
)

// Valid takes the addresses that people have: name@host.domain in ASCII, the name as RFC 5322,
// section 3.2.3, writes one without quotes. What could end a header or start another is refused,
// and so is space around an address.
func Valid(s string) bool {
	name, host, found := strings.Cut(s, "@")
	return found && len(s) <= MaxLength && len(name) <= maxName && dotted(name, isAtom) &&
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
