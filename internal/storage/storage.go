// Package storage has what all records have in common that are kept in a store: a revision by which a
// change finds out that another came first, a version by which a release knows the form of another, and
// a seal for what nobody must read in the store.
//
// A change reads a record, edits it, and stores it if the record still has the revision that was read
// (compare-and-swap); [Retry] runs it again where another change came first.
//
// What a release can't read it leaves as it is: [ErrUnreadable].
package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"updatecenter/internal/secret"
)

var (
	// ErrStale: the record has another revision than the one that was read, as somebody else has changed
	// it meanwhile. Nothing was changed.
	ErrStale = errors.New("somebody else has changed it meanwhile")
	// ErrContended: [Retry] gave up, as another change came first each time. Nothing was changed.
	ErrContended = errors.New("others change it all the time")
	// ErrUnreadable: what is stored is damaged, or ErrNewer, or the key is gone that it was sealed with.
	// To ask again is no help.
	ErrUnreadable = errors.New("a stored record can't be read")
	// ErrNewer is the ErrUnreadable of what a newer release stored, whose servers can read it.
	ErrNewer = fmt.Errorf("%w: it has the form of a newer release", ErrUnreadable)
	// ErrDamaged is the ErrUnreadable of what no release has stored.
	ErrDamaged = fmt.Errorf("%w: it is damaged", ErrUnreadable)
)

// tries bounds how often a change is run. Of those that meet, one always succeeds.
const tries = 100

// Retry runs a change until it returns anything but [ErrStale], 100 times at most and not after the
// context has ended, and returns what it returned last; ErrStale as [ErrContended], which a Retry around
// this one doesn't run again.
func Retry[T any](ctx context.Context, change func() (T, error)) (T, error) {
	for try := 1; ; try++ {
		result, err := change()
		if !errors.Is(err, ErrStale) {
			return result, err
		}
		if try == tries || ctx.Err() != nil {
			return result, fmt.Errorf("%w: %s", ErrContended, err.Error())
		}
	}
}

// Write stores a change. After an error other than the verdicts, which say that nothing was changed, it may
// have been stored all the same: it is then written once more, which must have no further effect. With an
// error, unsure says that this is still so.
func Write(ctx context.Context, write func() error, verdicts ...error) (unsure bool, err error) {
	err = write()
	if unsure = err != nil && !isAny(err, verdicts); unsure && ctx.Err() == nil {
		err = write()
	}
	return unsure && err != nil, err
}

func isAny(err error, targets []error) bool {
	return slices.ContainsFunc(targets, func(target error) bool { return errors.Is(err, target) })
}

// Version is embedded in what is stored as JSON, as its first field. All forms have version 1 so far. A
// release refuses what has another one, so that nothing gets lost of what a newer one has added.
type Version struct {
	V int `json:"v"`
}

const version = 1

func (v *Version) set() { v.V = version }

// A Form is any struct that embeds [Version].
type Form interface{ set() }

// Encode writes a form as JSON, with its version.
func Encode(form Form) ([]byte, error) {
	form.set()
	return json.Marshal(form)
}

// Decode reads what Encode wrote. Every error is [ErrUnreadable], and says nothing of what the JSON held,
// which its own errors would quote.
func Decode(encoded []byte, form any) error {
	var of Version
	if err := json.Unmarshal(encoded, &of); err != nil || of.V < version {
		return ErrDamaged
	}
	if of.V > version {
		return ErrNewer
	}
	if err := json.Unmarshal(encoded, form); err != nil {
		return ErrDamaged
	}
	return nil
}

// Seal encodes a form and seals it, bound to what it belongs to: nobody can put it in another's place.
func Seal(keys secret.Keyring, random io.Reader, boundTo string, form Form) ([]byte, error) {
	plaintext, err := Encode(form)
	if err != nil {
		return nil, err
	}
	return keys.Seal(random, plaintext, []byte(boundTo))
}

// Open reads what Seal wrote. Every error is [ErrUnreadable], as of Decode.
func Open(keys secret.Keyring, sealed []byte, boundTo string, form any) error {
	plaintext, err := keys.Open(sealed, []byte(boundTo))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return Decode(plaintext, form)
}
