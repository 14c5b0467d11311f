package accounts_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/accounts"
	"updatecenter/internal/limit"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
)

const (
	coded    accounts.Number = "612-555-0142-001" // has the code 826517
	answered accounts.Number = "612-555-0143-001" // has a security question
	missing  accounts.Number = "612-555-0199-001" // is no account's
)

var (
	rightCode   = secret.New("826517")
	wrongCode   = secret.New("739516")
	rightAnswer = secret.New("Doña Luz, of St. Paul")
	byAnn       = accounts.Note{By: "ann", From: "api"}
)

// fixture is a world with two accounts and a clock that stands.
type fixture struct {
	*accounts.Accounts
	store *watched
	now   time.Time
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	return newFixtureOn(t, testkit.Redis(t))
}

func newFixtureOn(t testing.TB, db *redisstore.DB) *fixture {
	t.Helper()
	f := &fixture{
		store: &watched{Accounts: db.Accounts()},
		now:   time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}
	all, err := accounts.New(f.config(t))
	f.Accounts = all
	f.ok(t, err)
	for _, number := range []accounts.Number{coded, answered} {
		f.put(t, number, home())
	}
	_, err = f.SetQuestion(t.Context(), answered, "Who was your first teacher?", rightAnswer, byAnn)
	f.ok(t, err)
	f.store.forget()
	return f
}

func (f *fixture) config(t testing.TB) accounts.Config {
	return accounts.Config{
		Store: f.store, Attempts: f.store, Enrollments: f.store, Keys: keyring(t, "2026a"),
		Now: func() time.Time { return f.now },
	}
}

func keyring(t testing.TB, id string) secret.Keyring {
	t.Helper()
	ring, err := secret.ParseKeyring(id + ":" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// home are the details of both accounts.
func home() accounts.Details {
	language, email := "en", "pat@mail.example.com"
	return accounts.Details{
		Phone: "+16125550142", Language: &language, Name: "Pat Larsen",
		Address: &accounts.Address{Street: []string{"12 Elm Street", "Apt. 3"}, City: "Minneapolis", State: "MN", ZIP: "55401-1234"},
		Email:   &email, Code: rightCode,
	}
}

func (f *fixture) ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) put(t testing.TB, number accounts.Number, details accounts.Details) accounts.Update {
	t.Helper()
	update, err := f.Put(t.Context(), number, details, byAnn)
	f.ok(t, err)
	return update
}

func (f *fixture) get(t testing.TB, number accounts.Number) accounts.Account {
	t.Helper()
	account, err := f.Get(t.Context(), number)
	f.ok(t, err)
	return account
}

func (f *fixture) verify(t testing.TB, number accounts.Number, claim accounts.Claim) accounts.Result {
	t.Helper()
	result, err := f.Verify(t.Context(), number, claim)
	f.ok(t, err)
	return result
}

// events are those of an account's history, oldest first.
func (f *fixture) events(t testing.TB, number accounts.Number) (events []accounts.Event) {
	t.Helper()
	records, err := f.History(t.Context(), f.get(t, number).ID, 0)
	f.ok(t, err)
	for _, record := range slices.Backward(records) {
		events = append(events, record.Event)
	}
	return events
}

func same(t testing.TB, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

var errBroken = errors.New("connection lost")

// watched notes what a store is asked, and fails or meddles when told to.
type watched struct {
	redisstore.Accounts
	mu       sync.Mutex
	asked    []string
	subjects []string // of attempts
	judged   int      // settled attempts
	loseNext bool     // the next change is done, and its answer lost
	refuse   string   // the method that fails
	before   func()   // what happens before the next change
	admitted func()   // what happens after each admission; nil: nothing
}

func (w *watched) note(method string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, method)
	if w.refuse == method {
		return errBroken
	}
	return nil
}

func (w *watched) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked, w.judged = nil, 0
}

func (w *watched) counted(a accounts.Attempt) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.subjects = append(w.subjects, a.Subject())
}

func (w *watched) Find(ctx context.Context, number accounts.Number) (accounts.Stored, error) {
	if err := w.note("Find"); err != nil {
		return accounts.Stored{}, err
	}
	return w.Accounts.Find(ctx, number)
}

func (w *watched) Change(ctx context.Context, account accounts.Stored, records []accounts.Record, notices [][]byte) error {
	if err := w.note("Change"); err != nil {
		return err
	}
	if meddle := w.before; meddle != nil {
		w.before = nil
		meddle()
	}
	err := w.Accounts.Change(ctx, account, records, notices)
	if w.loseNext {
		w.loseNext, err = false, errBroken
	}
	return err
}

func (w *watched) Admit(ctx context.Context, a accounts.Attempt, rule limit.Lock) (accounts.Admission, error) {
	if err := w.note("Admit"); err != nil {
		return accounts.Admission{}, err
	}
	w.counted(a)
	admission, err := w.Accounts.Admit(ctx, a, rule)
	if w.admitted != nil {
		w.admitted()
	}
	return admission, err
}

func (w *watched) Settle(ctx context.Context, a accounts.Attempt, s accounts.Settlement, rule limit.Lock) (limit.Strikes, error) {
	if err := w.note("Settle"); err != nil {
		return limit.Strikes{}, err
	}
	w.counted(a)
	w.mu.Lock()
	w.judged++
	w.mu.Unlock()
	return w.Accounts.Settle(ctx, a, s, rule)
}
