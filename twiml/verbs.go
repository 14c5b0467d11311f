package twiml

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
