package twilio

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"updatecenter/internal/deliveries"
)

// reasons are whose trouble a code is, as Twilio's error dictionary explains it
// (https://www.twilio.com/docs/api/errors). A code that is missing here is for the operator to mend:
// to try again does no harm, while to give up a notice leaves a customer untold.
var reasons = map[int]deliveries.Reason{
	// About the number called, whoever asks and however often.
	13223: deliveries.NumberRefused, // "Dial: Invalid phone number format"
	21202: deliveries.NumberRefused, // "Phone number is a 'premium' number", N11 numbers as well
	21211: deliveries.NumberRefused, // "Invalid 'To' Phone Number"
	21214: deliveries.NumberRefused, // "'To' phone number cannot be reached"
	21217: deliveries.NumberRefused, // "Phone number does not appear to be valid"

	// Twilio takes no more at the moment, and has not looked at the request.
	10004: deliveries.TwilioBusy, // "Call concurrency limit exceeded"
	20429: deliveries.TwilioBusy, // "Too Many Requests"
	22005: deliveries.TwilioBusy, // the queue of the account is a day long

	// About our account, numbers or URLs; listed for the metric, and since some seem to be about
	// the number called.
	10001: deliveries.OperatorMustMend, // "Account is not active"
	10002: deliveries.OperatorMustMend, // "Trial account does not support this feature"
	13224: deliveries.OperatorMustMend, // "does not support calling this number or the number is invalid": carriers' outages too
	13225: deliveries.OperatorMustMend, // "Attempt to call restricted number": restricted in the account too
	13227: deliveries.OperatorMustMend, // "Geo Permission configuration is not permitting call"
	20003: deliveries.OperatorMustMend, // "Permission Denied": the auth token
	20404: deliveries.OperatorMustMend, // "Not Found": the account
	21203: deliveries.OperatorMustMend, // "International calling not enabled"
	21205: deliveries.OperatorMustMend, // "Invalid URL"
	21210: deliveries.OperatorMustMend, // "'From' phone number not verified"
	21212: deliveries.OperatorMustMend, // "Invalid 'From' Phone Number"
	21213: deliveries.OperatorMustMend, // "'From' phone number is required"
	21215: deliveries.OperatorMustMend, // "Account not authorized to call" the country
	21216: deliveries.OperatorMustMend, // "Number is blocked": also of all +1 numbers, for want of a customer profile
	21219: deliveries.OperatorMustMend, // "'To' phone number not verified", as a trial account wants it
}

// refused says of an error whether Twilio has refused the call. Only a 4xx with a code of
// Twilio's is sure to come from it, and not from something on the way; a 401 or 429 was not processed
// by whomever it comes from.
func refused(err error) error {
	var answer *answerError
	if !errors.As(err, &answer) || answer.status < 400 || answer.status > 499 {
		return err
	}
	reason, known := reasons[answer.code]
	switch {
	case answer.status == http.StatusTooManyRequests:
		reason = deliveries.TwilioBusy
	case answer.status == http.StatusUnauthorized:
		reason = deliveries.OperatorMustMend
	case answer.code == 0:
		return err
	case !known:
		reason = deliveries.OperatorMustMend
	}
	return fmt.Errorf("%w: %w", err, &deliveries.RefusedError{Code: answer.code, Reason: reason, After: answer.after})
}

// CodeLabel is a code of Twilio's as the label of a metric: "other" for one that has no place in our
// list, so that there are few.
func CodeLabel(code int) string {
	if _, known := reasons[code]; known {
		return strconv.Itoa(code)
	}
	return "other"
}
