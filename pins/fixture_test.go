package pins_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/hash"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/pins"
)

const (
	personal  nanp.Number = "+16125550142" // has the PIN 82651739
	temporary nanp.Number = "+16125550143" // has the temporary PIN
	missing   nanp.Number = "+16125550199" // is no line
	stranger              = "+19525550100"
)

var (
	rightPIN     = secret.New("82651739")
	temporaryPIN = secret.New("1234")
	wrongPIN     = secret.New("73951628")
)

// fixture is a world with two lines and a clock that stands.
type fixture struct {
	*pins.Lines
	db    *redisstore.DB
	store *watched
	keys  *countedKeys
	now   time.Time
	turn  int // of the next attempt
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	db := testkit.Redis(t)
	f := &fixture{
		db: db, store: &watched{Lines: db.Lines()},
		keys: &countedKeys{Keyring: keyring(t, "2026a")},
		now:  time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}
	f.Lines = f.lines(t, hash.Config{Keys: f.keys})
	if _, err := f.store.Add(t.Context(), []pins.NewLine{{Number: personal}, {Number: temporary}}, f.now); err != nil {
		t.Fatal(err)
	}
	if err := f.Change(t.Context(), f.request(personal, f.revision(t, personal), rightPIN)); err != nil {
		t.Fatal(err)
	}
	f.forget()
	return f
}

// lines makes the rules anew on the same stores.
func (f *fixture) lines(t testing.TB, config hash.Config) *pins.Lines {
	t.Helper()
	lines, err := pins.New(pins.Config{
		Store: f.store, Callers: f.store, Hasher: hasher(t, config), Policy: policy(),
		Now: func() time.Time { return f.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// attempt is the next turn, of a caller for whom the network vouches.
func (f *fixture) attempt(number nanp.Number, side pins.Side) pins.Attempt {
	f.turn++
	return pins.Attempt{
		Number: number, Side: side, From: stranger, Vouched: true, Turn: pins.Turn{Call: "CA1", Number: f.turn},
	}
}

func (f *fixture) request(number nanp.Number, revision int64, entry secret.Text) pins.ChangeRequest {
	f.turn++
	return pins.ChangeRequest{
		Number: number, Revision: revision, Entry: entry,
		Turn: pins.Turn{Call: "CA1", Number: f.turn}, Side: pins.FromLine, From: string(number),
	}
}

func (f *fixture) check(t testing.TB, attempt pins.Attempt, entry secret.Text) pins.CheckResult {
	t.Helper()
	result, err := f.Check(t.Context(), attempt, entry)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// outcome checks the next turn and wants an outcome.
func (f *fixture) outcome(t testing.TB, number nanp.Number, side pins.Side, entry secret.Text, want pins.Outcome) {
	t.Helper()
	if got := f.check(t, f.attempt(number, side), entry).Outcome; got != want {
		t.Fatalf("turn %d: %s, want %s", f.turn, got, want)
	}
}

// wrong keys n wrong PINs, of which the last has another outcome than Wrong. The caller is
// another each time.
func (f *fixture) wrong(t testing.TB, number nanp.Number, side pins.Side, n int, last pins.Outcome) {
	t.Helper()
	for i := range n {
		attempt := f.attempt(number, side)
		attempt.From = fmt.Sprintf("+1952555%04d", f.turn)
		want := pins.Wrong
		if i == n-1 {
			want = last
		}
		if got := f.check(t, attempt, wrongPIN).Outcome; got != want {
			t.Fatalf("wrong entry %d: %s, want %s", i+1, got, want)
		}
	}
}

// hangingUp returns a context that ends once the store has told of a line.
func (f *fixture) hangingUp(t testing.TB) (ctx context.Context) {
	ctx, f.store.told = context.WithCancel(t.Context())
	return ctx
}

// forget forgets what stores and keys were asked.
func (f *fixture) forget() {
	f.store.asked = nil
	f.keys.asked = 0
}

// did wants that the stores were asked this, and so many hashes made; and forgets it.
func (f *fixture) did(t testing.TB, hashes int, asked ...string) {
	t.Helper()
	if !slices.Equal(f.store.asked, asked) || f.keys.asked != hashes {
		t.Errorf("%d hashes, asked %v; want %d, %v", f.keys.asked, f.store.asked, hashes, asked)
	}
	f.forget()
}

// callerHas wants that so many failures stand against the stranger.
func (f *fixture) callerHas(t testing.TB, want int) {
	t.Helper()
	got, err := f.store.Lines.CallerFailures(t.Context(), stranger, f.now, time.Hour)
	if got != want || err != nil {
		t.Errorf("%d failures stand against the caller, %v; want %d", got, err, want)
	}
}

// leaves wants that so many failures of callers for whom nobody vouches are left.
func (f *fixture) leaves(t testing.TB, want int) {
	t.Helper()
	if got, err := f.UnvouchedLeft(t.Context()); got != want || err != nil {
		t.Errorf("%d failures are left, %v; want %d", got, err, want)
	}
	f.forget()
}

// watched is a store that tells what it was asked, and can be out of order.
type watched struct {
	redisstore.Lines
	mu    sync.Mutex
	asked []string
	fails string // the question that is answered with errDown
	loses string // the question whose next answer is lost, after it took effect
	told  func() // called by each Line and Admit, once it stands; nil: none
}

var errDown = errors.New("store is down")

func (w *watched) ask(question string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, question)
	if question == w.fails {
		return errDown
	}
	return nil
}

func (w *watched) tell() {
	if w.told != nil {
		w.told()
	}
}

func (w *watched) Line(ctx context.Context, number nanp.Number) (pins.Line, error) {
	if err := w.ask("line"); err != nil {
		return pins.Line{}, err
	}
	line, err := w.Lines.Line(ctx, number)
	w.tell()
	return line, err
}

func (w *watched) Admit(ctx context.Context, attempt pins.Attempt, rule limit.Lock) (pins.Admission, error) {
	if err := w.ask("admit"); err != nil {
		return pins.Admission{}, err
	}
	admission, err := w.Lines.Admit(ctx, attempt, rule)
	w.tell()
	return admission, err
}

func (w *watched) Settle(ctx context.Context, attempt pins.Attempt, settlement pins.Settlement, rule limit.Lock) (limit.Strikes, error) {
	names := map[limit.Outcome]string{limit.Failed: "failed", limit.Passed: "passed", limit.Released: "released"}
	if err := w.ask(names[settlement.As]); err != nil {
		return limit.Strikes{}, err
	}
	return w.Lines.Settle(ctx, attempt, settlement, rule)
}

func (w *watched) Change(ctx context.Context, change pins.Change) error {
	if err := w.ask("change"); err != nil {
		return err
	}
	err := w.Lines.Change(ctx, change)
	if w.loses == "change" {
		w.loses = ""
		return errDown
	}
	return err
}

func (w *watched) AdmitCaller(
	ctx context.Context, caller string, turn pins.Turn, now time.Time, rate limit.Rate,
) (bool, error) {
	if err := w.ask("admit caller"); err != nil {
		return false, err
	}
	return w.Lines.AdmitCaller(ctx, caller, turn, now, rate)
}

func (w *watched) ForgiveCaller(ctx context.Context, caller string, turn pins.Turn) error {
	if err := w.ask("forgive caller"); err != nil {
		return err
	}
	return w.Lines.ForgiveCaller(ctx, caller, turn)
}

func (w *watched) CallerFailures(ctx context.Context, caller string, now time.Time, window time.Duration) (int, error) {
	if err := w.ask("caller failures"); err != nil {
		return 0, err
	}
	return w.Lines.CallerFailures(ctx, caller, now, window)
}

// countedKeys counts the hashes: each takes the secret key once.
type countedKeys struct {
	secret.Keyring
	mu    sync.Mutex
	asked int
}

func (k *countedKeys) MAC(id string, message []byte) ([]byte, error) {
	k.mu.Lock()
	k.asked++
	k.mu.Unlock()
	return k.Keyring.MAC(id, message)
}

// revision is that of a line, without the store counting the question.
func (f *fixture) revision(t testing.TB, number nanp.Number) int64 {
	t.Helper()
	line, err := f.store.Lines.Line(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	return line.Revision
}
