package twiml

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// What can be wrong with a document that is to be written. The error that wraps them says
// which verb, counted from 1, and what; it never quotes spoken text or a URL.
var (
	// ErrInvalid says that a value is missing, out of range, or not of its form.
	ErrInvalid = errors.New("invalid TwiML")

	// ErrTooLarge says that a [Say] exceeds [MaxSay] or the document [MaxDocument].
	ErrTooLarge = errors.New("TwiML too large")
)

const (
	opening = `<?xml version="1.0" encoding="UTF-8"?><Response>`
	closing = `</Response>`

	// usualSize holds nearly every answer, so that Encode allocates once.
	usualSize = 2048

	maxBreak = 10 * time.Second

	digits        = "0123456789"
	letters       = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	urlCharacters = letters + digits + "-._~:/?#[]@!$&'()*+,;=%" // RFC 3986
)

// Encode writes the document, from the XML declaration on. Its errors wrap [ErrInvalid] or
// [ErrTooLarge].
func (r Response) Encode() ([]byte, error) {
	w := writer{b: make([]byte, 0, usualSize)}
	w.raw(opening)
	for i, v := range r.Verbs {
		w.present = i + 1
		w.verb(v)
	}
	w.raw(closing)
	if len(w.b) > MaxDocument {
		w.fail(ErrTooLarge, "Response", "the document exceeds 64 kB")
	}
	if w.err != nil {
		return nil, w.err
	}
	return w.b, nil
}

// A writer writes one document, and remembers the first fault. It takes the verbs apart with type
// switches and keeps nothing of them, so that a caller's literals can stay on the stack.
type writer struct {
	b       []byte
	present int // number of the verb, from 1
	said    int // characters of the present Say
	err     error
}

func (w *writer) fail(sentinel error, where, what string) {
	if w.err == nil {
		w.err = fmt.Errorf("%w: verb %d, %s: %s", sentinel, w.present, where, what)
	}
}

func (w *writer) invalid(where, what string) { w.fail(ErrInvalid, where, what) }

func (w *writer) raw(s string) { w.b = append(w.b, s...) }

func (w *writer) verb(v Verb) {
	switch v := v.(type) {
	case Say:
		w.say(v)
	case Play:
		w.play(v)
	case Gather:
		w.gather(v)
	case Dial:
		w.dial(v)
	case Hangup:
		w.raw("<Hangup/>")
	default:
		w.invalid("Response", "holds nil, a pointer or a foreign verb")
	}
}

func (w *writer) play(p Play) {
	if p.URL == "" || strings.Trim(p.URL, urlCharacters) != "" {
		w.invalid("Play", "URL is empty, or holds a character that no URL may hold")
	}
	w.raw("<Play>")
	w.escape(p.URL)
	w.raw("</Play>")
}

func (w *writer) gather(g Gather) {
	w.raw("<Gather")
	w.action("Gather", g.Action)
	w.count("Gather", "numDigits", g.NumDigits, MaxDigits)
	if g.EveryKey {
		w.raw(` finishOnKey=""`)
	}
	w.count("Gather", "timeout", g.Timeout, MaxGatherTimeout)
	if g.ActionOnEmptyResult {
		w.attribute("actionOnEmptyResult", "true")
	}
	w.raw(">")
	for _, p := range g.Prompts {
		switch p := p.(type) {
		case Say:
			w.say(p)
		case Play:
			w.play(p)
		default:
			w.invalid("Gather", "holds nil, a pointer or a foreign prompt")
		}
	}
	w.raw("</Gather>")
}

func (w *writer) dial(d Dial) {
	rest, isE164 := strings.CutPrefix(d.Number, "+")
	if !isE164 || len(rest) < 2 || len(rest) > 15 || rest[0] == '0' || strings.Trim(rest, digits) != "" {
		w.invalid("Dial", "Number is not in E.164 form")
	}
	w.raw("<Dial")
	w.action("Dial", d.Action)
	w.word("Dial", "callerId", d.CallerID)
	w.raw("><Number>")
	w.raw(d.Number)
	w.raw("</Number></Dial>")
}

func (w *writer) say(s Say) {
	w.raw("<Say")
	w.word("Say", "voice", s.Voice)
	w.word("Say", "language", s.Language)
	w.raw(">")
	w.said = 0
	before := len(w.b)
	for _, part := range s.Content {
		if p, slow := part.(Prosody); slow {
			w.prosody(p)
		} else {
			w.phrase("Say", part)
		}
	}
	w.mustHaveSpoken("Say", before)
	w.raw("</Say>")
}

func (w *writer) prosody(p Prosody) {
	w.raw(`<prosody rate="slow">`)
	before := len(w.b)
	for _, part := range p.Content {
		w.phrase("prosody", part)
	}
	w.mustHaveSpoken("prosody", before)
	w.raw("</prosody>")
}

// phrase writes what may stand in a Say and in a Prosody.
func (w *writer) phrase(where string, s Speech) {
	switch s := s.(type) {
	case Text:
		w.text(where, string(s))
	case SayAs:
		w.sayAs(s)
	case Break:
		if s.Time < time.Millisecond || s.Time > maxBreak || s.Time%time.Millisecond != 0 {
			w.invalid("break", "time is not within 1 ms to 10 s, in whole milliseconds")
		}
		w.raw(`<break time="`)
		w.b = strconv.AppendInt(w.b, s.Time.Milliseconds(), 10)
		w.raw(`ms"/>`)
	default:
		w.invalid(where, "holds nil, a pointer, foreign speech or prosody in prosody")
	}
}

func (w *writer) sayAs(s SayAs) {
	if s.As != Digits && s.As != SpellOut {
		w.invalid("say-as", "interpret-as is neither digits nor spell-out")
	}
	w.raw("<say-as")
	w.attribute("interpret-as", string(s.As))
	w.raw(">")
	before := len(w.b)
	w.text("say-as", s.Text)
	w.mustHaveSpoken("say-as", before)
	w.raw("</say-as>")
}

// mustHaveSpoken holds an element to have content, which began at before.
func (w *writer) mustHaveSpoken(where string, before int) {
	if len(w.b) == before {
		w.invalid(where, "has nothing to say")
	}
}

// text writes what is spoken, for which there is room in the present Say.
func (w *writer) text(where, s string) {
	if w.said += utf8.RuneCountInString(s); w.said > MaxSay {
		w.fail(ErrTooLarge, where, "speaks more than 3000 characters")
		return
	}
	w.escape(s)
}

// escape writes any string as XML text. A bare carriage return would be read as a line feed. What is
// outside the Char production of XML 1.0 (https://www.w3.org/TR/xml/#charsets) has no place in a
// document, not even as a reference.
func (w *writer) escape(s string) {
	for _, r := range s {
		switch {
		case r == '&':
			w.raw("&amp;")
		case r == '<':
			w.raw("&lt;")
		case r == '>':
			w.raw("&gt;")
		case r == '\r':
			w.raw("&#xD;")
		case r < ' ' && r != '\t' && r != '\n', r == 0xFFFE, r == 0xFFFF:
			w.raw("\uFFFD")
		default:
			w.b = utf8.AppendRune(w.b, r)
		}
	}
}

// attribute writes an attribute whose value holds, of what XML minds, & at most.
func (w *writer) attribute(name, value string) {
	w.raw(" ")
	w.raw(name)
	w.raw(`="`)
	w.escape(value)
	w.raw(`"`)
}

// count writes a number of 1 to limit; 0 leaves the attribute out.
func (w *writer) count(verb, name string, n, limit int) {
	switch {
	case n == 0:
	case n < 1 || n > limit:
		w.invalid(verb, name+" is not within 1 to "+strconv.Itoa(limit))
	default:
		w.attribute(name, strconv.Itoa(n))
	}
}

// action writes the URL that is asked when the verb is done; empty leaves it out.
func (w *writer) action(verb, url string) {
	switch {
	case url == "":
	case strings.Trim(url, urlCharacters) != "":
		w.invalid(verb, "action holds a character that no URL may hold")
	default:
		w.attribute("action", url)
	}
}

// word writes a name or number without spaces; empty leaves the attribute out.
func (w *writer) word(verb, name, value string) {
	switch {
	case value == "":
	case len(value) > maxWord || strings.Trim(value, letters+digits+"+-._:@") != "":
		w.invalid(verb, name+" is not of letters, digits and + - . _ : @, at most 255")
	default:
		w.attribute(name, value)
	}
}
