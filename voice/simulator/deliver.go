package simulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
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
