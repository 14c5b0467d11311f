package pins_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/nanp"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// allNames are all features as text, in the order in which they are offered.
const allNames = "no-solicitation security-screen do-not-disturb dial-lock call-rejection selective-call-forwarding"

func TestParseFeatures(t *testing.T) {
	tests := map[string]struct {
		names string
		want  string
		err   error
	}{
		"none":            {"", "", nil},
		"blank":           {" \t ", "", nil},
		"one":             {"dial-lock", "dial-lock", nil},
		"another order":   {"dial-lock no-solicitation", "no-solicitation dial-lock", nil},
		"spaces":          {"  dial-lock\t\tcall-rejection\n", "dial-lock call-rejection", nil},
		"twice":           {"dial-lock dial-lock", "dial-lock", nil},
		"all":             {allNames, allNames, nil},
		"unknown":         {"caller-id", "", pins.ErrFeature},
		"one unknown":     {"dial-lock caller-id", "", pins.ErrFeature},
		"capitals":        {"Dial-Lock", "dial-lock", nil},
		"commas":          {"dial-lock,call-rejection;do-not-disturb", "do-not-disturb dial-lock call-rejection", nil},
		"in words":        {"Do not disturb, dial_lock call—rejection", "do-not-disturb dial-lock call-rejection", nil},
		"words alone":     {"dial call lock", "", pins.ErrFeature},
		"a part of one":   {"dial", "", pins.ErrFeature},
		"more than one":   {"dial-locks", "", pins.ErrFeature},
		"invalid UTF-8":   {"dial-lock \xff", "dial-lock", nil},
		"without a space": {"dial-lockcall-rejection", "", pins.ErrFeature},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := pins.ParseFeatures(test.names)
			if got.String() != test.want || !errors.Is(err, test.err) {
				t.Errorf("%q, %v; want %q, %v", got, err, test.want, test.err)
			}
		})
	}
}

// TestFeaturesSets goes through all sets of features.
func TestFeaturesSets(t *testing.T) {
	seen := map[pins.Features]bool{}
	for bits := range 1 << len(pins.AllFeatures) {
		var members []pins.Feature
		for i, feature := range pins.AllFeatures {
			if bits&(1<<i) != 0 {
				members = append(members, feature)
			}
		}
		set := pins.FeaturesOf(members...)
		if seen[set] {
			t.Fatalf("%v is a set already", members)
		}
		seen[set] = true
		if !slices.Equal(set.List(), members) || set.Len() != len(members) {
			t.Errorf("%v has %d: %v", members, set.Len(), set.List())
		}
		for _, feature := range pins.AllFeatures {
			if set.Has(feature) != slices.Contains(members, feature) {
				t.Errorf("%v has %s: %t", members, feature, set.Has(feature))
			}
		}
		slices.Reverse(members)
		if other := pins.FeaturesOf(members...); other != set || !other.Equal(set) {
			t.Errorf("%v is %v in another order", set, other)
		}
		if read, err := pins.ParseFeatures(set.String()); read != set || err != nil {
			t.Errorf("%v is read as %v, %v", set, read, err)
		}
	}
}

func TestFeaturesOfWhatIsNone(t *testing.T) {
	set := pins.FeaturesOf(pins.DialLock, "caller-id", "")
	if set != pins.FeaturesOf(pins.DialLock) || set.Has("caller-id") || set.Has("") {
		t.Errorf("%v", set)
	}
	if set.Equal(pins.Features{}) {
		t.Error("is equal to none")
	}
	if list := (pins.Features{}).List(); list == nil || len(list) != 0 {
		t.Errorf("none are %#v: JSON wants []", list)
	}
}

func TestFeaturesAsText(t *testing.T) {
	type document struct {
		Features pins.Features `json:"features"`
	}
	for names, want := range map[string]string{
		"":                          `{"features":""}`,
		"dial-lock no-solicitation": `{"features":"no-solicitation dial-lock"}`,
	} {
		set := check.Must(pins.ParseFeatures(names))(t)
		text, err := json.Marshal(document{set})
		if string(text) != want || err != nil {
			t.Errorf("%q is written %s, %v", names, text, err)
		}
		read := document{pins.FeaturesOf(pins.CallRejection)}
		check.OK(t, json.Unmarshal(text, &read))
		if diff := cmp.Diff(document{set}, read); diff != "" {
			t.Errorf("%q (-want +got)\n%s", names, diff)
		}
	}
	kept := document{pins.FeaturesOf(pins.CallRejection)}
	err := json.Unmarshal([]byte(`{"features":"dial-lock 612-555-0142"}`), &kept)
	if !errors.Is(err, pins.ErrFeature) || strings.Contains(err.Error(), "612") {
		t.Errorf("%v; want ErrFeature, quoting nothing", err)
	}
	if kept.Features != pins.FeaturesOf(pins.CallRejection) {
		t.Errorf("an error left %v", kept.Features)
	}
}

func FuzzParseFeatures(f *testing.F) {
	for _, names := range []string{"", allNames, "dial-lock  dial-lock", "caller-id", "\u2003dial-lock\u00a0"} {
		f.Add(names)
	}
	f.Fuzz(func(t *testing.T, names string) {
		set, err := pins.ParseFeatures(names)
		if err != nil {
			if !errors.Is(err, pins.ErrFeature) || set != (pins.Features{}) {
				t.Fatalf("%v, %v", set, err)
			}
			return
		}
		for _, name := range strings.Fields(names) {
			if !set.Has(pins.Feature(name)) {
				t.Fatalf("%q is not in %v", name, set)
			}
		}
		if again, err := pins.ParseFeatures(set.String()); again != set || err != nil {
			t.Fatalf("%v is read as %v, %v", set, again, err)
		}
	})
}

func ExampleParseFeatures() {
	set, err := pins.ParseFeatures("dial-lock do-not-disturb")
	fmt.Println(set, err)
	fmt.Println(set.Has(pins.DialLock), set.Has(pins.CallRejection), set.Len())
	// Output:
	// do-not-disturb dial-lock <nil>
	// true false 2
}

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
