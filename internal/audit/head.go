package audit

import (
	"bytes"
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"updatecenter/internal/secret"
)

// head is where the audit begins and ends. It is sealed as well: who can write to the store,
// but has no key, can't cut off the newest entries or call the oldest ones trimmed, unless
// by putting back a head that once was.
type head struct {
	V     int    `json:"v"`
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
	saltBytes   = 8
	headVersion = 1
	headDomain  = "updatecenter audit head v1\n"
)

// ErrTampered is an audit that somebody else has written to. [Log.Verify] says where.
var ErrTampered = errors.New("the audit was tampered with")

func (h head) isZero() bool { return h.Seq == 0 }

// sealed returns the head as it is stored.
func (h head) sealed(keys secret.Keyring, random io.Reader) ([]byte, error) {
	h.V, h.Key, h.Salt = headVersion, keys.Current(), make([]byte, saltBytes)
	if _, err := io.ReadFull(random, h.Salt); err != nil {
		return nil, fmt.Errorf("write head: %w", err)
	}
	seal, err := h.seal(keys)
	if err != nil {
		return nil, err
	}
	h.Seal = seal
	return json.Marshal(h)
}

func (h head) seal(keys secret.Keyring) ([]byte, error) {
	h.Seal = nil
	text, err := json.Marshal(h)
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
	if err := json.Unmarshal(stored, &h); err != nil || h.V < headVersion {
		return head{}, fmt.Errorf("%w: its head is damaged", ErrUnreadable)
	}
	if h.V > headVersion {
		return head{}, fmt.Errorf("%w: its head has the form of a newer release", ErrUnreadable)
	}
	seal, err := h.seal(keys)
	if err != nil {
		return h, fmt.Errorf("check head under key %s: %w", printableKey(h.Key), err)
	}
	again, err := json.Marshal(h)
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
