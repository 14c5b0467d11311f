package twiml_test

import (
	"errors"
	"strings"
	"testing"

	"updatecenter/internal/testkit/check"
	"updatecenter/twiml"
)

func TestCheckVoice(t *testing.T) {
	text := twiml.Text("a")
	digits := twiml.SayAs{As: twiml.Digits, Text: "1"}
	letters := twiml.SayAs{As: twiml.SpellOut, Text: "a"}
	slowly := func(content ...twiml.Speech) twiml.Prosody { return twiml.Prosody{Rate: 80, Content: content} }
	all := []twiml.Speech{text, digits, twiml.Break{Time: 1e9}, slowly(letters)}
	for _, tt := range []struct {
		voice, language string
		content         []twiml.Speech
		want            string // in the error; empty: there is none
	}{
		{"", "", []twiml.Speech{text}, ""},
		{"", "en-US", []twiml.Speech{digits}, "not known to take say-as digits"},
		{"Polly.Joanna", "en-US", all, ""},
		{"Polly.Joanna-Neural", "en-US", all, ""},
		{"Polly.Lupe-Neural", "", all, ""},
		{"Polly.Mia-Neural", "es-MX", all, ""},
		{"Polly.Mia-Neural", "es-US", []twiml.Speech{text}, "speaks es-MX"},
		{"Polly.Joanna-Neural", "es-US", []twiml.Speech{text}, "speaks en-US"},
		{"Polly.Joana-Neural", "en-US", []twiml.Speech{text}, "is not known"},
		{"polly.joanna", "en-US", []twiml.Speech{text}, "is not known"},
		{"alice", "en-US", []twiml.Speech{text}, "is not known"},
		{"Polly.Ruth-Neural", "en-US", []twiml.Speech{digits, slowly(text)}, ""},
		{"Polly.Ruth-Neural", "en-US", all, "take say-as spell-out"},
		{"Polly.Ruth-Generative", "en-US", []twiml.Speech{digits, letters}, ""},
		{"Polly.Ruth-Generative", "en-US", all, "take prosody rate"},
		{"Google.es-US-Neural2-A", "es-US", []twiml.Speech{slowly(letters)}, ""},
		{"Google.es-US-Neural2-A", "es-US", []twiml.Speech{slowly(digits)}, "take say-as digits"},
		{"Google.en-US-Chirp3-HD-Kore", "en-US", []twiml.Speech{text}, ""},
		{"Google.en-US-Chirp3-HD-Kore", "en-US", all, "take break, say-as digits, say-as spell-out, prosody rate"},
	} {
		err := twiml.Say{Voice: tt.voice, Language: tt.language, Content: tt.content}.CheckVoice()
		if (err == nil) != (tt.want == "") || err != nil && (!errors.Is(err, twiml.ErrInvalid) || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s in %q with %v: %v, want %q", tt.voice, tt.language, tt.content, err, tt.want)
		}
	}
}

// Each voice can be written, stands once, and is found; those for calls take everything.
func TestVoices(t *testing.T) {
	var names []string
	for _, v := range twiml.VoicesFor("es-US", "es-MX") {
		names = append(names, v.Name)
		found, known := twiml.FindVoice(v.Name)
		check.Same(t, known && found == v, true)
		encode(t, answer(twiml.Say{Voice: v.Name, Language: v.Language, Content: []twiml.Speech{twiml.Text("a")}}))
	}
	check.Same(t, strings.Join(names, " "), "Polly.Lupe Polly.Miguel Polly.Penelope Polly.Lupe-Neural Polly.Mia Polly.Mia-Neural")
}
