package twiml

import (
	"strconv"
	"time"
	"unicode/utf8"
)

const maxBreak = 10 * time.Second

func (w *writer) say(b []byte, s Say) []byte {
	b = append(b, "<Say"...)
	b = w.word(b, "Say", ` voice="`, s.Voice)
	b = w.word(b, "Say", ` language="`, s.Language)
	b = w.loop(b, "Say", s.Loop)
	b = append(b, ">"...)
	w.room = MaxSay
	before := w.heard
	for _, s := range s.Content {
		if p, ok := s.(Prosody); ok {
			b = w.prosody(b, p)
		} else {
			b = w.phrase(b, s)
		}
		if w.failed(b) {
			return b
		}
	}
	w.mustHaveSpoken("Say", before)
	return append(b, "</Say>"...)
}

// prosody is no part of phrase, which keeps the writer free of recursion: with it, the
// compiler would move every buffer to the heap.
func (w *writer) prosody(b []byte, p Prosody) []byte {
	switch p.Rate {
	case ExtraSlow, Slow, Medium, Fast, ExtraFast:
	default:
		w.invalid("prosody", "rate is none of x-slow, slow, medium, fast and x-fast")
		return b
	}
	b = append(b, `<prosody rate="`...)
	b = append(b, p.Rate...)
	b = append(b, `">`...)
	before := w.heard
	for _, s := range p.Content {
		b = w.phrase(b, s)
		if w.failed(b) {
			return b
		}
	}
	w.mustHaveSpoken("prosody", before)
	return append(b, "</prosody>"...)
}

// phrase writes what may stand in a Say and in a Prosody.
func (w *writer) phrase(b []byte, s Speech) []byte {
	switch s := s.(type) {
	case Text:
		return w.text(b, "Say", string(s))
	case SayAs:
		return w.sayAs(b, s)
	case Break:
		return w.silence(b, s)
	case Prosody:
		w.invalid("prosody", "stands in prosody")
	default:
		w.invalid("Say", "holds nil, a pointer or foreign speech")
	}
	return b
}

// mustHaveSpoken holds an element to something that is heard: a character or a Break.
func (w *writer) mustHaveSpoken(where string, before int) {
	if w.heard == before {
		w.invalid(where, "has nothing to say")
	}
}

// text writes what is spoken, for which there is room in the present Say.
func (w *writer) text(b []byte, where, s string) []byte {
	if len(s) <= utf8.UTFMax*w.room {
		var n int
		b, n = appendEscaped(b, s)
		w.heard += n
		if w.room -= n; w.room >= 0 {
			return b
		}
	}
	w.fail(fault{ErrTooLarge, where, "speaks more than 3000 characters"})
	return b
}

func (w *writer) sayAs(b []byte, s SayAs) []byte {
	switch s.As {
	case Digits, Telephone, Cardinal, SpellOut:
	default:
		w.invalid("say-as", "interpret-as is none of digits, telephone, cardinal and spell-out")
		return b
	}
	b = append(b, `<say-as interpret-as="`...)
	b = append(b, s.As...)
	b = append(b, `">`...)
	before := w.heard
	b = w.text(b, "say-as", s.Text)
	w.mustHaveSpoken("say-as", before)
	return append(b, "</say-as>"...)
}

func (w *writer) silence(b []byte, s Break) []byte {
	if s.Time < time.Millisecond || s.Time > maxBreak || s.Time%time.Millisecond != 0 {
		w.invalid("break", "time is not within 1 ms to 10 s, in whole milliseconds")
		return b
	}
	w.heard++
	b = append(b, `<break time="`...)
	b = strconv.AppendInt(b, s.Time.Milliseconds(), 10)
	return append(b, `ms"/>`...)
}

// The names of attributes are given to the functions below as they are written,
// such as ` timeout="`.

// count writes a number of 1 to limit; 0 leaves the attribute out.
func (w *writer) count(b []byte, verb, name string, n, limit int) []byte {
	if n == 0 {
		return b
	}
	if n < 1 || n > limit {
		w.invalid(verb, name[1:len(name)-2]+" is not within 1 to "+strconv.Itoa(limit))
		return b
	}
	return appendNumber(b, name, n)
}

func appendNumber(b []byte, name string, n int) []byte {
	b = append(b, name...)
	b = strconv.AppendInt(b, int64(n), 10)
	return append(b, `"`...)
}

// loop writes how often a verb repeats itself; Twilio's number for endlessly is 0.
func (w *writer) loop(b []byte, verb string, n int) []byte {
	if n == Forever {
		return append(b, ` loop="0"`...)
	}
	return w.count(b, verb, ` loop="`, n, MaxLoop)
}

func (w *writer) method(b []byte, verb string, m Method) []byte {
	switch m {
	case "":
	case GET:
		b = append(b, ` method="GET"`...)
	case POST:
		b = append(b, ` method="POST"`...)
	default:
		w.invalid(verb, "method is neither GET nor POST")
	}
	return b
}

// action writes the URL that is asked when the verb is done; empty leaves it out.
func (w *writer) action(b []byte, verb, url string) []byte {
	switch {
	case url == "":
	case !isURL(url):
		w.invalid(verb, "action holds a character that no URL may hold, or is too long")
	default:
		b = append(b, ` action="`...)
		b = appendURL(b, url)
		b = append(b, `"`...)
	}
	return b
}

// required writes the URL that a verb is about.
func (w *writer) required(b []byte, verb, url string) []byte {
	switch {
	case url == "":
		w.invalid(verb, "URL is empty")
	case !isURL(url):
		w.invalid(verb, "URL holds a character that no URL may hold, or is too long")
	default:
		b = appendURL(b, url)
	}
	return b
}

// word writes a name or number without spaces; empty leaves the attribute out.
func (w *writer) word(b []byte, verb, name, value string) []byte {
	switch {
	case value == "":
	case len(value) > maxWord || !consistsOf(value, ofWord):
		w.invalid(verb, name[1:len(name)-2]+" is not of letters, digits and + - . _ : @, at most 255")
	default:
		b = append(b, name...)
		b = append(b, value...)
		b = append(b, `"`...)
	}
	return b
}
