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
	"errors"
	"fmt"
	"io"
	"log/slog"

	"golang.org/x/crypto/chacha20poly1305"
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

// Digits draws a code of n digits, n being at least 1, each code as likely as any other. A digit
// takes one byte of random, now and then a few more; random is crypto/rand's Reader outside
// tests. It fails if random does.
func Digits(random io.Reader, n int) (Text, error) {
	code := make([]byte, 0, n)
	var drawn [1]byte
	for len(code) < n {
		if _, err := io.ReadFull(random, drawn[:]); err != nil {
			return Text{}, fmt.Errorf("draw digits: %w", err)
		}
		if drawn[0] < 250 { // beyond, the remainders 0 to 5 would be likelier than the others
			code = append(code, '0'+drawn[0]%10)
		}
	}
	return New(string(code)), nil
}

// ErrUnreadable is something sealed that can't be opened, for whatever reason. The text of an
// error that wraps it says what was found, in words fit for a log.
var ErrUnreadable = errors.New("sealed data can't be opened")

// What was found, for a log. A box that isn't authentic doesn't tell why.
const (
	notSealed    = "not in the form of sealed data"
	keyMissing   = "sealed under a key that isn't in the key ring"
	notAuthentic = "altered, cut short, or belongs somewhere else"
)

// The form of what is sealed: a version byte, the length of the key's id, the id, a nonce of
// 24 bytes, and the box of XChaCha20-Poly1305, 16 bytes longer than the plaintext.
const version = 1

// Seal encrypts plaintext under the current key, bound to additional, which is not part of
// the result and must be given again to [Keyring.Open]. The result is longer than plaintext
// by 42 bytes and the key's id. The nonce of 24 bytes is read from random, which is crypto/rand's
// Reader outside tests: so long a nonce can be drawn at random without fear of a second
// occurrence. It fails if random does, or with [ErrUnknownKey] if the ring has no keys.
func (k Keyring) Seal(random io.Reader, plaintext, additional []byte) ([]byte, error) {
	keys := k.all()
	if len(keys) == 0 {
		return nil, fmt.Errorf("seal: %w", ErrUnknownKey)
	}
	current := keys[0]
	size := 2 + len(current.id) + chacha20poly1305.NonceSizeX
	sealed := make([]byte, size, size+len(plaintext)+chacha20poly1305.Overhead)
	sealed[0] = version
	sealed[1] = byte(len(current.id)) //nolint:gosec // at most maxIDSize
	nonce := sealed[2+copy(sealed[2:], current.id):]
	if _, err := io.ReadFull(random, nonce); err != nil {
		return nil, fmt.Errorf("seal: read nonce: %w", err)
	}
	return current.aead.Seal(sealed, nonce, plaintext, additional), nil
}

// Open returns the plaintext of what [Keyring.Seal] made with the same additional data, under
// any key of the ring. Every error is [ErrUnreadable].
func (k Keyring) Open(sealed, additional []byte) ([]byte, error) {
	id, nonce, box, ok := unpack(sealed)
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrUnreadable, notSealed)
	}
	found, ok := find(k.all(), id)
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrUnreadable, keyMissing)
	}
	plaintext, err := found.aead.Open(nil, nonce, box, additional)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrUnreadable, notAuthentic)
	}
	return plaintext, nil
}

// unpack takes sealed data apart without trusting any of it.
func unpack(sealed []byte) (id, nonce, box []byte, ok bool) {
	if len(sealed) < 2 || sealed[0] != version {
		return nil, nil, nil, false
	}
	size, rest := int(sealed[1]), sealed[2:]
	if len(rest) < size+chacha20poly1305.NonceSizeX+chacha20poly1305.Overhead {
		return nil, nil, nil, false
	}
	id, rest = rest[:size], rest[size:]
	return id, rest[:chacha20poly1305.NonceSizeX], rest[chacha20poly1305.NonceSizeX:], true
}
