// Package typeface has the type that letters are printed with, Liberation Sans 2 (SIL Open Font
// License 1.1; as wide as Helvetica), and knows which texts can be set in it.
//
// The two fonts make the program 0.8 MB larger, and a letter, which embeds what it shows, about 30
// kB. A type for Chinese, Japanese and Korean would be 10 to 20 times as large, and addresses in
// these scripts are not delivered in the United States.
//
// It has the Latin, Greek and Cyrillic alphabets, Vietnamese included. It has no others that a
// program can set by putting one character after the other: its Hebrew would have to run from right
// to left.
package typeface

import (
	"strings"
	"sync"
	"unicode"

	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
)

// Name is what the type is called.
const Name = "Liberation Sans"

// The fonts, in TrueType. Both have the same characters.
var (
	Regular = liberationsansregular.TTF
	Bold    = liberationsansbold.TTF
)

var regular = sync.OnceValue(func() *sfnt.Font {
	font, err := sfnt.Parse(Regular)
	if err != nil {
		panic("typeface: the font that is built in: " + err.Error())
	}
	return font
})

// Set returns a text as it is printed: composed (NFC), a character that the type lacks by those that
// it is made of, and without accents that it lacks. What can't be set so is returned as missing, each
// character once.
func Set(s string) (set, missing string) {
	var out, lacking strings.Builder
	var buffer sfnt.Buffer
	for _, r := range norm.NFC.String(s) {
		parts, ok := string(r), has(&buffer, r)
		if !ok {
			parts, ok = madeOf(&buffer, r)
		}
		switch {
		case ok:
			out.WriteString(parts)
		case !strings.ContainsRune(lacking.String(), r):
			lacking.WriteRune(r)
		}
	}
	return out.String(), lacking.String()
}

// madeOf returns what a character is made of, without accents, and false if the type lacks any of
// that.
func madeOf(buffer *sfnt.Buffer, r rune) (string, bool) {
	var parts strings.Builder
	for _, part := range norm.NFKD.String(string(r)) {
		switch {
		case unicode.Is(unicode.Mn, part): // which would not stand above its letter
		case has(buffer, part):
			parts.WriteRune(part)
		default:
			return "", false
		}
	}
	return parts.String(), true
}

// has says whether a character can be set by putting it after the one before.
func has(buffer *sfnt.Buffer, r rune) bool {
	if !unicode.IsPrint(r) || !unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Common) {
		return false
	}
	glyph, err := regular().GlyphIndex(buffer, r)
	return err == nil && glyph != 0
}
