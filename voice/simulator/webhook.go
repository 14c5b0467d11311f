package simulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"

	"updatecenter/twiml"
	"updatecenter/voice/signature"
)

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
		request.Header.Set("X-Twilio-Signature", signature.Sign(e.config.AuthToken, public, signed))
		return request, nil
	}
	request.Header.Set("X-Twilio-Signature", signature.SignShared(e.config.SharedKey, public, signed))
	request.Header.Set("X-Twilio-Webhooks-Signature-Settings", "key="+e.config.KeyName+",algorithm=HMAC_SHA256")
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
