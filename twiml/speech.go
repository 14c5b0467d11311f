package twiml

import "time"

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
