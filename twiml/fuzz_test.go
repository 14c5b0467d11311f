package twiml_test

import (
	"errors"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/testkit/check"
	"updatecenter/twiml"
)

// A source makes choices out of the bytes of a fuzz input; when they are used up, it
// chooses 0.
type source struct{ rest []byte }

func (s *source) choose(n int) int {
	if len(s.rest) == 0 {
		return 0
	}
	c := int(s.rest[0])
	s.rest = s.rest[1:]
	return c % n
}

func (s *source) words() string {
	n := min(s.choose(24), len(s.rest))
	w := string(s.rest[:n])
	s.rest = s.rest[n:]
	return w
}

// pick takes one of a few likely values, or else any bytes.
func pick[T ~string](s *source, likely ...T) T {
	if i := s.choose(len(likely) + 1); i < len(likely) {
		return likely[i]
	}
	return T(s.words())
}

func (s *source) response() twiml.Response {
	var r twiml.Response
	for n := s.choose(6); n > 0; n-- {
		r.Verbs = append(r.Verbs, s.verb())
	}
	return r
}

func (s *source) verb() twiml.Verb {
	switch s.choose(4) {
	case 0:
		return twiml.Hangup{}
	case 1:
		return twiml.Dial{Action: s.url(), CallerID: pick(s, "", "+16125550142"), Number: pick(s, "+18005731311")}
	case 2:
		g := twiml.Gather{
			Action: s.url(), NumDigits: s.choose(12), EveryKey: s.choose(2) == 1, Timeout: s.choose(20), ActionOnEmptyResult: s.choose(2) == 1,
		}
		for n := s.choose(4); n > 0; n-- {
			g.Prompts = append(g.Prompts, s.prompt())
		}
		return g
	default:
		return s.prompt()
	}
}

func (s *source) prompt() twiml.Prompt {
	if s.choose(3) == 0 {
		return twiml.Play{URL: s.url()}
	}
	return twiml.Say{Voice: pick(s, "", "Polly.Joanna"), Language: pick(s, "", "en-US", "es-US"), Content: s.speech(true)}
}

func (s *source) speech(prosody bool) []twiml.Speech {
	var content []twiml.Speech
	for n := 1 + s.choose(4); n > 0; n-- {
		switch k := s.choose(6); {
		case k == 0:
			content = append(content, twiml.Break{Time: time.Duration(s.choose(256)*40) * time.Millisecond})
		case k == 1:
			content = append(content, twiml.SayAs{As: pick(s, twiml.Digits, twiml.SpellOut), Text: s.words()})
		case k == 2 && prosody:
			content = append(content, twiml.Prosody{Content: s.speech(false)})
		default:
			content = append(content, twiml.Text(s.words()))
		}
	}
	return content
}

func (s *source) url() string { return pick(s, "/voice/turn/2?a=1&b='2'", "https://example.com/%20") }

// FuzzRoundTrip: a document that can be written is read back as the same document.
func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x01\x00"))
	f.Add([]byte("\x02\x03\x01\x00\x00\x02\x03\x08<&>\r\n\xff\x00!\x03\x02\x01\x01\x00\x041234"))
	for i := range byte(4) { // one of each verb, with text that follows anyhow
		f.Add([]byte{1, i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 'a', 'b', 'c', 'd', 'e', 'f'})
	}
	f.Fuzz(func(t *testing.T, choices []byte) {
		document := (&source{rest: choices}).response()
		written, err := document.Encode()
		if err != nil {
			if !errors.Is(err, twiml.ErrInvalid) && !errors.Is(err, twiml.ErrTooLarge) {
				t.Errorf("an error of neither kind: %v", err)
			}
			return
		}
		if diff := cmp.Diff(heard(document), parse(t, written)); diff != "" {
			t.Errorf("read back otherwise (-want +got):\n%s\n%s", diff, written)
		}
	})
}

// FuzzTextSurvives: any text in a prompt is heard, whatever it holds.
func FuzzTextSurvives(f *testing.F) {
	for _, s := range []string{
		"Please enter your PIN.", "<Hangup/>", "&amp;", "]]>", "\r", "\r\n", "a\tb\nc ", "\x00\x1b\x7f", "\xff\xfe", "\xed\xa0\x80",
		"\uFFFE\uFFFF\uFFFD", "\U0001F468\u200D\U0001F469\u200D\U0001F467", "¿Español?", "\u0085\u2028", "&#0;", "\"'", "\uFEFFa", "12345678<",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		document := answer(twiml.Gather{Prompts: []twiml.Prompt{say(
			twiml.Text(s), twiml.SayAs{As: twiml.Digits, Text: s + "."},
			twiml.Prosody{Content: []twiml.Speech{twiml.Text(s + ".")}},
		)}})
		written, err := document.Encode()
		if 3*utf8.RuneCountInString(s)+2 > twiml.MaxSay {
			if !errors.Is(err, twiml.ErrTooLarge) {
				t.Errorf("%d characters are written with %v", utf8.RuneCountInString(s), err)
			}
			return
		}
		check.OK(t, err)
		if diff := cmp.Diff(heard(document), parse(t, written)); diff != "" {
			t.Errorf("heard otherwise (-want +got):\n%s\n%s", diff, written)
		}
	})
}

// FuzzParse: no bytes make the parser panic; what it reads can be written, and reads the
// same again.
func FuzzParse(f *testing.F) {
	for _, document := range rendered {
		written, err := document.Encode()
		check.OK(f, err)
		f.Add(written)
	}
	for _, c := range refused {
		if len(c.document) < 1000 { // long ones only slow the fuzzer down
			f.Add([]byte(c.document))
		}
	}
	for _, c := range accepted {
		f.Add([]byte(c.document))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		read, err := twiml.Parse(document)
		if err != nil {
			var fault *twiml.ParseError
			if !errors.As(err, &fault) || fault.Code == 0 || fault.Line < 1 {
				t.Errorf("an error without number or line: %#v", err)
			}
			return
		}
		written, err := read.Encode()
		if errors.Is(err, twiml.ErrTooLarge) && len(document) > twiml.MaxDocument/8 {
			return // escapes and attributes can take more room than they had
		}
		if err != nil {
			t.Fatalf("read but not writable: %v\n%s", err, document)
		}
		check.Same(t, parse(t, written), read)
	})
}
