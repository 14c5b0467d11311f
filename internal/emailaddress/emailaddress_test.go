package emailaddress_test

import (
	"fmt"
	"net/mail"
	"strings"
	"testing"

	"updatecenter/internal/emailaddress"
)

// long is an address of so many characters, from 20 to 256.
func long(length int) string {
	address := "ann@" + strings.Repeat("bcdefghi.", 30)
	return address[:length-3] + "xyz"
}

func TestValid(t *testing.T) {
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
		"longest":                 {long(emailaddress.MaxLength), true},
		"too long":                {long(emailaddress.MaxLength + 1), false},
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
			if got := emailaddress.Valid(tt.address); got != tt.want {
				t.Errorf("%q: %t, want %t", tt.address, got, tt.want)
			}
		})
	}
}

// FuzzValid holds that what is taken stays in one header, and is one address to others as well.
func FuzzValid(f *testing.F) {
	for _, seed := range []string{"", "ann@example.com", "a.b+c@d-e.example", "ann@example.com\r\nBcc: b@c.example", `"a b"@c.example`, "a@b@c.example", "é@example.com"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !emailaddress.Valid(s) {
			return
		}
		if len(s) > emailaddress.MaxLength || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Errorf("takes %q", s)
		}
		if parsed, err := mail.ParseAddress(s); err != nil || parsed.Address != s {
			t.Errorf("takes %q, which net/mail reads as %v, %v", s, parsed, err)
		}
	})
}

func ExampleValid() {
	fmt.Println(emailaddress.Valid("ann@example.com"))
	fmt.Println(emailaddress.Valid("Ann <ann@example.com>"))
	// Output:
	// true
	// false
}
