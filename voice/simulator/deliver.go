package simulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"updatecenter/twiml"
	"updatecenter/voice/signature"
)

// deliver sends a delivery; twice at the same moment where the exchange is set up so.
func (c *Call) deliver(ctx context.Context, d delivery) (answer, error) {
	if !c.exchange.config.DeliverTwice {
		return c.exchange.retry(ctx, d, c.tokens())
	}
	var (
		answers [2]answer
		errs    [2]error
		both    sync.WaitGroup
	)
	for i := range answers {
		tokens := c.tokens()
		both.Go(func() { answers[i], errs[i] = c.exchange.retry(ctx, d, tokens) })
	}
	both.Wait()
	if ctx.Err() != nil {
		return answer{}, ctx.Err()
	}
	if (errs[0] == nil) != (errs[1] == nil) {
		return answer{}, fmt.Errorf("%w: one was lost: %w", ErrAnswersDiffer, errors.Join(errs[:]...))
	}
	if errs[0] == nil {
		if err := sameAnswer(answers[0], answers[1]); err != nil {
			return answer{}, err
		}
	}
	return answers[0], errs[0]
}

// tokens draws an idempotency token for each attempt.
func (c *Call) tokens() [2]string { return [2]string{c.chance.hex(16), c.chance.hex(16)} }

// retry sends a delivery, and once more after a connection that failed: Twilio does so unasked.
func (e *Exchange) retry(ctx context.Context, d delivery, tokens [2]string) (answer, error) {
	a, err := e.attempt(ctx, d, tokens[0])
	var broken *WebhookError
	if ctx.Err() == nil && errors.As(err, &broken) && broken.Code == ConnectionFailure {
		a, err = e.attempt(ctx, d, tokens[1])
	}
	if ctx.Err() != nil {
		return answer{}, ctx.Err()
	}
	return a, err
}

// sameAnswer holds two answers to the same webhook against each other.
func sameAnswer(first, second answer) error {
	switch {
	case first.status != second.status:
		return fmt.Errorf("%w: status %d and %d", ErrAnswersDiffer, first.status, second.status)
	case !bytes.Equal(first.body, second.body):
		at := firstDifference(first.body, second.body)
		return fmt.Errorf("%w: from byte %d on: %q and %q", ErrAnswersDiffer, at, excerpt(first.body, at), excerpt(second.body, at))
	}
	return nil
}

func firstDifference(a, b []byte) int {
	at := 0
	for at < min(len(a), len(b)) && a[at] == b[at] {
		at++
	}
	return at
}

// excerpt is a few bytes of a document around a place.
func excerpt(document []byte, at int) []byte {
	return document[max(0, at-10):min(len(document), at+30)]
}

// delivery is a webhook as it is sent.
func (c *Call) delivery(hook webhook) delivery { return delivery{hook.URL, c.formWith(hook.Extra)} }

// ask delivers a webhook, and reads the document that comes back.
func (c *Call) ask(ctx context.Context, hook webhook) (verbs, error) {
	d := c.delivery(hook)
	c.last = nil
	a, err := c.deliver(ctx, d)
	if err != nil {
		return nil, err
	}
	c.last, c.url = &answered{d, a}, d.url
	document, err := a.read(d.url)
	return document.Verbs, err
}

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
	// ErrNotGathering is a key or a silence while the far end does not wait for keys.
	ErrNotGathering = errors.New("the far end does not wait for keys")
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
	TooLarge          ErrorCode = 11750
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

// A webhook is a question that the exchange is going to ask.
type webhook struct {
	URL   string
	Extra url.Values // beside what every webhook of the call holds
}

// A delivery is a webhook as it is posted, the same at each attempt.
type delivery struct {
	url  string // as the application knows it
	form url.Values
}

// An answer is what came back.
type answer struct {
	status      int
	contentType string
	body        []byte
}

func (a answer) ok() bool { return a.status >= 200 && a.status <= 299 }

// errNoAnswer is an attempt that took longer than the exchange waits.
var errNoAnswer = errors.New("no answer in time")

// attempt sends a delivery once. An answer of any status is no error.
func (e *Exchange) attempt(ctx context.Context, d delivery, token string) (answer, error) {
	limited, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	request, err := e.request(limited, d)
	if err != nil {
		return answer{}, &WebhookError{Code: RetrievalFailure, URL: d.url, Err: err}
	}
	request.Header.Set("I-Twilio-Idempotency-Token", token)
	var connected atomic.Bool
	trace := httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	response, err := e.client.Do(request.WithContext(httptrace.WithClientTrace(limited, &trace)))
	switch {
	case err != nil && connected.Load():
		return answer{}, e.broken(limited, d, RetrievalFailure, err)
	case err != nil:
		return answer{}, e.broken(limited, d, ConnectionFailure, err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, documentLimit+1))
	if err != nil {
		return answer{}, e.broken(limited, d, RetrievalFailure, err)
	}
	return answer{response.StatusCode, response.Header.Get("Content-Type"), body}, nil
}

// broken tells why an attempt had no answer, without the request's URL a second time.
func (e *Exchange) broken(ctx context.Context, d delivery, code ErrorCode, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &WebhookError{Code: RetrievalFailure, URL: d.url, Err: errNoAnswer}
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return &WebhookError{Code: code, URL: d.url, Err: err}
}

// request writes a delivery as a signed HTTP request.
func (e *Exchange) request(ctx context.Context, d delivery) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url, strings.NewReader(d.form.Encode()))
	if err != nil {
		return nil, errors.New("not a URL that can be asked")
	}
	if rest, ours := strings.CutPrefix(d.url, e.config.PublicURL); ours && e.config.Target != "" {
		host := request.URL.Host
		if request.URL, err = url.Parse(e.config.Target + rest); err != nil {
			return nil, errors.New("not a URL below the target")
		}
		request.Host = host
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	request.Header.Set("User-Agent", "TwilioProxy/1.1")
	request.Header.Set("Accept", "*/*")
	if e.config.SharedKey.IsZero() {
		request.Header.Set(signature.Header, signature.Sign(e.config.AuthToken, d.url, d.form))
		return request, nil
	}
	request.Header.Set(signature.Header, signature.SignShared(e.config.SharedKey, d.url, d.form))
	request.Header.Set(signature.SettingsHeader, signature.Settings(e.config.KeyName))
	return request, nil
}

// resolve reads a reference as seen from a base URL. What can't be read stays as it is,
// and fails when it is asked.
func resolve(base, reference string) string {
	from, err := url.Parse(base)
	if err != nil {
		return reference
	}
	to, err := from.Parse(reference)
	if err != nil {
		return reference
	}
	to.Fragment = ""
	return to.String()
}

// read takes the document out of an answer, as strictly as Twilio does.
func (a answer) read(address string) (twiml.Response, error) {
	fail := func(code ErrorCode, format string, args ...any) (twiml.Response, error) {
		return twiml.Response{}, &WebhookError{code, address, a.status, fmt.Errorf(format, args...)}
	}
	kind, _, _ := strings.Cut(a.contentType, ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	switch {
	case !a.ok():
		return fail(RetrievalFailure, "status %d", a.status)
	case len(a.body) > documentLimit:
		return fail(TooLarge, "more than %d bytes", documentLimit)
	case kind != "text/xml" && kind != "application/xml":
		return fail(WrongContentType, "content type %q", a.contentType)
	}
	document, err := twiml.Parse(a.body)
	var faulty *twiml.ParseError
	if errors.As(err, &faulty) { // every error is one
		return fail(ErrorCode(faulty.Code), "read document: %w", err)
	}
	if err := checkVoices(document.Verbs); err != nil {
		return fail(ErrorCode(twiml.CodeSayText), "read document: %w", err)
	}
	return document, nil
}

// checkVoices says which voice can't speak what it is to speak. Twilio does not always give the document up for that:
// it may log a warning, and let another voice speak.
func checkVoices(all verbs) error {
	for _, verb := range all {
		var err error
		switch verb := verb.(type) {
		case twiml.Say:
			err = verb.CheckVoice()
		case twiml.Gather:
			for _, prompt := range verb.Prompts {
				err = errors.Join(err, checkVoices(verbs{prompt}))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
