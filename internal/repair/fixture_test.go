package repair_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"
	"sync"
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
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// What the desk is made of in service.
var (
	_ repair.Lines      = (*pins.Lines)(nil)
	_ repair.Accounts   = (*accounts.Accounts)(nil)
	_ repair.Deliveries = (*deliveries.Deliveries)(nil)
	_ audit.Recorder    = (*audit.Log)(nil)
)

const (
	home    = testkit.Home  // has a personal PIN, and the account coded
	other   = testkit.Other // the account answered
	missing = testkit.Missing

	coded    = testkit.Coded
	answered = testkit.Answered // the answer is Luz
	nobodys  = testkit.Nobodys
)

var (
	ann = repair.Who{Name: "ann", Via: repair.ViaConsole, From: "192.0.2.7"}
	bob = repair.Who{Name: "bob", Via: repair.ViaConsole, From: "192.0.2.8"}
	sue = repair.Who{Name: "sue", Via: repair.ViaConsole, From: "192.0.2.9", PhotoID: true}
	// ann as a program says
	annByKey = repair.Who{Name: "ann", Via: repair.ViaAPI, From: "192.0.2.7"}
)

var (
	errDown     = errors.New("out of order")
	rightSecret = accounts.Claim{Code: secret.New(testkit.Code)}
	wrongSecret = accounts.Claim{Code: secret.New("826518")}
)

// fixture is a world with two lines and their accounts.
type fixture struct {
	*repair.Desk
	*testkit.World
	accounts *asked
	calls    *deliveries.Deliveries
	alerts   []repair.Alert
	mu       sync.Mutex
	rings    *testkit.Queue
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	w := testkit.New(t)
	f := &fixture{World: w, accounts: &asked{Accounts: w.Accounts(t)}, rings: &testkit.Queue{}}
	f.AddLines(t, pins.NewLine{Number: home, Language: "es"}, pins.NewLine{Number: other})
	f.SetPIN(t, home, "a hash")
	f.PutAccount(t, f.accounts.Accounts, coded, testkit.Details(home), "")
	f.PutAccount(t, f.accounts.Accounts, answered, testkit.Details(other), "Luz")
	f.calls = deliveries.New(f.deliveries())
	f.Desk = repair.New(f.config())
	return f
}

func (f *fixture) codes() repair.Codes {
	return repair.Codes{Store: f.World.Desk(), Keys: f.Keys, Now: f.Now}
}

func (f *fixture) deliveries() deliveries.Config {
	store := f.Deliveries()
	return deliveries.Config{
		Store: store, Phones: store, Queue: f.rings, Dialer: mute{}, Accounts: f.accounts, Codes: f.codes(), Now: f.Now,
		Limits: deliveries.Limits{AnHour: 50, ADay: 100},
	}
}

func (f *fixture) config() repair.Config {
	lines := f.Lines()
	provisioning := pins.Provisioning{
		Registry: lines, Validations: lines, Now: f.Now,
		Notice: func(nanp.Number, pins.Event, string) []byte { return []byte("reset") },
	}
	return repair.Config{
		Lines: lines, Provisioning: provisioning, Accounts: f.accounts, Deliveries: f.calls,
		Store: f.World.Desk(), Audit: f.Audit, Keys: f.Keys, Now: f.Now, Alert: f.alert, Log: f.Log.Logger(),
	}
}

// within has a desk with other limits.
func (f *fixture) within(limits repair.Limits) {
	config := f.config()
	config.Limits = limits
	f.Desk = repair.New(config)
}

// told is how many notices of resets of the home line are due.
func (f *fixture) told(t testing.TB) int { return len(testkit.Notices(t, f.DB, string(home))) }

func (f *fixture) alert(_ context.Context, alert repair.Alert) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.alerts = append(f.alerts, alert)
}

// call has the home line called for who, and returns the code too, as the line is told it.
func (f *fixture) call(t testing.TB, who repair.Who, number nanp.Number) (repair.Validation, secret.Text) {
	t.Helper()
	v := check.Must(f.Call(t.Context(), who, number, ""))(t)
	code := check.Must(f.ValidationCode(t.Context(), v.Call.Ref))(t)
	return v, code
}

// validated has who validate the customer of the home line, by a call.
func (f *fixture) validated(t testing.TB, who repair.Who) {
	t.Helper()
	v, code := f.call(t, who, home)
	f.judged(t, who, v.ID, code, repair.Result{Outcome: repair.Right})
}

func (f *fixture) judged(t testing.TB, who repair.Who, id repair.ID, code secret.Text, want repair.Result) {
	t.Helper()
	got := check.Must(f.Code(t.Context(), who, id, code))(t)
	if got != want {
		t.Fatalf("result %+v, want %+v", got, want)
	}
}

// wrong is a code that isn't the right one.
func wrong(code secret.Text) secret.Text {
	if code.Reveal() == "739516" {
		return secret.New("739517")
	}
	return secret.New("739516")
}

// unchanged wants that the home line has its personal PIN, and nobody was told otherwise.
func (f *fixture) unchanged(t testing.TB) {
	t.Helper()
	line := check.Must(f.DB.Lines().Line(t.Context(), home))(t)
	if told := f.told(t); line.Temporary() || told != 0 {
		t.Fatalf("temporary %t, told %d times", line.Temporary(), told)
	}
}

// unvalidated wants that who can't reset the home line, and that this is recorded.
func (f *fixture) unvalidated(t testing.TB, who repair.Who) {
	t.Helper()
	f.Audit.Take()
	check.Is(t, check.Err(f.Reset(t.Context(), who, home, "forgot it")), pins.ErrNotValidated)
	check.Is(t, check.Err(f.Unlock(t.Context(), who, home, "forgot it")), pins.ErrNotValidated)
	f.Audit.Holds(t, audit.ResetRefused, audit.ResetRefused)
	f.unchanged(t)
	history := check.Must(f.DB.Lines().History(t.Context(), home, 1))(t)
	if history[0].Event != pins.ResetRefused || history[0].By != who.Name || history[0].From != who.Via {
		t.Fatalf("history %+v", history)
	}
}

// limited wants a refusal.
func limited(t testing.TB, err error, what repair.Bounded, until time.Time) {
	t.Helper()
	var limit *repair.LimitError
	if !errors.As(err, &limit) || limit.What != what || !limit.Until.Equal(until) {
		t.Fatalf("error %v (%+v), want too many %s until %v", err, limit, what, until)
	}
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

// mute is an exchange that rings nobody.
type mute struct{}

func (mute) Dial(context.Context, deliveries.Ring) (string, error) { return "CA1", nil }

func (mute) Find(context.Context, nanp.Number, time.Time) ([]deliveries.FoundCall, error) {
	return nil, nil
}

func (mute) HangUp(context.Context, string) error { return nil }

// TestNothingHoldsACode looks for the code, and for one that was typed, in all that the desk
// returns, keeps, records and logs.
func TestNothingHoldsACode(t *testing.T) {
	f := newFixture(t)
	v, code := f.call(t, ann, home)
	typed := wrong(code)
	result := check.Must(f.Code(t.Context(), ann, v.ID, typed))(t)
	seen := check.Must(f.Validation(t.Context(), ann, v.ID))(t)
	stored := check.Must(f.World.Desk().Load(t.Context(), v.ID))(t)
	_, shape := f.Code(t.Context(), ann, v.ID, secret.New(code.Reveal()+"0"))
	f.Calls.Fail("Lines.Validate", errDown)
	_, failed := f.Code(t.Context(), ann, v.ID, code)
	f.Calls.Mend("Lines.Validate")
	check.OK(t, check.Err(f.Code(t.Context(), ann, v.ID, code)))
	card := check.Must(f.Find(t.Context(), ann, home))(t)
	for name, value := range map[string]any{
		"validation": v, "seen": seen, "result": result, "stored": stored, "card": card,
		"desk": *f.Desk, "codes": f.codes(), "config": f.config(), "audit": f.Audit.All(), "shape": shape.Error(), "failed": failed.Error(),
		"log": f.Log.String(), "code": code,
	} {
		logtest.Hides(t, name, logtest.Shown(value), code.Reveal(), typed.Reveal())
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

// printed is an audit on paper.
type printed struct{}

func (printed) Record(_ context.Context, event audit.Event) error {
	fmt.Println("audit:", event.Action, event.By, event.Subject)
	return nil
}

// lines are as [pins.Lines] finds them.
type lines struct{ redisstore.Lines }

func (l lines) Find(ctx context.Context, number nanp.Number) (pins.Line, error) {
	return l.Line(ctx, number)
}

func Example() {
	keys, err := secret.ParseKeyring("2026a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	if err != nil {
		log.Panic(err)
	}
	db, end := testkit.Embedded()
	defer end()
	provisioning := pins.Provisioning{Registry: db.Lines(), Validations: db.Lines()}
	ctx := context.Background()
	if _, err := provisioning.Add(ctx, []pins.NewLine{{Number: "+16125550142"}}); err != nil {
		log.Panic(err)
	}
	d := repair.New(repair.Config{
		Lines: lines{db.Lines()}, Provisioning: provisioning, Store: db.Desk(), Audit: printed{}, Keys: keys,
	})
	sue := repair.Who{Name: "sue", Via: repair.ViaConsole, From: "192.0.2.9", PhotoID: true}
	if err := d.PhotoID(ctx, sue, "+16125550142", "driver's license of Minnesota, seen in the store"); err != nil {
		log.Panic(err)
	}
	line, err := d.Reset(ctx, sue, "+16125550142", "forgot the PIN")
	if err != nil {
		log.Panic(err)
	}
	fmt.Println("temporary:", line.Temporary())
	// Output:
	// audit: validated sue +16125550142
	// audit: pin-reset sue +16125550142
	// temporary: true
}
