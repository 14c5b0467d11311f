// Package twilio asks Twilio's REST API, through twilio-go: about the account, and for calls.
//
// An [Account] belongs to one account SID and auth token. [Account.Webhooks] tells where
// Twilio sends the calls to each telephone number and SIP domain of the account.
//
// [Account.Dialer] makes calls for package deliveries. Making a call is not idempotent: when
// its answer is lost, [Dialer.Find] tells whether the call was made. A call bears no mark that
// a listing would show; that of its attempt stands in the URLs of its webhooks.
//
// Every method takes a context and ends within [Config].Timeout, however many pages the
// answer has. An answer is read up to 4 MB a page, and redirects are not followed, so the
// auth token goes nowhere but to Config.BaseURL. No error holds the token, nor any text that
// came with a refusal: Twilio's error codes are explained at
// https://www.twilio.com/docs/api/errors.
//
// Three habits of twilio-go (1.31) are mended here: it knows only https://api.twilio.com,
// so a transport turns each request to the base URL; it takes no context, so that transport
// lives for one call of a method and carries its context; and it refuses credentials that
// are not letters and digits with an answer that looks like Twilio's, so [New] looks first.
package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/web"
)

// Limits on what is read of one answer, in bytes.
const (
	maxAnswer  = 4 << 20
	maxRefusal = 16 << 10
)

// transport sends the requests of one call of a method: to the base URL, whatever host
// they name, and within the call's context. It returns an error for any answer but a 2xx,
// so that twilio-go never puts texts of the far end into its own errors.
type transport struct {
	ctx  context.Context
	base *url.URL
}

// RoundTrip implements [http.RoundTripper].
func (t transport) RoundTrip(request *http.Request) (*http.Response, error) {
	out := request.Clone(t.ctx)
	out.URL = t.base.JoinPath(request.URL.EscapedPath())
	out.URL.RawQuery = request.URL.RawQuery
	out.Host = t.base.Host
	response, err := http.DefaultTransport.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		defer response.Body.Close()
		return nil, refusal(response)
	}
	response.Body = http.MaxBytesReader(nil, response.Body, maxAnswer)
	return response, nil
}

// An answerError is an answer of Twilio that is no success.
type answerError struct {
	status int           // of HTTP
	code   int           // Twilio's own; 0: it gave none
	after  time.Duration // Retry-After; 0: none
}

// Error tells status and code alone: the texts that come with them may quote the request.
func (e *answerError) Error() string {
	said := fmt.Sprintf("status %d", e.status)
	if e.code != 0 {
		said += fmt.Sprintf(", error %d", e.code)
	}
	if e.status == http.StatusUnauthorized {
		return fmt.Sprintf("%v (%s)", ErrCredentials, said)
	}
	return "answered by Twilio with " + said
}

// Is finds [ErrCredentials].
func (e *answerError) Is(target error) bool {
	return target == ErrCredentials && e.status == http.StatusUnauthorized
}

// refusal makes an error of an answer: its status, and Twilio's error code if it has one.
func refusal(response *http.Response) error {
	var body struct {
		Code int `json:"code"`
	}
	now, _ := http.ParseTime(response.Header.Get("Date")) // zero: no date can be compared with it
	refused := &answerError{status: response.StatusCode, after: web.RetryAfter(response.Header, now)}
	err := json.NewDecoder(io.LimitReader(response.Body, maxRefusal)).Decode(&body)
	if err == nil {
		refused.code = body.Code
	}
	return refused
}

// plain takes the URL off an error of [http.Client]: it names the host that twilio-go
// meant, not the one that was asked.
func plain(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

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

// CheckPublicURL says why Twilio could not reach webhooks at a URL, so that no call would work: it
// refuses to make calls with such (error 21205), or finds nobody there (11200). Addresses of this
// machine and of private networks are taken only where baseURL is that of an exchange on this machine,
// as in a demo. Every error is [ErrConfig].
func CheckPublicURL(publicURL, baseURL string) error {
	base, err := parseURL(baseURL)
	if err == nil {
		_, err = checkPublicURL(publicURL, base)
	}
	return err
}

func checkPublicURL(written string, base *url.URL) (*url.URL, error) {
	public, err := parseURL(written)
	if err != nil {
		return nil, err
	}
	if port := public.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return nil, fmt.Errorf("a port is 1 to 65535: %w", ErrConfig)
		}
	}
	if fault := hostFault(public.Hostname(), web.ThisMachine(base.Hostname())); fault != "" {
		return nil, fmt.Errorf("%s: %w", fault, ErrConfig)
	}
	return public, nil
}

// hostFault says why Twilio can't reach a host; "" if it may.
func hostFault(host string, simulated bool) string {
	address, err := netip.ParseAddr(host)
	switch {
	case err != nil && strings.Contains(host, "_"):
		return "an underscore in the host's name"
	case err != nil && !strings.Contains(strings.Trim(host, "."), "."):
		return "the host's name has a single label, which only machines nearby know"
	case err != nil:
		return ""
	case address.IsUnspecified() || address.IsMulticast():
		return "the address is no machine's"
	case !simulated && !address.Unmap().IsGlobalUnicast(), !simulated && address.Unmap().IsPrivate():
		return "the address can't be reached from the Internet"
	}
	return ""
}
