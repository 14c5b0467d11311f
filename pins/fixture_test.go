package pins_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/hash"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
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

// fixture is a world with two lines.
type fixture struct {
	*pins.Lines
	*testkit.World
	keys *countedKeys
	turn int // of the next attempt
}

var errDown = errors.New("store is down")

func newFixture(t testing.TB) *fixture {
	t.Helper()
	w := testkit.New(t)
	f := &fixture{World: w, keys: &countedKeys{Keyring: w.Keys}}
	f.Lines = f.lines(t, hash.Config{Keys: f.keys})
	f.AddLines(t, pins.NewLine{Number: personal}, pins.NewLine{Number: temporary})
	check.OK(t, f.Change(t.Context(), f.request(personal, f.revision(t, personal), rightPIN)))
	f.forget()
	return f
}

// lines makes the rules anew on the same stores.
func (f *fixture) lines(t testing.TB, config hash.Config) *pins.Lines {
	t.Helper()
	lines, err := pins.New(pins.Config{
		Store: f.World.Lines(), Callers: f.World.Lines(), Hasher: hasher(t, config), Policy: policy(), Now: f.Now,
	})
	check.OK(t, err)
	return lines
}

// revision is that of a line.
func (f *fixture) revision(t testing.TB, number nanp.Number) int64 {
	t.Helper()
	return f.Line(t, number).Revision
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
	result := check.Must(f.Check(t.Context(), attempt, entry))(t)
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

// hangingUp returns a context that ends once the store has answered about a line.
func (f *fixture) hangingUp(t testing.TB) context.Context {
	ctx, hangUp := context.WithCancel(t.Context())
	f.Calls.AfterNext("Lines.Line", hangUp)
	f.Calls.AfterNext("Lines.Admit", hangUp)
	return ctx
}

// forget forgets which calls were made, and how many hashes.
func (f *fixture) forget() {
	f.Calls.Made("")
	f.keys.asked = 0
}

// did wants that these calls were made to lines, and so many hashes; and forgets it.
func (f *fixture) did(t testing.TB, hashes int, want ...string) {
	t.Helper()
	made := f.Calls.Made("Lines")
	for i, call := range made {
		made[i] = strings.TrimPrefix(call, "Lines.")
	}
	if !slices.Equal(made, want) || f.keys.asked != hashes {
		t.Errorf("%d hashes, calls %v; want %d, %v", f.keys.asked, made, hashes, want)
	}
	f.forget()
}

// callerHas wants that so many failures stand against the stranger.
func (f *fixture) callerHas(t testing.TB, want int) {
	t.Helper()
	got, err := f.DB.Lines().CallerFailures(t.Context(), stranger, f.Now(), time.Hour)
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
