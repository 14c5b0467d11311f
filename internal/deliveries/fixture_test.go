package deliveries_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/logtest"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

const (
	coded                    = testkit.Coded // with an old e-mail address
	answered                 = testkit.Answered
	fresh    accounts.Number = "612-555-0144-001" // has everything since a day
	missing                  = testkit.Nobodys

	home             = testkit.Home   // the telephone of coded
	line nanp.Number = "+16125550150" // is no account's

	code   = testkit.Code
	answer = "Doña Luz"
)

// fixture is a world with the account coded and a telephone exchange.
type fixture struct {
	*deliveries.Deliveries
	*testkit.World
	store    redisstore.Deliveries
	twilio   *exchange
	post     *post
	codes    codes
	accounts *accounts.Accounts
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	return newFixtureOn(t, testkit.Redis(t))
}

func newFixtureOn(t testing.TB, db *redisstore.DB) *fixture {
	t.Helper()
	w := testkit.On(db)
	f := &fixture{World: w, store: w.Deliveries(), post: &post{}, codes: codes{ref: oneTime}, accounts: w.Accounts(t)}
	f.twilio = &exchange{asked: w.Calls, clock: f.Now}
	f.open(t, coded, home, 40*day, "")
	f.Deliveries = deliveries.New(f.config())
	return f
}

// newFixtureOfAll is newFixture with all accounts.
func newFixtureOfAll(t testing.TB) *fixture {
	t.Helper()
	f := newFixture(t)
	f.open(t, answered, testkit.Other, 40*day, answer)
	f.open(t, fresh, "+16125550144", day, "")
	return f
}

// open opens an account as it was so long ago.
func (f *fixture) open(t testing.TB, number accounts.Number, phone nanp.Number, age time.Duration, answer string) {
	t.Helper()
	now := f.Now()
	f.Set(now.Add(-age))
	details, spanish := testkit.Details(phone), "es"
	details.Language = &spanish
	f.PutAccount(t, f.accounts, number, details, answer)
	f.Set(now)
}

func (f *fixture) config() deliveries.Config {
	return deliveries.Config{
		Store: f.store, Phones: f.store, Queue: f.Queue, Dialer: f.twilio, Printer: f.post, Mailer: f.post,
		Codes: f.codes, Accounts: f.accounts, Now: f.Now, Log: slog.New(slog.NewTextHandler(f.Log, logtest.Untimed())),
	}
}

// dies has the process die after so many moments.
func (f *fixture) dies(moments int) {
	f.Calls.Mend("")
	f.Calls.Die(moments, "Deliveries", "Queue", "Dialer")
}

// atEveryMoment tries something with processes that die, each one moment later, until one outlives it.
func atEveryMoment(t *testing.T, try func(f *fixture, left int)) {
	t.Helper()
	for left := 0; ; left++ {
		f := newFixture(t)
		if try(f, left); !f.Calls.Died() {
			return
		}
	}
}

// with makes a service as that of the fixture, but for a change.
func (f *fixture) with(change func(c *deliveries.Config)) *deliveries.Deliveries {
	config := f.config()
	change(&config)
	return deliveries.New(config)
}

// restart makes a new process on the same database.
func (f *fixture) restart() {
	f.Calls.Mend("")
	f.Deliveries = deliveries.New(f.config())
}

const day = 24 * time.Hour

var byAnn = testkit.Ann

func (f *fixture) account(t testing.TB, number accounts.Number) accounts.Account {
	t.Helper()
	account, err := f.accounts.Get(t.Context(), number)
	check.OK(t, err)
	return account
}

func byVoice() deliveries.Params {
	return deliveries.Params{Account: coded, Topic: deliveries.SecurityCode, Method: deliveries.Voice}
}

func (f *fixture) request(t testing.TB, ask deliveries.Params) deliveries.Delivery {
	t.Helper()
	delivery, err := f.Request(t.Context(), ask)
	check.OK(t, err)
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
	check.OK(t, err)
	return delivery
}

// work runs the tasks that are due.
func (f *fixture) work(t testing.TB) { f.Queue.Run(t.Context(), f.Now(), f.Attempt) }

// passes lets time pass, second by second, with a sweep every half minute.
func (f *fixture) passes(t testing.TB, span time.Duration) {
	t.Helper()
	for end := f.Now().Add(span); f.Now().Before(end); {
		f.Pass(time.Second)
		if f.Now().Unix()%30 == 0 {
			check.OK(t, f.Sweep(t.Context()))
		}
		f.work(t)
	}
}

// status tells what Twilio tells of a call, in the order of its sequence numbers.
func (f *fixture) status(t testing.TB, task deliveries.Task, callSID, status string) {
	t.Helper()
	sequence := map[string]int{"queued": 0, "initiated": 0, "ringing": 1, "in-progress": 2, "answered": 2, "what-is-this": 0}
	callback := deliveries.StatusCallback{CallSID: callSID, CallStatus: status, Sequence: 3, At: f.Now()}
	if n, known := sequence[status]; known {
		callback.Sequence = n
	}
	check.OK(t, f.Status(t.Context(), task, callback))
}

func (f *fixture) is(t testing.TB, id deliveries.ID, want deliveries.Status, attempt int) deliveries.Delivery {
	t.Helper()
	delivery := f.get(t, id)
	if delivery.Status != want || delivery.Attempt != attempt {
		t.Fatalf("%s in attempt %d, want %s in %d; events %+v", delivery.Status, delivery.Attempt, want, attempt, delivery.Events)
	}
	return delivery
}

// called checks how many calls were made.
func (f *fixture) called(t testing.TB, want int) {
	t.Helper()
	if n := len(f.twilio.calls); n != want {
		t.Fatalf("%d calls, want %d", n, want)
	}
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

// post is a printer and a mailer.
type post struct {
	letters []deliveries.Message
	mails   []deliveries.Message
	err     error // what it says instead
	meet    func()
}

func (p *post) Print(_ context.Context, letter deliveries.Message) error {
	if p.meet != nil {
		p.meet()
	}
	if p.err == nil {
		p.letters = append(p.letters, letter)
	}
	return p.err
}

func (p *post) Send(_ context.Context, mail deliveries.Message) error {
	if p.err == nil {
		p.mails = append(p.mails, mail)
	}
	return p.err
}

var errLost = errors.New("the answer was lost")

// exchange is a Dialer that counts rings. Its calls are named "Dialer".
type exchange struct {
	asked  *testkit.Calls
	mu     sync.Mutex
	clock  func() time.Time
	skew   time.Duration // of its clock
	calls  []*ringing
	refuse error                  // what Dial says instead of ringing
	lose   bool                   // Dial rings, and its answer is lost
	meet   func(ringing *ringing) // what happens between ringing and the answer of Dial
	deaf   bool                   // Find fails
	finds  int                    // how often Find was asked
	hungUp []string
}

type ringing struct {
	deliveries.FoundCall
	deliveries.Ring
}

func (e *exchange) Dial(ctx context.Context, ring deliveries.Ring) (string, error) {
	return testkit.Call(ctx, e.asked, "Dialer.Dial", func() (string, error) { return e.dial(ring) })
}

func (e *exchange) dial(ring deliveries.Ring) (string, error) {
	if e.refuse != nil {
		return "", e.refuse
	}
	call := e.ring(ring)
	if e.meet != nil {
		e.meet(call)
	}
	if e.lose {
		return "", errLost
	}
	return call.CallSID, nil
}

func (e *exchange) ring(ring deliveries.Ring) *ringing {
	e.mu.Lock()
	defer e.mu.Unlock()
	call := &ringing{Ring: ring, FoundCall: deliveries.FoundCall{
		CallSID: fmt.Sprintf("CA%d", len(e.calls)+1), Status: "ringing",
		Created: e.clock().Add(e.skew).UTC().Truncate(time.Second),
	}}
	e.calls = append(e.calls, call)
	return call
}

func (e *exchange) Find(ctx context.Context, to nanp.Number, since time.Time) ([]deliveries.FoundCall, error) {
	return testkit.Call(ctx, e.asked, "Dialer.Find", func() ([]deliveries.FoundCall, error) { return e.find(to, since) })
}

func (e *exchange) find(to nanp.Number, since time.Time) (found []deliveries.FoundCall, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.finds++
	if e.deaf {
		return nil, errLost
	}
	for _, call := range e.calls {
		if call.To == to && !call.Created.Before(since) {
			found = append(found, call.FoundCall)
		}
	}
	slices.Reverse(found) // as Twilio lists them
	return found, nil
}

func (e *exchange) HangUp(_ context.Context, callSID string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.hungUp = append(e.hungUp, callSID)
	return nil
}

// rings is how often an attempt has rung.
func (e *exchange) rings(task deliveries.Task) (n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, call := range e.calls {
		if call.Task == task {
			n++
		}
	}
	return n
}

// exampleT stands for the test that an example is not.
type exampleT struct{ testing.TB }

func (exampleT) Helper()                  {}
func (exampleT) Context() context.Context { return context.Background() }

// The way of a code that somebody asked for, with stand-ins for all around.
func Example() {
	ctx := context.Background()
	db, end := testkit.Embedded()
	defer end()
	f := newFixtureOn(exampleT{}, db)

	delivery, err := f.Request(ctx, deliveries.Params{
		Account: "612-555-0142-001", Topic: deliveries.SecurityCode, Method: deliveries.Voice,
	})
	fmt.Println(delivery.Status, err)

	f.Queue.Run(ctx, f.Now(), f.Attempt) // Twilio is asked to ring
	err = f.Status(ctx, delivery.Task(), deliveries.StatusCallback{CallSID: "CA1", CallStatus: "ringing", Sequence: 1})
	fmt.Println(err)

	opening, err := f.Opened(ctx, delivery.Task(), "CA1") // it was answered
	fmt.Println(opening.Topic, opening.Code, err)

	fmt.Println(f.Spoken(ctx, delivery.Task(), 1)) // somebody has pressed 1, which is turn 1 of the call
	err = f.Status(ctx, delivery.Task(), deliveries.StatusCallback{CallSID: "CA1", CallStatus: "completed", Sequence: 3})
	fmt.Println(err)
	delivery, err = f.Get(ctx, delivery.ID)
	fmt.Println(tells(delivery), err)
	// Output:
	// queued <nil>
	// <nil>
	// security_code •••••• <nil>
	// <nil>
	// <nil>
	// [queued calling ringing answered delivered] <nil>
}

// A repair agent has the line called of somebody who says to be its customer.
func ExampleDeliveries_RequestValidation() {
	ctx := context.Background()
	db, end := testkit.Embedded()
	defer end()
	f := newFixtureOn(exampleT{}, db)

	delivery, err := f.RequestValidation(ctx, deliveries.ValidationParams{Line: "+16125550150", Language: "en", Ref: "val_1"})
	fmt.Println(delivery.Topic, delivery.Status, err)

	f.Queue.Run(ctx, f.Now(), f.Attempt) // the line rings
	opening, err := f.Opened(ctx, delivery.Task(), "CA1")
	fmt.Println(opening.Code, err)

	fmt.Println(f.Declined(ctx, delivery.Task())) // "I speak with none of yours"
	_, err = f.RequestValidation(ctx, deliveries.ValidationParams{Line: "+16125550150", Language: "en", Ref: "val_2"})
	fmt.Println(err)
	// Output:
	// validation_code queued <nil>
	// •••••• <nil>
	// <nil>
	// request call to validate a customer: create delivery: somebody who was called did not ask for it
}
