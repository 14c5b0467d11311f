package simulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"updatecenter/twiml"
	"updatecenter/voice/signature"
)

// deliver sends a delivery until it has an answer or the retries are used up; twice at
// the same moment where the exchange is set up so.
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
func (c *Call) tokens() []string {
	tokens := make([]string, 1+c.exchange.config.Retry.Times)
	for i := range tokens {
		tokens[i] = c.chance.hex(16)
	}
	return tokens
}

// retry makes as many attempts as there are tokens, and stops at the first answer that
// the exchange does not ask for again.
func (e *Exchange) retry(ctx context.Context, d delivery, tokens []string) (a answer, err error) {
	for _, token := range tokens {
		a, err = e.attempt(ctx, d, token)
		if ctx.Err() != nil {
			return answer{}, ctx.Err()
		}
		if !e.config.Retry.again(a, err) {
			break
		}
	}
	return a, err
}

// again says whether an attempt that went so is made once more.
func (r Retry) again(a answer, err error) bool {
	var broken *WebhookError
	switch {
	case errors.As(err, &broken):
		return broken.Code == ConnectionFailure || r.ReadTimeouts
	case a.status >= 500:
		return r.ServerErrors
	case a.status >= 400:
		return r.ClientErrors
	}
	return false
}

// sameAnswer holds two answers to the same webhook against each other.
func sameAnswer(first, second answer) error {
	switch {
	case first.status != second.status:
		return fmt.Errorf("%w: status %d and %d", ErrAnswersDiffer, first.status, second.status)
	case first.location != second.location:
		return fmt.Errorf("%w: redirects to two places", ErrAnswersDiffer)
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

// first is the delivery of a webhook, before any redirect.
func (c *Call) first(hook webhook) delivery {
	d := delivery{method: http.MethodPost, url: hook.URL, form: c.formWith(hook.Extra)}
	if hook.Method != "" {
		d.method = string(hook.Method)
	}
	return d
}

// ask delivers a webhook, follows redirects, and reads the document that comes back.
func (c *Call) ask(ctx context.Context, hook webhook) (verbs, error) {
	d := c.first(hook)
	for range 1 + redirectsLimit {
		a, err := c.deliver(ctx, d)
		c.last = nil
		if err != nil {
			return nil, err
		}
		c.last = &answered{d, a}
		if !a.redirects() {
			c.url = d.url
			document, err := a.read(d.url)
			return document.Verbs, err
		}
		d = d.redirected(a)
	}
	return nil, &WebhookError{RedirectLoop, hook.URL, c.last.answer.status, errors.New("too many redirects")}
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

// A webhook is a question that the exchange is going to ask.
type webhook struct {
	Method twiml.Method // empty: POST
	URL    string
	Extra  url.Values // beside what every webhook of the call holds
}

// A delivery is a webhook as it is sent, the same at each attempt.
type delivery struct {
	method string
	url    string // as the application knows it
	form   url.Values
}

// An answer is what came back.
type answer struct {
	status      int
	contentType string
	location    string
	body        []byte
}

func (a answer) ok() bool { return a.status >= 200 && a.status <= 299 }

func (a answer) redirects() bool {
	return a.status >= 300 && a.status <= 399 && a.location != ""
}

// errNoAnswer is an attempt that took longer than the exchange waits.
var errNoAnswer = errors.New("no answer in time")

// attempt sends a delivery once. An answer of any status is no error.
func (e *Exchange) attempt(ctx context.Context, d delivery, token string) (answer, error) {
	limited, cancel := context.WithTimeout(ctx, e.config.AnswerLimit)
	defer cancel()
	request, err := e.request(limited, d)
	if err != nil {
		return answer{}, &WebhookError{Code: RetrievalFailure, URL: d.url, Err: err}
	}
	request.Header.Set("I-Twilio-Idempotency-Token", token)
	var connected atomic.Bool
	trace := httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	response, err := e.client.Do(request.WithContext(httptrace.WithClientTrace(limited, &trace))) //nolint:gosec // an exchange asks the URLs that the application gave it
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
	return answer{
		status:      response.StatusCode,
		contentType: response.Header.Get("Content-Type"),
		location:    response.Header.Get("Location"),
		body:        body,
	}, nil
}

// broken tells why an attempt had no answer. It leaves out the request's URL, since keys
// stand in it when an application asks for them by GET.
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
	public, body, signed := d.url, d.form.Encode(), d.form
	if d.method == http.MethodGet {
		public, body, signed = withQuery(d.url, d.form), "", nil
	}
	request, err := http.NewRequestWithContext(ctx, d.method, public, strings.NewReader(body))
	if err != nil {
		return nil, errors.New("not a URL that can be asked")
	}
	if rest, ours := strings.CutPrefix(public, e.config.PublicURL); ours && e.config.Target != "" {
		host := request.URL.Host
		if request.URL, err = url.Parse(e.config.Target + rest); err != nil {
			return nil, errors.New("not a URL below the target")
		}
		request.Host = host
	}
	if d.method != http.MethodGet {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	}
	request.Header.Set("User-Agent", "TwilioProxy/1.1")
	request.Header.Set("Accept", "*/*")
	if e.config.SharedKey.IsZero() {
		request.Header.Set(signature.Header, signature.Sign(e.config.AuthToken, public, signed))
		return request, nil
	}
	request.Header.Set(signature.Header, signature.SignShared(e.config.SharedKey, public, signed))
	request.Header.Set(signature.SettingsHeader, signature.Settings(e.config.KeyName))
	return request, nil
}

func withQuery(address string, form url.Values) string {
	joint := "?"
	if strings.Contains(address, "?") {
		joint = "&"
	}
	return address + joint + form.Encode()
}

// redirected is the delivery that follows a 3xx answer: without what the caller keyed.
func (d delivery) redirected(a answer) delivery {
	next := delivery{method: http.MethodGet, url: resolve(d.url, a.location), form: maps.Clone(d.form)}
	if a.status == http.StatusTemporaryRedirect || a.status == http.StatusPermanentRedirect {
		next.method = d.method
	}
	for _, field := range []string{"Digits", "FinishedOnKey", "msg"} {
		next.form.Del(field)
	}
	return next
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
	if err != nil {
		return fail(codeOf(err), "read document: %w", err)
	}
	return document, nil
}

// codeOf is the number under which Twilio reports a document that can't be read.
func codeOf(err error) ErrorCode {
	var faulty *twiml.ParseError
	if errors.As(err, &faulty) {
		return ErrorCode(faulty.Code)
	}
	return ParseFailure
}
