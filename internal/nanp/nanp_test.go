package nanp_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"updatecenter/internal/nanp"
	"updatecenter/internal/testkit/check"
)

func TestParse(t *testing.T) {
	for _, s := range []string{
		"6125550142", "16125550142", "+16125550142", "612-555-0142", "(612) 555-0142",
		"(612)555-0142", "612.555.0142", "612 555 0142", "+1 612 555 0142", "+1-612-555-0142",
		"1 (612) 555-0142", "+1 (612) 555-0142", "612555-0142",
	} {
		t.Run(s, func(t *testing.T) {
			n, err := nanp.Parse(s)
			if n != "+16125550142" || err != nil {
				t.Errorf("Parse = %q, %v; want +16125550142", n, err)
			}
		})
	}
}

func TestParseTakesTollFreeExchangeN11(t *testing.T) {
	if n, err := nanp.Parse("800-311-0303"); n != "+18003110303" || err != nil {
		t.Errorf("Parse = %q, %v; want +18003110303", n, err)
	}
}

func TestParseRefuses(t *testing.T) {
	tests := map[string]string{
		"nothing":                "",
		"space":                  " ",
		"emergency":              "911",
		"short code":             "78",
		"star code":              "*78",
		"information":            "1411",
		"seven digits":           "555-0142",
		"nine digits":            "612555014",
		"eleven digits":          "61255501420",
		"twelve digits with 1":   "161255501420",
		"another country":        "+442079460018",
		"plus without 1":         "+6125550142",
		"international prefix":   "00116125550142",
		"area code 123":          "123-555-0142",
		"area code 123 after 1":  "1-123-555-0142",
		"area code 012":          "0125550142",
		"area code N11":          "911-555-0142",
		"exchange from 0":        "612-055-0142",
		"exchange from 1":        "612-155-0142",
		"letters":                "612-555-HELP",
		"anonymous":              "anonymous",
		"client":                 "client:alice",
		"sip":                    "sip:6125550142@example.com",
		"arabic-indic digits":    "٦١٢٥٥٥٠١٤٢",
		"fullwidth digits":       "６１２５５５０１４２",
		"parenthesis left open":  "(612 555-0142",
		"parenthesis not opened": "612) 555-0142",
		"two separators":         "612--555-0142",
		"space before":           " 6125550142",
		"space after":            "6125550142 ",
		"newline after":          "6125550142\n",
		"zero byte":              "612555\x000142",
		"en dash":                "612–555–0142",
		"extension":              "612-555-0142x5",
		"too long":               "6125550142" + strings.Repeat(" ", 23),
	}
	for name, s := range tests {
		t.Run(name, func(t *testing.T) {
			n, err := nanp.Parse(s)
			if n != "" || !errors.Is(err, nanp.ErrNotNANP) {
				t.Fatalf("Parse = %q, %v; want ErrNotNANP", n, err)
			}
			if len(s) > 3 && strings.Contains(err.Error(), s) {
				t.Errorf("error quotes what was written: %v", err)
			}
		})
	}
}

func TestIsAreaCode(t *testing.T) {
	for s, want := range map[string]bool{
		"612": true, "200": true, "910": true, "999": true,
		"": false, "61": false, "6125": false, "012": false, "199": false, "911": false, "6a2": false, "+61": false, "６": false,
	} {
		if got := nanp.IsAreaCode(s); got != want {
			t.Errorf("%q: %t", s, got)
		}
	}
}

func TestNoNumber(t *testing.T) {
	for _, n := range []nanp.Number{"", "+1", "911"} {
		if got := n.AreaCode() + n.National() + n.Display(); got != "" {
			t.Errorf("%q: parts = %q; want none", n, got)
		}
	}
}

func TestUnmarshalText(t *testing.T) {
	var lines []nanp.Number
	check.OK(t, json.Unmarshal([]byte(`["612-555-0142", ""]`), &lines))
	if lines[0] != "+16125550142" || lines[1] != "" {
		t.Errorf("read %q", lines)
	}
	check.Is(t, json.Unmarshal([]byte(`["911"]`), &lines), nanp.ErrNotNANP)
}

var e164 = regexp.MustCompile(`^\+1[2-9](?:[02-9]\d|1[02-9])[2-9]\d{6}$`)

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"6125550142", "+1 (612) 555-0142", "612.555.0142", "911", "+44 20 7946 0018",
		"1235550142", "(612 5550142", "anonymous", "", "+1", "612-555-0142\x00",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := nanp.Parse(s)
		if err != nil {
			if n != "" || !errors.Is(err, nanp.ErrNotNANP) {
				t.Fatalf("Parse(%q) = %q, %v", s, n, err)
			}
			return
		}
		if !e164.MatchString(string(n)) {
			t.Fatalf("Parse(%q) = %q", s, n)
		}
		if n.AreaCode() != n.National()[:3] {
			t.Errorf("area code %q of %q", n.AreaCode(), n.National())
		}
		for _, form := range []string{string(n), n.National(), n.Display()} {
			if again, err := nanp.Parse(form); again != n || err != nil {
				t.Errorf("Parse(%q) = %q, %v; want %q", form, again, err, n)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := nanp.Parse("(612) 555-0142"); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleParse() {
	line, err := nanp.Parse("(612) 555-0142")
	fmt.Println(line, line.Display(), line.AreaCode(), err)

	_, err = nanp.Parse("911")
	fmt.Println(err)
	// Output:
	// +16125550142 612-555-0142 612 <nil>
	// not a North American telephone number: want ten digits, with or without +1
}

func TestDestinations(t *testing.T) {
	for _, c := range []struct {
		number nanp.Number
		more   string
		called bool
	}{
		{"+16125550142", "", true}, // Minnesota
		{"+14165550142", "", true}, // Ontario
		{"+18672550142", "", true}, // Yukon
		{"+18005731311", "", true},
		{"+18003114567", "", true}, // toll-free exchanges may be such
		{"+18882342345", "", true},
		{"", "", false},
		{"+442079460123", "", false},
		{"+19005550142", "", false},
		{"+16129765555", "", false}, // premium
		{"+16129115555", "", false}, // N11
		{"+18765550142", "", false}, // Jamaica
		{"+16585550142", "", false},
		{"+12425550142", "", false}, // Bahamas
		{"+18095550142", "", false}, // Dominican Republic
		{"+17875550142", "", false}, // Puerto Rico
		{"+15005550142", "", false}, // wherever its owner is
		{"+16005550142", "", false},
		{"+17005550142", "", false}, // whatever the carrier does
		{"+17105550142", "", false},
		{"+19995550142", "", false}, // nobody's yet
		{"+17875550142", "PR", true},
		{"+19395550142", " jm, pr ", true},
		{"+18765550142", "876", true},
		{"+16585550142", "876", false},
		{"+19995550142", "999", true},
		{"+18769765555", "JM", false},
		{"+18769115555", "JM", false},
	} {
		d, err := nanp.ParseDestinations(c.more)
		check.OK(t, err)
		err = d.Check(c.number)
		if (err == nil) != c.called || err != nil && !errors.Is(err, nanp.ErrNotCalled) {
			t.Errorf("%s with %q: got %v", c.number, c.more, err)
		}
	}
}

func TestParseDestinationsRefuses(t *testing.T) {
	for _, s := range []string{"900", "PR,900", "911", "87", "8766", "GB", "JAMAICA", "876 787", "976,11"} {
		if _, err := nanp.ParseDestinations(s); err == nil {
			t.Errorf("%q was read", s)
		}
	}
}
