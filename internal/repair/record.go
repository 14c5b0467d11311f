package repair

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/ids"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/wrap"
	"updatecenter/pins"
)

// record is a validation by a call as it is kept.
type record struct {
	id       ID
	revision int64
	code     secret.Text
	form
}

// form is what is sealed of a record, in JSON, but for the code.
type form struct {
	storage.Version
	Line    nanp.Number   `json:"line"`
	Name    string        `json:"name"` // who asked for it
	Via     string        `json:"via"`
	Created time.Time     `json:"created"`
	Until   time.Time     `json:"until"`
	Tries   int           `json:"tries,omitempty"` // that were made, the right one included
	Right   bool          `json:"right,omitempty"`
	Attempt string        `json:"attempt,omitempty"` // that was right; empty: none was
	Call    deliveries.ID `json:"call,omitempty"`    // empty: not asked for yet
}

// sealedForm has the code as a string, as a secret.Text is written as dots. It lives no longer than it takes
// to seal or open it.
type sealedForm struct {
	form
	Code string `json:"code"`
}

// seal writes a record for a store.
func (r record) seal(keys secret.Keyring, random io.Reader) (Stored, error) {
	sealed, err := storage.Seal(keys, random, boundTo(r.id), &sealedForm{r.form, r.code.Reveal()})
	if err != nil {
		return Stored{}, fmt.Errorf("seal validation: %w", err)
	}
	return Stored{ID: r.id, Revision: r.revision, Sealed: sealed}, nil
}

// open reads what seal wrote. Every error is [storage.ErrUnreadable].
func open(keys secret.Keyring, stored Stored) (record, error) {
	var f sealedForm
	if err := storage.Open(keys, stored.Sealed, boundTo(stored.ID), &f); err != nil {
		return record{}, fmt.Errorf("open validation: %w", err)
	}
	return record{id: stored.ID, revision: stored.Revision, code: secret.New(f.Code), form: f.form}, nil
}

func boundTo(id ID) string { return "validation " + string(id) }

// status is how a record stands at a time.
func (r record) status(at time.Time) Status {
	switch {
	case r.Right:
		return Succeeded
	case r.Tries >= Tries:
		return Failed
	case !at.Before(r.Until):
		return TooLate
	}
	return Waiting
}

func (r record) left() int { return max(0, Tries-r.Tries) }

func (r record) of(who Who) bool { return r.Name == who.Name && r.Via == who.Via }

// change edits a record, and starts over when another change came first. It returns the record
// as it then stands. An edit says whether there was anything to change.
func (d *Desk) change(ctx context.Context, id ID, edit func(*record) bool) (record, error) {
	return storage.Retry(ctx, func() (record, error) {
		r, err := d.codes.load(ctx, id)
		if err != nil || !edit(&r) {
			return r, err
		}
		stored, err := r.seal(d.codes.Keys, d.config.Random)
		if err != nil {
			return r, err
		}
		if err := d.codes.Store.Save(ctx, stored); err != nil {
			return r, fmt.Errorf("save validation: %w", err)
		}
		r.revision++
		return r, nil
	})
}

// Card is what who is at the desk sees of a line. It holds no PIN; Line.PIN is a hash.
type Card struct {
	Line       pins.Line
	History    []pins.Record   // the newest 50, newest first
	Validation pins.Validation // by the same agent and interface, if it counts now; else zero
}

const onCard = 50

// Find looks a line up. That a customer has a line, and with what, is protected (47 U.S.C. 222):
// each look-up is recorded, of what is no line too. Errors: [pins.ErrNoLine], a [*LimitError],
// [ErrWho], those of the stores and the audit.
func (d *Desk) Find(ctx context.Context, who Who, number nanp.Number) (_ Card, err error) {
	defer wrap.Error(&err, "look line up")
	if !who.valid() {
		return Card{}, ErrWho
	}
	if err := d.countOne(ctx, who, LookUps, number); err != nil {
		return Card{}, err
	}
	if err := d.record(ctx, who, audit.LookedUp, number, ""); err != nil {
		return Card{}, err
	}
	line, err := d.config.Lines.Find(ctx, number)
	if err != nil {
		return Card{}, err
	}
	history, err := d.config.Provisioning.History(ctx, number, onCard)
	if err != nil {
		return Card{}, err
	}
	validation, err := d.standing(ctx, who, number)
	if err != nil && !errors.Is(err, pins.ErrNotValidated) {
		return Card{}, err
	}
	return Card{Line: line, History: history, Validation: validation}, nil
}

// LookUp counts and records that a program looks a number up with a key of its own, for no agent,
// before it is shown what there is. What says for the audit what it wants to see. It may do so
// 200 times in a minute, with the default limits. Errors: a [*LimitError], [ErrWho], those of the
// store and the audit.
func (d *Desk) LookUp(ctx context.Context, key Who, number nanp.Number, what string) (err error) {
	defer wrap.Error(&err, "look up by key")
	if err := d.countLookUp(ctx, key, number); err != nil {
		return err
	}
	return d.record(ctx, key, audit.LookedUp, number, what)
}

// LookUpAccount counts that a program looks up an account with a key of its own, together with the
// lines that it looks up. It records nothing. Errors: a [*LimitError], [ErrWho], those of the store
// and, of a limit, the audit.
func (d *Desk) LookUpAccount(ctx context.Context, key Who) (err error) {
	defer wrap.Error(&err, "look account up by key")
	return d.countLookUp(ctx, key, "")
}

// MayLookUp says whether a program has a look-up left, and counts none: before what is one only if an
// account turns out not to exist. Errors: those of LookUpAccount.
func (d *Desk) MayLookUp(ctx context.Context, key Who) (err error) {
	defer wrap.Error(&err, "look account up by key")
	return d.countProgram(ctx, key, "", "")
}

func (d *Desk) countLookUp(ctx context.Context, key Who, number nanp.Number) error {
	entry, err := ids.New(d.config.Random, "")
	if err != nil {
		return err
	}
	return d.countProgram(ctx, key, number, entry)
}

// countProgram counts an entry of a program's look-ups; without one it only asks.
func (d *Desk) countProgram(ctx context.Context, key Who, number nanp.Number, entry string) error {
	if !key.valid() {
		return ErrWho
	}
	bounds := []bound{{subject(LookUps, key, number), d.config.Limits.ruleOfProgram(), key, string(LookUps)}}
	return d.countAll(ctx, key, LookUps, number, entry, bounds)
}

// line finds the line for which something is to be done. What is no line was looked up by that,
// and is counted and recorded as in Find. Who has no look-up left is told nothing: the refusal
// would say of a number that it is no line.
func (d *Desk) line(ctx context.Context, who Who, number nanp.Number) (pins.Line, error) {
	if err := d.count(ctx, who, LookUps, number, ""); err != nil {
		return pins.Line{}, err
	}
	line, err := d.config.Lines.Find(ctx, number)
	if !errors.Is(err, pins.ErrNoLine) {
		return line, err
	}
	if err := d.countOne(ctx, who, LookUps, number); err != nil {
		return pins.Line{}, err
	}
	if err := d.failed(ctx, who, audit.LookedUp, number, noLine); err != nil {
		return pins.Line{}, err
	}
	return pins.Line{}, err
}

const noLine = "no such line" // in the audit
