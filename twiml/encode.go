package twiml

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
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
)

// Encode writes the document into memory of its own: one allocation, up to 2 kB. It fails
// as [Response.Append] does.
func (r Response) Encode() ([]byte, error) {
	var usual [usualSize]byte
	document, err := r.Append(usual[:0])
	if err != nil {
		return nil, err
	}
	return bytes.Clone(document), nil
}

// Append writes the document behind dst, from the XML declaration on, and gives dst so
// extended. It does not allocate while dst has room. On an error (one that wraps
// [ErrInvalid] or [ErrTooLarge]) it gives dst as it was.
func (r Response) Append(dst []byte) ([]byte, error) {
	w := writer{start: len(dst)}
	b := append(dst, opening...)
	for i, v := range r.Verbs {
		b = w.verb(b, v)
		if w.failed(b) {
			return dst, w.fault.at(i + 1)
		}
	}
	b = append(b, closing...)
	if w.failed(b) {
		return dst, w.fault.at(len(r.Verbs))
	}
	return b, nil
}

// A writer writes one document until the first fault, and remembers what it must know of
// the whole.
//
// It takes the verbs apart with type switches, keeps nothing of them, not even in errors,
// and has the buffer handed through: so a caller's literals, and Encode's buffer, can stay
// on the stack.
type writer struct {
	start int // where the document begins in the buffer
	room  int // for how many characters there is room in the present Say
	heard int // characters and silences so far
	fault fault
}

// A fault is the first thing found wrong; its words are of this package.
type fault struct {
	sentinel    error
	where, what string
}

func (f fault) at(verb int) error {
	return fmt.Errorf("%w: verb %d, %s: %s", f.sentinel, verb, f.where, f.what)
}

func (w *writer) invalid(where, what string) {
	w.fail(fault{ErrInvalid, where, what})
}

func (w *writer) fail(f fault) {
	if w.fault.sentinel == nil {
		w.fault = f
	}
}

// failed tells whether to stop writing, be it because the document has grown too large.
func (w *writer) failed(b []byte) bool {
	if len(b)-w.start > MaxDocument {
		w.fail(fault{ErrTooLarge, "Response", "the document exceeds 64 kB"})
	}
	return w.fault.sentinel != nil
}

func (w *writer) verb(b []byte, v Verb) []byte {
	switch v := v.(type) {
	case Say:
		b = w.say(b, v)
	case Play:
		b = w.play(b, v)
	case Pause:
		b = w.pause(b, v)
	case Gather:
		b = w.gather(b, v)
	case Redirect:
		b = w.redirect(b, v)
	case Dial:
		b = w.dial(b, v)
	case Reject:
		b = w.reject(b, v)
	case Hangup:
		b = append(b, "<Hangup/>"...)
	default:
		w.invalid("Response", "holds nil, a pointer or a foreign verb")
	}
	return b
}

func (w *writer) prompt(b []byte, p Prompt) []byte {
	switch p := p.(type) {
	case Say:
		b = w.say(b, p)
	case Play:
		b = w.play(b, p)
	case Pause:
		b = w.pause(b, p)
	default:
		w.invalid("Gather", "holds nil, a pointer or a foreign prompt")
	}
	return b
}

func (w *writer) play(b []byte, p Play) []byte {
	b = append(b, "<Play"...)
	b = w.loop(b, "Play", p.Loop)
	b = append(b, ">"...)
	b = w.required(b, "Play", p.URL)
	return append(b, "</Play>"...)
}

func (w *writer) pause(b []byte, p Pause) []byte {
	b = append(b, "<Pause"...)
	b = w.count(b, "Pause", ` length="`, p.Length, MaxPause)
	return append(b, "/>"...)
}

func (w *writer) gather(b []byte, g Gather) []byte {
	b = append(b, "<Gather"...)
	b = w.action(b, "Gather", g.Action)
	b = w.method(b, "Gather", g.Method)
	b = w.count(b, "Gather", ` numDigits="`, g.NumDigits, MaxDigits)
	b = w.finishOnKey(b, g.FinishOnKey)
	b = w.count(b, "Gather", ` timeout="`, g.Timeout, MaxGatherTimeout)
	if g.ActionOnEmptyResult {
		b = append(b, ` actionOnEmptyResult="true"`...)
	}
	b = append(b, ">"...)
	for _, p := range g.Prompts {
		b = w.prompt(b, p)
		if w.failed(b) {
			return b
		}
	}
	return append(b, "</Gather>"...)
}

func (w *writer) finishOnKey(b []byte, k FinishKey) []byte {
	switch {
	case k == "":
	case k == NoFinishKey:
		b = append(b, ` finishOnKey=""`...)
	case len(k) == 1 && (classes[k[0]]&ofDigit != 0 || k == "*" || k == "#"):
		b = append(b, ` finishOnKey="`...)
		b = append(b, k...)
		b = append(b, `"`...)
	default:
		w.invalid("Gather", "finishOnKey is not one of 0-9, * and #")
	}
	return b
}

func (w *writer) redirect(b []byte, r Redirect) []byte {
	b = append(b, "<Redirect"...)
	b = w.method(b, "Redirect", r.Method)
	b = append(b, ">"...)
	b = w.required(b, "Redirect", r.URL)
	return append(b, "</Redirect>"...)
}

func (w *writer) dial(b []byte, d Dial) []byte {
	b = append(b, "<Dial"...)
	b = w.action(b, "Dial", d.Action)
	b = w.method(b, "Dial", d.Method)
	b = w.count(b, "Dial", ` timeout="`, d.Timeout, MaxDialTimeout)
	b = w.word(b, "Dial", ` callerId="`, d.CallerID)
	b = append(b, ">"...)
	b = w.target(b, d.Target)
	return append(b, "</Dial>"...)
}

func (w *writer) target(b []byte, t Target) []byte {
	switch t := t.(type) {
	case Number:
		if !isE164(string(t)) {
			w.invalid("Dial", "Number is not in E.164 form")
			return b
		}
		b = append(b, "<Number>"...)
		b = append(b, t...)
		b = append(b, "</Number>"...)
	case SIP:
		if !isSIP(string(t)) {
			w.invalid("Dial", "Sip is not a SIP address of at most 255 characters")
			return b
		}
		b = append(b, "<Sip>"...)
		b = appendURL(b, string(t))
		b = append(b, "</Sip>"...)
	default:
		w.invalid("Dial", "Target is nil, a pointer or foreign")
	}
	return b
}

func (w *writer) reject(b []byte, r Reject) []byte {
	switch r.Reason {
	case "":
		b = append(b, "<Reject/>"...)
	case Rejected:
		b = append(b, `<Reject reason="rejected"/>`...)
	case Busy:
		b = append(b, `<Reject reason="busy"/>`...)
	default:
		w.invalid("Reject", "reason is neither rejected nor busy")
	}
	return b
}

// appendEscaped writes any string as XML text, and gives how many characters that is. Runs
// of plain ASCII, nearly all of a prompt, are copied whole.
func appendEscaped(b []byte, s string) ([]byte, int) {
	characters, from := 0, 0
	for i := 0; i < len(s); characters++ {
		if n := plainRun(s[i:]); n > 0 {
			i += n
			characters += n - 1
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if written := reference(r, size); written != "" {
			b = append(b, s[from:i]...)
			b = append(b, written...)
			from = i + size
		}
		i += size
	}
	return append(b, s[from:]...), characters
}

// plainRun counts the plain characters that s begins with. It looks at
// eight at once: this is where the writer would otherwise spend half its time.
func plainRun(s string) int {
	n := 0
	for len(s)-n >= 8 && allPlain(eight(s[n:n+8])) {
		n += 8
	}
	for n < len(s) && classes[s[n]]&plain != 0 {
		n++
	}
	return n
}

// eight packs eight bytes, the first lowest; the compiler makes it one load.
func eight(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// allPlain tells whether none of eight bytes is below a space, beyond ASCII, &, < or >. In
// each term the highest bit of a byte that is one of those gets set
// (https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord).
func allPlain(x uint64) bool {
	const (
		each    = 0x0101010101010101
		highest = 0x80 * each
	)
	ampersand := x ^ '&'*each
	angle := (x | 0x02*each) ^ '>'*each // < and > differ in this bit
	return (x|(x-' '*each)|(ampersand-each)|(angle-each))&highest == 0
}

// reference gives what stands in XML for a rune that was size bytes, or nothing where it
// stands for itself. A bare carriage return would be read as a line feed. What is outside
// the Char production of XML 1.0 (https://www.w3.org/TR/xml/#charsets) has no place in a
// document, not even as a reference.
func reference(r rune, size int) string {
	switch {
	case r == '&':
		return "&amp;"
	case r == '<':
		return "&lt;"
	case r == '>':
		return "&gt;"
	case r == '\r':
		return "&#xD;"
	case r == '\t' || r == '\n':
		return ""
	case r < ' ' || r == 0xFFFE || r == 0xFFFF || r == utf8.RuneError && size == 1:
		return "\uFFFD"
	}
	return ""
}

// appendURL writes a URL that has been checked: of what XML minds, it can hold only &.
func appendURL(b []byte, s string) []byte {
	for {
		i := strings.IndexByte(s, '&')
		if i < 0 {
			return append(b, s...)
		}
		b = append(b, s[:i]...)
		b = append(b, "&amp;"...)
		s = s[i+1:]
	}
}
