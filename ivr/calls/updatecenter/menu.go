package updatecenter

import (
	"context"
	"errors"
	"strconv"

	"updatecenter/internal/nanp"
	"updatecenter/ivr"
	featurecalls "updatecenter/ivr/calls/features"
	"updatecenter/pins"
)

// offering is what a customer can do who has proved to know the PIN: manage the features that
// are installed, and change the PIN.
func (d desk78) offering(c Config) []ivr.Line {
	main := ivr.Menu{
		At: menu, Prompt: sayMenu, More: forMore, First: forFirst, Closing: sayMenuEnd,
		Back: goodbye, GaveUp: noAnswer,
	}
	var enters []ivr.Line
	for _, part := range featurecalls.Parts(featurecalls.Config{Features: c.Features, Line: lineNumber, Proved: revision, Changed: c.Changed}) {
		enter := part.Enter(openMenu, noAnswer, leaveGone, notProved)
		main.Options = append(main.Options, ivr.Option{Prompt: part.Choice, Next: enter.At, If: has(part.Feature)})
		enters = append(enters, enter)
	}
	main.Options = append(main.Options, ivr.Option{Prompt: toChangePIN, Next: newPIN})
	lines := append([]ivr.Line{
		ivr.Work[opening]{At: openMenu, Run: d.open, On: ivr.On[opening]{
			opened:        menu,
			lineGone:      lineRemoved,
			notProvedMore: notProved,
		}},
		main,
	}, enters...)
	return append(lines,
		ivr.Work[missing]{At: leaveGone, Run: d.miss, On: ivr.On[missing]{
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
func (d desk78) open(ctx context.Context, c *ivr.Call) (opening, error) {
	proved, err := provedRevision(c)
	if err != nil {
		return "", err
	}
	line, err := d.lines.Find(ctx, nanp.Number(c.Text(lineNumber)))
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
func (d desk78) miss(ctx context.Context, c *ivr.Call) (missing, error) {
	outcome, err := d.open(ctx, c)
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
func (d desk78) goOn(ctx context.Context, c *ivr.Call) (going, error) {
	proved, err := provedRevision(c)
	if err != nil {
		return "", err
	}
	c.Fill(revision, strconv.FormatInt(proved+1, 10))
	outcome, err := d.open(ctx, c)
	if err != nil {
		return "", err
	}
	if outcome == lineGone || c.Text(installed) == "" {
		return ends, nil
	}
	return goesOn, nil
}
