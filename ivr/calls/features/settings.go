package features

import (
	"context"
	"fmt"
	"strconv"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// The steps of set-code.
const (
	codeStart     ivr.Step = "code-start"
	codeMenu      ivr.Step = "code-menu"
	codeAsk       ivr.Step = "code-ask"
	codeRepeat    ivr.Step = "code-repeat"
	codeCompare   ivr.Step = "code-compare"
	codeDifferent ivr.Step = "codes-differ"
	codeDelete    ivr.Step = "code-delete"
	codeSure      ivr.Step = "code-sure"
	codeDrop      ivr.Step = "code-drop"
	codeForget    ivr.Step = "code-forget"
	codeDone      ivr.Step = "code-done"
)

// codeSteps are its further steps.
var codeSteps = takingOf("code")

var codeDigits = ivr.Range{Min: features.CodeDigits, Max: features.CodeDigits}

// setCode changes or deletes a code. It ends done after an act, and left without one.
func (a actions) setCode() editor {
	const codeTold ivr.Step = "code-told"
	e := newEditor("set-code", codeStart, codeSteps.left, codeSteps.noAnswer, []ivr.Node{
		ivr.Action[coding]{At: codeStart, Run: standsCode, On: ivr.On[coding]{aCode: codeMenu, withoutCode: codeAsk}},
		ivr.Menu{At: codeMenu, Prompt: sayCodeState, Options: []ivr.Option{
			{Prompt: toChooseCode, Next: codeAsk}, {Prompt: toDeleteCode, Next: codeDelete},
		}, Closing: sayGoBack, Back: codeSteps.left, GaveUp: codeSteps.noAnswer},
		ivr.Gather{At: codeAsk, Prompt: sayAskCode, Digits: codeDigits, Into: firstCode,
			Next: codeSteps.weigh, Back: codeForget, GaveUp: codeSteps.noAnswer},
	}, codeSteps.weighs(a.weighCode, codeRepeat, codeAsk, codeDone), []ivr.Node{
		ivr.Gather{At: codeRepeat, Prompt: sayCodeRepeat, Digits: codeDigits, Into: nextCode,
			Next: codeCompare, Back: codeAsk, GaveUp: codeSteps.noAnswer},
		ivr.Action[comparing]{At: codeCompare, Run: compareCodes, On: ivr.On[comparing]{
			sameCode: codeSteps.save, otherCode: codeDifferent,
		}},
		ivr.Say{At: codeDifferent, Prompt: sayCodesDiffer, Next: codeSteps.again},
		changes(codeSteps.save, a.saveCode, codeTold),
		ivr.Action[turning]{At: codeDelete, Run: weighDropping, On: ivr.On[turning]{atOnce: codeDrop, warned: codeSure}}, //nolint:exhaustive // nothing is missing
		ivr.Menu{At: codeSure, Prompt: sayNothingOpens, Options: []ivr.Option{
			{Prompt: toKeepCode, Next: codeMenu}, {Prompt: toDropCode, Next: codeDrop},
		}, Closing: sayGoBack, Back: codeMenu, GaveUp: codeSteps.noAnswer},
		changes(codeDrop, a.act(one(features.DropCode(), codeDeleted)), codeTold),
		ivr.Say{At: codeTold, Prompt: sayNews, Next: codeDone},
		ivr.Action[coding]{At: codeForget, Run: forgetCode, On: ivr.On[coding]{aCode: codeMenu, withoutCode: codeSteps.left}},
		ivr.Return{At: codeDone},
	})
	e.left = append(e.left, codeDone)
	return e
}

// coding is whether there is a code, which then can be deleted as well.
type coding string

const (
	aCode       coding = "a code"
	withoutCode coding = "no code"
)

func standsCode(_ context.Context, c *ivr.Call) (coding, error) {
	if c.Text(codeState) == hasCode.Name {
		return aCode, nil
	}
	return withoutCode, nil
}

// weighDropping has the code of a lock that is on deleted only after it was said what that means, as it can't be taken back.
func weighDropping(_ context.Context, c *ivr.Call) (turning, error) {
	if featureOf(c) == pins.DialLock && !isTurnedOff(c) {
		return warned, nil
	}
	return atOnce, nil
}

// weighCode judges the first entry.
func (a actions) weighCode(ctx context.Context, c *ivr.Call) (weighing, error) {
	outcome, err := a.weigh(ctx, c, features.SetCode(c.Secret(firstCode)))
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
func (a actions) saveCode(ctx context.Context, c *ivr.Call) (acting, error) {
	outcome, err := a.act(func(c *ivr.Call) (deed, error) {
		return alsoOn(c, deed{edit: features.SetCode(c.Secret(firstCode)), done: codeSet}), nil
	})(ctx, c)
	if err == nil {
		c.Erase(firstCode)
	}
	return outcome, err
}

// forgetCode drops an entry that the caller went back from.
func forgetCode(ctx context.Context, c *ivr.Call) (coding, error) {
	c.Erase(firstCode)
	return standsCode(ctx, c)
}

// targetDigits begins with three, so that whoever keys 911 hears that it is barred.
var targetDigits = ivr.Range{Min: 3, Max: 11}

// setTarget chooses the number that calls are forwarded to.
func (a actions) setTarget() editor {
	const ask ivr.Step = "target-ask"
	t := takingOf("target")
	return newEditor("set-target", ask, t.left, t.noAnswer, []ivr.Node{
		ivr.Gather{At: ask, Prompt: sayAskTarget, Digits: targetDigits, Into: keyed,
			Next: t.weigh, Back: t.left, GaveUp: t.noAnswer},
	}, t.weighs(a.weighTarget, t.confirm, ask, t.left),
		t.saves(a, sayYouEntered, sayNews, toSave, toKeyAgain, ask, t.left, forwardToChosen))
}

// weighTarget reads what was keyed, and asks whether calls could go there.
func (a actions) weighTarget(ctx context.Context, c *ivr.Call) (weighing, error) {
	number, err := ruleOf(c).ParseTarget(a.number(c), c.Text(keyed))
	if err != nil {
		return refuse(c, err)
	}
	c.Fill(chosen, string(number))
	return a.weigh(ctx, c, features.ForwardTo(number))
}

func forwardToChosen(c *ivr.Call) (deed, error) {
	d := deed{edit: features.ForwardTo(nanp.Number(c.Text(chosen))), done: saved}
	if before := c.Text(target); before != "" {
		d.inverse = "forward " + before
	}
	if !hasEntry(c) { // which is asked for next
		return d, nil
	}
	return alsoOn(c, d), nil
}

// chooseGreeting chooses what callers hear who are not put through.
func (a actions) chooseGreeting() editor {
	const ask, set ivr.Step = "greeting-menu", "greeting-chosen"
	t := takingOf("greeting")
	menu := ivr.Menu{At: ask, Prompt: sayGreeting, Closing: sayGoBack, Back: t.left, GaveUp: t.noAnswer}
	var chosen []ivr.Node
	for i, g := range greetings {
		at := ivr.Step(g.choice.Name)
		menu.Options = append(menu.Options, ivr.Option{Prompt: g.choice, Next: at})
		chosen = append(chosen, changes(at, a.act(greetsBy(i+1)), set))
	}
	return newEditor("choose-greeting", ask, t.left, t.noAnswer, []ivr.Node{menu}, chosen,
		[]ivr.Node{ivr.Say{At: set, Prompt: sayNews, Next: t.left}})
}

// greetsBy chooses a greeting.
func greetsBy(n int) doing {
	return func(c *ivr.Call) (deed, error) {
		d := deed{edit: features.ChooseGreeting(n), done: greetingSet}
		for i, g := range greetings {
			if c.Text(greeting) == g.told.Name {
				d.inverse = fmt.Sprint("greet ", i+1)
			}
		}
		return d, nil
	}
}

// getThrough is about who gets through although the customer is not to be disturbed: those
// who know the code, and emergency calls.
func (a actions) getThrough(code editor) editor {
	const ask, byCode, urgent, sure, now, changed ivr.Step = "through-menu", "through-code", "through-urgent", "through-sure", "through-now", "through-told"
	t := takingOf("through")
	urgentAsOffered := func(c *ivr.Call) (deed, error) {
		let, done := c.Text(turnUrgent) == letUrgent.Name, nowHeld
		if let {
			done = nowThrough
		}
		return deed{features.LetThrough(let), done, "urgent " + strconv.FormatBool(!let), nil}, nil
	}
	return newEditor("get-through", ask, t.left, t.noAnswer, []ivr.Node{
		ivr.Menu{At: ask, Prompt: sayThrough, Options: []ivr.Option{
			{Prompt: forCode, Next: byCode}, {Prompt: toTurnUrgent, Next: urgent},
		}, Closing: sayGoBack, Back: t.left, GaveUp: t.noAnswer},
		ivr.Enter{At: byCode, Subflow: code.Subflow, On: map[ivr.Step]ivr.Step{
			codeDone: t.left, codeSteps.left: ask, codeSteps.noAnswer: t.noAnswer,
		}},
		ivr.Action[turning]{At: urgent, Run: weighUrgent, On: ivr.On[turning]{atOnce: now, warned: sure}}, //nolint:exhaustive // nothing is missing
		ivr.Menu{At: sure, Prompt: sayUrgentMeans, Options: []ivr.Option{
			{Prompt: toKeepUrgent, Next: t.left}, {Prompt: toHoldUrgent, Next: now},
		}, Closing: sayGoBack, Back: ask, GaveUp: t.noAnswer},
		changes(now, a.act(urgentAsOffered), changed),
		ivr.Say{At: changed, Prompt: sayNews, Next: t.left},
	})
}

// weighUrgent has emergency calls kept out only after it was said what that means.
func weighUrgent(_ context.Context, c *ivr.Call) (turning, error) {
	if c.Text(turnUrgent) == holdUrgent.Name {
		return warned, nil
	}
	return atOnce, nil
}
