package simulator

import (
	"errors"
	"fmt"
)

// Errors of a call. They end it.
var (
	// ErrAnswersDiffer is a webhook that was delivered twice and answered in two ways.
	ErrAnswersDiffer = errors.New("a repeated webhook got another answer")
	// ErrLost is a webhook that was lost on purpose.
	ErrLost = errors.New("lost on its way")
	// ErrEndless is a call that goes on and on and asks nothing.
	ErrEndless = errors.New("the call goes on without end and asks nothing")
)

// Errors of a caller who does what can't be done. They leave the call as it is.
var (
	// ErrNotAsking is a key or a silence while the far end does not wait for keys.
	ErrNotAsking = errors.New("the far end does not wait for keys")
	// ErrOver is anything done in a call that has ended.
	ErrOver = errors.New("the call is over")
	// ErrKey is a key that a telephone does not have.
	ErrKey = errors.New("a telephone has the keys 0-9, * and #")
)

// ErrorCode is a number of Twilio's error dictionary,
// https://www.twilio.com/docs/api/errors.
type ErrorCode int

// The errors that the exchange tells apart. A document that can't be read has one of the
// codes of package twiml instead.
const (
	RetrievalFailure  ErrorCode = 11200 // not 2xx, or no answer in time, or a connection that broke before it
	ConnectionFailure ErrorCode = 11205 // no connection: the request has reached nobody
	RedirectLoop      ErrorCode = 11215
	TooLarge          ErrorCode = 11750
	ParseFailure      ErrorCode = 12100 // of no other code
	WrongContentType  ErrorCode = 12300
)

// WebhookError is an answer that the exchange can't use, or none.
type WebhookError struct {
	Code   ErrorCode
	URL    string
	Status int   // of the HTTP answer; 0: there was none
	Err    error // what went wrong
}

// Error names the code, the URL and the reason.
func (e *WebhookError) Error() string {
	return fmt.Sprintf("error %d at %s: %v", e.Code, e.URL, e.Err)
}

// Unwrap is what went wrong.
func (e *WebhookError) Unwrap() error { return e.Err }
