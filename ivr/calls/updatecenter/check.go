package updatecenter

import (
	"context"
	"fmt"
	"strconv"

	"updatecenter/internal/nanp"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// atHome is what comes of an entry on a call from the line itself.
type atHome string

const (
	homeRight        atHome = "right"
	homeTemporary    atHome = "right, temporary"
	homeWrong        atHome = "wrong"
	homeLocked       atHome = "locked for now"
	homeLockedFirmly atHome = "locked until reset"
)

// check checks the entry for a call from the line.
func (d desk78) check(ctx context.Context, c *ivr.Call) (atHome, error) {
	outcome, err := d.try(ctx, c, pins.FromLine)
	if err != nil {
		return "", err
	}
	switch outcome {
	case pins.Right:
		return homeRight, nil
	case pins.RightTemporary:
		return homeTemporary, nil
	case pins.Wrong:
		return homeWrong, nil
	case pins.LockedForNow:
		return homeLocked, nil
	case pins.LockedUntilReset:
		return homeLockedFirmly, nil
	case pins.CallerLocked, pins.UnvouchedLocked: // these count calls from elsewhere alone
	}
	return "", fmt.Errorf("check at home: unexpected outcome %q", outcome)
}

// checkRemote checks the entry for a call from elsewhere.
func (d desk78) checkRemote(ctx context.Context, c *ivr.Call) (pins.Outcome, error) {
	outcome, err := d.try(ctx, c, pins.Remote)
	if err == nil && outcome == pins.RightTemporary {
		err = d.tellAccess(c, nanp.Number(c.Text(lineNumber)))
	}
	return outcome, err
}

// try checks the entry, which is not needed any more afterwards, and keeps what the call
// must know of the result.
func (d desk78) try(ctx context.Context, c *ivr.Call, side pins.Side) (pins.Outcome, error) {
	result, err := d.lines.Check(ctx, pins.Attempt{
		Number: nanp.Number(c.Text(lineNumber)), Side: side, From: c.Caller.From, Vouched: c.Caller.Vouched, Turn: turnOf(c),
	}, c.Secret(keyedPIN))
	if err != nil {
		return "", err
	}
	c.Erase(keyedPIN)
	c.Fill(revision, strconv.FormatInt(result.Line.Revision, 10))
	if result.Outcome == pins.LockedForNow {
		d.tellMinutes(c, result.LockedUntil)
	}
	return result.Outcome, nil
}

// turnOf names the turn, so that its effects happen once.
func turnOf(c *ivr.Call) pins.Turn { return pins.Turn{Call: c.SID, Number: c.Turn} }
