package twiml_test

import (
	"strings"

	"updatecenter/twiml"
)

// heard gives a document as it should be read back: adjacent Texts joined, empty ones left
// out, empty slices nil, and what XML cannot hold replaced. It shares no code with the
// package.
func heard(r twiml.Response) twiml.Response {
	var out twiml.Response
	for _, v := range r.Verbs {
		if g, ok := v.(twiml.Gather); ok {
			var prompts []twiml.Prompt
			for _, p := range g.Prompts {
				prompts = append(prompts, heardVerb(p).(twiml.Prompt))
			}
			g.Prompts = prompts
			v = g
		}
		out.Verbs = append(out.Verbs, heardVerb(v))
	}
	return out
}

func heardVerb(v twiml.Verb) twiml.Verb {
	s, ok := v.(twiml.Say)
	if !ok {
		return v
	}
	s.Content = heardSpeech(s.Content)
	return s
}

func heardSpeech(content []twiml.Speech) []twiml.Speech {
	var out []twiml.Speech
	for _, s := range content {
		switch s := s.(type) {
		case twiml.Text:
			last := len(out) - 1
			if before, ok := lastText(out); ok {
				out[last] = before + twiml.Text(legible(string(s)))
			} else if s != "" {
				out = append(out, twiml.Text(legible(string(s))))
			}
		case twiml.SayAs:
			s.Text = legible(s.Text)
			out = append(out, s)
		case twiml.Prosody:
			s.Content = heardSpeech(s.Content)
			out = append(out, s)
		default:
			out = append(out, s)
		}
	}
	return out
}

func lastText(content []twiml.Speech) (twiml.Text, bool) {
	if len(content) == 0 {
		return "", false
	}
	t, ok := content[len(content)-1].(twiml.Text)
	return t, ok
}

// legible puts U+FFFD in the place of what XML 1.0 cannot hold.
func legible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r':
			return r
		case r < ' ', r == 0xFFFE, r == 0xFFFF:
			return '\uFFFD'
		}
		return r
	}, s)
}
