package updatecenter

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"updatecenter/internal/nanp"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// existing is the length of an entry that should be the PIN in force: it may be older than
// the present policy.
func (d desk78) existing() ivr.Range { return ivr.Range{Min: pins.MinDigits, Max: pins.MaxDigits} }

// chosen is the length of a new PIN.
func (d desk78) chosen() ivr.Range {
	return ivr.Range{Min: d.policy.MinDigits, Max: d.policy.MaxDigits}
}

// askNewPIN names one length, or the shortest and the longest.
func (d desk78) askNewPIN() ivr.Prompt {
	if d.policy.MinDigits == d.policy.MaxDigits {
		return sayAskNewPIN
	}
	return sayAskNewPINRange
}

// weigh judges the first entry of a new PIN.
func (d desk78) weigh(ctx context.Context, c *ivr.Call) (pins.Verdict, error) {
	proved, err := provedRevision(c)
	if err != nil {
		return "", err
	}
	verdict, err := d.lines.Weigh(ctx, nanp.Number(c.Text(lineNumber)), proved, c.Secret(firstEntry))
	if err == nil && verdict != pins.Acceptable {
		c.Erase(firstEntry)
	}
	return verdict, err
}

// provedRevision is that of the PIN which the caller has proved to know.
func provedRevision(c *ivr.Call) (int64, error) {
	proved, err := strconv.ParseInt(c.Text(revision), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read revision: %w", err)
	}
	return proved, nil
}

// changing is what comes of the second entry.
type changing string

const (
	isChanged     changing = "changed"
	entriesDiffer changing = "entries differ"
	wasOvertaken  changing = "changed by another"
)

// change makes the new PIN the line's, if it was keyed twice the same.
func (d desk78) change(ctx context.Context, c *ivr.Call) (changing, error) {
	entry := c.Secret(firstEntry)
	same := entry.Equal(c.Secret(nextEntry))
	if !same {
		c.Erase(firstEntry, nextEntry)
		return entriesDiffer, nil
	}
	request, err := d.changeRequest(c)
	if err != nil {
		return "", err
	}
	switch err := d.lines.Change(ctx, request); {
	case errors.Is(err, pins.ErrStale), errors.Is(err, pins.ErrNoLine):
		return wasOvertaken, nil
	case err != nil:
		return "", err
	}
	c.Erase(firstEntry, nextEntry)
	return isChanged, d.tellAccess(c, request.Number)
}

func (d desk78) changeRequest(c *ivr.Call) (pins.ChangeRequest, error) {
	proved, err := provedRevision(c)
	if err != nil {
		return pins.ChangeRequest{}, err
	}
	side := pins.Remote
	if c.Caller.FromLine {
		side = pins.FromLine
	}
	return pins.ChangeRequest{
		Number: nanp.Number(c.Text(lineNumber)), Revision: proved, Entry: c.Secret(firstEntry),
		Turn: turnOf(c), Side: side, From: c.Caller.From,
	}, nil
}

// leaving is where * leads from the choice of a new PIN.
type leaving string

const (
	toMenu   leaving = "has a menu"
	stillNew leaving = "still new"
)

func (d desk78) leaveNewPIN(ctx context.Context, c *ivr.Call) (leaving, error) {
	c.Erase(firstEntry)
	line, err := d.lines.Find(ctx, nanp.Number(c.Text(lineNumber)))
	if err != nil {
		return "", err
	}
	if line.Temporary() {
		return stillNew, nil
	}
	return toMenu, nil
}
