package repair

import (
	"context"
	"errors"
	"fmt"

	"updatecenter/internal/audit"
	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

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
	entry, err := identity(d.random)
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
