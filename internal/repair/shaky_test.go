package repair_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
	"updatecenter/pins"
)

// witness is an audit that can be out of order.
type witness struct {
	mu     sync.Mutex
	events []audit.Event
	down   bool
	fails  audit.Action // that alone can't be recorded
	hangUp func()       // called by each Record, once it stands
}

func (w *witness) Record(ctx context.Context, event audit.Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.down || event.Action == w.fails {
		return errDown
	}
	w.events = append(w.events, event)
	if w.hangUp != nil {
		w.hangUp()
	}
	return ctx.Err()
}

func (w *witness) forget() { w.events = nil }

// holds wants these actions since the last look.
func (w *witness) holds(t testing.TB, want ...audit.Action) []audit.Event {
	t.Helper()
	var got []audit.Action
	for _, event := range w.events {
		got = append(got, event.Action)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("audit has %v, want %v", got, want)
	}
	events := w.events
	w.forget()
	return events
}

// asked are accounts that count what they are asked.
type asked struct {
	*accounts.Accounts
	questions []string
}

func (a *asked) Get(ctx context.Context, number accounts.Number) (accounts.Account, error) {
	a.questions = append(a.questions, "get")
	return a.Accounts.Get(ctx, number)
}

func (a *asked) Verify(ctx context.Context, number accounts.Number, claim accounts.Claim) (accounts.Result, error) {
	a.questions = append(a.questions, "verify")
	return a.Accounts.Verify(ctx, number, claim)
}

// shakyLines are lines that can be out of order.
type shakyLines struct {
	*pins.Memory
	down bool // for validations and resets
	lose bool // the next answer is lost
}

func (l *shakyLines) provide(ctx context.Context, now time.Time) error {
	if _, err := l.Add(ctx, []pins.NewLine{{Number: home, Language: "es"}, {Number: other}}, now); err != nil {
		return err
	}
	line, err := l.Line(ctx, home)
	if err != nil {
		return err
	}
	return l.Change(ctx, pins.Change{
		Number: home, Revision: line.Revision, PIN: "a hash", Turn: pins.Turn{Call: "CA1"},
		Record: pins.Record{At: now, Event: pins.Changed, By: pins.ByCaller},
	})
}

func (l *shakyLines) Find(ctx context.Context, number nanp.Number) (pins.Line, error) {
	return l.Line(ctx, number)
}

func (l *shakyLines) Validate(ctx context.Context, number nanp.Number, v pins.Validation, record pins.Record) error {
	if l.down {
		return errDown
	}
	return l.Memory.Validate(ctx, number, v, record)
}

func (l *shakyLines) Reset(ctx context.Context, number nanp.Number, record pins.Record, notice []byte) error {
	if l.down {
		return errDown
	}
	if err := l.Memory.Reset(ctx, number, record, notice); err != nil || !l.lose {
		return err
	}
	l.lose = false
	return errDown
}

// shaky is a store that can be out of order.
type shaky struct {
	*repair.Memory
	fails string
	loses atomic.Int64 // the answer to the save after so many less one
}

func (s *shaky) Save(ctx context.Context, v repair.Stored) error {
	if s.fails == "save" {
		return errDown
	}
	err := s.Memory.Save(ctx, v)
	if s.loses.Add(-1) == 0 {
		return errDown
	}
	return err
}

func (s *shaky) Count(ctx context.Context, count repair.Count) (repair.Counted, error) {
	if s.fails == "count" {
		return repair.Counted{}, errDown
	}
	return s.Memory.Count(ctx, count)
}

// mute is an exchange that rings nobody.
type mute struct{}

func (mute) Dial(context.Context, deliveries.Ring) (string, error) { return "CA1", nil }

func (mute) Find(context.Context, nanp.Number, time.Time) ([]deliveries.FoundCall, error) {
	return nil, nil
}

func (mute) HangUp(context.Context, string) error { return nil }
