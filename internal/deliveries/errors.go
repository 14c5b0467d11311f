package deliveries

import (
	"errors"
	"fmt"
	"time"
)

// Errors of the contract.
var (
	// ErrNotFound: there is no such delivery or, for a call, nothing that it may tell.
	ErrNotFound = errors.New("no such delivery")
	// ErrUnreadable: what is stored is damaged, or ErrNewer.
	ErrUnreadable = errors.New("the delivery can't be read")
	// ErrNewer is the ErrUnreadable of what a newer release stored, whose servers can read it.
	ErrNewer = fmt.Errorf("%w: it has the form of a newer release", ErrUnreadable)
	// ErrStale: the delivery was changed meanwhile.
	ErrStale = errors.New("the delivery has changed meanwhile")
	// ErrKeyReused: the client has used its key before, to ask for something else.
	ErrKeyReused = errors.New("the idempotency key stands for another request")
	// ErrFinal: it is too late to cancel the delivery.
	ErrFinal = errors.New("the delivery can't be canceled any more")
	// ErrNoSecret: the account has a question where its code is asked for, or the other way
	// round.
	ErrNoSecret = errors.New("the account has no such secret")
	// ErrNoWay: deliveries don't go this way here, as it was not set up; or a notice has no
	// way that is set up, leads to a number or address of record, and not to what was changed.
	ErrNoWay = errors.New("there is no such way of delivery")
	// ErrAsk: what was asked for can't be delivered, or not in this way.
	ErrAsk = errors.New("no such thing to deliver, or no such way")
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

// EmailTooNewError says that an e-mail address can't be trusted with a secret: it must have
// been on file for 30 days (47 CFR 64.2010, "address of record").
type EmailTooNewError struct {
	Since time.Time // since when it is on file; zero: there is none
	From  time.Time // from when it may be used; zero without one
}

// Error says whether there is an address.
func (e *EmailTooNewError) Error() string {
	if e.Since.IsZero() {
		return "no e-mail address is on file"
	}
	return "the e-mail address has not been on file for long enough"
}

// AddressTooNewError says that a postal address can't be trusted with a secret: it must have
// been on file for 30 days, or as long as the account (47 CFR 64.2010, "address of record").
type AddressTooNewError struct {
	Since time.Time // since when it is on file
	From  time.Time // from when it may be used
}

// Error says that the address is too new.
func (e *AddressTooNewError) Error() string {
	return "the address has not been on file for long enough"
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
