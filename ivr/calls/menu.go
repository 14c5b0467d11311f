package calls

import (
	"context"
	"errors"
	"strconv"

	"updatecenter/internal/nanp"
	"updatecenter/ivr"
	"updatecenter/ivr/calls/manage"
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
	for _, part := range manage.Parts(manage.Config{Features: c.Features, Line: lineNumber, Changed: c.Changed}) {
		enter := part.Enter(openMenu, noAnswer, leaveGone)
		main.Options = append(main.Options, ivr.Option{Prompt: part.Choice, Next: enter.At, If: has(part.Feature)})
		enters = append(enters, enter)
	}
	main.Options = append(main.Options, ivr.Option{Prompt: toChangePIN, Next: newPIN})
	lines := append([]ivr.Line{
		ivr.Work[opening]{At: openMenu, Run: d.open, On: ivr.On[opening]{
			opened:   menu,
			lineGone: lineRemoved,
		}},
		main,
	}, enters...)
	return append(lines,
		ivr.Work[opening]{At: leaveGone, Run: d.open, On: ivr.On[opening]{
			opened:   featureGone,
			lineGone: lineRemoved,
		}},
		ivr.Say{At: featureGone, Prompt: sayFeatureGone, Next: menu},
		ivr.Say{At: lineRemoved, Prompt: sayLineRemoved, Next: tellRepair},
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
	opened   opening = "opened"
	lineGone opening = "line removed"
)

// open finds out which features the line has at the moment.
func (d desk78) open(ctx context.Context, c *ivr.Call) (opening, error) {
	line, err := d.lines.Find(ctx, nanp.Number(c.Text(lineNumber)))
	switch {
	case errors.Is(err, pins.ErrNoLine):
		return lineGone, nil
	case err != nil:
		return "", err
	}
	c.Fill(installed, line.Features.String())
	return opened, nil
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
	outcome, err := d.open(ctx, c)
	if err != nil {
		return "", err
	}
	if outcome == lineGone || c.Text(installed) == "" {
		return ends, nil
	}
	c.Fill(revision, strconv.FormatInt(proved+1, 10))
	return goesOn, nil
}
