package features

import (
	"context"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/ivr"
)

// The steps of set-target.
const (
	targetAsk      ivr.Step = "target-ask"
	targetWeigh    ivr.Step = "weigh-target"
	targetRefused  ivr.Step = "target-refused"
	targetAgain    ivr.Step = "target-again"
	targetGivenUp  ivr.Step = "target-given-up"
	targetConfirm  ivr.Step = "target-confirm"
	targetSave     ivr.Step = "target-save"
	targetSaved    ivr.Step = "target-saved"
	targetLeft     ivr.Step = "target-left"
	targetNoAnswer ivr.Step = "target-no-answer"
)

// targetDigits begins with three, so that whoever keys 911 hears that it is barred.
var targetDigits = ivr.Range{Min: 3, Max: 11}

// setTarget chooses the number that calls are forwarded to.
func (d desk) setTarget() editor {
	flow := &ivr.Subflow{Name: "set-target", Start: targetAsk, Blanks: told, Choices: choices(), Lines: []ivr.Line{
		ivr.Ask{At: targetAsk, Prompt: sayAskTarget, Digits: targetDigits, Into: keyed,
			Heard: targetWeigh, Back: targetLeft, GaveUp: targetNoAnswer},
		ivr.Work[weighing]{At: targetWeigh, Run: d.weighTarget, On: ivr.On[weighing]{
			accepted: targetConfirm, refused: targetRefused,
		}},
		ivr.Say{At: targetRefused, Prompt: sayNews, Next: targetAgain},
		ivr.Again{At: targetAgain, Times: 3, Back: targetAsk, GaveUp: targetGivenUp},
		ivr.Say{At: targetGivenUp, Prompt: sayGivenUp, Next: targetLeft},
		ivr.Menu{At: targetConfirm, Prompt: sayYouEntered, Options: []ivr.Option{
			{Prompt: toSave, Next: targetSave}, {Prompt: toKeyAgain, Next: targetAsk},
		}, Closing: sayGoBack, Back: targetLeft, GaveUp: targetNoAnswer},
		changes(targetSave, d.act(forwardToChosen), targetSaved),
		ivr.Say{At: targetSaved, Prompt: sayNews, Next: targetLeft},
		ivr.Return{At: targetLeft}, ivr.Return{At: targetNoAnswer},
	}}
	return editor{Subflow: flow, left: []ivr.Step{targetLeft}, noAnswer: targetNoAnswer}
}

// weighTarget reads what was keyed, and asks whether calls could go there.
func (d desk) weighTarget(ctx context.Context, c *ivr.Call) (weighing, error) {
	number, err := ruleOf(c).ParseTarget(d.number(c), c.Text(keyed))
	if err != nil {
		return refuse(c, err)
	}
	tellChosen(c, features.Entry(number))
	return d.weigh(ctx, c, features.ForwardTo(number))
}

func forwardToChosen(c *ivr.Call) (features.Edit, ivr.Prompt, error) {
	return features.ForwardTo(nanp.Number(c.Text(chosen))), saved, nil
}
