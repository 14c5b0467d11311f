package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
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
	refused := &answerError{status: response.StatusCode, after: retryAfter(response.Header)}
	err := json.NewDecoder(io.LimitReader(response.Body, maxRefusal)).Decode(&body)
	if err == nil {
		refused.code = body.Code
	}
	return refused
}

// retryAfter reads the header Retry-After (RFC 9110, section 10.2.3): seconds, or a time, which is
// compared with that of the answer. What can't be read is none.
func retryAfter(header http.Header) time.Duration {
	written := header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(written, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(written)
	now, errNow := http.ParseTime(header.Get("Date"))
	if err != nil || errNow != nil {
		return 0
	}
	return max(0, at.Sub(now))
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
