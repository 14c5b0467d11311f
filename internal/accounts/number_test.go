package accounts_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"updatecenter/internal/accounts"
)

func TestParseNumber(t *testing.T) {
	for written, want := range map[string]accounts.Number{
		"612-555-0142-001": "612-555-0142-001", " 612 555 0142 ": "6125550142", "ab12-c": "AB12-C",
		"7": "7", "12\t3": "123", "ａ12‑\u2066٣\u2069": "A12-3", strings.Repeat("Z", 24): accounts.Number(strings.Repeat("Z", 24)),
		"1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4": "123456789012345678901234",
	} {
		if got, err := accounts.ParseNumber(written); got != want || err != nil {
			t.Errorf("%q: %q, %v", written, got, err)
		}
	}
	for _, written := range []string{"", "  ", "a_b", "é", "{1}", strings.Repeat("1", 25), strings.Repeat(" ", 256) + "1", "1\x00", "ſ"} {
		if got, err := accounts.ParseNumber(written); got != "" || !errors.Is(err, accounts.ErrNumber) {
			t.Errorf("%q: %q, %v", written, got, err)
		}
	}
}

func TestNumberInJSON(t *testing.T) {
	var n accounts.Number
	if err := json.Unmarshal([]byte(`"a 1"`), &n); err != nil || n != "A1" {
		t.Errorf("%q, %v", n, err)
	}
	if err := json.Unmarshal([]byte(`"a_1"`), &n); !errors.Is(err, accounts.ErrNumber) || n != "A1" {
		t.Errorf("%q, %v", n, err)
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"", "612-555-0142-001", " a b ", "ÄÖ", "\xff", strings.Repeat("9", 25)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := accounts.ParseNumber(s)
		if err != nil {
			if n != "" || !errors.Is(err, accounts.ErrNumber) {
				t.Fatalf("%q, %v", n, err)
			}
			return
		}
		if again, err := accounts.ParseNumber(string(n)); again != n || err != nil || len(n) > 24 {
			t.Fatalf("%q reads as %q, %v", n, again, err)
		}
	})
}
