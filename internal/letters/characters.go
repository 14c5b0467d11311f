package letters

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// ErrUnprintable is said of a text with characters for which there is no type. The text around
// it names what was to be printed, and nothing of it.
var ErrUnprintable error = finalError("has characters that can't be printed")

// lookalikes are letters that no accent can be taken from, and what people write instead.
var lookalikes = map[rune]rune{
	'ł': 'l', 'Ł': 'L', 'đ': 'd', 'Đ': 'D', 'ħ': 'h', 'Ħ': 'H', 'ŧ': 't', 'Ŧ': 'T',
	'ı': 'i', 'ŋ': 'n', 'Ŋ': 'N', '‐': '-', '‑': '-', '−': '-', 'ʻ': '\'', 'ʼ': '\'',
}

// typeset returns a text in code page 1252, with lookalikes where there are no others.
func typeset(what, s string) (string, error) {
	return encode(what, strings.Map(func(r rune) rune {
		if like, ok := lookalikes[r]; ok {
			return like
		}
		return r
	}, s))
}

// typesetExactly returns a text in code page 1252 that is still the same answer to a security
// question: those are compared without accents, but not by lookalikes.
func typesetExactly(what, s string) (string, error) { return encode(what, s) }

func encode(what, s string) (string, error) {
	var out strings.Builder
	for _, r := range norm.NFC.String(s) {
		if !unicode.IsPrint(r) && !unicode.Is(unicode.Mn, r) {
			return "", fmt.Errorf("%s %w", what, ErrUnprintable)
		}
		if b, ok := charmap.Windows1252.EncodeRune(r); ok {
			out.WriteByte(b)
			continue
		}
		for _, part := range norm.NFKD.String(string(r)) {
			b, ok := charmap.Windows1252.EncodeRune(part)
			switch {
			case ok:
				out.WriteByte(b)
			case !unicode.Is(unicode.Mn, part):
				return "", fmt.Errorf("%s %w", what, ErrUnprintable)
			}
		}
	}
	return out.String(), nil
}
