package ivr

import (
	"errors"

	"updatecenter/twiml"
)

// answer is a document under construction. What is spoken waits in prompts until it is
// known whether a question follows, into which it goes so that a key cuts it short.
type answer struct {
	verbs   []twiml.Verb
	prompts []twiml.Prompt
	// apart is what is spoken in all languages: all of it in one before the next begins,
	// as a caller listens to one of them.
	apart map[Language][]twiml.Prompt
	// wrong is why it can't be written, if anything.
	wrong error
}

// keypad is what a question accepts.
type keypad struct {
	most     int  // keys that end the entry; 0: no number of keys does
	every    bool // # is a key like the others, and doesn't end the entry
	patience int  // seconds for the first key, and between keys: Twilio has one setting for both
}

// speak adds a prompt in the caller's language.
func (a *answer) speak(p twiml.Prompt) { a.prompts = append(a.take(), p) }

// speakApart adds a prompt in one of several languages.
func (a *answer) speakApart(l Language, p twiml.Prompt) {
	if a.apart == nil {
		a.apart = make(map[Language][]twiml.Prompt)
	}
	a.apart[l] = append(a.apart[l], p)
}

// take takes what waits to be spoken, in order.
func (a *answer) take() []twiml.Prompt {
	all := a.prompts
	for _, l := range Languages {
		all = append(all, a.apart[l]...)
	}
	a.prompts, a.apart = nil, nil
	return all
}

// protect makes sure that all that was spoken so far is heard to its end.
func (a *answer) protect() {
	for _, p := range a.take() {
		a.verbs = append(a.verbs, p)
	}
}

func (a *answer) gather(action string, keys keypad) {
	g := twiml.Gather{
		Action:              action,
		NumDigits:           keys.most,
		Timeout:             keys.patience,
		ActionOnEmptyResult: true,
		Prompts:             a.take(),
	}
	if keys.every {
		g.FinishOnKey = twiml.NoFinishKey
	}
	a.verbs = append(a.verbs, g)
}

// dial connects the caller with a number. Twilio dials none from a call over SIP, nor for a caller
// who withholds the number, unless it is told what to show.
func (a *answer) dial(action, number, callerID string) {
	a.protect()
	if callerID == "" {
		a.wrong = errors.New("transfer without a caller ID")
	}
	a.verbs = append(a.verbs, twiml.Dial{Action: action, CallerID: callerID, Target: twiml.Number(number)})
}

func (a *answer) hangUp() {
	a.protect()
	a.verbs = append(a.verbs, twiml.Hangup{})
}

func (a *answer) encode() ([]byte, error) {
	if a.wrong != nil {
		return nil, a.wrong
	}
	return twiml.Response{Verbs: a.verbs}.Encode()
}
