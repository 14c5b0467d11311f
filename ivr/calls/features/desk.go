package features

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// Config is what this part of the call needs.
type Config struct {
	Features *features.Lines
	Line     ivr.Blank // of the main call: the number of the line
	Proved   ivr.Blank // of the main call: the revision of the line's PIN that the caller has proved to know
	Changed  func()    // called after each change; nil: nobody
}

// desk does the work behind the steps.
type desk struct {
	features *features.Lines
	line     ivr.Blank
	proved   ivr.Blank
	changed  func()
}

func newDesk(c Config) desk {
	d := desk{features: c.Features, line: c.Line, proved: c.Proved, changed: c.Changed}
	if d.changed == nil {
		d.changed = func() {}
	}
	return d
}

func (d desk) number(c *ivr.Call) nanp.Number { return nanp.Number(c.Text(d.line)) }

// provedOf is the revision of the PIN that the caller has proved to know.
func (d desk) provedOf(c *ivr.Call) (int64, error) {
	proved, err := strconv.ParseInt(c.Text(d.proved), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read proved revision: %w", err)
	}
	return proved, nil
}

// featureOf is the feature that the call is about at the moment.
func featureOf(c *ivr.Call) pins.Feature { return pins.Feature(c.Text(feature)) }

// ruleOf is its rule.
func ruleOf(c *ivr.Call) features.Rule {
	rule, _ := features.RuleOf(featureOf(c)) // the name is one of pins.AllFeatures
	return rule
}

// find returns the feature as it is now. Whoever's PIN is not the line's any more has no
// right to know: that is features.ErrOvertaken.
func (d desk) find(ctx context.Context, c *ivr.Call) (features.Setting, error) {
	proved, err := d.provedOf(c)
	if err != nil {
		return features.Setting{}, err
	}
	line, err := d.features.Find(ctx, d.number(c))
	if err != nil {
		return features.Setting{}, err
	}
	if line.PINRevision != proved {
		return features.Setting{}, features.ErrOvertaken
	}
	setting, installed := line.Setting(featureOf(c))
	if !installed {
		return features.Setting{}, features.ErrNotInstalled
	}
	return setting, nil
}

// isGone says whether an error means that the feature, or the line, is there no more, or not
// this caller's business any more.
func isGone(err error) bool {
	return errors.Is(err, features.ErrNotInstalled) || errors.Is(err, pins.ErrNoLine) ||
		errors.Is(err, features.ErrOvertaken)
}

// weighing is what comes of an entry before it is confirmed.
type weighing string

const (
	accepted weighing = "accepted"
	refused  weighing = "refused"
)

// weigh asks whether an edit would be made. What is gone is noticed by the edit itself.
func (d desk) weigh(ctx context.Context, c *ivr.Call, edit features.Edit) (weighing, error) {
	_, err := d.find(ctx, c)
	if err == nil {
		err = d.features.Weigh(ctx, d.number(c), featureOf(c), edit)
	}
	if err == nil || isGone(err) {
		return accepted, nil
	}
	return refuse(c, err)
}

// refuse fills in the sentence for a refusal. Other errors it returns.
func refuse(c *ivr.Call, err error) (weighing, error) {
	reason, ok := features.ReasonOf(err)
	if !ok {
		return "", err
	}
	why := refusals[reason]
	if why == (ivr.Prompt{}) {
		return "", fmt.Errorf("tell the caller: %w", err)
	}
	c.FillPhrase(news, why)
	return refused, nil
}

// acting is the only outcome of an act, as what came of it is news.
type acting string

const acted acting = "acted"

// changes is a line that makes an edit. Every one is made so, for the apologies.
func changes(at ivr.Step, run func(context.Context, *ivr.Call) (acting, error), next ivr.Step) ivr.Line {
	return ivr.Work[acting]{At: at, Run: run, On: ivr.On[acting]{acted: next}, May: sayMayBeChanged}
}

// A deed is an edit, and what to say when it was made.
type deed func(c *ivr.Call) (features.Edit, ivr.Prompt, error)

// one is a deed that is the same in every call.
func one(edit features.Edit, done ivr.Prompt) deed {
	return func(*ivr.Call) (features.Edit, ivr.Prompt, error) { return edit, done, nil }
}

// act makes an edit, and fills in the news of it: that it was made, why it was refused, or
// that it was not possible any more or right now.
func (d desk) act(do deed) func(context.Context, *ivr.Call) (acting, error) {
	return func(ctx context.Context, c *ivr.Call) (acting, error) {
		edit, done, err := do(c)
		if err != nil {
			return "", err
		}
		request, err := d.request(c, edit)
		if err != nil {
			return "", err
		}
		outcome, err := d.features.Change(ctx, request)
		if outcome.Changed {
			d.changed()
		}
		return acted, tellNews(c, done, err)
	}
}

// tellNews fills in what came of an act.
func tellNews(c *ivr.Call, done ivr.Prompt, err error) error {
	switch {
	case err == nil:
		c.FillPhrase(news, done)
	case isGone(err):
		c.FillPhrase(news, sayNotPossible)
	case errors.Is(err, features.ErrBacklog):
		c.FillPhrase(news, sayNotNow)
	default:
		_, err = refuse(c, err)
		return err
	}
	return nil
}

func (d desk) request(c *ivr.Call, edit features.Edit) (features.Request, error) {
	proved, err := d.provedOf(c)
	side := pins.Remote
	if c.Caller.FromLine {
		side = pins.FromLine
	}
	return features.Request{
		Number: d.number(c), Feature: featureOf(c), Edit: edit, Proved: proved,
		Turn: pins.Turn{Call: c.SID, Number: c.Turn},
		By:   pins.ByCaller, Side: side, From: c.Caller.From,
	}, err
}
