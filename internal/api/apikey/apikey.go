// Package apikey has the keys that open the REST API, apart from the API itself, so that the
// place where keys are kept need not know HTTP.
//
// Who calls the API shows a token, "uc_<ID>_<secret>". A [Key] is what is kept of it: a name,
// scopes, and a hash by which the token can be recognized but not made. An operator makes
// keys; the token is shown once.
package apikey

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"updatecenter/internal/secret"
)

// Errors of the contract.
var (
	// ErrExists: a key that isn't revoked has the name.
	ErrExists = errors.New("a key of that name exists")
	// ErrTooMany: there are [MaxKeys] keys.
	ErrTooMany = errors.New("there are 1000 keys, the revoked ones of the last year included, and no more are kept")
	// ErrNotFound: there is no such key; for RevokeKey, none that isn't revoked.
	ErrNotFound = errors.New("no such key")
	// ErrName refuses a name that isn't 1 to 64 letters, digits, dots, hyphens and
	// underscores of ASCII.
	ErrName = errors.New("a key's name is 1 to 64 of a-z A-Z 0-9 . - _")
	// ErrScope refuses a scope that doesn't exist, and a key without any.
	ErrScope = errors.New("want scopes lines:read, lines:write, pins:reset, features:read, features:write, " +
		"accounts:read, accounts:write, accounts:verify, deliveries:read, deliveries:write, tickets:read, tickets:write, mailboxes:read, mailboxes:write, last-callers:write, recoveries:write, validations:write or validations:photo-id")
)

// Scope is what a key may do.
type Scope string

// The scopes. Who may write accounts can change where secrets are delivered; who only proves
// what customers claim, or has secrets delivered, can't.
const (
	LinesRead       Scope = "lines:read"
	LinesWrite      Scope = "lines:write"
	PinsReset       Scope = "pins:reset"
	FeaturesRead    Scope = "features:read"
	FeaturesWrite   Scope = "features:write"
	AccountsRead    Scope = "accounts:read"
	AccountsWrite   Scope = "accounts:write"
	AccountsVerify  Scope = "accounts:verify" // and to enroll
	DeliveriesRead  Scope = "deliveries:read"
	DeliveriesWrite Scope = "deliveries:write"

	TicketsRead  Scope = "tickets:read"
	TicketsWrite Scope = "tickets:write" // and to say what came of service tests

	MailboxesRead  Scope = "mailboxes:read"
	MailboxesWrite Scope = "mailboxes:write"

	LastCallersWrite Scope = "last-callers:write" // for the switch, which needs no other

	RecoveriesWrite Scope = "recoveries:write" // to have what customers have forgotten sent to them, and passwords chosen

	ValidationsWrite   Scope = "validations:write"    // to find out who customers are, but for the next
	ValidationsPhotoID Scope = "validations:photo-id" // to accept a photo ID, on the word of the agent alone
)

// AllScopes are all of them.
var AllScopes = [...]Scope{
	LinesRead, LinesWrite, PinsReset, FeaturesRead, FeaturesWrite,
	AccountsRead, AccountsWrite, AccountsVerify, DeliveriesRead, DeliveriesWrite,
	TicketsRead, TicketsWrite, MailboxesRead, MailboxesWrite, LastCallersWrite, RecoveriesWrite,
	ValidationsWrite, ValidationsPhotoID,
}

// Key is a right to use the API.
type Key struct {
	ID      string // 16 hexadecimal digits; the token has it, so that the key is found
	Name    string
	Scopes  []Scope
	Hash    [sha256.Size]byte // of the secret part of the token
	Created time.Time
	Revoked time.Time // zero: it isn't
}

// ForgottenAt says whether the key was revoked so long before a time that it is forgotten.
func (k Key) ForgottenAt(at time.Time) bool {
	return !k.Revoked.IsZero() && at.Sub(k.Revoked) >= RevokedKept
}

// Bounds of a store.
const (
	MaxKeys     = 1000                 // keys, the revoked included
	RevokedKept = 365 * 24 * time.Hour // how long a revoked key is kept at least, as the audit is
)

// Store is where keys are kept.
type Store interface {
	// AddKey keeps a new key, or says ErrExists or ErrTooMany. Keys that were revoked [RevokedKept]
	// before its creation are forgotten.
	AddKey(ctx context.Context, key Key) error
	// Key returns the key with that ID, revoked or not, or ErrNotFound.
	Key(ctx context.Context, id string) (Key, error)
	// Keys returns all keys, the revoked too as long as they are kept, oldest first.
	Keys(ctx context.Context) ([]Key, error)
	// RevokeKey revokes the key of that name that isn't revoked yet, or says ErrNotFound.
	RevokeKey(ctx context.Context, name string, at time.Time) error
}

const (
	tokenPrefix = "uc_"
	idBytes     = 8
	secretBytes = 32
	maxName     = 64
)

// New makes a key and its token, "uc_<ID>_<32 random bytes in base64url>", which nobody
// sees again. The errors are ErrName, ErrScope and those of random.
func New(random io.Reader, name string, scopes []Scope, now time.Time) (Key, secret.Text, error) {
	if !ValidName(name) {
		return Key{}, secret.Text{}, ErrName
	}
	if !validScopes(scopes) {
		return Key{}, secret.Text{}, ErrScope
	}
	var drawn [idBytes + secretBytes]byte
	if _, err := io.ReadFull(random, drawn[:]); err != nil {
		return Key{}, secret.Text{}, fmt.Errorf("draw a token: %w", err)
	}
	id, hidden := hex.EncodeToString(drawn[:idBytes]), base64.RawURLEncoding.EncodeToString(drawn[idBytes:])
	key := Key{ID: id, Name: name, Scopes: scopes, Hash: sha256.Sum256([]byte(hidden)), Created: now}
	return key, secret.New(tokenPrefix + id + "_" + hidden), nil
}

// ID returns the ID of the key that a token claims to be of, and false for what is no
// token. It proves nothing: see [Key.Matches].
func ID(token secret.Text) (string, bool) {
	id, _, ok := split(token)
	return id, ok
}

// Matches says whether the token is the key's, and the key isn't revoked. How long it takes
// tells nothing of the secret.
func (k Key) Matches(token secret.Text) bool {
	id, hidden, ok := split(token)
	hash := sha256.Sum256([]byte(hidden))
	same := subtle.ConstantTimeCompare(hash[:], k.Hash[:]) == 1
	return ok && same && id == k.ID && k.Revoked.IsZero()
}

// Allows says whether the key has a scope.
func (k Key) Allows(s Scope) bool { return slices.Contains(k.Scopes, s) }

// split takes a token apart; only its shape is checked.
func split(token secret.Text) (id, hidden string, ok bool) {
	rest, ok := strings.CutPrefix(token.Reveal(), tokenPrefix)
	if !ok || len(rest) != 2*idBytes+1+base64.RawURLEncoding.EncodedLen(secretBytes) || rest[2*idBytes] != '_' {
		return "", "", false
	}
	if strings.Trim(rest[:2*idBytes], "0123456789abcdef") != "" {
		return "", "", false
	}
	return rest[:2*idBytes], rest[2*idBytes+1:], true
}

// ValidName says whether a name can be that of a key.
func ValidName(name string) bool {
	for _, c := range []byte(name) {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '.', c == '-', c == '_':
		default:
			return false
		}
	}
	return name != "" && len(name) <= maxName
}

func validScopes(scopes []Scope) bool {
	for _, s := range scopes {
		if !slices.Contains(AllScopes[:], s) {
			return false
		}
	}
	return len(scopes) > 0
}

// ParseScopes reads scopes separated by commas, as a command line has them:
// "lines:read,pins:reset". Spaces around a scope don't count, nor does a scope that stands
// twice. One that doesn't exist, and a list of none, is [ErrScope].
func ParseScopes(list string) ([]Scope, error) {
	var scopes []Scope
	for name := range strings.SplitSeq(list, ",") {
		scope := Scope(strings.TrimSpace(name))
		if !slices.Contains(scopes, scope) {
			scopes = append(scopes, scope)
		}
	}
	if !validScopes(scopes) {
		return nil, ErrScope
	}
	return scopes, nil
}

// JoinScopes writes scopes as ParseScopes reads them.
func JoinScopes(scopes []Scope) string {
	names := make([]string, len(scopes))
	for i, scope := range scopes {
		names[i] = string(scope)
	}
	return strings.Join(names, ",")
}
