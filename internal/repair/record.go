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
	"updatecenter/pins"
)

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
	storage.Version
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
	sealed, err := storage.Seal(keys, random, boundTo(r.id), &form{
		Line: r.line, Name: r.name, Via: r.via, Created: r.created, Until: r.until,
		Tries: r.tries, Right: r.right, Attempt: r.attempt, Call: r.call, Code: r.code.Reveal(),
	})
	if err != nil {
		return Stored{}, fmt.Errorf("seal validation: %w", err)
	}
	return Stored{ID: r.id, Revision: r.revision, Sealed: sealed}, nil
}

// open reads what seal wrote. Every error is [storage.ErrUnreadable].
func open(keys secret.Keyring, stored Stored) (record, error) {
	var f form
	if err := storage.Open(keys, stored.Sealed, boundTo(stored.ID), &f); err != nil {
		return record{}, fmt.Errorf("open validation: %w", err)
	}
	return record{
		id: stored.ID, revision: stored.Revision, line: f.Line, name: f.Name, via: f.Via,
		created: f.Created, until: f.Until, tries: f.Tries, right: f.Right, attempt: f.Attempt, call: f.Call,
		code: secret.New(f.Code),
	}, nil
}

func boundTo(id ID) string { return "validation " + string(id) }

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

// change edits a record, and starts over when another change came first. It returns the record
// as it then stands. An edit says whether there was anything to change.
func (d *Desk) change(ctx context.Context, id ID, edit func(*record) bool) (record, error) {
	return storage.Retry(ctx, func() (record, error) {
		r, err := d.codes.load(ctx, id)
		if err != nil || !edit(&r) {
			return r, err
		}
		err = d.save(ctx, &r)
		return r, err
	})
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
func (d *Desk) Find(ctx context.Context, who Who, number nanp.Number) (Card, error) {
	card, err := d.find(ctx, who, number)
	if err != nil {
		return Card{}, fmt.Errorf("look line up: %w", err)
	}
	return card, nil
}

func (d *Desk) find(ctx context.Context, who Who, number nanp.Number) (Card, error) {
	if !who.valid() {
		return Card{}, ErrWho
	}
	if err := d.countOne(ctx, who, LookUps, number); err != nil {
		return Card{}, err
	}
	if err := d.record(ctx, who, audit.LookedUp, number, ""); err != nil {
		return Card{}, err
	}
	line, err := d.lines.Find(ctx, number)
	if err != nil {
		return Card{}, err
	}
	history, err := d.provisioning.History(ctx, number, onCard)
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
func (d *Desk) LookUp(ctx context.Context, key Who, number nanp.Number, what string) error {
	if err := d.lookUp(ctx, key, number, what); err != nil {
		return fmt.Errorf("look up by key: %w", err)
	}
	return nil
}

func (d *Desk) lookUp(ctx context.Context, key Who, number nanp.Number, what string) error {
	if err := d.countLookUp(ctx, key, number); err != nil {
		return err
	}
	return d.record(ctx, key, audit.LookedUp, number, what)
}

// LookUpAccount counts that a program looks up an account with a key of its own, together with the
// lines that it looks up. It records nothing. Errors: a [*LimitError], [ErrWho], those of the store
// and, of a limit, the audit.
func (d *Desk) LookUpAccount(ctx context.Context, key Who) error {
	if err := d.countLookUp(ctx, key, ""); err != nil {
		return fmt.Errorf("look account up by key: %w", err)
	}
	return nil
}

// MayLookUp says whether a program has a look-up left, and counts none: before what is one only if an
// account turns out not to exist. Errors: those of LookUpAccount.
func (d *Desk) MayLookUp(ctx context.Context, key Who) error {
	if err := d.countProgram(ctx, key, "", ""); err != nil {
		return fmt.Errorf("look account up by key: %w", err)
	}
	return nil
}

func (d *Desk) countLookUp(ctx context.Context, key Who, number nanp.Number) error {
	entry, err := ids.New(d.random, "")
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
	c := Count{Subject: subject(LookUps, key, number), Entry: entry, At: d.now(), Rule: d.limits.ruleOfProgram()}
	return d.countFor(ctx, c, Alert{What: LookUps, Who: key, Line: number}, key, string(LookUps))
}

// line finds the line for which something is to be done. What is no line was looked up by that,
// and is counted and recorded as in Find. Who has no look-up left is told nothing: the refusal
// would say of a number that it is no line.
func (d *Desk) line(ctx context.Context, who Who, number nanp.Number) (pins.Line, error) {
	if err := d.count(ctx, who, LookUps, number, ""); err != nil {
		return pins.Line{}, err
	}
	line, err := d.lines.Find(ctx, number)
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
