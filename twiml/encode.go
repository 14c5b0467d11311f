package twiml

import (
	"bytes"
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

	// usualSize holds nearly every answer, so that Encode allocates only its result.
	usualSize = 2048

	maxBreak = 10 * time.Second
)

// A charset says which bytes a value may hold.
type charset [256]bool

func charsetOf(characters string) (c charset) {
	for _, b := range []byte(characters) {
		c[b] = true
	}
	return c
}

// prefix is how many bytes s begins with that are of the set.
func (c *charset) prefix(s string) int {
	for i := range len(s) {
		if !c[s[i]] {
			return i
		}
	}
	return len(s)
}

func (c *charset) holds(s string) bool { return c.prefix(s) == len(s) }

const (
	digits       = "0123456789"
	alphanumeric = digits + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

var (
	digitSet = charsetOf(digits)
	urlSet   = charsetOf(alphanumeric + "-._~:/?#[]@!$&'()*+,;=%")          // RFC 3986
	wordSet  = charsetOf(alphanumeric + "+-._:@")                           // of a voice, a language or a caller ID
	plainSet = charsetOf(alphanumeric + " !\"#$%'()*+,-./:;=?@[\\]^_`{|}~") // stands for itself in XML text
)

// Encode writes the document, from the XML declaration on. Its errors wrap [ErrInvalid] or
// [ErrTooLarge].
func (r Response) Encode() ([]byte, error) {
	var usual [usualSize]byte
	w := writer{}
	b := append(usual[:0], opening...)
	for i, v := range r.Verbs {
		w.present = i + 1
		b = w.verb(b, v)
	}
	b = append(b, closing...)
	if len(b) > MaxDocument {
		w.fail(ErrTooLarge, "Response", "the document exceeds 64 kB")
	}
	if w.err != nil {
		return nil, w.err
	}
	return bytes.Clone(b), nil
}

// A writer writes one document, and remembers the first fault. It takes the verbs apart with type
// switches, keeps nothing of them, and has the buffer handed through: so a caller's literals and Encode's
// buffer can stay on the stack.
type writer struct {
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

func (w *writer) verb(b []byte, v Verb) []byte {
	switch v := v.(type) {
	case Say:
		return w.say(b, v)
	case Play:
		return w.play(b, v)
	case Gather:
		return w.gather(b, v)
	case Dial:
		return w.dial(b, v)
	case Hangup:
		return append(b, "<Hangup/>"...)
	}
	w.invalid("Response", "holds nil, a pointer or a foreign verb")
	return b
}

func (w *writer) play(b []byte, p Play) []byte {
	if p.URL == "" || !urlSet.holds(p.URL) {
		w.invalid("Play", "URL is empty, or holds a character that no URL may hold")
	}
	b = append(b, "<Play>"...)
	b = escape(b, p.URL)
	return append(b, "</Play>"...)
}

func (w *writer) gather(b []byte, g Gather) []byte {
	b = append(b, "<Gather"...)
	b = w.action(b, "Gather", g.Action)
	b = w.count(b, "numDigits", g.NumDigits, MaxDigits)
	if g.EveryKey {
		b = append(b, ` finishOnKey=""`...)
	}
	b = w.count(b, "timeout", g.Timeout, MaxGatherTimeout)
	if g.ActionOnEmptyResult {
		b = append(b, ` actionOnEmptyResult="true"`...)
	}
	b = append(b, ">"...)
	for _, p := range g.Prompts {
		switch p := p.(type) {
		case Say:
			b = w.say(b, p)
		case Play:
			b = w.play(b, p)
		default:
			w.invalid("Gather", "holds nil, a pointer or a foreign prompt")
		}
	}
	return append(b, "</Gather>"...)
}

func (w *writer) dial(b []byte, d Dial) []byte {
	rest, isE164 := strings.CutPrefix(d.Number, "+")
	if !isE164 || len(rest) < 2 || len(rest) > 15 || rest[0] == '0' || !digitSet.holds(rest) {
		w.invalid("Dial", "Number is not in E.164 form")
	}
	b = append(b, "<Dial"...)
	b = w.action(b, "Dial", d.Action)
	b = w.word(b, "Dial", "callerId", d.CallerID)
	b = append(b, "><Number>"...)
	b = append(b, d.Number...)
	return append(b, "</Number></Dial>"...)
}

func (w *writer) say(b []byte, s Say) []byte {
	b = append(b, "<Say"...)
	b = w.word(b, "Say", "voice", s.Voice)
	b = w.word(b, "Say", "language", s.Language)
	b = append(b, ">"...)
	w.said = 0
	before := len(b)
	for _, part := range s.Content {
		if p, is := part.(Prosody); is {
			b = w.prosody(b, p)
		} else {
			b = w.phrase(b, "Say", part)
		}
	}
	w.mustHaveSpoken("Say", len(b) > before)
	return append(b, "</Say>"...)
}

// prosody is no part of phrase, which keeps the writer free of recursion: with it, the
// compiler would move every buffer to the heap.
func (w *writer) prosody(b []byte, p Prosody) []byte {
	if p.Rate < MinRate || p.Rate > MaxRate {
		w.invalid("prosody", "rate is not within 20 to 200 percent")
	}
	b = append(b, `<prosody rate="`...)
	b = strconv.AppendInt(b, int64(p.Rate), 10)
	b = append(b, `%">`...)
	before := len(b)
	for _, part := range p.Content {
		b = w.phrase(b, "prosody", part)
	}
	w.mustHaveSpoken("prosody", len(b) > before)
	return append(b, "</prosody>"...)
}

// phrase writes what may stand in a Say and in a Prosody.
func (w *writer) phrase(b []byte, where string, s Speech) []byte {
	switch s := s.(type) {
	case Text:
		return w.text(b, where, string(s))
	case SayAs:
		return w.sayAs(b, s)
	case Break:
		if s.Time < time.Millisecond || s.Time > maxBreak || s.Time%time.Millisecond != 0 {
			w.invalid("break", "time is not within 1 ms to 10 s, in whole milliseconds")
		}
		b = append(b, `<break time="`...)
		b = strconv.AppendInt(b, s.Time.Milliseconds(), 10)
		return append(b, `ms"/>`...)
	}
	w.invalid(where, "holds nil, a pointer, foreign speech or prosody in prosody")
	return b
}

func (w *writer) sayAs(b []byte, s SayAs) []byte {
	if s.As != Digits && s.As != SpellOut {
		w.invalid("say-as", "interpret-as is neither digits nor spell-out")
	}
	w.mustHaveSpoken("say-as", s.Text != "")
	b = attribute(append(b, "<say-as"...), "interpret-as", string(s.As))
	b = append(b, ">"...)
	b = w.text(b, "say-as", s.Text)
	return append(b, "</say-as>"...)
}

func (w *writer) mustHaveSpoken(where string, has bool) {
	if !has {
		w.invalid(where, "has nothing to say")
	}
}

// text writes what is spoken, for which there is room in the present Say.
func (w *writer) text(b []byte, where, s string) []byte {
	if w.said += utf8.RuneCountInString(s); w.said > MaxSay {
		w.fail(ErrTooLarge, where, "speaks more than 3000 characters")
		return b
	}
	return escape(b, s)
}

// escape writes any string as XML text. A bare carriage return would be read as a line feed. What is
// outside the Char production of XML 1.0 (https://www.w3.org/TR/xml/#charsets) has no place in a
// document, not even as a reference.
func escape(b []byte, s string) []byte {
	n := plainSet.prefix(s) // nearly all of a prompt, which is copied whole
	b = append(b, s[:n]...)
	for _, r := range s[n:] {
		switch {
		case r == '&':
			b = append(b, "&amp;"...)
		case r == '<':
			b = append(b, "&lt;"...)
		case r == '>':
			b = append(b, "&gt;"...)
		case r == '\r':
			b = append(b, "&#xD;"...)
		case r < ' ' && r != '\t' && r != '\n', r == 0xFFFE, r == 0xFFFF:
			b = append(b, "\uFFFD"...)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return b
}

// attribute writes an attribute whose value holds, of what XML minds, & at most.
func attribute(b []byte, name, value string) []byte {
	b = append(b, ' ')
	b = append(b, name...)
	b = append(b, `="`...)
	if strings.IndexByte(value, '&') < 0 {
		b = append(b, value...)
	} else {
		b = escape(b, value)
	}
	return append(b, '"')
}

// count writes a number of a Gather, of 1 to limit; 0 leaves the attribute out.
func (w *writer) count(b []byte, name string, n, limit int) []byte {
	switch {
	case n == 0:
		return b
	case n < 1 || n > limit:
		w.invalid("Gather", name+" is not within 1 to "+strconv.Itoa(limit))
	}
	return attribute(b, name, strconv.Itoa(n))
}

// action writes the URL that is asked when the verb is done; empty leaves it out.
func (w *writer) action(b []byte, verb, url string) []byte {
	if url == "" {
		return b
	}
	if !urlSet.holds(url) {
		w.invalid(verb, "action holds a character that no URL may hold")
	}
	return attribute(b, "action", url)
}

// word writes a name or number without spaces; empty leaves the attribute out.
func (w *writer) word(b []byte, verb, name, value string) []byte {
	if value == "" {
		return b
	}
	if len(value) > maxWord || !wordSet.holds(value) {
		w.invalid(verb, name+" is not of letters, digits and + - . _ : @, at most 255")
	}
	return attribute(b, name, value)
}
