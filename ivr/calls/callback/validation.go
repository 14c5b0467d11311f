package callback

import (
	"updatecenter/internal/secret"
	"updatecenter/ivr"
)

// validating tells a code to a customer who is to read it to a repair agent of ours. Somebody
// else may have had us call: whoever pretends to be the customer, and has called the customer as
// well. So the warning can't be cut short, and comes before the code.
func (d desk) validating() []ivr.Line {
	return []ivr.Line{
		ivr.Say{At: warn, Prompt: sayWarning, Whole: true, Next: offerForAgent},
		ivr.Menu{At: offerForAgent, Options: []ivr.Option{
			{Prompt: toHearForAgent, Key: "1", Next: read},
			{Prompt: noAgent, Key: "9", Next: declineForAgent},
		}, Back: leaveNotice, GaveUp: leaveNotice, Tries: 2},
		ivr.Say{At: tellForAgent, Prompt: sayCodeForAgent, Next: repeatForAgent},
		ivr.Say{At: repeatForAgent, Prompt: sayCodeForAgentAgain, Next: againForAgent},
		ivr.Menu{At: againForAgent, Options: []ivr.Option{
			{Prompt: toHearAgain, Key: "1", Next: read},
			{Prompt: noAgentAfterAll, Key: "9", Next: declineForAgent},
		}, Back: bye, GaveUp: bye, Tries: 2},
		ivr.Work[noting]{At: declineForAgent, Run: d.decline, On: ivr.On[noting]{noted: declinedForAgent}, May: sayMayBeNoted},
		ivr.Say{At: declinedForAgent, Prompt: sayDeclinedForAgent, Next: ivr.HangUp},
	}
}

// validates says what becomes of a validation: nobody at a mailbox is speaking with an agent.
func validates(c *ivr.Call) opening {
	if listens(c) == aMailbox {
		return noticeMailbox
	}
	return aValidation
}

// lendHalves has a code spoken in two groups.
func lendHalves(c *ivr.Call, code secret.Text) reading {
	digits := code.Reveal()
	middle := (len(digits) + 1) / 2
	c.Lend(firstHalf, secret.New(digits[:middle]))
	c.Lend(otherHalf, secret.New(digits[middle:]))
	return aCodeForAgent
}

// What is said to a customer who is to read a code to a repair agent.
var (
	sayWarning = ivr.Prompt{
		Name: "callback-warning",
		EN:   "We have a code for you to read to our repair agent. Read it only if you called us yourself. Never read it to somebody who called you.",
		ES:   "Tenemos un código para que usted lo lea a nuestro agente de reparaciones. Léalo solo si usted nos llamó. Nunca lo lea a alguien que le llamó a usted.",
	}
	toHearForAgent = ivr.Prompt{
		Name: "callback-to-hear-for-agent",
		EN:   "To hear the code for the repair agent you are speaking with, press {key}.",
		ES:   "Para oír el código para el agente de reparaciones con quien está hablando, oprima el {key}.",
	}
	noAgent = ivr.Prompt{
		Name: "callback-no-agent",
		EN:   "If nobody of ours is speaking with you right now, hang up, or press {key}.",
		ES:   "Si ahora no está hablando con nadie de los nuestros, cuelgue u oprima el {key}.",
	}
	sayCodeForAgent = ivr.Prompt{
		Name: "callback-code-for-agent",
		EN:   "The code is {first-half}, and then {other-half}.",
		ES:   "El código es {first-half}, y después {other-half}.",
	}
	sayCodeForAgentAgain = ivr.Prompt{
		Name: "callback-code-for-agent-again",
		EN:   "Once more: {first-half}, and then {other-half}.",
		ES:   "Otra vez: {first-half}, y después {other-half}.",
	}
	noAgentAfterAll = ivr.Prompt{
		Name: "callback-no-agent-after-all",
		EN:   "If you did not call us yourself, tell nobody the code, and press {key}.",
		ES:   "Si usted no nos llamó, no diga el código a nadie y oprima el {key}.",
	}
	sayDeclinedForAgent = ivr.Prompt{
		Name: "callback-declined-for-agent",
		EN:   "Thank you for telling us. If you have heard a code, tell it to nobody. For one day, we will make no more such calls. If you have questions, please call {call-back}. Goodbye.",
		ES:   "Gracias por avisarnos. Si ha oído un código, no lo diga a nadie. Durante un día no haremos más llamadas como esta. Si tiene preguntas, llame al {call-back}. Adiós.",
	}
)
