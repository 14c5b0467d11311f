package secret

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"
)

// The ways in which a key ring can be of no use. None of the errors that wrap them holds a
// key, or any other part of what was given.
var (
	// ErrInvalidKeyring is a key ring that isn't written as [ParseKeyring] wants it.
	ErrInvalidKeyring = errors.New("invalid key ring")
	// ErrUnknownKey is an id that no key of the ring has.
	ErrUnknownKey = errors.New("no such key in the key ring")
)

const (
	keyBytes  = 32
	maxKeys   = 16
	maxIDSize = 32 // bytes
)

// A Keyring is a list of keys with ids, the current one first. Any number of goroutines may
// use it at once. The zero value has no keys: it seals, opens and authenticates nothing.
type Keyring struct {
	redacted
	keys *[]key // a pointer for the reason given at Text
}

// A key is what one secret key is used through: two subkeys, so that neither use can tell
// anything about the other.
type key struct {
	id   string
	aead cipher.AEAD
	mac  []byte
}

// ParseKeyring reads 1 to 16 entries "id:key", separated by commas, with space around them or
// not. An id is 1 to 32 of the characters a-z A-Z 0-9 _ - and stands once; a key is 32 bytes
// in padded standard base64. Errors are [ErrInvalidKeyring], and name an entry by its place.
//
// A Keyring has no UnmarshalText on purpose: libraries that read settings quote a value which
// it refuses. Read a [Text], and parse what it reveals.
func ParseKeyring(s string) (Keyring, error) {
	entries := strings.SplitN(s, ",", maxKeys+1)
	if len(entries) > maxKeys {
		return Keyring{}, fmt.Errorf("%w: more than %d keys", ErrInvalidKeyring, maxKeys)
	}
	var keys []key
	for i, entry := range entries {
		k, err := parseKey(strings.TrimSpace(entry))
		if err != nil {
			return Keyring{}, fmt.Errorf("%w: key %d: %w", ErrInvalidKeyring, i+1, err)
		}
		if _, known := find(keys, []byte(k.id)); known {
			return Keyring{}, fmt.Errorf("%w: key %d: its id stands twice", ErrInvalidKeyring, i+1)
		}
		keys = append(keys, k)
	}
	return Keyring{keys: &keys}, nil
}

// Current returns the id of the key that seals, and that new hashes are made under; "" if
// the ring has no keys.
func (k Keyring) Current() string {
	if all := k.all(); len(all) > 0 {
		return all[0].id
	}
	return ""
}

// IDs returns the ids of all keys, the current one first.
func (k Keyring) IDs() []string {
	ids := make([]string, len(k.all()))
	for i, key := range k.all() {
		ids[i] = key.id
	}
	return ids
}

// IsZero reports whether the ring has no keys: a setting that was not given.
func (k Keyring) IsZero() bool { return k.keys == nil }

// MAC returns the HMAC-SHA256 of message, 32 bytes, under the key of that id. The caller keeps
// the id beside it, and compares with hmac.Equal. The only error is [ErrUnknownKey].
func (k Keyring) MAC(id string, message []byte) ([]byte, error) {
	found, ok := find(k.all(), []byte(id))
	if !ok {
		return nil, fmt.Errorf("authenticate: %w", ErrUnknownKey)
	}
	mac := hmac.New(sha256.New, found.mac)
	mac.Write(message)
	return mac.Sum(nil), nil
}

func (k Keyring) all() []key {
	if k.keys == nil {
		return nil
	}
	return *k.keys
}

func find(keys []key, id []byte) (key, bool) {
	for _, k := range keys {
		if k.id == string(id) {
			return k, true
		}
	}
	return key{}, false
}

// parseKey reads one entry, "id:key". Its errors quote nothing: with the two halves in the
// wrong order, the id would be the key.
func parseKey(entry string) (key, error) {
	id, encoded, found := strings.Cut(entry, ":")
	if !found {
		return key{}, errors.New("want id:base64 of 32 bytes")
	}
	if !ValidKeyID(id) {
		return key{}, fmt.Errorf("an id is 1 to %d letters, digits, _ or -", maxIDSize)
	}
	if len(encoded) != base64.StdEncoding.EncodedLen(keyBytes) {
		return key{}, errors.New("a key is 44 characters of base64")
	}
	material, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || len(material) != keyBytes {
		return key{}, errors.New("a key is 32 bytes in base64")
	}
	return derive(id, material)
}

// ValidKeyID says whether id may be that of a key: 1 to 32 of the characters a-z A-Z 0-9 _ -.
func ValidKeyID(id string) bool {
	if id == "" || len(id) > maxIDSize {
		return false
	}
	for _, c := range []byte(id) {
		if !isLetter(c) && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool {
	c |= 'a' - 'A'
	return 'a' <= c && c <= 'z'
}

// derive makes the subkeys. The id is part of their labels: what was made under one id can't
// pass for another's, even if an operator gives both ids the same 32 bytes.
func derive(id string, material []byte) (key, error) {
	sealing, err := hkdf.Key(sha256.New, material, nil, "updatecenter seal v1 "+id, keyBytes)
	if err != nil {
		return key{}, fmt.Errorf("derive sealing key: %w", err)
	}
	aead, err := chacha20poly1305.NewX(sealing)
	if err != nil {
		return key{}, fmt.Errorf("prepare sealing key: %w", err)
	}
	mac, err := hkdf.Key(sha256.New, material, nil, "updatecenter authenticate v1 "+id, keyBytes)
	if err != nil {
		return key{}, fmt.Errorf("derive authentication key: %w", err)
	}
	return key{id: id, aead: aead, mac: mac}, nil
}
