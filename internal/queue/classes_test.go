package queue_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/queue"
	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/torture"
)

// TestTortureAValidationWaitsForNoNotice has agents ask for calls that validate, and customers for
// letters and e-mails, while notices wait that take hours at one call a second. A validation rings within
// three seconds, by the clock of the calls: it is one of the next three. Letters and e-mails wait for
// no call.
func TestTortureAValidationWaitsForNoNotice(t *testing.T) {
	t.Parallel()
	notices, validations, letters := torture.Times(300, 10_000), torture.Times(3, 100), torture.Times(10, 500)
	w := newOffice(t)
	for n := range notices {
		w.must(w.all.Notify(t.Context(), deliveries.Notice{Topic: deliveries.PINChanged, Line: phone(n), Method: deliveries.Voice}))
	}
	w.begin()
	check.Await(w.t, "the first call", func() bool { return w.calls() == 1 && w.pace.Waiting(deliveries.NoticeCalls) > 0 })

	for n := range letters {
		for _, method := range []deliveries.Method{deliveries.ByMail, deliveries.Email} {
			_, err := w.all.Request(t.Context(), deliveries.Params{Account: accountOf(n), Topic: deliveries.SecurityCode, Method: method})
			w.must(err)
		}
	}
	check.Await(w.t, "letters and e-mails", func() bool { return w.sent() == 2*letters })
	untold := 2*letters - w.sent()
	if w.calls() != 1 {
		t.Errorf("%d calls have begun by a clock that stands", w.calls())
	}

	unheard, between := 0, []int{}
	for n := range validations {
		line := phone(notices + n)
		_, err := w.all.RequestValidation(t.Context(), deliveries.ValidationParams{Line: line, Ref: "ref"})
		w.must(err)
		before := w.calls()
		check.Await(w.t, "the validation's turn to come", func() bool { return w.pace.Waiting(deliveries.ValidationCalls) > 0 })
		for range 3 {
			if w.tick(); w.rang(line) {
				break
			}
		}
		if between = append(between, w.calls()-before-1); !w.rang(line) {
			unheard++
		}
	}
	t.Logf("%d notices waited; before a validation there rang %v others", notices, between)
	torture.Report(t, "calls that validate, and letters, behind notices", "single", torture.Counts{
		torture.Operations: validations + 2*letters, torture.Unheard: unheard, torture.Untold: untold,
	})
}

func phone(n int) nanp.Number         { return nanp.Number(fmt.Sprintf("+1612%07d", 2_000_000+n)) }
func accountOf(n int) accounts.Number { return accounts.Number(fmt.Sprint(n)) }

// office is a server that works on deliveries, with a clock for its calls.
type office struct {
	t    *testing.T
	all  *deliveries.Deliveries
	pace *deliveries.Pace
	q    *queue.Queue

	testkit.Clock // of its calls
	mu            sync.Mutex
	later         func()
	rung          []nanp.Number
	post          int
}

func newOffice(t *testing.T) *office {
	t.Helper()
	options, err := redis.ParseURL(redistest.Start(t).DirectURL())
	check.OK(t, err)
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	w := &office{t: t, q: queue.New(queue.Config{Client: client})}
	w.Set(time.Now())
	w.pace = deliveries.NewPace(deliveries.PaceConfig{PerSecond: 1, Now: w.Now, After: func(_ time.Duration, do func()) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.later = do
	}})
	store := testkit.Redis(t).Deliveries()
	w.all = deliveries.New(deliveries.Config{
		Store: store, Phones: store, Queue: w.q, Accounts: w, Dialer: w, Printer: w, Mailer: w, Codes: w, Pace: w.pace.Wait,
		Limits: deliveries.Limits{AnHour: 10, ADay: 10},
	})
	return w
}

// begin has the server work until the test ends.
func (w *office) begin() {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- w.q.Run(ctx, w.q.Attempts(w.all, w.pace.PerSecond())...) }()
	w.t.Cleanup(func() {
		w.pace.Stop()
		stop()
		w.must(<-done)
	})
}

func (w *office) must(err error) { w.t.Helper(); check.Is(w.t, err, nil) }

// tick moves the clock of the calls by a second, and waits for the call that begins then.
func (w *office) tick() {
	w.t.Helper()
	before := w.calls()
	w.mu.Lock()
	do := w.later
	w.later = nil
	w.mu.Unlock()
	w.Pass(time.Second)
	do()
	check.Await(w.t, "the next call", func() bool { return w.calls() > before })
}

func (w *office) calls() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.rung)
}

func (w *office) rang(line nanp.Number) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Contains(w.rung, line)
}

func (w *office) sent() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.post
}

// Dial implements [deliveries.Dialer].
func (w *office) Dial(_ context.Context, ring deliveries.Ring) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rung = append(w.rung, ring.To)
	return fmt.Sprintf("CA%d", len(w.rung)), nil
}

// Find implements [deliveries.Dialer].
func (w *office) Find(context.Context, nanp.Number, time.Time) ([]deliveries.FoundCall, error) {
	return nil, errors.New("no call is looked for")
}

// HangUp implements [deliveries.Dialer].
func (w *office) HangUp(context.Context, string) error { return nil }

func (w *office) Subject(context.Context, accounts.Number) (string, error) { return "", nil }

// Print implements [deliveries.Printer].
func (w *office) Print(context.Context, deliveries.Message) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.post++
	return nil
}

// Send implements [deliveries.Mailer].
func (w *office) Send(ctx context.Context, _ deliveries.Message) error {
	return w.Print(ctx, deliveries.Message{})
}

// ValidationCode implements [deliveries.Codes].
func (w *office) ValidationCode(context.Context, string) (secret.Text, error) {
	return secret.New("604718"), nil
}

// Get implements [deliveries.Accounts].
func (w *office) Get(ctx context.Context, number accounts.Number) (accounts.Account, error) {
	return w.ByID(ctx, accounts.ID("acc_"+number))
}

// ByID implements [deliveries.Accounts].
func (w *office) ByID(_ context.Context, id accounts.ID) (accounts.Account, error) {
	long := time.Now().Add(-1000 * time.Hour)
	return accounts.Account{
		ID: id, Phone: "+16125550100", Email: "pat@example.com", EmailSince: long, AddressSince: long, Created: long,
		Code: secret.New("604718"),
	}, nil
}

// Sent implements [deliveries.Accounts].
func (w *office) Sent(context.Context, accounts.ID) error { return nil }

// Append implements [deliveries.Accounts].
func (w *office) Append(context.Context, accounts.ID, accounts.Event, accounts.Note) error {
	return nil
}

func Example() {
	server, err := miniredis.Run()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer func() { _ = client.Close() }()

	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	q := queue.New(queue.Config{Client: client})
	if err := q.Put(ctx, queue.Task{Queue: queue.AgentMail, ID: "m_1", Payload: []byte("hello"), Within: time.Minute}); err != nil {
		fmt.Println(err)
	}
	err = q.Run(ctx, queue.Worker{Queue: queue.AgentMail, AtOnce: 1, Run: func(_ context.Context, task queue.Stored) error {
		fmt.Println(task.ID, string(task.Payload), task.Failures)
		stop()
		return nil
	}})
	fmt.Println(err)
	// Output:
	// m_1 hello 0
	// <nil>
}
