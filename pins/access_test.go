package pins_test

import (
	"errors"
	"fmt"
	"testing"

	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

func TestAccessNumber(t *testing.T) {
	for area, want := range map[string]nanp.Number{
		"612": "+18886128052", "763": "+18886128052", "952": "+18886128052", "651": "+18886518052",
		"641": "+18885158052", "515": "+18885158052",
		"928": "+18885208052", "520": "+18885208052", "602": "+18886028052",
		"971": "+18885038052", "458": "+18885418052", "503": "+18885038052", "541": "+18885418052",
	} {
		got, err := pins.AccessNumber(area)
		if got != want || err != nil {
			t.Errorf("%s: %s, %v; want %s", area, got, err, want)
		}
	}
}

// Whatever is taken makes a number that can be dialed.
func TestAccessNumberOfEveryArea(t *testing.T) {
	taken := 0
	for i := range 1000 {
		got, err := pins.AccessNumber(fmt.Sprintf("%03d", i))
		if errors.Is(err, pins.ErrNoAreaCode) {
			continue
		}
		taken++
		if parsed, err := nanp.Parse(string(got)); parsed != got || err != nil {
			t.Errorf("%03d: %s: %v", i, got, err)
		}
	}
	if taken != 800-8 {
		t.Errorf("%d area codes, want all from 200 but the eight N11", taken)
	}
}

func TestAccessNumberRefuses(t *testing.T) {
	for _, area := range []string{"", "6", "61", "6125", "012", "123", "911", "611", "6a2", "+16", " 61", "６12"} {
		if got, err := pins.AccessNumber(area); got != "" || !errors.Is(err, pins.ErrNoAreaCode) {
			t.Errorf("%q: %q, %v; want ErrNoAreaCode", area, got, err)
		}
	}
}

func ExampleAccessNumber() {
	for _, area := range []string{"612", "952", "971"} {
		number, err := pins.AccessNumber(area)
		fmt.Println(number.Display(), err)
	}
	// Output:
	// 888-612-8052 <nil>
	// 888-612-8052 <nil>
	// 888-503-8052 <nil>
}
