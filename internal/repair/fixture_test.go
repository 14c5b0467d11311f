package repair_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
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
	home    nanp.Number = "+16125550142" // has a personal PIN, and the account coded
	other   nanp.Number = "+16125550143" // the account answered
	missing nanp.Number = "+16125550199" // is no line

	coded    accounts.Number = "612-555-0142-001" // has the code 826517
	answered accounts.Number = "612-555-0143-001" // has a question, and the answer Luz
	nobodys  accounts.Number = "612-555-0199-001"
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
	rightSecret = accounts.Claim{Code: secret.New("826517")}
	wrongSecret = accounts.Claim{Code: secret.New("826518")}
)

// fixture is a world with two lines, their accounts, and a clock that stands.
type fixture struct {
	*repair.Desk
	db       *redisstore.DB
	store    *shaky
	lines    *shakyLines
	accounts *asked
	audit    *witness
	calls    *deliveries.Deliveries
	alerts   []repair.Alert
	log      bytes.Buffer
	mu       sync.Mutex
	now      time.Time
	rings    *testkit.Queue
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	db := testkit.Redis(t)
	f := &fixture{
		db: db, store: &shaky{Desk: db.Desk()}, lines: &shakyLines{Lines: db.Lines()},
		audit: &witness{}, rings: &testkit.Queue{}, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}
	f.accounts = &asked{Accounts: f.newAccounts(t)}
	f.ok(t, f.lines.provide(t.Context(), f.now))
	f.calls = deliveries.New(f.deliveries())
	f.Desk = repair.New(f.config())
	return f
}

func (f *fixture) clock() time.Time { return f.now }

func keys(t testing.TB) secret.Keyring {
	t.Helper()
	ring, err := secret.ParseKeyring("k:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func (f *fixture) codes() repair.Codes {
	ring, _ := secret.ParseKeyring("k:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)))
	return repair.Codes{Store: f.store, Keys: ring, Now: f.clock}
}

func (f *fixture) deliveries() deliveries.Config {
	store := f.db.Deliveries()
	return deliveries.Config{
		Store: store, Phones: store, Queue: f.rings, Dialer: mute{}, Accounts: f.accounts, Codes: f.codes(), Now: f.clock,
		Limits: deliveries.Limits{AnHour: 50, ADay: 100},
	}
}

func (f *fixture) config() repair.Config {
	provisioning := pins.Provisioning{
		Registry: f.lines, Validations: f.lines, Now: f.clock,
		Notice: func(nanp.Number, pins.Event, string) []byte { return []byte("reset") },
	}
	return repair.Config{
		Lines: f.lines, Provisioning: provisioning, Accounts: f.accounts, Deliveries: f.calls,
		Store: f.store, Audit: f.audit, Keys: f.codes().Keys, Now: f.clock, Alert: f.alert,
		Log: slog.New(slog.NewTextHandler(&f.log, logtest.Untimed())),
	}
}

// told is how many notices of resets of the home line are due.
func (f *fixture) told(t testing.TB) int { return len(testkit.Notices(t, f.db, string(home))) }

func (f *fixture) alert(_ context.Context, alert repair.Alert) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.alerts = append(f.alerts, alert)
}

func (f *fixture) newAccounts(t testing.TB) *accounts.Accounts {
	t.Helper()
	store := f.db.Accounts()
	all, err := accounts.New(accounts.Config{Store: store, Attempts: store, Enrollments: store, Keys: keys(t), Now: f.clock})
	f.ok(t, err)
	note := accounts.Note{By: "ordering", From: "api"}
	for number, phone := range map[accounts.Number]nanp.Number{coded: home, answered: other} {
		_, err := all.Put(t.Context(), number, accounts.Details{
			Phone: phone, Name: "Pat Larsen", Code: rightSecret.Code,
			Address: &accounts.Address{Street: []string{"12 Elm Street"}, City: "Minneapolis", State: "MN", ZIP: "55401"},
		}, note)
		f.ok(t, err)
	}
	_, err = all.SetQuestion(t.Context(), answered, "Who?", secret.New("Luz"), note)
	f.ok(t, err)
	return all
}

func (f *fixture) ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// call has the home line called for who, and returns the code too, as the line is told it.
func (f *fixture) call(t testing.TB, who repair.Who, number nanp.Number) (repair.Validation, secret.Text) {
	t.Helper()
	v, err := f.Call(t.Context(), who, number, "")
	f.ok(t, err)
	code, err := f.ValidationCode(t.Context(), v.Call.Ref)
	f.ok(t, err)
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
	f.ok(t, err)
	if got != want {
		t.Fatalf("result %+v, want %+v", got, want)
	}
}

// wrong is a code that isn't the right one.
func wrong(code secret.Text) secret.Text {
	if code.Reveal() == "000000" {
		return secret.New("000001")
	}
	return secret.New("000000")
}

// unchanged wants that the home line has its personal PIN, and nobody was told otherwise.
func (f *fixture) unchanged(t testing.TB) {
	t.Helper()
	line, err := f.lines.Line(t.Context(), home)
	f.ok(t, err)
	if told := f.told(t); line.Temporary() || told != 0 {
		t.Fatalf("temporary %t, told %d times", line.Temporary(), told)
	}
}

// unvalidated wants that who can't reset the home line, and that this is recorded.
func (f *fixture) unvalidated(t testing.TB, who repair.Who) {
	t.Helper()
	f.audit.forget()
	_, err := f.Reset(t.Context(), who, home, "forgot it")
	mustBe(t, err, pins.ErrNotValidated)
	_, err = f.Unlock(t.Context(), who, home, "forgot it")
	mustBe(t, err, pins.ErrNotValidated)
	f.audit.holds(t, audit.ResetRefused, audit.ResetRefused)
	f.unchanged(t)
	history, err := f.lines.History(t.Context(), home, 1)
	f.ok(t, err)
	if history[0].Event != pins.ResetRefused || history[0].By != who.Name || history[0].From != who.Via {
		t.Fatalf("history %+v", history)
	}
}

func mustBe(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
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
