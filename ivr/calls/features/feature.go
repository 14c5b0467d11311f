package features

import (
	"context"
	"errors"

	"updatecenter/internal/features"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// Part is the part of the call about one feature.
type Part struct {
	Feature pins.Feature
	Choice  ivr.Prompt   // offers it in a menu: "For Dial Lock, press {key}."
	Subflow *ivr.Subflow // has the feature's name
	steps   steps
}

// Enter is the line, under the feature's name, that enters the part: it goes on at left after
// *, at noAnswer when the caller can't be heard, at gone when the line doesn't have the
// feature, or is none any more, and at overtaken when its PIN is another by now.
func (p Part) Enter(left, noAnswer, gone, overtaken ivr.Step) ivr.Enter {
	return ivr.Enter{
		At: ivr.Step(p.Feature), Subflow: p.Subflow, Given: map[ivr.Blank]string{feature: string(p.Feature)},
		On: map[ivr.Step]ivr.Step{p.steps.left: left, p.steps.noAnswer: noAnswer, p.steps.gone: gone, p.steps.overtaken: overtaken},
	}
}

// steps are those that the parts of all features have, each under its feature's name.
type steps struct {
	of                                 pins.Feature
	look, is, details, menu            ivr.Step
	turn, turned, left, gone, noAnswer ivr.Step
	overtaken                          ivr.Step
}

func stepsOf(f pins.Feature) steps {
	s := steps{of: f}
	s.look, s.is, s.details, s.menu = s.named("look"), s.named("is"), s.named("details"), s.named("menu")
	s.turn, s.turned = s.named("turn"), s.named("turned")
	s.left, s.noAnswer = s.named("left"), s.named("no-answer")
	s.gone, s.overtaken = s.named("gone"), s.named("overtaken")
	return s
}

func (s steps) named(step string) ivr.Step { return ivr.Step(string(s.of) + "-" + step) }

// A way is an option of a feature's menu, and the lines that it leads to.
type way struct {
	key    string
	prompt ivr.Prompt
	lines  []ivr.Line
	to     ivr.Step // the first of them
}

// An editor is a subflow that comes back to the feature, or finds that nobody answers.
type editor struct {
	*ivr.Subflow
	given    map[ivr.Blank]string // with what it begins; nil: nothing
	left     []ivr.Step
	noAnswer ivr.Step
}

// enter is the line that enters an editor.
func (e editor) enter(at, left, noAnswer ivr.Step) ivr.Enter {
	on := map[ivr.Step]ivr.Step{e.noAnswer: noAnswer}
	for _, r := range e.left {
		on[r] = left
	}
	return ivr.Enter{At: at, Subflow: e.Subflow, Given: e.given, On: on}
}

// edits is the way to an editor, after which the feature says how it stands now.
func (s steps) edits(key string, prompt ivr.Prompt, e editor) way {
	at := s.named(e.Name)
	return way{key: key, prompt: prompt, to: at, lines: []ivr.Line{e.enter(at, s.look, s.noAnswer)}}
}

// says is what a feature says of its settings.
func (s steps) says(p ivr.Prompt) []ivr.Line {
	return []ivr.Line{ivr.Say{At: s.details, Prompt: p, Next: s.menu}}
}

// turns is the way to turn the feature on or off.
func (d desk) turns(s steps) way {
	return way{key: "3", prompt: toTurn, to: s.turn, lines: []ivr.Line{
		changes(s.turn, d.act(turnAsOffered), s.turned),
		ivr.Say{At: s.turned, Prompt: sayNews, Next: s.look},
	}}
}

// part tells the part of a feature: how it stands, its settings if details say any, and what
// can be done.
func (d desk) part(s steps, choice ivr.Prompt, details []ivr.Line, ways ...way) Part {
	then := s.menu
	if details != nil {
		then = s.details
	}
	lines := append([]ivr.Line{
		ivr.Work[looking]{At: s.look, Run: d.look, On: ivr.On[looking]{
			found: s.is, gone: s.gone, overtaken: s.overtaken,
		}},
		ivr.Say{At: s.is, Prompt: sayIs, Next: then},
	}, details...)
	menu := ivr.Menu{At: s.menu, Closing: sayGoBack, Back: s.left, GaveUp: s.noAnswer}
	var after []ivr.Line
	for _, w := range ways {
		menu.Options = append(menu.Options, ivr.Option{Prompt: w.prompt, Key: w.key, Next: w.to})
		after = append(after, w.lines...)
	}
	lines = append(append(lines, menu), after...)
	lines = append(lines, ivr.Return{At: s.left}, ivr.Return{At: s.noAnswer}, ivr.Return{At: s.gone},
		ivr.Return{At: s.overtaken})
	return Part{Feature: s.of, Choice: choice, steps: s, Subflow: &ivr.Subflow{
		Name: string(s.of), Start: s.look, Blanks: told, Choices: choices(), Lines: lines,
	}}
}

// looking is what comes of looking a feature up.
type looking string

const (
	found     looking = "found"
	gone      looking = "gone"
	overtaken looking = "PIN changed by another"
)

// look fills in how the feature stands.
func (d desk) look(ctx context.Context, c *ivr.Call) (looking, error) {
	setting, err := d.find(ctx, c)
	switch {
	case errors.Is(err, features.ErrOvertaken):
		return overtaken, nil
	case isGone(err):
		return gone, nil
	case err != nil:
		return "", err
	}
	tell(c, setting.Settings)
	return found, nil
}

// turnAsOffered does what the menu said that key 3 would do, whatever others did meanwhile.
func turnAsOffered(c *ivr.Call) (features.Edit, ivr.Prompt, error) {
	if c.Text(turn) == turnOn.Name {
		return features.Switch(true), turnedOn, nil
	}
	return features.Switch(false), turnedOff, nil
}
