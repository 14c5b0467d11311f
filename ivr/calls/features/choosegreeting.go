package features

import (
	"updatecenter/internal/features"
	"updatecenter/ivr"
)

// The steps of choose-greeting.
const (
	greetingMenu     ivr.Step = "greeting-menu"
	greetingChosen   ivr.Step = "greeting-chosen"
	greetingLeft     ivr.Step = "greeting-left"
	greetingNoAnswer ivr.Step = "greeting-no-answer"
)

// chooseGreeting chooses what callers hear who are not put through.
func (d desk) chooseGreeting() editor {
	menu := ivr.Menu{At: greetingMenu, Prompt: sayGreeting, Closing: sayGoBack, Back: greetingLeft, GaveUp: greetingNoAnswer}
	var works []ivr.Line
	for i, g := range greetings {
		at := ivr.Step(g.choice.Name)
		menu.Options = append(menu.Options, ivr.Option{Prompt: g.choice, Next: at})
		works = append(works, changes(at, d.act(one(features.ChooseGreeting(i+1), greetingSet)), greetingChosen))
	}
	lines := append([]ivr.Line{menu}, works...)
	lines = append(lines,
		ivr.Say{At: greetingChosen, Prompt: sayNews, Next: greetingLeft},
		ivr.Return{At: greetingLeft}, ivr.Return{At: greetingNoAnswer})
	flow := &ivr.Subflow{Name: "choose-greeting", Start: greetingMenu, Blanks: told, Choices: choices(), Lines: lines}
	return editor{Subflow: flow, left: []ivr.Step{greetingLeft}, noAnswer: greetingNoAnswer}
}
