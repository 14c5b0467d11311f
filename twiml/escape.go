package twiml

import (
	"strings"
	"unicode/utf8"
)

// appendEscaped writes any string as XML text, and gives how many characters that is. Runs
// of plain ASCII, nearly all of a prompt, are copied whole.
func appendEscaped(b []byte, s string) ([]byte, int) {
	characters, from := 0, 0
	for i := 0; i < len(s); characters++ {
		if n := plainRun(s[i:]); n > 0 {
			i += n
			characters += n - 1
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if written := reference(r, size); written != "" {
			b = append(b, s[from:i]...)
			b = append(b, written...)
			from = i + size
		}
		i += size
	}
	return append(b, s[from:]...), characters
}

// plainRun counts the plain characters that s begins with. It looks at
// eight at once: this is where the writer would otherwise spend half its time.
func plainRun(s string) int {
	n := 0
	for len(s)-n >= 8 && allPlain(eight(s[n:n+8])) {
		n += 8
	}
	for n < len(s) && classes[s[n]]&plain != 0 {
		n++
	}
	return n
}

// eight packs eight bytes, the first lowest; the compiler makes it one load.
func eight(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// allPlain tells whether none of eight bytes is below a space, beyond ASCII, &, < or >. In
// each term the highest bit of a byte that is one of those gets set
// (https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord).
func allPlain(x uint64) bool {
	const (
		each    = 0x0101010101010101
		highest = 0x80 * each
	)
	ampersand := x ^ '&'*each
	angle := (x | 0x02*each) ^ '>'*each // < and > differ in this bit
	return (x|(x-' '*each)|(ampersand-each)|(angle-each))&highest == 0
}

// reference gives what stands in XML for a rune that was size bytes, or nothing where it
// stands for itself. A bare carriage return would be read as a line feed. What is outside
// the Char production of XML 1.0 (https://www.w3.org/TR/xml/#charsets) has no place in a
// document, not even as a reference.
func reference(r rune, size int) string {
	switch {
	case r == '&':
		return "&amp;"
	case r == '<':
		return "&lt;"
	case r == '>':
		return "&gt;"
	case r == '\r':
		return "&#xD;"
	case r == '\t' || r == '\n':
		return ""
	case r < ' ' || r == 0xFFFE || r == 0xFFFF || r == utf8.RuneError && size == 1:
		return "\uFFFD"
	}
	return ""
}

// appendURL writes a URL that has been checked: of what XML minds, it can hold only &.
func appendURL(b []byte, s string) []byte {
	for {
		i := strings.IndexByte(s, '&')
		if i < 0 {
			return append(b, s...)
		}
		b = append(b, s[:i]...)
		b = append(b, "&amp;"...)
		s = s[i+1:]
	}
}
