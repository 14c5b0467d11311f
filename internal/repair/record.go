package repair

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/pins"
)

// sealedVersion is the form that this release writes. It refuses a newer one.
const sealedVersion = 1

// record is a validation by a call as it is kept.
type record struct {
	id       ID
	revision int64
	line     nanp.Number
	name     string // who asked for it
	via      string
	created  time.Time
	until    time.Time
	tries    int // that were made, the right one included
	right    bool
	attempt  string        // that was right; empty: none was
	call     deliveries.ID // empty: not asked for yet
	code     secret.Text
}

// form is the record in JSON, as it is sealed.
type form struct {
	Version int           `json:"v"`
	Line    nanp.Number   `json:"line"`
	Name    string        `json:"name"`
	Via     string        `json:"via"`
	Created time.Time     `json:"created"`
	Until   time.Time     `json:"until"`
	Tries   int           `json:"tries,omitempty"`
	Right   bool          `json:"right,omitempty"`
	Attempt string        `json:"attempt,omitempty"`
	Call    deliveries.ID `json:"call,omitempty"`

	// Code is a string here, as a secret.Text is written as dots. A form lives no longer than it
	// takes to seal or open it.
	Code string `json:"code"`
}

// seal writes a record for a store.
func (r record) seal(keys secret.Keyring, random io.Reader) (Stored, error) {
	plaintext, err := json.Marshal(form{
		Version: sealedVersion, Line: r.line, Name: r.name, Via: r.via, Created: r.created, Until: r.until,
		Tries: r.tries, Right: r.right, Attempt: r.attempt, Call: r.call, Code: r.code.Reveal(),
	})
	if err != nil {
		return Stored{}, fmt.Errorf("write validation: %w", err)
	}
	sealed, err := keys.Seal(random, plaintext, boundTo(r.id))
	if err != nil {
		return Stored{}, fmt.Errorf("seal validation: %w", err)
	}
	return Stored{ID: r.id, Revision: r.revision, Sealed: sealed}, nil
}

// open reads what seal wrote. Every error is [pins.ErrUnreadable]. It says nothing of what the JSON
// held, which its own errors would quote.
func open(keys secret.Keyring, stored Stored) (record, error) {
	plaintext, err := keys.Open(stored.Sealed, boundTo(stored.ID))
	if err != nil {
		return record{}, fmt.Errorf("open validation: %w: %w", pins.ErrUnreadable, err)
	}
	var f form
	if err := json.Unmarshal(plaintext, &f); err != nil {
		return record{}, fmt.Errorf("open validation: %w: not in its form", pins.ErrUnreadable)
	}
	if f.Version != sealedVersion {
		return record{}, fmt.Errorf("open validation: %w: of another release", pins.ErrUnreadable)
	}
	return record{
		id: stored.ID, revision: stored.Revision, line: f.Line, name: f.Name, via: f.Via,
		created: f.Created, until: f.Until, tries: f.Tries, right: f.Right, attempt: f.Attempt, call: f.Call,
		code: secret.New(f.Code),
	}, nil
}

func boundTo(id ID) []byte { return []byte("validation " + id) }

// status is how a record stands at a time.
func (r record) status(at time.Time) Status {
	switch {
	case r.right:
		return Succeeded
	case r.tries >= Tries:
		return Failed
	case !at.Before(r.until):
		return TooLate
	}
	return Waiting
}

func (r record) left() int { return max(0, Tries-r.tries) }

func (r record) of(who Who) bool { return r.name == who.Name && r.via == who.Via }

// changeTries bounds how often a change starts over because others changed the record
// meanwhile. Of those that meet one always succeeds, and a code has few tries.
const changeTries = 16

// change edits a record, and starts over when another change came first. It returns the record
// as it then stands. An edit says whether there was anything to change.
func (d *Desk) change(ctx context.Context, id ID, edit func(*record) bool) (record, error) {
	for range changeTries {
		r, err := d.codes.load(ctx, id)
		if err != nil || !edit(&r) {
			return r, err
		}
		err = d.save(ctx, &r)
		if !errors.Is(err, ErrStale) {
			return r, err
		}
	}
	return record{}, ErrStale
}

func (d *Desk) save(ctx context.Context, r *record) error {
	stored, err := r.seal(d.codes.Keys, d.random)
	if err != nil {
		return err
	}
	if err := d.codes.Store.Save(ctx, stored); err != nil {
		return fmt.Errorf("save validation: %w", err)
	}
	r.revision++
	return nil
}
