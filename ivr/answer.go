package ivr

import "updatecenter/twiml"

// answer is a document under construction. What is spoken waits in prompts until it is
// known whether a question follows, into which it goes so that a key cuts it short.
type answer struct {
	verbs   []twiml.Verb
	prompts []twiml.Prompt
}

// questionTimeout is how long the caller has for the first key, and between keys, in
// seconds: Twilio has one setting for both, and slow fingers matter more here.
const questionTimeout = 7

// gatherDigits is what a question accepts.
type gatherDigits struct {
	most int  // keys that end the entry
	any  bool // # is a key like the others, and doesn't end the entry
}

func (a *answer) speak(p twiml.Prompt) { a.prompts = append(a.prompts, p) }

// protect makes sure that all that was spoken so far is heard to its end.
func (a *answer) protect() {
	for _, p := range a.prompts {
		a.verbs = append(a.verbs, p)
	}
	a.prompts = nil
}

func (a *answer) gather(action string, digits gatherDigits) {
	g := twiml.Gather{
		Action:              action,
		NumDigits:           digits.most,
		Timeout:             questionTimeout,
		ActionOnEmptyResult: true,
		Prompts:             a.prompts,
	}
	if digits.any {
		g.FinishOnKey = twiml.NoFinishKey
	}
	a.prompts = nil
	a.verbs = append(a.verbs, g)
}

func (a *answer) dial(action, number string) {
	a.protect()
	a.verbs = append(a.verbs, twiml.Dial{Action: action, Target: twiml.Number(number)})
}

func (a *answer) hangUp() {
	a.protect()
	a.verbs = append(a.verbs, twiml.Hangup{})
}

func (a *answer) encode() ([]byte, error) {
	return twiml.Response{Verbs: a.verbs}.Encode()
}
