package ivr

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"updatecenter/twiml"
)

func TestSpeakTime(t *testing.T) {
	tests := []struct{ at, english, spanish string }{
		{"00:00", "12 midnight", "las 12 de la noche"},
		{"0:05", "12:05 AM", "las 12:05 de la noche"},
		{"01:00", "1 AM", "la 1 de la madrugada"},
		{"05:59", "5:59 AM", "las 5:59 de la madrugada"},
		{"06:00", "6 AM", "las 6 de la mañana"},
		{"09:30", "9:30 AM", "las 9:30 de la mañana"},
		{"11:00", "11 AM", "las 11 de la mañana"},
		{"12:00", "12 noon", "las 12 del mediodía"},
		{"12:30", "12:30 PM", "las 12:30 de la tarde"},
		{"13:00", "1 PM", "la 1 de la tarde"},
		{"18:59", "6:59 PM", "las 6:59 de la tarde"},
		{"19:00", "7 PM", "las 7 de la noche"},
		{"21:30", "9:30 PM", "las 9:30 de la noche"},
		{"23:59", "11:59 PM", "las 11:59 de la noche"},
		{"24:00", "24:00", "24:00"},
		{"soon", "soon", "soon"},
		{"", "", ""},
	}
	for _, tt := range tests {
		if got := speakTime(English, tt.at); got != tt.english {
			t.Errorf("%q in English is %q, want %q", tt.at, got, tt.english)
		}
		if got := speakTime(Spanish, tt.at); got != tt.spanish {
			t.Errorf("%q in Spanish is %q, want %q", tt.at, got, tt.spanish)
		}
	}
}

// dictated is a telephone number as its groups, "612 555 0142".
func dictated(t testing.TB, number string) string {
	t.Helper()
	speech := speakPhone(number)
	slow, isSlow := speech[0].(twiml.Prosody)
	if len(speech) != 1 || !isSlow {
		t.Fatalf("%q is spoken as %#v", number, speech)
	}
	var groups []string
	for i, part := range slow.Content {
		if _, pause := part.(twiml.Break); pause != (i%2 == 1) {
			t.Errorf("%q: part %d is %#v", number, i, part)
		}
		if digits, isGroup := part.(twiml.SayAs); isGroup {
			groups = append(groups, digits.Text)
		}
	}
	return strings.Join(groups, " ")
}

// In a list there is no slower pace, and a shorter pause.
func TestSpeakListed(t *testing.T) {
	want := []twiml.Speech{
		twiml.SayAs{As: twiml.Digits, Text: "612"}, twiml.Break{Time: listPause},
		twiml.SayAs{As: twiml.Digits, Text: "555"}, twiml.Break{Time: listPause},
		twiml.SayAs{As: twiml.Digits, Text: "0142"},
	}
	b := Variable{Name: "entry", Kind: Listed}
	if diff := cmp.Diff(want, b.speak(English, "+16125550142")); diff != "" {
		t.Error(diff)
	}
}

func TestSpeakPhone(t *testing.T) {
	tests := []struct{ number, want string }{
		{"+16125550142", "612 555 0142"},
		{"+18005731311", "800 573 1311"},
		{"612", "612"},
		{"612555", "612 555"},
		{"+442079460958", "011 442 079 460 958"},
		{"+4930123456", "011 493 012 3456"},
		{"+861012345678901", "011 861 012 345 678 901"},
	}
	for _, tt := range tests {
		if got := dictated(t, tt.number); got != tt.want {
			t.Errorf("%q is spoken as %q, want %q", tt.number, got, tt.want)
		}
	}
}

// FuzzSpeak holds that no digit of a number is lost or added, and that a time is none or
// begins with its hour.
func FuzzSpeak(f *testing.F) {
	for _, value := range []string{"", "+16125550142", "612", "+442079460958", "+", "+1", "21:30", "0:00", "::", "é"} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		digits := strings.TrimPrefix(value, "+1")
		if country, isAbroad := strings.CutPrefix(digits, "+"); isAbroad {
			digits = "011" + country
		}
		if got := strings.Join(groups(digits), ""); got != digits {
			t.Errorf("%q is spoken as %q", value, got)
		}
		for _, l := range Languages {
			if spoken := speakTime(l, value); spoken == "" && value != "" {
				t.Errorf("%q is not spoken in %q", value, l)
			}
		}
	})
}
