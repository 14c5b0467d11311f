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
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

func TestFind(t *testing.T) {
	f := newFixture(t)
	if line, err := f.Find(t.Context(), personal); err != nil || line.Number != personal || line.Temporary() {
		t.Errorf("%+v, %v", line, err)
	}
	if line, err := f.Find(t.Context(), temporary); err != nil || !line.Temporary() {
		t.Errorf("%+v, %v", line, err)
	}
	if _, err := f.Find(t.Context(), missing); !errors.Is(err, pins.ErrNoLine) {
		t.Errorf("%v; want ErrNoLine", err)
	}
}

func TestSetLanguage(t *testing.T) {
	f := newFixture(t)
	check.OK(t, f.SetLanguage(t.Context(), personal, "es"))
	if line, _ := f.Find(t.Context(), personal); line.Language != "es" {
		t.Errorf("language %q", line.Language)
	}
	check.Is(t, f.SetLanguage(t.Context(), missing, "es"), pins.ErrNoLine)
	for _, language := range []string{"", "fr", "EN"} {
		if err := f.SetLanguage(t.Context(), personal, language); !errors.Is(err, pins.ErrLanguage) {
			t.Errorf("%q: %v; want ErrLanguage", language, err)
		}
	}
}

func TestLinesWeigh(t *testing.T) {
	f := newFixture(t)
	weigh := func(entry string, want pins.Verdict, hashes int, asked ...string) {
		t.Helper()
		f.forget()
		got, err := f.Weigh(t.Context(), personal, f.revision(t, personal), secret.New(entry))
		if got != want || err != nil {
			t.Errorf("%s: %q, %v; want %q", entry, got, err, want)
		}
		f.did(t, hashes, asked...)
	}
	weigh("82651739", pins.IsCurrent, 1, "Line")
	weigh("8265", pins.Acceptable, 1, "Line")
	weigh("1234", pins.IsTemporary, 0)
	weigh("0142", pins.LineNumber, 0)

	// Who knew an older PIN learns nothing of the present one, and costs no hash.
	for _, entry := range []string{"82651739", "8265"} {
		f.forget()
		got, err := f.Weigh(t.Context(), personal, f.revision(t, personal)-1, secret.New(entry))
		if got != pins.Stale || err != nil {
			t.Errorf("proved before the last change: %q, %v", got, err)
		}
		f.did(t, 0, "Line")
	}

	if got, err := f.Weigh(t.Context(), temporary, f.revision(t, temporary), secret.New("8265")); got != pins.Acceptable || err != nil {
		t.Errorf("temporary line: %q, %v", got, err)
	}
	if _, err := f.Weigh(t.Context(), missing, 0, secret.New("8265")); !errors.Is(err, pins.ErrNoLine) {
		t.Errorf("%v; want ErrNoLine", err)
	}
	if _, err := f.Weigh(t.Context(), personal, f.revision(t, personal), secret.New("82")); !errors.Is(err, pins.ErrNotAPIN) {
		t.Errorf("%v; want ErrNotAPIN", err)
	}
	if _, err := f.Weigh(f.hangingUp(t), personal, f.revision(t, personal), secret.New("8265")); !errors.Is(err, context.Canceled) {
		t.Errorf("%v; want the context's", err)
	}
}

func TestChange(t *testing.T) {
	f := newFixture(t)
	line := f.check(t, f.attempt(temporary, pins.FromLine), temporaryPIN).Line
	f.Pass(time.Minute)
	request := f.request(temporary, line.Revision, rightPIN)
	for range 3 { // again changes nothing
		check.OK(t, f.Change(t.Context(), request))
	}
	f.outcome(t, temporary, pins.Remote, rightPIN, pins.Right)
	f.outcome(t, temporary, pins.FromLine, temporaryPIN, pins.Wrong)
	history := check.Must(f.DB.Lines().History(t.Context(), temporary, 10))(t)
	want := []pins.Record{{
		At: f.Now(), Event: pins.Changed, By: pins.ByCaller,
		Side: pins.FromLine, From: string(temporary), Call: "CA1",
	}}
	check.Same(t, history, want)
}

// A store whose answer is lost may have made the change: it is asked once more.
func TestChangeAnswerLost(t *testing.T) {
	f := newFixture(t)
	f.Calls.LoseNext("Lines.Change", errDown)
	check.OK(t, f.Change(t.Context(), f.request(temporary, f.revision(t, temporary), rightPIN)))
	f.did(t, 1, "Change", "Change")
	f.outcome(t, temporary, pins.Remote, rightPIN, pins.Right)
	if history, err := f.DB.Lines().History(t.Context(), temporary, 10); err != nil || len(history) != 1 {
		t.Errorf("history %v, %v", history, err)
	}

	f.forget()
	f.Calls.Fail("Lines.Change", errDown)
	check.Is(t, f.Change(t.Context(), f.request(personal, f.revision(t, personal), wrongPIN)), errDown)
	f.did(t, 1, "Change", "Change")
	f.Calls.Mend("")
	check.Is(t, f.Change(t.Context(), f.request(personal, f.revision(t, personal)-1, wrongPIN)), storage.ErrStale)
	f.did(t, 1, "Change")
}

func TestChangeRefused(t *testing.T) {
	f := newFixture(t)
	revision := f.revision(t, personal)
	for name, test := range map[string]struct {
		request pins.ChangeRequest
		want    error
	}{
		"stale":        {f.request(personal, revision+6, wrongPIN), storage.ErrStale},
		"no line":      {f.request(missing, 0, wrongPIN), pins.ErrNoLine},
		"temporary":    {f.request(personal, revision, temporaryPIN), pins.ErrUnacceptable},
		"own number":   {f.request(personal, revision, secret.New("0142")), pins.ErrUnacceptable},
		"no PIN":       {f.request(personal, revision, secret.New("")), pins.ErrNotAPIN},
		"not a number": {f.request(personal, revision, secret.New("82x5")), pins.ErrNotAPIN},
	} {
		if err := f.Change(t.Context(), test.request); !errors.Is(err, test.want) {
			t.Errorf("%s: %v; want %v", name, err, test.want)
		}
	}
	f.outcome(t, personal, pins.Remote, rightPIN, pins.Right)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	check.Is(t, f.Change(ended, f.request(personal, revision, wrongPIN)), context.Canceled)
}

func TestNewRefuses(t *testing.T) {
	f := newFixture(t)
	good := pins.Config{Store: f.World.Lines(), Callers: f.World.Lines(), Hasher: hasher(t, hash.Config{}), Policy: policy()}
	if _, err := pins.New(good); err != nil {
		t.Fatal(err)
	}
	bad := good
	bad.Policy.MaxDigits = 9
	if _, err := pins.New(bad); err == nil {
		t.Error("no error for PINs of 9 digits")
	}
	for name, edit := range map[string]func(*limit.Lock){
		"no failures":               func(l *limit.Lock) { l.LockAt = 0 },
		"closing at the first lock": func(l *limit.Lock) { l.CloseAt = 5 },
		"closing before a lock":     func(l *limit.Lock) { l.CloseAt = 4 },
		"a window":                  func(l *limit.Lock) { l.Window = time.Hour },
		"a row of its own":          func(l *limit.Lock) { l.ForgetRow = 2 * l.ForgetIn },
	} {
		bad := good
		bad.Lock = pins.DefaultLock()
		edit(&bad.Lock)
		if _, err := pins.New(bad); err == nil {
			t.Errorf("%s: no error for %+v", name, bad.Lock)
		}
	}
}

// A customer at home replaces the temporary PIN.
func ExampleLines() {
	ctx := context.Background()
	keys, err := secret.ParseKeyring("2026a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
	if err != nil {
		fmt.Println(err)
		return
	}
	hasher, err := hash.New(hash.Config{Keys: keys})
	if err != nil {
		fmt.Println(err)
		return
	}
	db, end := testkit.Embedded()
	defer end()
	lines, err := pins.New(pins.Config{
		Store: db.Lines(), Callers: db.Lines(), Hasher: hasher,
		Policy: pins.Policy{Temporary: secret.New("1234"), MinDigits: 4, MaxDigits: 4},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	provisioning := pins.Provisioning{Registry: db.Lines()}
	if _, err := provisioning.Add(ctx, []pins.NewLine{{Number: "+16125550142"}}); err != nil {
		fmt.Println(err)
		return
	}

	turn := func(n int) pins.Turn { return pins.Turn{Call: "CA1", Number: n} }
	home := pins.Attempt{Number: "+16125550142", Side: pins.FromLine, From: "+16125550142"}

	home.Turn = turn(1)
	proved, err := lines.Check(ctx, home, secret.New("1234"))
	fmt.Println(proved.Outcome, err)

	verdict, err := lines.Weigh(ctx, home.Number, proved.Line.Revision, secret.New("8265"))
	fmt.Println(verdict, err)

	fmt.Println(lines.Change(ctx, pins.ChangeRequest{
		Number: home.Number, Revision: proved.Line.Revision, Entry: secret.New("8265"),
		Turn: turn(3), Side: home.Side, From: home.From,
	}))

	home.Turn = turn(4)
	checked, err := lines.Check(ctx, home, secret.New("8265"))
	fmt.Println(checked.Outcome, err)
	// Output:
	// right temporary <nil>
	// acceptable <nil>
	// <nil>
	// right <nil>
}

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
