// Package secret holds what must not be read by the way: tokens, and the keys that seal a
// call's state and strengthen the hashes of PINs.
//
// A [Text] is a secret string, a [Keyring] a few secret keys with names. Both print as dots
// in logs, error texts, JSON and with every verb of fmt, also inside other values, so that
// showing one takes a visible call of [Text.Reveal].
//
// # Key rings
//
// A Keyring is written as "id:key" entries separated by commas, each key being 32 random
// bytes in base64 (as `openssl rand -base64 32` prints them):
//
//	2026b:q83vEjRW...=,2026a:mrvM3e4R...=
//
// The first key is current: [Keyring.Seal] uses it alone. The others still open what was
// sealed under them, so a key is replaced by putting a new one in front, and is dropped
// when nothing is left under it. Everything made with a key carries or is kept beside the
// key's id.
//
// What a Keyring seals is bound to additional data, such as the call that it belongs to: put
// in another place, it can't be opened.
package secret

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// Text is a secret string. The zero value is the empty secret. Texts are compared with
// [Text.Equal]; the == operator isn't defined on them.
type Text struct {
	redacted
	_ [0]func()
	// A pointer, as fmt looks through an unexported field of a foreign struct, where it may
	// call no method; so it finds an address.
	value *string
}

// New returns s as a secret, every byte of it (a newline at its end is not removed).
func New(s string) Text {
	if s == "" {
		return Text{}
	}
	return Text{value: &s}
}

// Reveal returns the secret itself, for the one place that uses it.
func (t Text) Reveal() string {
	if t.value == nil {
		return ""
	}
	return *t.value
}

// IsZero reports whether t is empty: a setting that was not given.
func (t Text) IsZero() bool { return t.value == nil }

// Equal reports whether both secrets are the same, in a time that tells neither where they
// differ nor, by more than a few nanoseconds for each 64 bytes, how long they are. Two empty
// secrets are equal: where an absent secret must not match, ask [Text.IsZero] first.
func (t Text) Equal(other Text) bool {
	// Digests have one length; ConstantTimeCompare returns at once when lengths differ.
	mine, theirs := sha256.Sum256([]byte(t.Reveal())), sha256.Sum256([]byte(other.Reveal()))
	return subtle.ConstantTimeCompare(mine[:], theirs[:]) == 1
}

// UnmarshalText makes t the secret in text, for settings and JSON. It never fails.
func (t *Text) UnmarshalText(text []byte) error {
	*t = New(string(text))
	return nil
}

// Dots is what a secret prints as; their number says nothing about it.
const Dots = "••••••"

// redacted prints as dots. Embedded, it gives its methods to the secrets of this package.
type redacted struct{}

// String returns [Dots].
func (redacted) String() string { return Dots }

// GoString returns [Dots].
func (redacted) GoString() string { return Dots }

// Format writes [Dots] for every verb, flag and width.
func (redacted) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, Dots) }

// LogValue returns [Dots].
func (redacted) LogValue() slog.Value { return slog.StringValue(Dots) }

// MarshalText returns [Dots], so that JSON, XML and the like hold no secret; what was
// written can't be read back.
func (redacted) MarshalText() ([]byte, error) { return []byte(Dots), nil }
