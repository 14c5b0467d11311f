// Package twiml holds documents of the Twilio Markup Language: the answer to a voice
// webhook, which says what the caller hears and what happens next.
//
// A document is built from values, so that a wrong shape seldom compiles, and is written
// by [Response.Encode] or, into a buffer of the caller's own, by [Response.Append]:
//
//	answer := twiml.Response{Verbs: []twiml.Verb{
//		twiml.Gather{Action: "/voice/turn/2", NumDigits: 4, Prompts: []twiml.Prompt{
//			twiml.Say{Content: []twiml.Speech{twiml.Text("Please enter your PIN.")}},
//		}},
//		twiml.Redirect{URL: "/voice/turn/2"},
//	}}
//	document, err := answer.Encode()
//
// One document has one rendering. What the types cannot hold (ranges, sizes, what must be
// there) is checked while it is written, because Twilio would answer a wrong document by
// telling the caller of an application error: see [ErrInvalid] and [ErrTooLarge].
//
// [Parse] reads a document as strictly as Twilio does, and shares no code with the
// writer. For every document x that can be written, Parse gives x back, with adjacent
// [Text] joined, empty Text left out, empty slices nil, and U+FFFD for what XML cannot
// hold.
//
// Every value is given as it is, never as a pointer: a *Say is refused.
package twiml

// The limits that the writer and the parser hold to.
const (
	// MaxDocument is the most bytes that Twilio reads of a document
	// (https://www.twilio.com/docs/api/errors/11750).
	MaxDocument = 64 << 10

	// MaxSay is the most characters that one [Say] may speak, tags not counted
	// (https://www.twilio.com/docs/voice/twiml/say).
	MaxSay = 3000

	// MaxLoop is the highest Loop other than [Forever]. Twilio names no bound.
	MaxLoop = 1000

	// MaxPause is the longest [Pause], in seconds. Twilio names no bound.
	MaxPause = 60

	// MaxDigits is the highest NumDigits of a [Gather]. Twilio names no bound.
	MaxDigits = 1000

	// MaxGatherTimeout is the longest Timeout of a [Gather], in seconds. Twilio names no
	// bound.
	MaxGatherTimeout = 600

	// MaxDialTimeout is the longest Timeout of a [Dial], in seconds
	// (https://www.twilio.com/docs/voice/twiml/dial).
	MaxDialTimeout = 600

	maxWord = 255 // bytes of a voice, a language, a caller ID or a SIP address
)

// A Response is a whole document: the verbs in the order in which they are carried out.
// Without any, the call ends.
type Response struct {
	Verbs []Verb
}

// A Verb is one instruction of a call: [Say], [Play], [Pause], [Gather], [Redirect],
// [Dial], [Reject] or [Hangup].
type Verb interface{ isVerb() }

// A Prompt is a verb that may stand inside a [Gather]: [Say], [Play] or [Pause].
type Prompt interface {
	Verb
	isPrompt()
}

func (Say) isVerb()      {}
func (Play) isVerb()     {}
func (Pause) isVerb()    {}
func (Gather) isVerb()   {}
func (Redirect) isVerb() {}
func (Dial) isVerb()     {}
func (Reject) isVerb()   {}
func (Hangup) isVerb()   {}

func (Say) isPrompt()   {}
func (Play) isPrompt()  {}
func (Pause) isPrompt() {}
