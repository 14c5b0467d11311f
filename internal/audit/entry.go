package audit

import (
	"bytes"
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"io"
	"time"

	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
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
	// entryDomain stands before what is authenticated, as the key ring has other uses.
	entryDomain = "updatecenter audit entry v1\n"
)

// ErrUnreadable is what is stored and isn't what this release writes.
var ErrUnreadable = errors.New("the audit can't be read")

// record is an entry as it is stored.
type record struct {
	storage.Version
	Entry
}

// encode writes an entry as it is stored: JSON on one line, always in the same way.
func encode(e Entry) ([]byte, error) {
	line, err := storage.Encode(&record{Entry: e})
	if err != nil {
		return nil, fmt.Errorf("write entry: %w", err)
	}
	return line, nil
}

// parse reads a stored entry, without trusting that it is true.
func parse(line []byte) (Entry, error) {
	var r record
	if err := storage.Decode(line, &r); err != nil {
		return Entry{}, fmt.Errorf("%w: %s", ErrUnreadable, err.Error())
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

// head is where the audit begins and ends. It is sealed as well: who can write to the store,
// but has no key, can't cut off the newest entries or call the oldest ones trimmed, unless
// by putting back a head that once was.
type head struct {
	storage.Version
	First int64  `json:"first"` // the oldest entry that is kept
	Seq   int64  `json:"seq"`   // the newest entry
	MAC   []byte `json:"mac"`   // of the newest entry
	// Salt makes each head another one, so that two servers which record the same at the same
	// moment don't take each other's entry for their own.
	Salt []byte `json:"salt"`
	Key  string `json:"key"`
	Seal []byte `json:"seal,omitempty"` // HMAC-SHA256 of all the rest
}

const (
	saltBytes  = 8
	headDomain = "updatecenter audit head v1\n"
)

// ErrTampered is an audit that somebody else has written to. [Log.Verify] says where.
var ErrTampered = errors.New("the audit was tampered with")

func (h head) isZero() bool { return h.Seq == 0 }

// sealed returns the head as it is stored.
func (h head) sealed(keys secret.Keyring, random io.Reader) ([]byte, error) {
	h.Key, h.Salt = keys.Current(), make([]byte, saltBytes)
	if _, err := io.ReadFull(random, h.Salt); err != nil {
		return nil, fmt.Errorf("write head: %w", err)
	}
	seal, err := h.seal(keys)
	if err != nil {
		return nil, err
	}
	h.Seal = seal
	return storage.Encode(&h)
}

func (h head) seal(keys secret.Keyring) ([]byte, error) {
	h.Seal = nil
	text, err := storage.Encode(&h)
	if err != nil {
		return nil, fmt.Errorf("write head: %w", err)
	}
	return keys.MAC(h.Key, append([]byte(headDomain), text...))
}

// parseHead reads a stored head; nothing stored is the zero head. The errors are
// ErrUnreadable, ErrTampered and secret.ErrUnknownKey; with the last two it returns what it
// read.
func parseHead(keys secret.Keyring, stored []byte) (head, error) {
	var h head
	if len(stored) == 0 {
		return head{}, nil
	}
	if err := storage.Decode(stored, &h); err != nil {
		return head{}, fmt.Errorf("%w: its head: %s", ErrUnreadable, err.Error())
	}
	seal, err := h.seal(keys)
	if err != nil {
		return h, fmt.Errorf("check head under key %s: %w", printableKey(h.Key), err)
	}
	again, err := storage.Encode(&h)
	if err != nil || !bytes.Equal(again, stored) || !hmac.Equal(seal, h.Seal) {
		return h, fmt.Errorf("%w: its head isn't ours", ErrTampered)
	}
	return h, nil
}

// printableKey is the id of a key as it may be told: the store may hold anything.
func printableKey(id string) string {
	if !secret.ValidKeyID(id) {
		return "(none)"
	}
	return id
}

// Opens says whether the keys are those under which the audit was recorded last, if it was: nil, or
// the error with which [Log.Record] would fail.
func (l *Log) Opens(ctx context.Context) error {
	_, _, err := l.head(ctx)
	return err
}

// head reads the head, and returns it also as it is stored.
func (l *Log) head(ctx context.Context) (head, []byte, error) {
	stored, err := l.config.Store.Head(ctx)
	if err != nil {
		return head{}, nil, fmt.Errorf("read head of the audit: %w", err)
	}
	h, err := parseHead(l.config.Keys, stored)
	return h, stored, err
}

// MaxRead is how many places a store is asked for at once, at most.
const MaxRead = 500

// MaxTogether is how many entries a store is handed at once, at most.
const MaxTogether = 100

// Stored is an entry as a store keeps it: bytes at a place.
type Stored struct {
	Seq  int64  // the place, 1 or more
	Line []byte // JSON, at most [MaxLine] bytes
}

// Store is what the package needs of the place where the audit is kept: places that are
// filled in order, and a head, bytes too, which says up to where they are. It understands
// neither, and keeps both as they are, to the byte.
type Store interface {
	// Head returns the head, empty when nothing was appended yet. What can't be a head is
	// ErrUnreadable.
	Head(ctx context.Context) ([]byte, error)
	// Append fills empty places, 1 to [MaxTogether] that follow one another, and replaces the head
	// by next, in one step, if the head is still the one of before, to the byte; else it says
	// storage.ErrStale. A place that isn't empty is ErrTampered, and so is no head where there is a lowest
	// place; then nothing has changed. The same again, while the head is next, changes nothing and
	// is no error.
	Append(ctx context.Context, entries []Stored, next, before []byte) error
	// Read returns what stands at most places from a place on, 1 to [MaxRead], in order;
	// empty ones are left out. The head doesn't matter. Damaged bytes are returned as they are,
	// and what can't be a place at all counts as empty.
	Read(ctx context.Context, from int64, most int) ([]Stored, error)
	// Trim empties the places from first to last, at most [MaxRead], and replaces the head by
	// next, in one step, if the head is still the one of before; else it says storage.ErrStale. The
	// same again, while the head is next, changes nothing and is no error.
	Trim(ctx context.Context, first, last int64, next, before []byte) error
	// SetAside moves all that is kept aside, to where nothing else of this interface finds it, under
	// a name that was not used before; and fills place 1 and sets the head, all in one step, if the
	// head is still the one of before; what can't be a head counts as none. Else it says storage.ErrStale.
	// The same again, while the head is next, changes nothing and is no error.
	SetAside(ctx context.Context, name string, first Stored, next, before []byte) error
	// Lowest returns the place that was filled first or, once there was a Trim, the one after its
	// last; 0 when nothing was appended yet. It is kept apart from the head, and tells that there
	// was one. What can't be a place is ErrUnreadable.
	Lowest(ctx context.Context) (int64, error)
}
