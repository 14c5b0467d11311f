package ivr_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"updatecenter/ivr"
)

var errDown = errors.New("the store is down")

// hooked is a store that a test spoils or watches: each hook that is set stands before the
// method of its name, and decides by calling next or not.
type hooked struct {
	ivr.Store
	begin  func(ctx context.Context, claim ivr.Claim, next ivr.Store) (ivr.Begun, error)
	commit func(ctx context.Context, commit ivr.Commit, next ivr.Store) error
}

func (h *hooked) Begin(ctx context.Context, claim ivr.Claim) (ivr.Begun, error) {
	if h.begin != nil {
		return h.begin(ctx, claim, h.Store)
	}
	return h.Store.Begin(ctx, claim)
}

func (h *hooked) Commit(ctx context.Context, commit ivr.Commit) error {
	if h.commit != nil {
		return h.commit(ctx, commit, h.Store)
	}
	return h.Store.Commit(ctx, commit)
}

// watched is a store that keeps a copy of all that is committed.
func watched(commits *[]ivr.Commit) *hooked {
	var mu sync.Mutex
	return &hooked{Store: &ivr.Memory{}, commit: func(ctx context.Context, commit ivr.Commit, next ivr.Store) error {
		mu.Lock()
		defer mu.Unlock()
		*commits = append(*commits, commit)
		return next.Commit(ctx, commit)
	}}
}

// counting is a call that adds up how often its caller has keyed something, in the state
// of the call, and tells ran of every run.
func counting(ran func(c *ivr.Call)) *ivr.Flow {
	total := ivr.Blank{Name: "total", Kind: ivr.Count}
	flow := flowOf(
		speak("start", "ask", ivr.English),
		ivr.Ask{At: "ask", Prompt: ivr.Prompt{Name: "ask", EN: "So far: {total}.", ES: "Hasta ahora: {total}."},
			Digits: ivr.Range{Min: 2, Max: 4}, Into: entry, Heard: "add", Back: ivr.HangUp, GaveUp: ivr.HangUp},
		work("add", "ask", func(c *ivr.Call) {
			c.Fill(total, c.Text(total)+"I")
			ran(c)
		}),
	)
	flow.Blanks = []ivr.Blank{total}
	return flow
}

// deliver posts a webhook, and fails the test on an error.
func deliver(t testing.TB, engine *ivr.Engine, event ivr.Event) []byte {
	t.Helper()
	document, err := engine.Turn(context.Background(), event)
	if err != nil {
		t.Fatalf("turn %d: %v", event.Turn, err)
	}
	return document
}

// keyed is the webhook of a turn in which the caller keyed something.
func keyed(turn int, keys string) ivr.Event {
	return ivr.Event{Call: sid, Turn: turn, Heard: ivr.Heard{Keys: keys}}
}

// elapsed measures a function by the clock of the test's bubble.
func elapsed(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}
