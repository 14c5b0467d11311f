package features

import (
	"updatecenter/internal/features"
	"updatecenter/ivr"
)

// The steps of get-through.
const (
	throughMenu     ivr.Step = "through-menu"
	throughCode     ivr.Step = "through-code"
	throughUrgent   ivr.Step = "through-urgent"
	throughTold     ivr.Step = "through-told"
	throughLeft     ivr.Step = "through-left"
	throughNoAnswer ivr.Step = "through-no-answer"
)

// getThrough is about who gets through although the customer is not to be disturbed: those
// who know the code, and emergency calls.
func (d desk) getThrough(code editor) editor {
	flow := &ivr.Subflow{Name: "get-through", Start: throughMenu, Blanks: told, Choices: choices(), Lines: []ivr.Line{
		ivr.Menu{At: throughMenu, Prompt: sayThrough, Options: []ivr.Option{
			{Prompt: forCode, Next: throughCode}, {Prompt: toTurnUrgent, Next: throughUrgent},
		}, Closing: sayGoBack, Back: throughLeft, GaveUp: throughNoAnswer},
		ivr.Enter{At: throughCode, Subflow: code.Subflow, On: map[ivr.Step]ivr.Step{
			codeDone: throughLeft, codeLeft: throughMenu, codeNoAnswer: throughNoAnswer,
		}},
		changes(throughUrgent, d.act(urgentAsOffered), throughTold),
		ivr.Say{At: throughTold, Prompt: sayNews, Next: throughLeft},
		ivr.Return{At: throughLeft}, ivr.Return{At: throughNoAnswer},
	}}
	return editor{Subflow: flow, left: []ivr.Step{throughLeft}, noAnswer: throughNoAnswer}
}

// urgentAsOffered does what the menu said, whatever others did meanwhile.
func urgentAsOffered(c *ivr.Call) (features.Edit, ivr.Prompt, error) {
	if c.Text(turnUrgent) == letUrgent.Name {
		return features.LetThrough(true), nowThrough, nil
	}
	return features.LetThrough(false), nowHeld, nil
}
