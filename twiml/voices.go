package twiml

import (
	"fmt"
	"slices"
	"strings"
)

// A Voice is one with which Twilio speaks a [Say].
type Voice struct {
	Name     string // such as "Polly.Joanna-Neural"
	Language string // the only one that it speaks, such as "en-US"
	takes    ssml
}

// ssml is a set of what this package writes of SSML.
type ssml uint8

const (
	breaks     ssml = 1 << iota // break
	digitwise                   // say-as digits
	spelled                     // say-as spell-out
	rates                       // prosody rate, around any words of a sentence
	everything = breaks | digitwise | spelled | rates
)

// voices are those of Twilio for American English, and for the Spanish of the US and of Mexico
// (https://www.twilio.com/docs/voice/twiml/say/text-speech#available-voices-and-languages), with what they are
// known to take.
//
// Polly (https://docs.aws.amazon.com/polly/latest/dg/supportedtags.html, say-as-tag.html and prosody-tag.html there):
//
//	            break   say-as digits   say-as spell-out       prosody rate   emphasis
//	standard    yes     yes             yes                    yes            yes
//	neural      yes     yes             by the standard voice  yes            no
//	generative  yes     yes             yes                    full sentences no
//
// A neural voice has the whole sentence spoken by the standard voice of the same name. What comes of it where there is
// none is not known, so these don't spell here.
//
// Google (https://cloud.google.com/text-to-speech/docs/ssml) documents break, prosody and say-as spell-out, but no
// digits among the interpretations of say-as. What its Chirp3-HD voices take when Twilio asks them is not known.
//
// Not listed are Twilio's own voices man, woman and alice, which take no SSML
// (https://www.twilio.com/docs/api/errors/13513), and those of ElevenLabs and with accents in their names.
var voices = listed([]voiceList{
	{"en-US", "Polly.", "Ivy Joanna Joey Justin Kendra Kimberly Matthew Salli", "", everything},
	{"en-US", "Polly.", "Ivy Joanna Joey Justin Kendra Kimberly Matthew Salli", "-Neural", everything},
	{"en-US", "Polly.", "Danielle Gregory Kevin Ruth Stephen", "-Neural", everything &^ spelled},
	{"en-US", "Polly.", "Danielle Joanna Matthew Ruth Stephen", "-Generative", everything &^ rates},
	{"en-US", "Google.en-US-Standard-", "A B C D E F G H I J", "", everything &^ digitwise},
	{"en-US", "Google.en-US-Wavenet-", "A B C D E F G H I J", "", everything &^ digitwise},
	{"en-US", "Google.en-US-Neural2-", "A C D E F G H I J", "", everything &^ digitwise},
	{"en-US", "Google.en-US-Chirp3-HD-", "Aoede Charon Fenrir Kore Leda Orus Puck Zephyr", "", 0},

	{"es-US", "Polly.", "Lupe Miguel Penelope", "", everything},
	{"es-US", "Polly.", "Lupe", "-Neural", everything},
	{"es-US", "Polly.", "Pedro", "-Neural", everything &^ spelled},
	{"es-US", "Polly.", "Lupe Pedro", "-Generative", everything &^ rates},
	{"es-US", "Google.es-US-Standard-", "A B C", "", everything &^ digitwise},
	{"es-US", "Google.es-US-Wavenet-", "A B C", "", everything &^ digitwise},
	{"es-US", "Google.es-US-Neural2-", "A B C", "", everything &^ digitwise},
	{"es-US", "Google.es-US-Chirp3-HD-", "Aoede Charon Fenrir Kore Leda Orus Puck Zephyr", "", 0},

	{"es-MX", "Polly.", "Mia", "", everything},
	{"es-MX", "Polly.", "Mia", "-Neural", everything},
	{"es-MX", "Polly.", "Andres", "-Neural", everything &^ spelled},
	{"es-MX", "Polly.", "Andres", "-Generative", everything &^ rates},
})

// A voiceList is voices of one language that take the same.
type voiceList struct {
	language, prefix, names, suffix string
	takes                           ssml
}

func listed(lists []voiceList) (all []Voice) {
	for _, l := range lists {
		for _, name := range strings.Fields(l.names) {
			all = append(all, Voice{l.prefix + name + l.suffix, l.language, l.takes})
		}
	}
	return all
}

// FindVoice returns the voice of that name.
func FindVoice(name string) (Voice, bool) {
	i := slices.IndexFunc(voices, func(v Voice) bool { return v.Name == name })
	if i < 0 {
		return Voice{}, false
	}
	return voices[i], true
}

// VoicesFor returns the voices of these languages that take all SSML which this package writes.
func VoicesFor(languages ...string) []Voice {
	return slices.DeleteFunc(slices.Clone(voices), func(v Voice) bool {
		return v.takes != everything || !slices.Contains(languages, v.Language)
	})
}

// CheckVoice says what Twilio would refuse, or speak in another way than it is written: a voice that it does not
// have, or that does not speak the language, and SSML that the voice is not known to take. Of the account's default
// voice, which a Say without one is spoken by, nothing is known. The error wraps [ErrInvalid].
func (s Say) CheckVoice() error {
	var v Voice
	if s.Voice != "" {
		known := false
		if v, known = FindVoice(s.Voice); !known {
			return fmt.Errorf("%w: Say: voice %.40q is not known", ErrInvalid, s.Voice)
		}
		if s.Language != "" && s.Language != v.Language {
			return fmt.Errorf("%w: Say: voice %s speaks %s, not %.20q", ErrInvalid, v.Name, v.Language, s.Language)
		}
	}
	if names := (needed(s.Content) &^ v.takes).names(); names != "" {
		return fmt.Errorf("%w: Say: voice %q is not known to take %s", ErrInvalid, v.Name, names)
	}
	return nil
}

// needed is the SSML in speech.
func needed(content []Speech) (all ssml) {
	for _, part := range content {
		switch part := part.(type) {
		case Break:
			all |= breaks
		case Prosody:
			all |= rates | needed(part.Content)
		case SayAs:
			if part.As == SpellOut {
				all |= spelled
			} else {
				all |= digitwise
			}
		}
	}
	return all
}

// names lists what is in the set.
func (s ssml) names() string {
	var all []string
	for i, name := range [...]string{"break", "say-as digits", "say-as spell-out", "prosody rate"} {
		if s&(1<<i) != 0 {
			all = append(all, name)
		}
	}
	return strings.Join(all, ", ")
}
