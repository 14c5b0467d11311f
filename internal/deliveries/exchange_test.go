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
	"updatecenter/internal/redisstore"
	"updatecenter/internal/testkit"
)

var (
	errLost = errors.New("the answer was lost")
	errDead = errors.New("the process is dead")
)

// exchange is a Dialer that counts rings.
type exchange struct {
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

func (e *exchange) Dial(_ context.Context, ring deliveries.Ring) (string, error) {
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

func (e *exchange) Find(_ context.Context, to nanp.Number, since time.Time) (found []deliveries.FoundCall, err error) {
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

// life is that of a process: it ends before or after one of the things that it does.
type life struct {
	mu   sync.Mutex
	left int // moments; negative: endless
}

// moment says whether the process has died by now.
func (l *life) moment() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left == 0 {
		return errDead
	}
	if l.left > 0 {
		l.left--
	}
	return nil
}

// do does something, if the process lives, and tells of it if it still does after that.
func do[R any](l *life, something func() (R, error)) (R, error) {
	var none R
	if err := l.moment(); err != nil {
		return none, err
	}
	result, err := something()
	if dead := l.moment(); dead != nil {
		return none, dead
	}
	return result, err
}

type mortalStore struct {
	redisstore.Deliveries
	life *life
}

func (m mortalStore) Create(ctx context.Context, create deliveries.NewDelivery) (deliveries.Delivery, error) {
	return do(m.life, func() (deliveries.Delivery, error) { return m.Deliveries.Create(ctx, create) })
}

func (m mortalStore) Get(ctx context.Context, id deliveries.ID) (deliveries.Delivery, error) {
	return do(m.life, func() (deliveries.Delivery, error) { return m.Deliveries.Get(ctx, id) })
}

func (m mortalStore) Update(ctx context.Context, d deliveries.Delivery, events ...deliveries.Event) error {
	_, err := do(m.life, func() (struct{}, error) { return struct{}{}, m.Deliveries.Update(ctx, d, events...) })
	return err
}

func (m mortalStore) Block(ctx context.Context, subject string, until time.Time) (time.Time, error) {
	return do(m.life, func() (time.Time, error) { return m.Deliveries.Block(ctx, subject, until) })
}

func (m mortalStore) Reserve(ctx context.Context, to nanp.Number, task deliveries.Task, now, until time.Time, limits deliveries.Limits) (time.Time, error) {
	return do(m.life, func() (time.Time, error) { return m.Deliveries.Reserve(ctx, to, task, now, until, limits) })
}

type mortalQueue struct {
	*testkit.Queue
	life *life
}

func (m mortalQueue) Enqueue(ctx context.Context, class deliveries.Class, task deliveries.Task, at time.Time) error {
	_, err := do(m.life, func() (struct{}, error) { return struct{}{}, m.Queue.Enqueue(ctx, class, task, at) })
	return err
}

type mortalDialer struct {
	*exchange
	life *life
}

func (m mortalDialer) Dial(ctx context.Context, ring deliveries.Ring) (string, error) {
	return do(m.life, func() (string, error) { return m.exchange.Dial(ctx, ring) })
}

func (m mortalDialer) Find(ctx context.Context, to nanp.Number, since time.Time) ([]deliveries.FoundCall, error) {
	return do(m.life, func() ([]deliveries.FoundCall, error) { return m.exchange.Find(ctx, to, since) })
}
