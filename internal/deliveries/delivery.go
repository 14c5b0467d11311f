package deliveries

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
)

// ID names a delivery: "dlv_" and 26 random characters.
type ID string

// Topic is what a delivery tells.
type Topic string

// What deliveries tell. The first two are asked for, and so is the third, by a repair agent, and the last three. The next
// three are sent with a change, to an address of record. The others are notices that something was changed,
// without what it was changed to (47 CFR 64.2010(f)).
const (
	SecurityCode   Topic = "security_code"
	SecurityAnswer Topic = "security_answer"
	ValidationCode Topic = "validation_code" // see [Deliveries.RequestValidation]

	Welcome      Topic = "welcome"       // the letter that a new account gets, with its code
	UserName     Topic = "user_name"     // of a long-distance account, to who has proved it
	PasswordLink Topic = "password_link" // the link by which a new password is chosen, likewise

	PINChanged      Topic = "pin_changed"
	PINReset        Topic = "pin_reset"
	CodeChanged     Topic = "code_changed"
	QuestionChanged Topic = "question_changed"
	AddressChanged  Topic = "address_changed"
	EmailChanged    Topic = "email_changed"
	PhoneChanged    Topic = "phone_changed"
	SignInChanged   Topic = "sign_in_changed" // the user name or the password
	PasswordAsked   Topic = "password_asked"  // a link was sent by which a new password is chosen

	TicketContactChanged Topic = "ticket_contact_changed" // the telephone that the technician has
	TicketCanceled       Topic = "ticket_canceled"        // a repair ticket, or its visit

	MailboxPasswordChanged Topic = "mailbox_password_changed" // of a line's voice mailbox: it was reset
	EmailLocked            Topic = "email_locked"             // the e-mail addresses of a line, after wrong answers

	MailboxPassword Topic = "mailbox_password" // see [Deliveries.RequestPassword]
	EmailPassword   Topic = "email_password"   // likewise

	ServiceTest Topic = "service_test" // the result of a test of the line, which a caller has asked for: see [Config].Results
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
// the numbers of lines do: its JSON is what is kept beside ID, revision, status, due time and events.
type Delivery struct {
	ID       ID          `json:"-"`
	Revision int64       `json:"-"` // of the record, from 1
	Account  accounts.ID `json:"account,omitempty"`
	Topic    Topic       `json:"about"`
	Method   Method      `json:"method"`
	// To is the telephone to ring, as it was when it was asked for; else empty.
	To       nanp.Number `json:"to,omitempty"`
	Ref      string      `json:"ref,omitempty"`      // of a validation, a service test or an e-mail address: what its code, result or password is asked for by; else empty
	Language string      `json:"language,omitempty"` // "en", "es" or empty
	Status   Status      `json:"-"`
	Attempt  int         `json:"attempt"`        // the present one, from 1
	Due      time.Time   `json:"-"`              // when it is to be made or, once it was begun, looked at again
	Began    time.Time   `json:"began,omitzero"` // when the present attempt was begun, the last time; zero: it was not
	CallSID  string      `json:"call,omitempty"` // of the present attempt, once known
	// Sequence is the highest SequenceNumber of a status callback of the present attempt, plus one.
	Sequence int       `json:"sequence,omitempty"`
	Opened   bool      `json:"opened,omitempty"`   // whether the call of the present attempt was told what to say
	Spoken   int       `json:"spoken,omitempty"`   // of a secret: the turn of that call which tells it, plus one; 0: none does
	Refusals int       `json:"refusals,omitempty"` // how often in a row Twilio has refused the call of the present attempt
	Merged   []Merged  `json:"merged,omitempty"`   // further changes that a notice's call tells; oldest first
	Created  time.Time `json:"created"`
	Events   []Event   `json:"-"` // oldest first
}

// Merged is a notice that is told in the call of another one.
type Merged struct {
	Topic   Topic       `json:"about"`
	Account accounts.ID `json:"account,omitempty"`
	Key     string      `json:"key,omitempty"` // of the notice
}

// Also returns what the delivery tells besides Topic, each once.
func (d Delivery) Also() []Topic {
	var also []Topic
	for _, merged := range d.Merged {
		if merged.Topic != d.Topic && !slices.Contains(also, merged.Topic) {
			also = append(also, merged.Topic)
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

// SettlesIn is how long after the first final event what came of a call may be told more exactly, in
// whatever order its webhooks come.
const SettlesIn = 5 * time.Second

// Settled says whether a delivery has ended, and for so long that no word more is expected.
func (d Delivery) Settled(now time.Time) bool {
	first := slices.IndexFunc(d.Events, func(event Event) bool { return event.Status.Final() })
	return d.Status.Final() && (first < 0 || !now.Before(d.Events[first].At.Add(SettlesIn)))
}

// NewDelivery is a delivery to be created.
type NewDelivery struct {
	Delivery Delivery
	Subject  string // what limits and blocks are counted by: the account's ID, or the line's number
	Unproved bool   // whoever asks must not learn of a block: it is looked at by the attempt alone
	Key      string // the client's idempotency key, with the client's name; empty: none
	Request  string // what was asked for, in a form that only the same request has
	Limits   Limits
}

// Limits bound how many deliveries are created in any hour, day or other time. Zero: no
// bound; a delivery without a Global bound doesn't count towards that of others.
type Limits struct {
	AnHour int        // for one subject
	ADay   int        // for one subject
	Global limit.Rate // for all subjects together
}

// Errors of the contract.
var (
	// ErrNotFound: there is no such delivery or, for a call, nothing that it may tell.
	ErrNotFound = errors.New("no such delivery")
	// ErrNotNow: the password can't be reset now, such as if it was too often.
	ErrNotNow = errors.New("the password can't be reset now")
	// ErrKeyReused: the client has used its key before, to ask for something else.
	ErrKeyReused = errors.New("the idempotency key stands for another request")
	// ErrFinal: it is too late to cancel the delivery.
	ErrFinal = errors.New("the delivery can't be canceled any more")
	// ErrNoSecret: the account has a question where its code is asked for, or the other way
	// round.
	ErrNoSecret = errors.New("the account has no such secret")
	// ErrNoWay: deliveries don't go this way here, as it was not set up; or no way is set up that
	// would reach the customer other than by what was just changed.
	ErrNoWay = errors.New("there is no such way of delivery")
	// ErrParams: what was asked for can't be delivered, or not in this way.
	ErrParams = errors.New("no such thing to deliver, or no such way")
)

// LimitError says that there were too many deliveries.
type LimitError struct {
	Until time.Time // when the next one may be asked for
	All   bool      // of all subjects together, not of this one
	Phone bool      // of calls to one telephone, whatever they are about
}

// Error names the bound that was met.
func (e *LimitError) Error() string {
	if e.Phone {
		return "too many calls to this telephone"
	}
	if e.All {
		return "too many deliveries for all together"
	}
	return "too many deliveries for this account or line"
}

// BlockedError says that somebody who answered a call did not want it.
type BlockedError struct{ Until time.Time }

// Error says that there was an objection.
func (e *BlockedError) Error() string { return "somebody who was called did not ask for it" }

// TooNewError says that an address can't be trusted with a secret: it must have been on file for 30 days,
// or a postal one as long as the account (47 CFR 64.2010, "address of record").
type TooNewError struct {
	Method Method    // ByMail or Email
	Since  time.Time // since when the address is on file; zero: there is no e-mail address
	From   time.Time // from when it may be used; zero without one
}

// Error says whether there is an address.
func (e *TooNewError) Error() string {
	if e.Since.IsZero() {
		return "no e-mail address is on file"
	}
	return "the " + e.address() + " has not been on file for long enough"
}

func (e *TooNewError) address() string {
	if e.Method == Email {
		return "e-mail address"
	}
	return "address"
}

// RefusedError says that Twilio has refused to make a call: it does not ring. The zero Reason is
// [OperatorMustMend], as of every code that is not known.
type RefusedError struct {
	Code   int           // Twilio's error code; 0: none came with a status that needs none
	Reason Reason        // NumberRefused, which is final, TwilioBusy or OperatorMustMend
	After  time.Duration // Retry-After of the answer; 0: none
}

// Error holds Twilio's code and nothing of the request.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("Twilio refused the call: error %d", e.Code)
}

// LaterError is what [Deliveries.Attempt] says when it can't do or know more before a time:
// the task is to be run again then, or earlier, which does no harm.
type LaterError struct {
	At  time.Time
	Err error // why, if something went wrong; nil: others have to come first
}

// Error says why.
func (e *LaterError) Error() string {
	if e.Err == nil {
		return "the attempt has to wait"
	}
	return "the attempt has to wait: " + e.Err.Error()
}

// Unwrap returns Err.
func (e *LaterError) Unwrap() error { return e.Err }

// A window is the time in which Twilio must have created the call of an attempt that was
// begun at a time, if there is one.
//
// An attempt's mark stands in the URLs of its call's webhooks, so a call that is answered
// says whose it is. But Twilio can't be asked for the URLs of a call: its list has numbers and
// times alone. So the time must be the mark. An attempt is begun only when the telephone has
// been reserved for it for a minute ([Phones]). It asks for its call within dialWithin of its
// beginning, or not at all; the call is then created between clockSkew before the beginning
// and clockSkew after that time. The windows of two attempts to ring one telephone so have at
// least apart-dialWithin-2*clockSkew, half a minute, between them, and no call is in both.
// Whoever else calls that number from the same number of ours at just that time is taken for
// the attempt, which then waits for webhooks in vain; the next attempt follows.
type window struct{ from, to time.Time }

func windowOf(began time.Time) window {
	return window{began.Add(-clockSkew), began.Add(dialWithin + clockSkew)}
}

func (w window) holds(at time.Time) bool { return !at.Before(w.from) && !at.After(w.to) }

// find returns the call that an earlier run of the present attempt has made, or none. It must
// not be asked before the claim of that run has run out.
func (d *Deliveries) find(ctx context.Context, delivery Delivery) (FoundCall, error) {
	window := windowOf(delivery.Began)
	calls, err := d.list(ctx, delivery, window.from)
	if err != nil {
		return FoundCall{}, err
	}
	calls = slices.DeleteFunc(calls, func(call FoundCall) bool { return !window.holds(call.Created) })
	if len(calls) == 0 {
		return FoundCall{}, nil
	}
	return slices.MinFunc(calls, func(a, b FoundCall) int { return a.Created.Compare(b.Created) }), nil
}

func (d *Deliveries) list(ctx context.Context, delivery Delivery, since time.Time) ([]FoundCall, error) {
	ctx, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	return d.config.Dialer.Find(ctx, delivery.To, since)
}

// inquire finds out what became of a call whose end nobody has told us.
func (d *Deliveries) inquire(ctx context.Context, delivery Delivery) error {
	calls, err := d.list(ctx, delivery, windowOf(delivery.Began).from)
	if err != nil {
		return err
	}
	at, status := slices.IndexFunc(calls, func(call FoundCall) bool { return call.CallSID == delivery.CallSID }), "completed"
	switch {
	case at >= 0:
		status = calls[at].Status
	case !delivery.Opened:
		return d.fail(ctx, delivery.Task(), "nothing was heard of the call")
	}
	_, err = d.updateByStatus(ctx, delivery.Task(), func(stored *Delivery) (bool, error) {
		if stored.CallSID != delivery.CallSID {
			return false, nil
		}
		stored.Due = d.now().Add(recheckAfter)
		return true, d.applyStatus(ctx, stored, status, d.now(), "")
	})
	return err
}
