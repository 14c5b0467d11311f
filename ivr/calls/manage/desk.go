package manage

import (
	"context"
	"errors"
	"fmt"

	"updatecenter/features"
	"updatecenter/internal/nanp"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// Config is what this part of the call needs.
type Config struct {
	Features *features.Lines
	Line     ivr.Blank // of the main call: the number of the line, whose PIN was proved
	Changed  func()    // called after each change; nil: nobody
}

// desk does the work behind the steps.
type desk struct {
	features *features.Lines
	line     ivr.Blank
	changed  func()
}

func newDesk(c Config) desk {
	d := desk{features: c.Features, line: c.Line, changed: c.Changed}
	if d.changed == nil {
		d.changed = func() {}
	}
	return d
}

func (d desk) number(c *ivr.Call) nanp.Number { return nanp.Number(c.Text(d.line)) }

// featureOf is the feature that the call is about at the moment.
func featureOf(c *ivr.Call) pins.Feature { return pins.Feature(c.Text(feature)) }

// ruleOf is its rule.
func ruleOf(c *ivr.Call) features.Rule {
	rule, _ := features.RuleOf(featureOf(c)) // the name is one of pins.AllFeatures
	return rule
}

// find returns the feature as it is now.
func (d desk) find(ctx context.Context, c *ivr.Call) (features.Setting, error) {
	line, err := d.features.Find(ctx, d.number(c))
	if err != nil {
		return features.Setting{}, err
	}
	setting, installed := line.Setting(featureOf(c))
	if !installed {
		return features.Setting{}, features.ErrNotInstalled
	}
	return setting, nil
}

// isGone says whether an error means that the feature, or the line, is there no more.
func isGone(err error) bool {
	return errors.Is(err, features.ErrNotInstalled) || errors.Is(err, pins.ErrNoLine)
}

// weighing is what comes of an entry before it is confirmed.
type weighing string

const (
	accepted weighing = "accepted"
	refused  weighing = "refused"
)

// weigh asks whether an edit would be made. What is gone is noticed by the edit itself.
func (d desk) weigh(ctx context.Context, c *ivr.Call, edit features.Edit) (weighing, error) {
	err := d.features.Weigh(ctx, d.number(c), featureOf(c), edit)
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

// A deed is an edit, and what to say when it was made.
type deed func(c *ivr.Call) (features.Edit, ivr.Prompt, error)

// one is a deed that is the same in every call.
func one(edit features.Edit, done ivr.Prompt) deed {
	return func(*ivr.Call) (features.Edit, ivr.Prompt, error) { return edit, done, nil }
}

// act makes an edit, and fills in the news of it: that it was made, why it was refused, or
// that it was not possible any more.
func (d desk) act(do deed) func(context.Context, *ivr.Call) (acting, error) {
	return func(ctx context.Context, c *ivr.Call) (acting, error) {
		edit, done, err := do(c)
		if err != nil {
			return "", err
		}
		_, err = d.features.Change(ctx, d.request(c, edit))
		switch {
		case err == nil:
			c.FillPhrase(news, done)
			d.changed()
		case isGone(err):
			c.FillPhrase(news, sayNotPossible)
		default:
			_, err = refuse(c, err)
			return acted, err
		}
		return acted, nil
	}
}

func (d desk) request(c *ivr.Call, edit features.Edit) features.Request {
	side := pins.Remote
	if c.Caller.FromLine {
		side = pins.FromLine
	}
	return features.Request{
		Number: d.number(c), Feature: featureOf(c), Edit: edit,
		Turn: pins.Turn{Call: c.SID, Number: c.Turn},
		By:   pins.ByCaller, Side: side, From: c.Caller.From,
	}
}
