package repair_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/logtest"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/repair"
	"updatecenter/internal/secret"
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
	redisstore.Lines
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
	return l.Lines.Validate(ctx, number, v, record)
}

func (l *shakyLines) Reset(ctx context.Context, number nanp.Number, record pins.Record, notice []byte) error {
	if l.down {
		return errDown
	}
	if err := l.Lines.Reset(ctx, number, record, notice); err != nil || !l.lose {
		return err
	}
	l.lose = false
	return errDown
}

// shaky is a store that can be out of order.
type shaky struct {
	redisstore.Desk
	fails   string
	counted func()       // called by each Count, once it stands; nil: none
	loses   atomic.Int64 // the answer to the save after so many less one
}

func (s *shaky) Save(ctx context.Context, v repair.Stored) error {
	if s.fails == "save" {
		return errDown
	}
	err := s.Desk.Save(ctx, v)
	if s.loses.Add(-1) == 0 {
		return errDown
	}
	return err
}

func (s *shaky) Count(ctx context.Context, count repair.Count) (repair.Counted, error) {
	if s.fails == "count" {
		return repair.Counted{}, errDown
	}
	counted, err := s.Desk.Count(ctx, count)
	if s.counted != nil {
		s.counted()
	}
	return counted, err
}

// mute is an exchange that rings nobody.
type mute struct{}

func (mute) Dial(context.Context, deliveries.Ring) (string, error) { return "CA1", nil }

func (mute) Find(context.Context, nanp.Number, time.Time) ([]deliveries.FoundCall, error) {
	return nil, nil
}

func (mute) HangUp(context.Context, string) error { return nil }

// mustHide fails when text holds a code, as it is, in hexadecimal or as a list of bytes.
func mustHide(t *testing.T, where, text string, codes ...string) {
	t.Helper()
	for _, code := range codes {
		for _, form := range []string{code, fmt.Sprintf("%x", code), fmt.Sprint([]byte(code))} {
			if strings.Contains(text, form) {
				t.Errorf("%s holds %s: %s", where, code, text)
			}
		}
	}
}

// TestNothingHoldsACode looks for the code, and for one that was typed, in all that the desk
// returns, keeps, records and logs.
func TestNothingHoldsACode(t *testing.T) {
	f := newFixture(t)
	v, code := f.call(t, ann, home)
	typed := wrong(code)
	result, err := f.Code(t.Context(), ann, v.ID, typed)
	f.ok(t, err)
	seen, err := f.Validation(t.Context(), ann, v.ID)
	f.ok(t, err)
	stored, err := f.store.Load(t.Context(), v.ID)
	f.ok(t, err)
	_, shape := f.Code(t.Context(), ann, v.ID, secret.New(code.Reveal()+"0"))
	f.lines.down = true
	_, failed := f.Code(t.Context(), ann, v.ID, code)
	f.lines.down = false
	_, err = f.Code(t.Context(), ann, v.ID, code)
	f.ok(t, err)
	card, err := f.Find(t.Context(), ann, home)
	f.ok(t, err)
	for name, value := range map[string]any{
		"validation": v, "seen": seen, "result": result, "stored": stored, "card": card,
		"desk": *f.Desk, "codes": f.codes(), "config": f.config(), "audit": f.audit.events, "shape": shape.Error(), "failed": failed.Error(),
		"log": f.log.String(), "code": code,
	} {
		mustHide(t, name, logtest.Shown(value), code.Reveal(), typed.Reveal())
	}
}

func FuzzParseID(f *testing.F) {
	for _, seed := range []string{"", "val_", "val_aaaaaaaaaaaaaaaaaaaaaaaaaa", "val_aaaaaaaaaaaaaaaaaaaaaaaaa1", "dlv_aaaaaaaaaaaaaaaaaaaaaaaaaa"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := repair.ParseID(s)
		if (err == nil) != (id != "") || id != "" && (string(id) != s || len(s) != 30 || strings.ToLower(s) != s) {
			t.Errorf("%q was read as %q, %v", s, id, err)
		}
	})
}
