package mail

import (
	"strings"
	"testing"
)

// FuzzIsAddress holds that nothing which is taken for an address can end a header or name a
// second one.
func FuzzIsAddress(f *testing.F) {
	for _, s := range []string{
		"ana.ruiz@example.net", "Ana <a@example.net>", "a@b, c@d", "a@b\r\nBcc: c@d", "\"a b\"@c", "a@[1.2.3.4]", "(c)a@b",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if isAddress(s) && (strings.ContainsAny(s, "\r\n \t<>\"") || strings.Count(s, "@") != 1) {
			t.Errorf("%q was taken for an address", s)
		}
	})
}
