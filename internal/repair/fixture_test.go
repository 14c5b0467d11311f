package repair_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
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

// mustBe ends the test unless the error is another.
var mustBe = func(t testing.TB, err, want error) {
	t.Helper()
	if check.Is(t, err, want); t.Failed() {
		t.FailNow()
	}
}

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
	v, err := f.Call(t.Context(), who, number, "")
	check.OK(t, err)
	code, err := f.ValidationCode(t.Context(), v.Call.Ref)
	check.OK(t, err)
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
	got, err := f.Code(t.Context(), who, id, code)
	check.OK(t, err)
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
	line, err := f.DB.Lines().Line(t.Context(), home)
	check.OK(t, err)
	if told := f.told(t); line.Temporary() || told != 0 {
		t.Fatalf("temporary %t, told %d times", line.Temporary(), told)
	}
}

// unvalidated wants that who can't reset the home line, and that this is recorded.
func (f *fixture) unvalidated(t testing.TB, who repair.Who) {
	t.Helper()
	f.Audit.Take()
	_, err := f.Reset(t.Context(), who, home, "forgot it")
	mustBe(t, err, pins.ErrNotValidated)
	_, err = f.Unlock(t.Context(), who, home, "forgot it")
	mustBe(t, err, pins.ErrNotValidated)
	f.Audit.Holds(t, audit.ResetRefused, audit.ResetRefused)
	f.unchanged(t)
	history, err := f.DB.Lines().History(t.Context(), home, 1)
	check.OK(t, err)
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
