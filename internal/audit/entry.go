package audit

import (
	"bytes"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/secret"
)

// An Entry is an event as it stands in the audit.
type Entry struct {
	Seq   int64     `json:"seq"` // its place: 1, 2, 3 and so on
	At    time.Time `json:"at"`  // in UTC, whole milliseconds
	Event           // flat in JSON
	Prev  []byte    `json:"prev,omitempty"` // MAC of the entry before; none in the first
	Key   string    `json:"key"`            // id of the key in the ring
	MAC   []byte    `json:"mac,omitempty"`  // HMAC-SHA256 of all the rest, 32 bytes
}

const (
	// MaxLine bounds an entry, and a head, as they are stored, in bytes. Nothing that this
	// package writes comes near.
	MaxLine = 4 << 10

	entryVersion = 1
	// entryDomain stands before what is authenticated, as the key ring has other uses.
	entryDomain = "updatecenter audit entry v1\n"
)

// ErrUnreadable is what is stored and isn't what this release writes.
var ErrUnreadable = errors.New("the audit can't be read")

// record is an entry as it is stored.
type record struct {
	V int `json:"v"`
	Entry
}

// encode writes an entry as it is stored: JSON on one line, always in the same way.
func encode(e Entry) ([]byte, error) {
	line, err := json.Marshal(record{entryVersion, e})
	if err != nil {
		return nil, fmt.Errorf("write entry: %w", err)
	}
	return line, nil
}

// parse reads a stored entry, without trusting that it is true.
func parse(line []byte) (Entry, error) {
	var r record
	if err := json.Unmarshal(line, &r); err != nil || r.V < entryVersion {
		return Entry{}, fmt.Errorf("%w: it is damaged", ErrUnreadable)
	}
	if r.V > entryVersion {
		return Entry{}, fmt.Errorf("%w: it has the form of a newer release", ErrUnreadable)
	}
	return r.Entry, nil
}

// signed returns the entry with its MAC, and as it is stored.
func signed(keys secret.Keyring, e Entry) (Entry, []byte, error) {
	mac, err := macOf(keys, e)
	if err != nil {
		return Entry{}, nil, err
	}
	e.MAC = mac
	line, err := encode(e)
	return e, line, err
}

// macOf is the MAC that an entry should have. The error is secret.ErrUnknownKey.
func macOf(keys secret.Keyring, e Entry) ([]byte, error) {
	e.MAC = nil
	line, err := encode(e)
	if err != nil {
		return nil, err
	}
	return keys.MAC(e.Key, append([]byte(entryDomain), line...))
}

// authentic says whether a line holds the entry that was read from it, to the byte, and the
// entry its own MAC. The error is secret.ErrUnknownKey.
func authentic(keys secret.Keyring, e Entry, line []byte) (bool, error) {
	mac, err := macOf(keys, e)
	if err != nil {
		return false, err
	}
	again, err := encode(e)
	return err == nil && bytes.Equal(again, line) && hmac.Equal(mac, e.MAC), nil
}
