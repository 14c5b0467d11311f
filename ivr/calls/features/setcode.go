package features

import (
	"context"

	"updatecenter/internal/features"
	"updatecenter/ivr"
)

// The steps of set-code.
const (
	codeMenu      ivr.Step = "code-menu"
	codeAsk       ivr.Step = "code-ask"
	codeWeigh     ivr.Step = "weigh-code"
	codeRefused   ivr.Step = "code-refused"
	codeAgain     ivr.Step = "code-again"
	codeGivenUp   ivr.Step = "code-given-up"
	codeRepeat    ivr.Step = "code-repeat"
	codeCompare   ivr.Step = "code-compare"
	codeDifferent ivr.Step = "codes-differ"
	codeSave      ivr.Step = "code-save"
	codeDelete    ivr.Step = "code-delete"
	codeTold      ivr.Step = "code-told"
	codeForget    ivr.Step = "code-forget"
	codeDone      ivr.Step = "code-done"
	codeLeft      ivr.Step = "code-left"
	codeNoAnswer  ivr.Step = "code-no-answer"
)

var codeDigits = ivr.Range{Min: features.CodeDigits, Max: features.CodeDigits}

// setCode changes or deletes a code. It ends done after an act, and left without one.
func (d desk) setCode() editor {
	flow := &ivr.Subflow{Name: "set-code", Start: codeMenu, Blanks: told, Choices: choices(), Lines: []ivr.Line{
		ivr.Menu{At: codeMenu, Prompt: sayCodeState, Options: []ivr.Option{
			{Prompt: toChooseCode, Next: codeAsk}, {Prompt: toDeleteCode, Next: codeDelete, If: codeIsSet},
		}, Closing: sayGoBack, Back: codeLeft, GaveUp: codeNoAnswer},
		ivr.Ask{At: codeAsk, Prompt: sayAskCode, Digits: codeDigits, Into: firstCode,
			Heard: codeWeigh, Back: codeForget, GaveUp: codeNoAnswer},
		ivr.Work[weighing]{At: codeWeigh, Run: d.weighCode, On: ivr.On[weighing]{
			accepted: codeRepeat, refused: codeRefused,
		}},
		ivr.Say{At: codeRefused, Prompt: sayNews, Next: codeAgain},
		ivr.Again{At: codeAgain, Times: 3, Back: codeAsk, GaveUp: codeGivenUp},
		ivr.Say{At: codeGivenUp, Prompt: sayGivenUp, Next: codeDone},
		ivr.Ask{At: codeRepeat, Prompt: sayCodeRepeat, Digits: codeDigits, Into: nextCode,
			Heard: codeCompare, Back: codeAsk, GaveUp: codeNoAnswer},
		ivr.Work[comparing]{At: codeCompare, Run: compareCodes, On: ivr.On[comparing]{
			sameCode: codeSave, otherCode: codeDifferent,
		}},
		ivr.Say{At: codeDifferent, Prompt: sayCodesDiffer, Next: codeAgain},
		changes(codeSave, d.saveCode, codeTold),
		changes(codeDelete, d.act(one(features.DropCode(), codeDeleted)), codeTold),
		ivr.Say{At: codeTold, Prompt: sayNews, Next: codeDone},
		ivr.Work[acting]{At: codeForget, Run: forgetCode, On: ivr.On[acting]{acted: codeMenu}},
		ivr.Return{At: codeDone}, ivr.Return{At: codeLeft}, ivr.Return{At: codeNoAnswer},
	}}
	return editor{Subflow: flow, left: []ivr.Step{codeDone, codeLeft}, noAnswer: codeNoAnswer}
}

func codeIsSet(c *ivr.Call) bool { return c.Text(codeState) == hasCode.Name }

// weighCode judges the first entry.
func (d desk) weighCode(ctx context.Context, c *ivr.Call) (weighing, error) {
	outcome, err := d.weigh(ctx, c, features.SetCode(c.Secret(firstCode)))
	if err == nil && outcome == refused {
		c.Erase(firstCode)
	}
	return outcome, err
}

// comparing is what comes of the second entry.
type comparing string

const (
	sameCode  comparing = "the same"
	otherCode comparing = "entries differ"
)

func compareCodes(_ context.Context, c *ivr.Call) (comparing, error) {
	same := c.Secret(firstCode).Equal(c.Secret(nextCode))
	c.Erase(nextCode)
	if same {
		return sameCode, nil
	}
	c.Erase(firstCode)
	return otherCode, nil
}

// saveCode sets the code, which the call has no need of any more then.
func (d desk) saveCode(ctx context.Context, c *ivr.Call) (acting, error) {
	outcome, err := d.act(one(features.SetCode(c.Secret(firstCode)), codeSet))(ctx, c)
	if err == nil {
		c.Erase(firstCode)
	}
	return outcome, err
}

// forgetCode drops an entry that the caller went back from.
func forgetCode(_ context.Context, c *ivr.Call) (acting, error) {
	c.Erase(firstCode)
	return acted, nil
}
