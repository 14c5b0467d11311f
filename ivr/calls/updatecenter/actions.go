package updatecenter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/ivr"
	"updatecenter/ivr/calls/prompts"
	"updatecenter/pins"
)

// actions does the work behind the steps of [Dial78].
type actions struct{ Config }

// arrival is who has called.
type arrival string

const (
	noLanguage       arrival = "language not chosen"
	newCustomer      arrival = "new customer"
	customer         arrival = "customer"
	noSuchLine       arrival = "no such line"
	arrivedLocked    arrival = "locked for now"
	arrivedUnderLock arrival = "locked until reset"
	elsewhere        arrival = "from elsewhere"
	elsewhereNew     arrival = "new customer elsewhere"
)

// arrive looks up the line that the call comes from, or claims to come from.
func (a actions) arrive(ctx context.Context, c *ivr.Call) (arrival, error) {
	number := nanp.Number(c.Caller.Number)
	line, err := a.find(ctx, number)
	known := err == nil
	if err != nil && !errors.Is(err, pins.ErrNoLine) {
		return "", err
	}
	if !c.Caller.FromLine {
		return a.arriveElsewhere(c, line, known)
	}
	switch a.choose(c, line); {
	case c.Language() == "":
		return noLanguage, nil
	case !known:
		return noSuchLine, nil
	}
	c.Fill(lineNumber, string(number))
	return a.arriveAtHome(c, line), nil
}

// find looks up a line; no number is no line.
func (a actions) find(ctx context.Context, number nanp.Number) (pins.Line, error) {
	if number == "" {
		return pins.Line{}, pins.ErrNoLine
	}
	return a.Lines.Find(ctx, number)
}

// choose speaks the language that is remembered with the line, if none is spoken yet.
func (a actions) choose(c *ivr.Call, line pins.Line) {
	if c.Language() == "" {
		c.Speak(ivr.ParseLanguage(line.Language))
	}
}

func (a actions) arriveAtHome(c *ivr.Call, line pins.Line) arrival {
	strikes := line.FromLine
	switch {
	case strikes.Closed:
		return arrivedUnderLock
	case strikes.LockedAt(a.Now()):
		a.tellMinutes(c, strikes.LockedUntil)
		return arrivedLocked
	case line.Temporary():
		return newCustomer
	}
	return customer
}

// arriveElsewhere sends a new customer home at once, in all languages: whoever forges a
// number shall not learn which its owner speaks. Of all others nothing is known yet.
func (a actions) arriveElsewhere(c *ivr.Call, line pins.Line, known bool) (arrival, error) {
	if known && line.Temporary() {
		return elsewhereNew, a.tellAccess(c, line.Number)
	}
	if c.Language() == "" {
		return noLanguage, nil
	}
	return elsewhere, nil
}

// tellAccess fills in the number that is dialed to reach a line from any phone.
func (a actions) tellAccess(c *ivr.Call, line nanp.Number) error {
	number, err := pins.AccessNumber(line.AreaCode())
	if err != nil {
		return fmt.Errorf("find access number: %w", err)
	}
	c.Fill(access, string(number))
	return nil
}

// tellMinutes fills in how long a lock still lasts.
func (a actions) tellMinutes(c *ivr.Call, until time.Time) {
	c.Fill(minutes, prompts.Minutes(until.Sub(a.Now())))
}

// remembered is the only outcome of choosing a language.
type remembered string

const languageKnown remembered = "remembered"

// speak goes on in a language, and remembers it with the line if the call comes from it.
func (a actions) speak(l ivr.Language) func(context.Context, *ivr.Call) (remembered, error) {
	return func(ctx context.Context, c *ivr.Call) (remembered, error) {
		c.Speak(l)
		if !c.Caller.FromLine {
			return languageKnown, nil
		}
		err := a.Lines.SetLanguage(ctx, nanp.Number(c.Caller.Number), string(l))
		if errors.Is(err, pins.ErrNoLine) {
			err = nil
		}
		return languageKnown, err
	}
}

// reading is what an entry is that should be a line's number.
type reading string

const (
	aNumber   reading = "a number"
	notNumber reading = "not a number"
)

func (a actions) readNumber(_ context.Context, c *ivr.Call) (reading, error) {
	number, err := nanp.Parse(c.Text(keyedLine))
	if err != nil {
		return notNumber, nil //nolint:nilerr // what a caller keys is an outcome, not an error
	}
	c.Fill(lineNumber, string(number))
	return aNumber, nil
}

// helping is what a caller gets who presses 0.
type helping string

const (
	putThrough helping = "put through"
	onlyTold   helping = "number told"
	helpedOn   helping = "number told while managing"
)

// help leads whoever manages the line back to it; whoever can't prove to may do so, or can't
// choose a PIN, needs repair.
func (a actions) help(_ context.Context, c *ivr.Call) (helping, error) {
	switch {
	case a.Transfer != "":
		return putThrough, nil
	case manages(c.Place()):
		return helpedOn, nil
	}
	return onlyTold, nil
}

// manages says whether a caller is at the main menu or in the part about a feature, which is
// entered under its name.
func manages(place ivr.Step) bool {
	return place == menu || slices.Contains(pins.AllFeatures[:], pins.Feature(place))
}

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
func (a actions) check(ctx context.Context, c *ivr.Call) (atHome, error) {
	outcome, err := a.try(ctx, c, pins.FromLine)
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
func (a actions) checkRemote(ctx context.Context, c *ivr.Call) (pins.Outcome, error) {
	outcome, err := a.try(ctx, c, pins.Remote)
	if err == nil && outcome == pins.RightTemporary {
		err = a.tellAccess(c, nanp.Number(c.Text(lineNumber)))
	}
	return outcome, err
}

// try checks the entry, which is not needed any more afterwards, and keeps what the call
// must know of the result.
func (a actions) try(ctx context.Context, c *ivr.Call, side pins.Side) (pins.Outcome, error) {
	result, err := a.Lines.Check(ctx, pins.Attempt{
		Number: nanp.Number(c.Text(lineNumber)), Side: side, From: c.Caller.From, Vouched: c.Caller.Vouched, Turn: turnOf(c),
	}, c.Secret(keyedPIN))
	if err != nil {
		return "", err
	}
	c.Erase(keyedPIN, lastTry)
	if result.LastTry {
		c.FillPhrase(lastTry, prompts.LastTry)
	}
	c.Fill(revision, strconv.FormatInt(result.Line.Revision, 10))
	if result.Outcome == pins.LockedForNow {
		a.tellMinutes(c, result.LockedUntil)
	}
	return result.Outcome, nil
}

// turnOf names the turn, so that its effects happen once.
func turnOf(c *ivr.Call) pins.Turn { return pins.Turn{Call: c.SID, Number: c.Turn} }
