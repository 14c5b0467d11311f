package ivr

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/twiml"
)

// Unpack is how an engine reads what it has sealed.
var Unpack = unpack

func TestPieces(t *testing.T) {
	tests := []struct {
		text string
		want []piece
	}{
		{"", nil},
		{"Goodbye.", []piece{{text: "Goodbye."}}},
		{"{repair}", []piece{{variable: "repair"}}},
		{"Call {repair} or {access}.", []piece{{text: "Call "}, {variable: "repair"}, {text: " or "}, {variable: "access"}, {text: "."}}},
		{"{a}{b}", []piece{{variable: "a"}, {variable: "b"}}},
		{"Call {repair", []piece{{text: "Call {repair"}}},
		{"Call repair}", []piece{{text: "Call repair}"}}},
		{"a } b {c}", []piece{{text: "a } b "}, {variable: "c"}}},
		{"Call {}.", []piece{{text: "Call {}"}, {text: "."}}},
		{"{a{b}", []piece{{variable: "a{b"}}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, pieces(tt.text), cmp.AllowUnexported(piece{})); diff != "" {
			t.Errorf("pieces of %q: - expected, + got:\n%s", tt.text, diff)
		}
	}
}

func FuzzPieces(f *testing.F) {
	for _, text := range []string{"", "Call {repair}, or {access}.", "{", "}", "{}", "}{", "{{a}}", "a{b", "¡{a}é"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var joined strings.Builder
		for _, p := range pieces(text) {
			if (p.text == "") == (p.variable == "") {
				t.Errorf("a piece is neither a text nor a variable, or both: %+v", p)
			}
			joined.WriteString(p.text)
			if p.variable != "" {
				joined.WriteString("{" + p.variable + "}")
			}
		}
		if joined.String() != text {
			t.Errorf("pieces of %q join to %q", text, joined.String())
		}
	})
}

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

// FuzzPack holds that everything is unpacked as it was packed, and that packing makes nothing longer but by a byte.
func FuzzPack(f *testing.F) {
	f.Add([]byte(strings.Join(fragments[:], "8265")))
	f.Add([]byte("\x01\x02"))
	f.Add([]byte(`{"v":2,"step":"`)[:10])
	f.Fuzz(func(t *testing.T, text []byte) {
		short := pack(text)
		if got, err := unpack(short); !bytes.Equal(got, text) || err != nil {
			t.Errorf("%q, %v; want %q", got, err, text)
		}
		if len(short) > len(text)+1 {
			t.Errorf("%d bytes were packed in %d", len(text), len(short))
		}
	})
}

// Of what is packed and can't be read one error says that a newer release may have packed it.
func TestUnpackRefuses(t *testing.T) {
	if _, err := unpack([]byte{packed, fragment, 255}); !errors.Is(err, errNewer) {
		t.Errorf("an unknown fragment: %v", err)
	}
	if _, err := unpack([]byte{packed, 'a', fragment}); !errors.Is(err, errPacked) {
		t.Errorf("half a fragment: %v", err)
	}
}

// Secrets are as long when packed as they were, whatever they are.
func TestSecretsArePackedAsTheyAre(t *testing.T) {
	for _, text := range []string{`{"v":2,"step":"new-pin","blanks":{"pin":"%"}}`, `<Say voice="Polly.Joanna-Neural" language="en-US">%.</Say>`} {
		length := len(pack([]byte(strings.ReplaceAll(text, "%", "8265"))))
		for _, secret := range []string{"1111", "1234", "0000", "blue"} {
			if got := len(pack([]byte(strings.ReplaceAll(text, "%", secret)))); got != length {
				t.Errorf("%s: %d bytes with %s, %d with another", text, got, secret, length)
			}
		}
	}
}

func TestFragmentsAreNumberedByAByte(t *testing.T) {
	if len(fragments) > 256 {
		t.Errorf("%d fragments", len(fragments))
	}
	seen := map[string]bool{}
	for _, f := range fragments {
		if seen[f] || len(f) < 3 {
			t.Errorf("%q stands twice, or is as short as its number", f)
		}
		seen[f] = true
	}
}

// The error about an answer that a newer release has packed says of which turn it is.
func TestAnswersOfANewerRelease(t *testing.T) {
	keys, err := secret.ParseKeyring("a:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1}, 32)))
	check.OK(t, err)
	answer, err := keys.Seal(rand.Reader, []byte{packed, fragment, 255}, answerOf("CA1", 3))
	check.OK(t, err)
	e := &Engine{config: Config{Keys: keys}}
	if _, err := e.openAnswer("CA1", Begun{Turn: 3, Answer: answer}); !errors.Is(err, errNewer) || !strings.Contains(err.Error(), "turn 3") {
		t.Errorf("error %v", err)
	}
}

// What is committed of a call that the release before began can be read there: it is sealed as it is.
func TestOldCallsAreNotPacked(t *testing.T) {
	keys, err := secret.ParseKeyring("a:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1}, 32)))
	check.OK(t, err)
	e, document := &Engine{config: Config{Keys: keys, Random: rand.Reader}}, []byte(`<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>`)
	for _, old := range []bool{true, false} {
		c := &Call{SID: "CA1", Turn: 3, state: state{Step: "ask", Caller: Caller{Number: "+16125550142"}}}
		commit, err := e.seal(c, document, old)
		check.OK(t, err)
		answer, err := keys.Open(commit.Answer, answerOf("CA1", 3))
		if err != nil || bytes.Equal(answer, document) != old {
			t.Errorf("old: %t: sealed %q, %v", old, answer, err)
		}
		if opened, err := e.openAnswer("CA1", Begun{Turn: 3, Answer: commit.Answer}); err != nil || !bytes.Equal(opened, document) {
			t.Errorf("old: %t: opened %q, %v", old, opened, err)
		}
		if state, known, err := e.openState("CA1", commit.State); err != nil || !known || state.Caller != c.state.Caller {
			t.Errorf("old: %t: state %+v, %v", old, state, err)
		}
	}
}
