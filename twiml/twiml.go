// Package twiml holds documents of the Twilio Markup Language: the answer to a voice
// webhook, which says what the caller hears and what happens next. It knows the part of the language
// that our calls use.
//
// A document is built from values, so that a wrong shape seldom compiles, and is written
// by [Response.Encode]:
//
//	answer := twiml.Response{Verbs: []twiml.Verb{
//		twiml.Gather{Action: "/voice/turn/2", NumDigits: 4, Prompts: []twiml.Prompt{
//			twiml.Say{Content: []twiml.Speech{twiml.Text("Please enter your PIN.")}},
//		}},
//		twiml.Hangup{},
//	}}
//	document, err := answer.Encode()
//
// One document has one rendering. What the types cannot hold (ranges, sizes, what must be
// there) is checked while it is written, because Twilio would answer a wrong document by
// telling the caller of an application error: see [ErrInvalid] and [ErrTooLarge].
//
// [Parse] reads a document at least as strictly as Twilio does, and shares no code with the
// writer. For every document x that can be written, Parse gives x back, with adjacent
// [Text] joined, empty Text left out, empty slices nil, and U+FFFD for what XML cannot
// hold.
//
// Every value is given as it is, never as a pointer: a *Say is refused.
package twiml

import "time"

// The limits that the writer and the parser hold to.
const (
	// MaxDocument is the most bytes that Twilio reads of a document
	// (https://www.twilio.com/docs/api/errors/11750).
	MaxDocument = 64 << 10

	// MaxSay is the most characters that one [Say] may speak, tags not counted
	// (https://www.twilio.com/docs/voice/twiml/say).
	MaxSay = 3000

	// MinRate and MaxRate are the bounds of the Rate of a [Prosody], in percent, which are Polly's.
	MinRate = 20
	MaxRate = 200

	// MaxDigits is the highest NumDigits of a [Gather]. Twilio names no bound.
	MaxDigits = 1000

	// MaxGatherTimeout is the longest Timeout of a [Gather], in seconds. Twilio names no
	// bound.
	MaxGatherTimeout = 600

	maxWord = 255 // bytes of a voice, a language or a caller ID
)

// A Response is a whole document: the verbs in the order in which they are carried out.
// Without any, the call ends.
type Response struct {
	Verbs []Verb
}

// A Verb is one instruction of a call: [Say], [Play], [Gather], [Dial] or [Hangup].
type Verb interface{ isVerb() }

// A Prompt is a verb that may stand inside a [Gather]: [Say] or [Play].
type Prompt interface {
	Verb
	isPrompt()
}

func (Say) isVerb()    {}
func (Play) isVerb()   {}
func (Gather) isVerb() {}
func (Dial) isVerb()   {}
func (Hangup) isVerb() {}

func (Say) isPrompt()  {}
func (Play) isPrompt() {}

// Play plays a recording.
type Play struct {
	URL string // of the recording, absolute or relative; required
}

// Gather collects the keys that the caller presses
// (https://www.twilio.com/docs/voice/twiml/gather).
type Gather struct {
	Action              string   // where Twilio posts the keys; empty: the present URL
	NumDigits           int      // ends the entry, 1 to MaxDigits; 0: no limit (attribute left out)
	EveryKey            bool     // every key is part of the entry; else # ends it
	Timeout             int      // seconds of silence that end the entry, 1 to MaxGatherTimeout; 0: 5 (attribute left out)
	ActionOnEmptyResult bool     // false: with no input the call falls through to the next verb
	Prompts             []Prompt // what is spoken meanwhile; a key cuts it short
}

// Dial connects the caller with someone else
// (https://www.twilio.com/docs/voice/twiml/dial).
type Dial struct {
	Action   string // asked when the connection ended; empty: the next verb follows
	CallerID string // number or name without spaces, shown to the one who is dialed; empty: the caller's own
	Number   string // who is dialed, in E.164 form, such as "+16125550142"; required
}

// Hangup ends the call.
type Hangup struct{}

// Say speaks its content, which must hold a character or a [Break].
type Say struct {
	Voice    string   // such as "Polly.Joanna"; empty: the account's default
	Language string   // such as "en-US"; empty: the voice's own
	Content  []Speech // at most MaxSay characters
}

// Speech is what a [Say] holds: [Text], [SayAs], [Break] or [Prosody]. All but Text are
// SSML, of which each [Voice] takes what it can: see [Say.CheckVoice].
type Speech interface{ isSpeech() }

// Text is spoken as the voice reads it. Any string may be given: markup is escaped, and
// what XML cannot hold (control characters, U+FFFE, U+FFFF, each byte of invalid UTF-8)
// is replaced by U+FFFD.
type Text string

// SayAs speaks its text in a manner, such as digit by digit.
type SayAs struct {
	As   Interpretation // required
	Text string         // as in [Text]; required
}

// Interpretation is the interpret-as attribute of SSML's say-as.
type Interpretation string

// The interpretations that this package writes and reads.
const (
	Digits   Interpretation = "digits"
	SpellOut Interpretation = "spell-out"
)

// Break is silence within a Say: 1 ms to 10 s, in whole milliseconds
// (https://docs.aws.amazon.com/polly/latest/dg/break-tag.html).
type Break struct{ Time time.Duration }

// Prosody speaks its content slower or faster: SSML's prosody with a rate
// (https://docs.aws.amazon.com/polly/latest/dg/prosody-tag.html).
type Prosody struct {
	Rate    int      // percent of the voice's own, MinRate to MaxRate
	Content []Speech // must hold a character or a [Break], and no other Prosody
}

func (Text) isSpeech()    {}
func (SayAs) isSpeech()   {}
func (Break) isSpeech()   {}
func (Prosody) isSpeech() {}
