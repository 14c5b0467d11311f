package ivr_test

import (
	"context"
	"strings"
	"testing"

	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
	"updatecenter/twiml"
)

// What is spoken in a flow that names a telephone number between words, at each speed.
func TestVoicesAndSpeed(t *testing.T) {
	const number = `<say-as interpret-as="digits">800</say-as><break time="400ms"/><say-as interpret-as="digits">573</say-as>` +
		`<break time="400ms"/><say-as interpret-as="digits">1311</say-as>`
	mia := check.Must(ivr.ParseVoice(ivr.Spanish, "Polly.Mia"))(t)
	for _, tt := range []struct {
		l      ivr.Language
		voices map[ivr.Language]twiml.Voice
		speed  int
		want   string
	}{
		{ivr.English, nil, 0, `<Say voice="Polly.Joanna-Neural" language="en-US">Call <prosody rate="80%">` + number + `</prosody>.</Say>`},
		{ivr.Spanish, nil, 100, `<Say voice="Polly.Lupe-Neural" language="es-US">Llame al <prosody rate="80%">` + number + `</prosody>.</Say>`},
		{ivr.Spanish, speaks(ivr.Spanish, mia), 70, `<Say voice="Polly.Mia" language="es-MX"><prosody rate="70%">Llame al </prosody>` +
			`<prosody rate="56%">` + number + `</prosody><prosody rate="70%">.</prosody></Say>`},
		{ivr.English, speaks(ivr.Spanish, mia), 120, `<Say voice="Polly.Joanna-Neural" language="en-US"><prosody rate="120%">Call </prosody>` +
			`<prosody rate="96%">` + number + `</prosody><prosody rate="120%">.</prosody></Say>`},
	} {
		c := configOf(t, dictating(tt.l))
		c.Voices, c.Speed = tt.voices, tt.speed
		document := check.Must(newEngine(t, c).Turn(context.Background(), ivr.Event{Call: "CA1"}))(t)
		if !strings.Contains(string(document), tt.want+"<Hangup/>") {
			t.Errorf("%s at %d percent:\n%s\nwant\n%s", tt.l, tt.speed, document, tt.want)
		}
		heard(t, document) // holds the voices to what they take
	}
}

// speaks are voices of which one is given.
func speaks(l ivr.Language, v twiml.Voice) map[ivr.Language]twiml.Voice {
	voices := make(map[ivr.Language]twiml.Voice)
	voices[l] = v
	return voices
}

// dictating is a call that names a telephone number.
func dictating(l ivr.Language) *ivr.Flow {
	return flowOf(
		speak("start", "dictate", l),
		ivr.Say{At: "dictate", Prompt: ivr.Prompt{Name: "dictate", EN: "Call {repair}.", ES: "Llame al {repair}."}, Next: ivr.HangUp},
	)
}

func TestVoicesThatCanNotSpeak(t *testing.T) {
	for name, change := range map[string]func(*ivr.Config){
		"another language": func(c *ivr.Config) { c.Voices = speaks(ivr.English, twiml.Voice{Name: "Polly.Lupe"}) },
		"unknown":          func(c *ivr.Config) { c.Voices = speaks(ivr.Spanish, twiml.Voice{}) },
		"slow":             func(c *ivr.Config) { c.Speed = ivr.MinSpeed - 1 },
		"fast":             func(c *ivr.Config) { c.Speed = ivr.MaxSpeed + 1 },
	} {
		c := configOn(t, nil, dictating(ivr.English))
		change(&c)
		if _, err := ivr.New(c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
