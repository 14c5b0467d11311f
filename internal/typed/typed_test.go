package typed_test

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
)

func TestFold(t *testing.T) {
	for name, test := range map[string]struct{ in, want string }{
		"nothing":             {"", ""},
		"digits":              {"482910", "482910"},
		"spaces":              {" 482 910\t\r\n", "482910"},
		"no-break spaces":     {"482\u00a0910\u202f\u2007", "482910"},
		"ideographic space":   {"482\u3000910", "482910"},
		"zero width":          {"\ufeff482\u200b9\u200d1\u20600", "482910"},
		"bidirectional":       {"\u200e\u202a482\u2066910\u2069\u202c\u200f", "482910"},
		"soft hyphen":         {"482\u00ad910", "482910"},
		"keycaps":             {"4\ufe0f8\ufe0f", "48"},
		"dashes":              {"4‐8‑2‒9–1—0−5－6", "4-8-2-9-1-0-5-6"},
		"full width":          {"４８２９１０－ＡＢｚ", "482910-ABz"},
		"Arabic-Indic":        {"٤٨٢٩١٠", "482910"},
		"Persian":             {"۴۸۲۹۱۰", "482910"},
		"Devanagari":          {"४८२९१०", "482910"},
		"mathematical, bold":  {"𝟒𝟖𝟐𝟗𝟏𝟎", "482910"},
		"mathematical, mono":  {"𝟺𝟾𝟸𝟿𝟷𝟶", "482910"},
		"superscripts stay":   {"4²", "4²"},
		"circled ones stay":   {"①", "①"},
		"letters stay":        {"O82 9l0", "O829l0"},
		"controls stay":       {"4\x00\x7f", "4\x00\x7f"},
		"what isn't UTF-8":    {"4\xff", "4\ufffd"},
		"punctuation stays":   {"(612) 555.0142", "(612)555.0142"},
		"full-width brackets": {"（６１２）", "(612)"},
	} {
		if got := typed.Fold(test.in); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// TestDigitsStandInTens holds what folding a digit takes for granted of Go's table.
func TestDigitsStandInTens(t *testing.T) {
	folded := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !unicode.Is(unicode.Nd, r) {
			continue
		}
		got := typed.Fold(string(r))
		if want := fmt.Sprint(folded % 10); got != want {
			t.Errorf("%U is %s, want %s", r, got, want)
		}
		if normal := norm.NFKC.String(string(r)); len(normal) == 1 && normal != got {
			t.Errorf("%U is %s, and by Unicode's normal form %s", r, got, normal)
		}
		folded++
	}
	if folded < 600 {
		t.Errorf("%d digits", folded)
	}
}

func TestDigits(t *testing.T) {
	for entry, want := range map[string]string{
		"482910": "482910", "482-910": "482910", "４８２ ９１０": "482910", "48 29": "4829", "--482---9": "4829",
		"\u2066482910\u2069": "482910", "482": "", "4829101": "", "48291O": "", "": "", " - ": "", "+48291": "", "4829.10": "",
		strings.Repeat(" ", 257) + "482910": "", strings.Repeat(" ", 250) + "482910": "482910",
	} {
		got, ok := typed.Digits(secret.New(entry), 4, 6)
		if got.Reveal() != want || ok != (want != "") {
			t.Errorf("%q: %q, %t", entry, got.Reveal(), ok)
		}
	}
}

func TestNumber(t *testing.T) {
	for _, s := range []string{
		"6125550142", " 6125550142\n", "612 – 555 – 0142", "(612)\u00a0555‑0142", "+1 612\u2011555\u20110142", "612--555-0142",
		"６１２５５５０１４２", "٦١٢٥٥٥٠١٤٢", "\u202a+16125550142\u202c", "（６１２）５５５．０１４２", "1 (612) 555-0142",
	} {
		if n, err := typed.Number(s); n != "+16125550142" || err != nil {
			t.Errorf("%q: %q, %v", s, n, err)
		}
	}
	for _, s := range []string{"", "911", "612555014", "anonymous", "612-555-HELP", "612..555.0142", "+44 20 7946 0018", "6125550142x5", strings.Repeat(" ", 300) + "6125550142"} {
		if n, err := typed.Number(s); n != "" || !errors.Is(err, nanp.ErrNotNANP) {
			t.Errorf("%q: %q, %v", s, n, err)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"482 910", "\u2066４８２\u2069", "٦١٢", "1\ufe0f\u20e3", "a\u00a8\u0308", "\xff", "1000‑1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		folded := typed.Fold(s)
		if again := typed.Fold(folded); again != folded {
			t.Errorf("%q folds to %q, and that to %q", s, folded, again)
		}
		for _, r := range folded {
			if r > unicode.MaxASCII && (unicode.In(r, unicode.White_Space, unicode.Cf, unicode.Nd, unicode.Dash)) {
				t.Errorf("%q keeps %U", s, r)
			}
		}
		if digits, ok := typed.Digits(secret.New(s), 1, 20); ok && (digits.IsZero() || strings.Trim(digits.Reveal(), "0123456789") != "") {
			t.Errorf("%q: %q", s, digits.Reveal())
		}
		if n, err := typed.Number(s); err == nil {
			if strict, err := nanp.Parse(string(n)); strict != n || err != nil {
				t.Errorf("%q: %q", s, n)
			}
		}
	})
}

func ExampleDigits() {
	code, ok := typed.Digits(secret.New(" ４８２-910\u200b"), 6, 10)
	fmt.Println(code.Reveal(), ok)
	_, ok = typed.Digits(secret.New("48291O"), 6, 10)
	fmt.Println(ok)
	// Output:
	// 482910 true
	// false
}

// long is an address of so many characters, from 20 to 256.
func long(length int) string {
	address := "ann@" + strings.Repeat("bcdefghi.", 30)
	return address[:length-3] + "xyz"
}

func TestIsEmail(t *testing.T) {
	for name, tt := range map[string]struct {
		address string
		want    bool
	}{
		"simple":                  {"ann@example.com", true},
		"dots in the name":        {"ann.marie.olson@example.com", true},
		"signs in the name":       {"!#$%&'*+-/=?^_`{|}~@example.com", true},
		"capitals and digits":     {"Ann7@Mail2.Example.COM", true},
		"hyphen in a host":        {"ann@mail-2.example.com", true},
		"longest name":            {strings.Repeat("a", 64) + "@example.com", true},
		"name too long":           {strings.Repeat("a", 65) + "@example.com", false},
		"longest label":           {"ann@" + strings.Repeat("a", 63) + ".com", true},
		"label too long":          {"ann@" + strings.Repeat("a", 64) + ".com", false},
		"longest":                 {long(typed.MaxEmail), true},
		"too long":                {long(typed.MaxEmail + 1), false},
		"nothing":                 {"", false},
		"no @":                    {"ann.example.com", false},
		"two @":                   {"ann@b@example.com", false},
		"no name":                 {"@example.com", false},
		"no host":                 {"ann@", false},
		"host without a dot":      {"ann@localhost", false},
		"dot first":               {".ann@example.com", false},
		"dot last":                {"ann.@example.com", false},
		"two dots":                {"ann..olson@example.com", false},
		"two dots in the host":    {"ann@example..com", false},
		"dot after the host":      {"ann@example.com.", false},
		"hyphen before a label":   {"ann@-example.com", false},
		"hyphen after a label":    {"ann@example-.com", false},
		"underscore in the host":  {"ann@mail_2.example.com", false},
		"number of a host":        {"ann@[192.0.2.7]", false},
		"quoted":                  {`"ann olson"@example.com`, false},
		"with a name":             {"Ann <ann@example.com>", false},
		"two":                     {"ann@example.com, bob@example.com", false},
		"space before":            {" ann@example.com", false},
		"space within":            {"ann olson@example.com", false},
		"another header":          {"ann@example.com\r\nBcc: all@example.com", false},
		"line break in the name":  {"ann\n@example.com", false},
		"zero byte":               {"ann\x00@example.com", false},
		"name beyond ASCII":       {"é@example.com", false},
		"host beyond ASCII":       {"ann@exämple.com", false},
		"bytes that are no UTF-8": {"ann\xff@example.com", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := typed.IsEmail(tt.address); got != tt.want {
				t.Errorf("%q: %t, want %t", tt.address, got, tt.want)
			}
		})
	}
}

// FuzzIsEmail holds that what is taken stays in one header, and is one address to others as well.
func FuzzIsEmail(f *testing.F) {
	for _, seed := range []string{"", "ann@example.com", "a.b+c@d-e.example", "ann@example.com\r\nBcc: b@c.example", `"a b"@c.example`, "a@b@c.example", "é@example.com"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !typed.IsEmail(s) {
			return
		}
		if len(s) > typed.MaxEmail || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Errorf("takes %q", s)
		}
		if parsed, err := mail.ParseAddress(s); err != nil || parsed.Address != s {
			t.Errorf("takes %q, which net/mail reads as %v, %v", s, parsed, err)
		}
	})
}

func ExampleIsEmail() {
	fmt.Println(typed.IsEmail("ann@example.com"))
	fmt.Println(typed.IsEmail("Ann <ann@example.com>"))
	// Output:
	// true
	// false
}
