package ivr

import (
	"fmt"
	"slices"
	"strings"

	"updatecenter/twiml"
)

// DefaultVoices are neural. Joanna is the voice that Amazon's own contact centers begin with
// (https://docs.aws.amazon.com/connect/latest/adminguide/set-voice.html), and Lupe Polly's first one for the Spanish of
// the US. Letters that are spelled are spoken by the standard voices of these names: see [twiml.Voice].
var DefaultVoices = map[Language]string{English: "Polly.Joanna-Neural", Spanish: "Polly.Lupe-Neural"}

// The bounds of Config.Speed, in percent.
const (
	MinSpeed = 70
	MaxSpeed = 120

	ownSpeed = 100
)

// slowly is how fast telephone numbers and letters are spoken, in percent of what is beside them.
const slowly = 80

// tags are what Twilio calls the languages.
var tags = map[Language][]string{English: {"en-US"}, Spanish: {"es-US", "es-MX"}}

// ParseVoice returns Twilio's voice of that name, which speaks the language and takes the SSML of our prompts. The
// error lists those that do.
func ParseVoice(l Language, name string) (twiml.Voice, error) {
	var names []string
	for _, v := range twiml.VoicesFor(tags[l]...) {
		if v.Name == name {
			return v, nil
		}
		names = append(names, v.Name)
	}
	return twiml.Voice{}, fmt.Errorf("want a voice that Twilio has for %s and that reads digits, spells, pauses and slows down: %s",
		strings.Join(tags[l], " or "), strings.Join(names, ", "))
}

// fillVoices fills in the voices and the speed that are left out, and checks the others.
func (c *Config) fillVoices() error {
	if c.Speed == 0 {
		c.Speed = ownSpeed
	}
	if c.Speed < MinSpeed || c.Speed > MaxSpeed {
		return fmt.Errorf("speed %d is not within %d to %d", c.Speed, MinSpeed, MaxSpeed)
	}
	given := c.Voices
	c.Voices = make(map[Language]twiml.Voice)
	for _, l := range Languages {
		name := DefaultVoices[l]
		if v, is := given[l]; is {
			name = v.Name
		}
		var err error
		if c.Voices[l], err = ParseVoice(l, name); err != nil {
			return fmt.Errorf("voice %s of language %s: %w", name, l, err)
		}
	}
	return nil
}

// speed is how fast the turn is spoken, in percent of the voice's own pace.
func (t *turn) speed() int { return t.engine.config.Speed }

// paced has speech spoken at a speed, in percent. What is slower than the rest stays so; it stands beside the rest, as
// nobody documents what one rate within another comes to.
func paced(content []twiml.Speech, speed int) []twiml.Speech {
	if speed == ownSpeed {
		return content
	}
	var all []twiml.Speech
	for len(content) > 0 {
		if slow, is := content[0].(twiml.Prosody); is {
			slow.Rate = slow.Rate * speed / ownSpeed
			all, content = append(all, slow), content[1:]
			continue
		}
		n := slices.IndexFunc(content, isPaced)
		if n < 0 {
			n = len(content)
		}
		all, content = append(all, twiml.Prosody{Rate: speed, Content: content[:n]}), content[n:]
	}
	return all
}

func isPaced(part twiml.Speech) bool {
	_, is := part.(twiml.Prosody)
	return is
}
