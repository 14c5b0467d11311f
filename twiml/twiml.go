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

import (
	"strings"
	"time"
)

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

// Forever as Loop repeats until the caller hangs up.
const Forever = -1

// Play plays a recording.
type Play struct {
	URL  string // of the recording, absolute or relative; required
	Loop int    // as in [Say]
}

// Pause waits in silence.
type Pause struct {
	Length int // seconds, 1 to MaxPause; 0: one second (attribute left out)
}

// Method is how Twilio asks a URL. Empty: POST (attribute left out).
type Method string

// The methods that Twilio knows.
const (
	GET  Method = "GET"
	POST Method = "POST"
)

// Gather collects the keys that the caller presses
// (https://www.twilio.com/docs/voice/twiml/gather).
type Gather struct {
	Action              string    // where Twilio posts the keys; empty: the present URL
	Method              Method    // how it asks Action
	NumDigits           int       // ends the entry, 1 to MaxDigits; 0: no limit (attribute left out)
	FinishOnKey         FinishKey // ends the entry; zero: "#" (attribute left out)
	Timeout             int       // seconds of silence that end the entry, 1 to MaxGatherTimeout; 0: 5 (attribute left out)
	ActionOnEmptyResult bool      // false: with no input the call falls through to the next verb
	Prompts             []Prompt  // what is spoken meanwhile; a key cuts it short
}

// FinishKey is the key that ends an entry: one of 0-9, * and #, or [NoFinishKey]
// (https://www.twilio.com/docs/api/errors/13310).
type FinishKey string

// NoFinishKey writes finishOnKey="": every key is part of the entry.
const NoFinishKey FinishKey = "none"

// Redirect goes on with another document.
type Redirect struct {
	Method Method // how Twilio asks URL
	URL    string // of that document, absolute or relative; required
}

// Dial connects the caller with someone else
// (https://www.twilio.com/docs/voice/twiml/dial).
type Dial struct {
	Action   string // asked when the connection ended; empty: the next verb follows
	Method   Method // how it asks Action
	Timeout  int    // seconds of ringing, 1 to MaxDialTimeout; 0: 30 (attribute left out)
	CallerID string // number or name without spaces, shown to the one who is dialed; empty: the caller's own
	Target   Target // who is dialed; required
}

// A Target is who is dialed: [Number] or [SIP].
type Target interface{ isTarget() }

// Number is a telephone number in E.164 form, such as "+16125550142".
type Number string

// SIP is a SIP address such as "sip:desk@example.com", at most 255 characters
// (https://www.twilio.com/docs/voice/twiml/sip).
type SIP string

func (Number) isTarget() {}
func (SIP) isTarget()    {}

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

// Say speaks its content, which must hold a character or a [Break].
type Say struct {
	Voice    string   // such as "Polly.Joanna"; empty: the account's default
	Language string   // such as "en-US"; empty: the voice's own
	Loop     int      // how often, 1 to MaxLoop; 0: once (attribute left out), Forever: until the call ends
	Content  []Speech // at most MaxSay characters
}

// Speech is what a [Say] holds: [Text], [SayAs], [Break] or [Prosody]. All but Text are
// SSML, which Twilio speaks with its Polly and Google voices
// (https://www.twilio.com/docs/voice/twiml/say/text-speech).
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
	Digits    Interpretation = "digits"
	Telephone Interpretation = "telephone"
	Cardinal  Interpretation = "cardinal"
	SpellOut  Interpretation = "spell-out"
)

// Break is silence within a Say: 1 ms to 10 s, in whole milliseconds
// (https://docs.aws.amazon.com/polly/latest/dg/break-tag.html).
type Break struct{ Time time.Duration }

// Prosody speaks its content at another speed.
type Prosody struct {
	Rate    Rate     // required
	Content []Speech // must hold a character or a [Break], and no other Prosody
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

func (Text) isSpeech()    {}
func (SayAs) isSpeech()   {}
func (Break) isSpeech()   {}
func (Prosody) isSpeech() {}

// The classes of bytes that decide how, and whether, a value can be written.
const (
	plain   = 1 << iota // printable ASCII that stands for itself in XML text
	ofURL               // in a URL, by RFC 3986
	ofWord              // in a voice, a language or a caller ID
	ofDigit             // 0 to 9
)

// classes holds the classes of each byte.
var classes = classify()

func classify() (table [256]uint8) {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	const digits = "0123456789"
	for c := byte(' '); c < 0x80; c++ {
		if !strings.ContainsRune("&<>", rune(c)) {
			table[c] |= plain
		}
	}
	for _, c := range []byte(letters + digits + "-._~:/?#[]@!$&'()*+,;=%") {
		table[c] |= ofURL
	}
	for _, c := range []byte(letters + digits + "+-._:@") {
		table[c] |= ofWord
	}
	for _, c := range []byte(digits) {
		table[c] |= ofDigit
	}
	return table
}

// consistsOf tells whether every byte of s is of a class.
func consistsOf(s string, class uint8) bool {
	for i := range len(s) {
		if classes[s[i]]&class == 0 {
			return false
		}
	}
	return true
}

// isURL tells whether s is within the size of a document and holds only what a URL may;
// Twilio itself looks whether it leads anywhere.
func isURL(s string) bool { return len(s) <= MaxDocument && consistsOf(s, ofURL) }

// isE164 tells whether s is a number as ITU-T E.164 writes it: + and at most 15 digits,
// of which the first is not 0.
func isE164(s string) bool {
	return len(s) >= 3 && len(s) <= 16 && s[0] == '+' && s[1] != '0' && consistsOf(s[1:], ofDigit)
}

// isSIP tells whether s is "sip:" or "sips:" and something to reach.
func isSIP(s string) bool {
	rest, ok := strings.CutPrefix(s, "sip:")
	if !ok {
		rest, ok = strings.CutPrefix(s, "sips:")
	}
	return ok && rest != "" && len(s) <= maxWord && rest[0] != '@' && rest[len(rest)-1] != '@' && isURL(rest)
}
