package deliveries

import (
	"slices"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/nanp"
)

// ID names a delivery: "dlv_" and 26 random characters.
type ID string

// About is what a delivery tells.
type About string

// What deliveries tell. The first two are asked for, and so is the third, by a repair agent; the
// others are notices that something was changed, without what it was changed to (47 CFR
// 64.2010(f)).
const (
	SecurityCode   About = "security_code"
	SecurityAnswer About = "security_answer"
	ValidationCode About = "validation_code" // see [Deliveries.RequestValidation]

	Welcome         About = "welcome" // the letter that a new account gets, with its code
	PINChanged      About = "pin_changed"
	PINReset        About = "pin_reset"
	CodeChanged     About = "code_changed"
	QuestionChanged About = "question_changed"
	AddressChanged  About = "address_changed"
	EmailChanged    About = "email_changed"
	PhoneChanged    About = "phone_changed"
)

// Method is the way of a delivery.
type Method string

// The methods.
const (
	Voice  Method = "voice"
	ByMail Method = "letter"
	Email  Method = "email"
)

// Status is how far a delivery is.
type Status string

// The statuses. The last six are final.
const (
	Queued     Status = "queued"      // an attempt is to come
	Calling    Status = "calling"     // Twilio is, or may have been, asked to ring
	Ringing    Status = "ringing"     // the telephone rings
	Answered   Status = "answered"    // somebody, or something, has answered
	Delivered  Status = "delivered"   // the code was spoken to somebody who asked to hear it, and the call is over
	NoticeLeft Status = "notice_left" // the notice was spoken, and the call is over; nobody asked to hear the code
	Sent       Status = "sent"        // the letter is in the spool, or the e-mail was taken
	Declined   Status = "declined"    // the person who answered did not ask for it
	Failed     Status = "failed"      // no attempt is left
	Canceled   Status = "canceled"
)

// Final says whether nothing more is to be done. A call can yet turn out to be declined.
func (s Status) Final() bool {
	switch s {
	case Delivered, NoticeLeft, Sent, Declined, Failed, Canceled:
		return true
	case Queued, Calling, Ringing, Answered:
	}
	return false
}

// Delivery is one delivery, as it stands. The telephone that it rings is part of it, and never
// worked out anew: an account whose telephone has changed in between would have an attempt's
// earlier call looked for at another number, and so rung twice. It stands open in a store, as
// the numbers of lines do.
type Delivery struct {
	ID       ID
	Revision int64 // of the record, from 1
	Account  accounts.ID
	About    About
	Method   Method
	To       nanp.Number // the telephone to ring, as it was when it was asked for; else empty
	Ref      string      // of a validation: what its code is asked for by; else empty
	Language string      // "en", "es" or empty
	Status   Status
	Attempt  int       // the present one, from 1
	Due      time.Time // when it is to be made or, once it was begun, looked at again
	Began    time.Time // when the present attempt was begun, the last time; zero: it was not
	CallSID  string    // of the present attempt, once known
	Sequence int       // the highest SequenceNumber of a status callback of the present attempt, plus one
	Opened   bool      // whether the call of the present attempt was told what to say
	Spoken   int       // of a secret: the turn of that call which tells it, plus one; 0: none does
	Refusals int       // how often in a row Twilio has refused the call of the present attempt
	Merged   []Merged  // further changes that a notice's call tells; oldest first
	Created  time.Time
	Events   []Event // oldest first
}

// Merged is a notice that is told in the call of another one.
type Merged struct {
	About   About       `json:"about"`
	Account accounts.ID `json:"account,omitempty"`
	Key     string      `json:"key,omitempty"` // of the notice
}

// Also returns what the delivery tells besides About, each once.
func (d Delivery) Also() []About {
	var also []About
	for _, merged := range d.Merged {
		if merged.About != d.About && !slices.Contains(also, merged.About) {
			also = append(also, merged.About)
		}
	}
	return also
}

// Task is the present attempt.
func (d Delivery) Task() Task { return Task{Delivery: d.ID, Attempt: d.Attempt} }

// Event is a step that a delivery took. It holds no number, address or code.
type Event struct {
	At      time.Time `json:"at"`
	Status  Status    `json:"status"`
	Attempt int       `json:"attempt,omitempty"`
	Detail  string    `json:"detail,omitempty"` // such as "busy"; in words for the web site
	Reason  Reason    `json:"reason,omitempty"` // the same for programs, where there is something to do about it
	Code    int       `json:"twilio_code,omitempty"`
}

// Reason says why a delivery has failed, or waits, where that is not the doing of whoever was called.
type Reason string

// The reasons.
const (
	NumberRefused    Reason = "number_refused"     // Twilio can't call the number, whoever asks
	TwilioBusy       Reason = "twilio_busy"        // Twilio takes no more calls at the moment
	CalledTooOften   Reason = "called_too_often"   // the telephone has rung as often as it may
	NumberNotCalled  Reason = "number_not_called"  // no [Config].Destinations of ours
	OperatorMustMend Reason = "operator_must_mend" // Twilio refuses our calls until the operator has mended something
)

// A cause is why a delivery gets a status.
type cause struct {
	words  string // Event.Detail
	reason Reason
	code   int
}

// Cause returns the reason and Twilio's code of the newest event; the zero values if it has none.
func (d Delivery) Cause() (Reason, int) {
	if len(d.Events) == 0 {
		return "", 0
	}
	last := d.Events[len(d.Events)-1]
	return last.Reason, last.Code
}

// NewDelivery is a delivery to be created.
type NewDelivery struct {
	Delivery Delivery
	Subject  string // what limits and blocks are counted by: the account's ID, or the line's number
	Key      string // the client's idempotency key, with the client's name; empty: none
	Request  string // what was asked for, in a form that only the same request has
	Limits   Limits
}

// Limits bound how many deliveries are created in any hour, day or other time. Zero: no
// bound; a delivery without a Global bound doesn't count towards that of others.
type Limits struct {
	AnHour int           // for one subject
	ADay   int           // for one subject
	Global int           // for all subjects together,
	Every  time.Duration // in any time so long
}
