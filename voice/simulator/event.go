package simulator

import "time"

// An Event is what happens next in a call: [Spoken], [Played], [Paused], [Transferred],
// [Asked] or [Ended].
type Event interface{ isEvent() }

// Spoken is words said to the caller.
type Spoken struct {
	Words         string // as one would write them; digits that are spoken one by one stand apart
	Language      string // such as "en-US"; empty: the document names a voice and no language
	Voice         string // empty: the account's default
	Interruptible bool   // a key cuts it short
}

// Played is a recording.
type Played struct {
	URL           string // absolute
	Interruptible bool
}

// Paused is silence before the next verb.
type Paused struct {
	Length        time.Duration
	Interruptible bool
}

// Transferred is someone else being dialed, who hangs up at once or can't be reached: the call
// goes on. Without a caller ID that holds nobody is dialed, and there is no such event.
type Transferred struct {
	To       string // a telephone number or a SIP address
	CallerID string // what the telephone shows; empty: the caller's SIP address
	Status   string // Twilio's DialCallStatus: completed, busy, no-answer, failed or canceled
}

// Asked says that the far end waits for keys: the prompts of a Gather are over.
type Asked struct {
	Timeout time.Duration // of silence, from now, that ends the entry
	Keyed   int           // how many keys the entry holds so far
}

// Ended says that the call is over. Call.Next gives it again and again.
type Ended struct {
	By      Party
	Status  string // Twilio's CallStatus: completed, busy, no-answer, failed or canceled
	Failure error  // why the exchange gave the application up; nil: it did not
}

// Party is a side of a call.
type Party string

// The parties of a call.
const (
	Caller Party = "the caller"
	FarEnd Party = "the far end"
)

func (Spoken) isEvent()      {}
func (Played) isEvent()      {}
func (Paused) isEvent()      {}
func (Transferred) isEvent() {}
func (Asked) isEvent()       {}
func (Ended) isEvent()       {}
