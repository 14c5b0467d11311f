package updatecenter

import (
	"context"
	"errors"
	"strconv"

	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/ivr"
	featurecalls "updatecenter/ivr/calls/features"
	"updatecenter/ivr/calls/prompts"
	"updatecenter/pins"
)

// offering is what a customer can do who has proved to know the PIN: manage the features that
// are installed, and change the PIN.
func (a actions) offering() []ivr.Node {
	main := ivr.Menu{
		At: menu, Prompt: sayMenu, More: prompts.ForMore, First: prompts.ForFirst, Closing: sayMenuEnd,
		Back: goodbye, GaveUp: noAnswer,
	}
	var enters []ivr.Node
	for _, part := range featurecalls.Parts(featurecalls.Config{Features: a.Features, Line: lineNumber, Proved: revision, Changed: a.Changed}) {
		enter := part.Enter(openMenu, noAnswer, leaveGone, notProved)
		main.Options = append(main.Options, ivr.Option{Prompt: part.Choice, Brief: part.Brief, Next: enter.At, If: has(part.Feature)})
		enters = append(enters, enter)
	}
	main.Options = append(main.Options, ivr.Option{Prompt: toChangePIN, Brief: changePINBriefly, Next: newPIN})
	nodes := append([]ivr.Node{
		ivr.Action[opening]{At: openMenu, Run: a.open, On: ivr.On[opening]{
			opened:        menu,
			lineGone:      lineRemoved,
			notProvedMore: notProved,
		}},
		main,
	}, enters...)
	return append(nodes,
		ivr.Action[missing]{At: leaveGone, Run: a.miss, On: ivr.On[missing]{
			aFeature: featureGone,
			theLine:  lineRemoved,
		}},
		ivr.Say{At: featureGone, Prompt: sayFeatureGone, Next: openMenu},
		ivr.Say{At: lineRemoved, Prompt: sayLineRemoved, Next: tellRepair},
		ivr.Say{At: notProved, Prompt: sayNotProved, Next: tellRepair},
	)
}

// has is the condition of the options about a feature.
func has(f pins.Feature) func(*ivr.Call) bool {
	return func(c *ivr.Call) bool {
		all, err := pins.ParseFeatures(c.Text(installed))
		return err == nil && all.Has(f) // what Features wrote can be read
	}
}

// opening is what becomes of the main menu.
type opening string

const (
	opened        opening = "opened"
	lineGone      opening = "line removed"
	notProvedMore opening = "PIN changed by another"
)

// open finds out which features the line has at the moment: that is told to nobody but who
// has proved to know its PIN.
func (a actions) open(ctx context.Context, c *ivr.Call) (opening, error) {
	proved, err := c.Int(revision)
	if err != nil {
		return "", err
	}
	line, err := a.Lines.Find(ctx, nanp.Number(c.Text(lineNumber)))
	switch {
	case errors.Is(err, pins.ErrNoLine):
		return lineGone, nil
	case err != nil:
		return "", err
	case line.Revision != proved:
		return notProvedMore, nil
	}
	c.Fill(installed, line.Features.String())
	return opened, nil
}

// missing is what is not there any more.
type missing string

const (
	aFeature missing = "a feature"
	theLine  missing = "the line"
)

// miss finds out what is gone. The menu, which comes next, looks at the PIN.
func (a actions) miss(ctx context.Context, c *ivr.Call) (missing, error) {
	outcome, err := a.open(ctx, c)
	if outcome == lineGone {
		return theLine, nil
	}
	return aFeature, err
}

// going is whether there is more to do after a change of the PIN.
type going string

const (
	goesOn going = "has features"
	ends   going = "no features"
)

// goOn lets a customer go on who has features. The caller knows the new PIN, whose revision
// is the next one: it is not looked up, as the PIN that is there by now can be somebody else's.
func (a actions) goOn(ctx context.Context, c *ivr.Call) (going, error) {
	proved, err := c.Int(revision)
	if err != nil {
		return "", err
	}
	c.Fill(revision, strconv.FormatInt(proved+1, 10))
	outcome, err := a.open(ctx, c)
	if err != nil {
		return "", err
	}
	if outcome == lineGone || c.Text(installed) == "" {
		return ends, nil
	}
	return goesOn, nil
}

// existing is the length of an entry that should be the PIN in force: it may be older than
// the present policy.
func (a actions) existing() ivr.Range { return ivr.Range{Min: pins.MinDigits, Max: pins.MaxDigits} }

// chosen is the length of a new PIN.
func (a actions) chosen() ivr.Range {
	return ivr.Range{Min: a.Policy.MinDigits, Max: a.Policy.MaxDigits}
}

// askNewPIN names one length, or the shortest and the longest.
func (a actions) askNewPIN() ivr.Prompt {
	if a.Policy.MinDigits == a.Policy.MaxDigits {
		return sayAskNewPIN
	}
	return sayAskNewPINRange
}

// weigh judges the first entry of a new PIN.
func (a actions) weigh(ctx context.Context, c *ivr.Call) (pins.Verdict, error) {
	proved, err := c.Int(revision)
	if err != nil {
		return "", err
	}
	verdict, err := a.Lines.Weigh(ctx, nanp.Number(c.Text(lineNumber)), proved, c.Secret(firstEntry))
	if err == nil && verdict != pins.Acceptable {
		c.Erase(firstEntry)
	}
	return verdict, err
}

// changing is what comes of the second entry.
type changing string

const (
	isChanged     changing = "changed"
	entriesDiffer changing = "entries differ"
	wasOvertaken  changing = "changed by another"
)

// change makes the new PIN the line's, if it was keyed twice the same.
func (a actions) change(ctx context.Context, c *ivr.Call) (changing, error) {
	entry := c.Secret(firstEntry)
	same := entry.Equal(c.Secret(nextEntry))
	if !same {
		c.Erase(firstEntry, nextEntry)
		return entriesDiffer, nil
	}
	request, err := a.changeRequest(c)
	if err != nil {
		return "", err
	}
	switch err := a.Lines.Change(ctx, request); {
	case errors.Is(err, storage.ErrStale), errors.Is(err, pins.ErrNoLine):
		return wasOvertaken, nil
	case err != nil:
		return "", err
	}
	c.Erase(firstEntry, nextEntry)
	return isChanged, a.tellAccess(c, request.Number)
}

func (a actions) changeRequest(c *ivr.Call) (pins.ChangeRequest, error) {
	proved, err := c.Int(revision)
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

func (a actions) leaveNewPIN(ctx context.Context, c *ivr.Call) (leaving, error) {
	c.Erase(firstEntry)
	line, err := a.Lines.Find(ctx, nanp.Number(c.Text(lineNumber)))
	if err != nil {
		return "", err
	}
	if line.Temporary() {
		return stillNew, nil
	}
	return toMenu, nil
}
