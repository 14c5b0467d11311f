// Package twiml holds documents of the Twilio Markup Language: the answer to a voice
// webhook. See [Response.Append] for writing and [Parse] for reading.
package twiml

import "time"

// A Response is a whole document: the verbs in the order in which they are carried out.
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

// Say speaks its content.
type Say struct {
	Voice    string // such as "Polly.Joanna"; empty: the account's default
	Language string // such as "en-US"; empty: the voice's own
	Loop     int    // how often; 0: once (attribute left out), Forever: until the call ends
	Content  []Speech
}

// Forever as Loop repeats until the caller hangs up.
const Forever = -1

// Speech is what a [Say] holds: [Text], [SayAs], [Break] or [Prosody].
type Speech interface{ isSpeech() }

// Text is spoken as the voice reads it. Any string may be given: markup is escaped, and
// what XML can't hold (control characters, invalid UTF-8) is replaced by U+FFFD.
type Text string

// SayAs speaks its text in a manner, such as digit by digit.
type SayAs struct {
	As   Interpretation
	Text string
}

// Interpretation is the interpret-as attribute of SSML's say-as.
type Interpretation string

// The interpretations that this package writes and reads.
const (
	Digits    Interpretation = "digits"
	Telephone Interpretation = "telephone"
	Cardinal  Interpretation = "cardinal"
	SpellOut  Interpretation = "spell-out"
)

// Break is silence within a Say, at most 10 s, in whole milliseconds.
type Break struct{ Time time.Duration }

// Prosody speaks its content at another speed.
type Prosody struct {
	Rate    Rate
	Content []Speech
}

// Rate is a speaking speed.
type Rate string

// The speeds that SSML names.
const (
	ExtraSlow Rate = "x-slow"
	Slow      Rate = "slow"
	Medium    Rate = "medium"
	Fast      Rate = "fast"
	ExtraFast Rate = "x-fast"
)

// Play plays a recording.
type Play struct {
	URL  string
	Loop int // as in Say
}

// Pause waits in silence.
type Pause struct {
	Length int // seconds, 1 to 60; 0: one second (attribute left out)
}

// Method is how Twilio asks a URL. Empty: POST (attribute left out).
type Method string

// The methods that Twilio knows.
const (
	GET  Method = "GET"
	POST Method = "POST"
)

// Gather collects the keys that the caller presses.
type Gather struct {
	Action              string // where Twilio posts the keys; empty: the present URL
	Method              Method
	NumDigits           int       // ends the entry; 0: no limit (attribute left out)
	FinishOnKey         FinishKey // ends the entry; zero: "#" (attribute left out)
	Timeout             int       // seconds of silence that end the entry; 0: 5 (attribute left out)
	ActionOnEmptyResult bool      // false: with no input the call falls through to the next verb
	Prompts             []Prompt  // what is spoken meanwhile; a key cuts it short
}

// FinishKey is the set of keys that end an entry.
type FinishKey string

// NoFinishKey writes finishOnKey="": every key is part of the entry.
const NoFinishKey FinishKey = "none"

// Redirect goes on with another document.
type Redirect struct {
	Method Method
	URL    string
}

// Dial connects the caller with someone else.
type Dial struct {
	Action   string // asked when the connection ended; empty: the next verb follows
	Method   Method
	Timeout  int    // seconds of ringing, 1 to 600; 0: 30 (attribute left out)
	CallerID string // shown to the one who is dialled; empty: the caller's own
	Target   Target
}

// A Target is who is dialled: [Number] or [SIP].
type Target interface{ isTarget() }

// Number is a telephone number in E.164 form.
type Number string

// SIP is a SIP address such as "sip:desk@example.com".
type SIP string

// Reject refuses an incoming call without answering it.
type Reject struct {
	Reason Reason
}

// Reason is what the caller of a rejected call hears. Empty: not in service (left out).
type Reason string

// The reasons that Twilio knows.
const (
	Rejected Reason = "rejected"
	Busy     Reason = "busy"
)

// Hangup ends the call.
type Hangup struct{}

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

func (Text) isSpeech()    {}
func (SayAs) isSpeech()   {}
func (Break) isSpeech()   {}
func (Prosody) isSpeech() {}

func (Number) isTarget() {}
func (SIP) isTarget()    {}
