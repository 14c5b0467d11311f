package secret

import (
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20poly1305"
)

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
