package deliveries_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/testkit"
)

var errLost = errors.New("the answer was lost")

// exchange is a Dialer that counts rings. Its calls are named "Dialer".
type exchange struct {
	asked  *testkit.Calls
	mu     sync.Mutex
	clock  func() time.Time
	skew   time.Duration // of its clock
	calls  []*ringing
	refuse error                  // what Dial says instead of ringing
	lose   bool                   // Dial rings, and its answer is lost
	meet   func(ringing *ringing) // what happens between ringing and the answer of Dial
	deaf   bool                   // Find fails
	finds  int                    // how often Find was asked
	hungUp []string
}

type ringing struct {
	deliveries.FoundCall
	deliveries.Ring
}

func (e *exchange) Dial(ctx context.Context, ring deliveries.Ring) (string, error) {
	return testkit.Call(ctx, e.asked, "Dialer.Dial", func() (string, error) { return e.dial(ring) })
}

func (e *exchange) dial(ring deliveries.Ring) (string, error) {
	if e.refuse != nil {
		return "", e.refuse
	}
	call := e.ring(ring)
	if e.meet != nil {
		e.meet(call)
	}
	if e.lose {
		return "", errLost
	}
	return call.CallSID, nil
}

func (e *exchange) ring(ring deliveries.Ring) *ringing {
	e.mu.Lock()
	defer e.mu.Unlock()
	call := &ringing{Ring: ring, FoundCall: deliveries.FoundCall{
		CallSID: fmt.Sprintf("CA%d", len(e.calls)+1), Status: "ringing",
		Created: e.clock().Add(e.skew).UTC().Truncate(time.Second),
	}}
	e.calls = append(e.calls, call)
	return call
}

func (e *exchange) Find(ctx context.Context, to nanp.Number, since time.Time) ([]deliveries.FoundCall, error) {
	return testkit.Call(ctx, e.asked, "Dialer.Find", func() ([]deliveries.FoundCall, error) { return e.find(to, since) })
}

func (e *exchange) find(to nanp.Number, since time.Time) (found []deliveries.FoundCall, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.finds++
	if e.deaf {
		return nil, errLost
	}
	for _, call := range e.calls {
		if call.To == to && !call.Created.Before(since) {
			found = append(found, call.FoundCall)
		}
	}
	slices.Reverse(found) // as Twilio lists them
	return found, nil
}

func (e *exchange) HangUp(_ context.Context, callSID string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.hungUp = append(e.hungUp, callSID)
	return nil
}

// rings is how often an attempt has rung.
func (e *exchange) rings(task deliveries.Task) (n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, call := range e.calls {
		if call.Task == task {
			n++
		}
	}
	return n
}
