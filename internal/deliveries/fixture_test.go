package deliveries_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/logtest"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
)

const (
	coded    accounts.Number = "612-555-0142-001" // has the code 826517 and an old e-mail address
	answered accounts.Number = "612-555-0143-001" // has a security question
	fresh    accounts.Number = "612-555-0144-001" // has everything since a day
	missing  accounts.Number = "612-555-0199-001" // is no account's

	home nanp.Number = "+16125550142" // the telephone of coded
	line nanp.Number = "+16125550150" // is no account's

	code   = "826517"
	answer = "Doña Luz"
)

// fixture is a world with three accounts, a telephone exchange, and a clock that stands.
type fixture struct {
	*deliveries.Deliveries
	db       *redisstore.DB
	store    redisstore.Deliveries
	queue    *testkit.Queue
	twilio   *exchange
	post     *post
	codes    codes
	accounts *accounts.Accounts
	log      *bytes.Buffer
	now      time.Time
	life     *life // of the process
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	return newFixtureOn(testkit.Redis(t))
}

func newFixtureOn(db *redisstore.DB) *fixture {
	f := &fixture{
		db: db, store: db.Deliveries(), queue: &testkit.Queue{}, post: &post{}, codes: codes{ref: oneTime},
		log: &bytes.Buffer{}, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}
	f.twilio = &exchange{clock: f.clock}
	f.accounts = f.newAccounts()
	f.Deliveries = deliveries.New(f.config())
	return f
}

func (f *fixture) clock() time.Time { return f.now }

func (f *fixture) config() deliveries.Config {
	f.life = &life{left: -1}
	return deliveries.Config{
		Store: mortalStore{f.store, f.life}, Phones: mortalStore{f.store, f.life},
		Queue: mortalQueue{f.queue, f.life}, Dialer: mortalDialer{f.twilio, f.life},
		Printer: f.post, Mailer: f.post, Codes: f.codes, Accounts: f.accounts,
		Now: f.clock, Log: slog.New(slog.NewTextHandler(f.log, logtest.Untimed())),
	}
}

// restart makes a new process on the same database.
func (f *fixture) restart() { f.Deliveries = deliveries.New(f.config()) }

func (f *fixture) newAccounts() *accounts.Accounts {
	ctx := context.Background()
	keys, err := secret.ParseKeyring("k:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)))
	if err != nil {
		panic(err)
	}
	store, now := f.db.Accounts(), f.now
	all, err := accounts.New(accounts.Config{
		Store: store, Attempts: store, Enrollments: store, Keys: keys, Now: func() time.Time { return now },
	})
	if err != nil {
		panic(err)
	}
	for _, a := range []struct {
		number accounts.Number
		phone  nanp.Number
		age    time.Duration
	}{{coded, home, 40 * day}, {answered, "+16125550143", 40 * day}, {fresh, "+16125550144", day}} {
		now = f.now.Add(-a.age)
		language, email := "es", "pat@mail.example.com"
		_, err := all.Put(ctx, a.number, accounts.Details{
			Phone: a.phone, Language: &language, Name: "Pat Larsen", Email: &email, Code: secret.New(code),
			Address: &accounts.Address{Street: []string{"12 Elm Street"}, City: "Minneapolis", State: "MN", ZIP: "55401"},
		}, byAnn)
		if err != nil {
			panic(err)
		}
	}
	if _, err := all.SetQuestion(ctx, answered, "Who?", secret.New(answer), byAnn); err != nil {
		panic(err)
	}
	now = f.now
	return all
}

const day = 24 * time.Hour

var byAnn = accounts.Note{By: "ann", From: "api"}

func (f *fixture) account(t testing.TB, number accounts.Number) accounts.Account {
	t.Helper()
	account, err := f.accounts.Get(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	return account
}

func byVoice() deliveries.Params {
	return deliveries.Params{Account: coded, Topic: deliveries.SecurityCode, Method: deliveries.Voice}
}

func (f *fixture) request(t testing.TB, ask deliveries.Params) deliveries.Delivery {
	t.Helper()
	delivery, err := f.Request(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	return delivery
}

// rung is a delivery whose first attempt rings.
func (f *fixture) rung(t testing.TB) deliveries.Delivery {
	t.Helper()
	delivery := f.request(t, byVoice())
	f.work(t)
	return f.get(t, delivery.ID)
}

func (f *fixture) get(t testing.TB, id deliveries.ID) deliveries.Delivery {
	t.Helper()
	delivery, err := f.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return delivery
}

// work runs the tasks that are due.
func (f *fixture) work(t testing.TB) { f.queue.Run(t.Context(), f.now, f.Attempt) }

// pass lets time pass, second by second, with a sweep every half minute.
func (f *fixture) pass(t testing.TB, span time.Duration) {
	t.Helper()
	for end := f.now.Add(span); f.now.Before(end); {
		f.now = f.now.Add(time.Second)
		if f.now.Unix()%30 == 0 {
			if err := f.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		f.work(t)
	}
}

// status tells what Twilio tells of a call, in the order of its sequence numbers.
func (f *fixture) status(t testing.TB, task deliveries.Task, callSID, status string) {
	t.Helper()
	sequence := map[string]int{"queued": 0, "initiated": 0, "ringing": 1, "in-progress": 2, "answered": 2, "what-is-this": 0}
	callback := deliveries.StatusCallback{CallSID: callSID, CallStatus: status, Sequence: 3, At: f.now}
	if n, known := sequence[status]; known {
		callback.Sequence = n
	}
	if err := f.Status(t.Context(), task, callback); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) is(t testing.TB, id deliveries.ID, want deliveries.Status, attempt int) deliveries.Delivery {
	t.Helper()
	delivery := f.get(t, id)
	if delivery.Status != want || delivery.Attempt != attempt {
		t.Fatalf("%s in attempt %d, want %s in %d; events %+v", delivery.Status, delivery.Attempt, want, attempt, delivery.Events)
	}
	return delivery
}

// tells are the statuses of a delivery's events.
func tells(delivery deliveries.Delivery) (statuses []deliveries.Status) {
	for _, event := range delivery.Events {
		statuses = append(statuses, event.Status)
	}
	return statuses
}

func (f *fixture) told(t testing.TB, id deliveries.ID, want ...deliveries.Status) {
	t.Helper()
	if got := tells(f.get(t, id)); !slices.Equal(got, want) {
		t.Fatalf("told %v, want %v", got, want)
	}
}

func mustBe(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
	}
}

// post is a printer and a mailer.
type post struct {
	letters []deliveries.Letter
	mails   []deliveries.Mail
	err     error // what it says instead
	meet    func()
}

func (p *post) Print(_ context.Context, letter deliveries.Letter) error {
	if p.meet != nil {
		p.meet()
	}
	if p.err == nil {
		p.letters = append(p.letters, letter)
	}
	return p.err
}

func (p *post) Send(_ context.Context, mail deliveries.Mail) error {
	if p.err == nil {
		p.mails = append(p.mails, mail)
	}
	return p.err
}
