package simulator

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// refusals are the orders of calls that the exchange refuses. Exchange.mu guards them.
type refusals struct {
	switches map[string]Fault // by the number called; "": all others
	refused  map[string]int   // how many were refused and not yet awaited, by the number called
}

// Refuse has every order of a call to a number refused with one of Twilio's codes, and the HTTP status
// that Twilio sends with it, until [Exchange.Accept]. Without a number it is every call that has no
// refusal of its own. RetryAfter is that header, in whole seconds; 0: none.
func (e *Exchange) Refuse(number string, code int, retryAfter time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.refusals.switches == nil {
		e.refusals.switches = map[string]Fault{}
	}
	e.refusals.switches[refusedNumber(number)] = Fault{Status: statusOf(code), Code: code, RetryAfter: retryAfter}
}

// Accept ends what [Exchange.Refuse] has begun for a number; without one, for all.
func (e *Exchange) Accept(number string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if number == "" {
		e.refusals.switches = nil
		return
	}
	delete(e.refusals.switches, international(number))
}

// refusedNumber is "" for all.
func refusedNumber(number string) string {
	if number == "" {
		return ""
	}
	return international(number)
}

// refusal is how an order of a call to a number is refused; false: it is not.
func (e *Exchange) refusal(to string) (Fault, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	to = international(to)
	fault, refused := e.refusals.switches[to]
	if !refused {
		fault, refused = e.refusals.switches[""]
	}
	if refused {
		if e.refusals.refused == nil || len(e.refusals.refused) >= placedLimit {
			e.refusals.refused = map[string]int{}
		}
		e.refusals.refused[to]++
		close(e.changed)
		e.changed = make(chan struct{})
	}
	return fault, refused
}

// AwaitRefusal waits until an order of a call to a number was refused, for the given span of real
// time; then it is [ErrNoRing]. Each refusal counts once.
func (e *Exchange) AwaitRefusal(ctx context.Context, number string, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	number = international(number)
	for {
		e.mu.Lock()
		found, changed := e.refusals.refused[number] > 0, e.changed
		if found {
			e.refusals.refused[number]--
		}
		e.mu.Unlock()
		if found {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ErrNoRing, ctx.Err())
		}
	}
}

// statusOf is the HTTP status that Twilio sends with a code: most are 400.
func statusOf(code int) int {
	switch code {
	case 10001, unauthenticated: // account is not active; authenticate
		return http.StatusUnauthorized
	case 21216: // account not allowed to call the number
		return http.StatusForbidden
	case notFound:
		return http.StatusNotFound
	case 10004, 20429, 22005: // too many calls at once, too many requests, a queue that is full
		return http.StatusTooManyRequests
	case 20500:
		return http.StatusInternalServerError
	case unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}
