package nanp_test

import (
	"errors"
	"testing"

	"updatecenter/internal/nanp"
)

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
		if err != nil {
			t.Fatal(err)
		}
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
