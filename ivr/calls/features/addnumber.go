package features

import (
	"context"

	"updatecenter/internal/features"
	"updatecenter/ivr"
)

// The steps of add-number.
const (
	numberRoom     ivr.Step = "number-room"
	numberFull     ivr.Step = "list-is-full"
	numberAsk      ivr.Step = "ask-number"
	numberWeigh    ivr.Step = "weigh-number"
	numberRefused  ivr.Step = "number-refused"
	numberAgain    ivr.Step = "number-again"
	numberGivenUp  ivr.Step = "number-given-up"
	numberConfirm  ivr.Step = "number-confirm"
	numberAdd      ivr.Step = "number-add"
	numberAdded    ivr.Step = "number-added"
	numberLeft     ivr.Step = "number-left"
	numberNoAnswer ivr.Step = "number-no-answer"
)

// entryDigits is how long what is keyed can be: from an area code to 011 and 15 digits.
var entryDigits = ivr.Range{Min: 3, Max: 18}

// addNumber adds an entry to a list.
func (d desk) addNumber() editor {
	flow := &ivr.Subflow{Name: "add-number", Start: numberRoom, Blanks: told, Choices: choices(), Lines: []ivr.Line{
		ivr.Work[room]{At: numberRoom, Run: d.listRoom, On: ivr.On[room]{isRoom: numberAsk, isFull: numberFull}},
		ivr.Say{At: numberFull, Prompt: sayNews, Next: numberLeft},
		ivr.Ask{At: numberAsk, Prompt: sayAskNumber, Digits: entryDigits, Into: keyed,
			Heard: numberWeigh, Back: numberLeft, GaveUp: numberNoAnswer},
		ivr.Work[weighing]{At: numberWeigh, Run: d.weighNumber, On: ivr.On[weighing]{
			accepted: numberConfirm, refused: numberRefused,
		}},
		ivr.Say{At: numberRefused, Prompt: sayNews, Next: numberAgain},
		ivr.Again{At: numberAgain, Times: 3, Back: numberRoom, GaveUp: numberGivenUp},
		ivr.Say{At: numberGivenUp, Prompt: sayGivenUp, Next: numberLeft},
		ivr.Menu{At: numberConfirm, Prompt: sayYouEntered, Options: []ivr.Option{
			{Prompt: toAdd, Next: numberAdd}, {Prompt: toKeyAgain, Next: numberAsk},
		}, Closing: sayGoBack, Back: numberLeft, GaveUp: numberNoAnswer},
		changes(numberAdd, d.act(addChosen), numberAdded),
		ivr.Say{At: numberAdded, Prompt: sayNews, Next: numberLeft},
		ivr.Return{At: numberLeft}, ivr.Return{At: numberNoAnswer},
	}}
	return editor{Subflow: flow, left: []ivr.Step{numberLeft}, noAnswer: numberNoAnswer}
}

// room is whether anything can be added.
type room string

const (
	isRoom room = "room"
	isFull room = "full"
)

// listRoom looks for room in the list, and fills in what it takes.
func (d desk) listRoom(ctx context.Context, c *ivr.Call) (room, error) {
	setting, err := d.find(ctx, c)
	if err != nil && !isGone(err) {
		return "", err
	}
	rule := ruleOf(c).List
	if len(setting.List) >= rule.Most {
		c.FillPhrase(news, refusals[features.ListFull])
		return isFull, nil
	}
	switch {
	case rule.AreaCodes:
		c.FillPhrase(asked, askOrAreaCode)
	case rule.International:
		c.FillPhrase(asked, askOrAbroad)
	default:
		c.FillPhrase(asked, askTenDigits)
	}
	return isRoom, nil
}

// weighNumber reads what was keyed, and asks whether it would be added.
func (d desk) weighNumber(ctx context.Context, c *ivr.Call) (weighing, error) {
	entry, err := ruleOf(c).ParseEntry(c.Text(keyed))
	if err != nil {
		return refuse(c, err)
	}
	tellChosen(c, entry)
	return d.weigh(ctx, c, features.Add(entry))
}

func addChosen(c *ivr.Call) (features.Edit, ivr.Prompt, error) {
	return features.Add(features.Entry(c.Text(chosen))), added, nil
}
