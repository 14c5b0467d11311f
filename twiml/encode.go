package twiml

import (
	"bytes"
	"errors"
	"fmt"
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
