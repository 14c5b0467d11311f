package dispatch

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// attemptFor is how long an attempt may take, answer included.
const attemptFor = 10 * time.Second

// mostAnswer is how much of an answer is read, in bytes, so that its connection can serve
// again. Nothing in it matters.
const mostAnswer = 4 << 10

// poster makes attempts to deliver.
type poster struct {
	url       string
	signer    *standardwebhooks.Webhook
	transport http.RoundTripper
	now       func() time.Time
}

// outcome is how an attempt ended.
type outcome int

const (
	delivered outcome = iota
	away              // the receiver can't take anything at present
	refused           // it doesn't take this message
	gaveUp            // the dispatcher ended the attempt, as it stops
)

// result is how an attempt ended, and what goes with it.
type result struct {
	outcome    outcome
	status     int           // of the answer; 0: there was none
	retryAfter time.Duration // that the receiver asks for, with away
	err        error         // why there was no answer
}

// attribute says for the log what came of an attempt that failed: never what was answered,
// which may repeat what was sent.
func (r result) attribute() slog.Attr {
	if r.err != nil {
		return slog.Any("cause", r.err)
	}
	return slog.Int("status", r.status)
}

// post makes one attempt. Ctx ends it early, and then it is given up.
func (p *poster) post(ctx context.Context, id string, body []byte) result {
	attempt, cancel := context.WithTimeout(ctx, attemptFor)
	defer cancel()
	request, err := p.request(attempt, id, body)
	if err != nil {
		return result{outcome: refused, err: err}
	}
	// Not by an http.Client, which would follow redirects and name the URL in its errors.
	answer, err := p.transport.RoundTrip(request)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return result{outcome: gaveUp, err: err}
	default:
		return result{outcome: away, err: err}
	}
	defer answer.Body.Close()
	// What counts is the status; whether the rest comes is no matter.
	_, _ = io.CopyN(io.Discard, answer.Body, mostAnswer)
	return p.judge(answer)
}

func (p *poster) request(ctx context.Context, id string, body []byte) (*http.Request, error) {
	at := p.now()
	signature, err := p.signer.Sign(id, at, body)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("prepare the request: %w", ErrURL)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "updatecenter")
	request.Header.Set(standardwebhooks.HeaderWebhookID, id)
	request.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	request.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return request, nil
}

func (p *poster) judge(answer *http.Response) result {
	status := answer.StatusCode
	switch {
	case status >= 200 && status <= 299:
		return result{outcome: delivered, status: status}
	case status >= 500, status == http.StatusTooManyRequests, status == http.StatusRequestTimeout:
		asked := retryAfter(answer.Header.Get("Retry-After"), p.now())
		return result{outcome: away, status: status, retryAfter: asked}
	default:
		return result{outcome: refused, status: status}
	}
}

// retryAfter reads a Retry-After header, seconds or a date (RFC 9110, section 10.2.3), as a
// delay of 0 to [mostAsked]. What can't be read asks for nothing.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, mostAsked)
	}
	at, err := http.ParseTime(header)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), mostAsked)
}

// usable says whether an id can stand in a header and in what is signed.
func usable(id string) bool {
	for _, c := range []byte(id) {
		if c <= ' ' || c > '~' || c == '.' {
			return false
		}
	}
	return id != "" && len(id) <= 128
}
