package desk

import (
	"context"
	"errors"
	"fmt"

	"updatecenter/audit"
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
	validation, err := d.provisioning.Validation(ctx, number, who.Name, who.Via)
	if err != nil && !errors.Is(err, pins.ErrNotValidated) {
		return Card{}, err
	}
	return Card{Line: line, History: history, Validation: validation}, nil
}
