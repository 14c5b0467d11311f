package mailqueue_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/agents"
	"updatecenter/internal/logtest"
	"updatecenter/internal/outbound/mailqueue"
	"updatecenter/internal/queue"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

// code is a message with a code.
func code(name agents.UserName) agents.Message {
	return agents.Message{
		Kind: agents.SignInCode, To: string(name) + "@example.com", FullName: "Ann Olson", Name: name,
		Code: secret.New("604718"), On: time.Date(2026, time.March, 1, 12, 10, 0, 0, time.UTC),
	}
}

// tasks keep what is queued, in memory.
type tasks struct {
	put []queue.Task
	err error
}

func (q *tasks) Put(_ context.Context, task queue.Task) error {
	q.put = append(q.put, task)
	return q.err
}

func (q *tasks) Count(context.Context, ...queue.Name) (map[queue.Name]queue.Counts, error) {
	return map[queue.Name]queue.Counts{queue.AgentMail: {Due: int64(len(q.put))}}, nil
}

var (
	errAway  = errors.New("the mail server is away")
	errRedis = errors.New("redis is away")
)

type finalError struct{}

func (finalError) Error() string { return "no such mailbox" }
func (finalError) Final() bool   { return true }

// fixture is a world with a queue of e-mails, which its mailer sends.
type fixture struct {
	*testkit.World
	mails  *mailqueue.Queue
	tasks  tasks
	config mailqueue.Config
}

func newFixture(t *testing.T) *fixture {
	f := &fixture{World: testkit.New(t)}
	f.config = mailqueue.Config{Tasks: &f.tasks, Keys: f.Keys, Mailer: f.Mail, Most: 3, Now: f.Now, Log: f.Log.Logger()}
	f.mails = mailqueue.New(f.config)
	t.Cleanup(func() { logtest.Hides(t, "the log", f.Log.String(), "604718", "@example.com", "Olson") })
	return f
}

// run runs the newest task after so many failures.
func (f *fixture) run(t *testing.T, failures int) error {
	t.Helper()
	task := f.tasks.put[len(f.tasks.put)-1]
	return f.mails.Worker().Run(t.Context(), queue.Stored{ID: task.ID, Payload: task.Payload, Failures: failures})
}

// take has a message taken.
func (f *fixture) take(t *testing.T, message agents.Message) {
	t.Helper()
	check.OK(t, f.mails.Mail(t.Context(), message))
}

// again checks that a task is to be run again, as one that has failed.
func again(t *testing.T, err error, want queue.RetryError) {
	t.Helper()
	if got, is := errors.AsType[*queue.RetryError](err); !is || *got != want {
		t.Errorf("%v: %+v, want %+v", err, got, want)
	}
}

// unread is what becomes of a task that can't be opened.
var unread = queue.RetryError{After: 10 * time.Second, Failed: true, Most: 40}

func TestWhatWaitsIsSealed(t *testing.T) {
	f := newFixture(t)
	f.take(t, code("ann"))
	waits, want := f.tasks.put[0], code("ann")
	check.Same(t, waits.Queue, queue.AgentMail)
	logtest.Hides(t, "the task", waits.ID+string(waits.Payload), "604718", `"ann"`, "example.com", "Olson", "sign-in")
	want.Date = f.Now() // when it was taken, each time, so that a double can be known
	f.Pass(time.Minute)
	for range 2 {
		check.OK(t, f.run(t, 0))
		check.Same(t, f.Mail.Last(t), want, cmp.Comparer(secret.Text.Equal))
	}
	again(t, f.mails.Worker().Run(t.Context(), queue.Stored{ID: "another", Payload: waits.Payload}), unread)
}

// TestKeysChange while e-mails wait: an old key still opens, and a server that hasn't the new one yet
// leaves them to others.
func TestKeysChange(t *testing.T) {
	f := newFixture(t)
	f.take(t, code("ann"))
	f.config.Keys = testkit.Keys("2026b", "2026a")
	f.mails = mailqueue.New(f.config)
	check.OK(t, f.run(t, 0))
	f.take(t, code("bob"))
	f.config.Keys = f.Keys
	f.mails = mailqueue.New(f.config)
	again(t, f.run(t, 0), unread)
}

func TestWhatBecomesOfAnEmail(t *testing.T) {
	for what, test := range map[string]struct {
		err      error
		later    time.Duration
		failures int
		want     error
	}{
		"sent":         {nil, 0, 0, nil},
		"away":         {errAway, 0, 0, &queue.RetryError{After: 2 * time.Second, Failed: true, Most: 40}},
		"away again":   {errAway, 0, 1, &queue.RetryError{After: 10 * time.Second, Failed: true, Most: 40}},
		"still away":   {errAway, 3 * time.Minute, 5, &queue.RetryError{After: time.Minute, Failed: true, Most: 40}},
		"for too long": {errAway, 4*time.Minute + time.Second, 6, queue.ErrDropped},
		"refused":      {fmt.Errorf("send: %w", finalError{}), 0, 0, queue.ErrDropped},
		"in time":      {nil, 5 * time.Minute, 0, nil},
		"too late":     {nil, 5*time.Minute + time.Second, 0, queue.ErrDropped},
	} {
		t.Run(what, func(t *testing.T) {
			f := newFixture(t)
			f.take(t, code("ann"))
			f.Pass(test.later)
			f.Calls.Fail("Mail", test.err)
			err := f.run(t, test.failures)
			if want, is := errors.AsType[*queue.RetryError](test.want); is {
				again(t, err, *want)
			} else {
				check.Is(t, err, test.want)
			}
			if sent := len(f.Mail.All()) == 1; sent != (test.want == nil) {
				t.Errorf("sent: %t", sent)
			}
			dropped := strings.Contains(f.Log.String(), `was dropped","kind":"sign-in-code","agent":"ann","cause":`)
			if dropped != errors.Is(err, queue.ErrDropped) {
				t.Errorf("the log is\n%s", f.Log)
			}
		})
	}
}

// TestWhoHasNoAddressTakesAsLong: an e-mail to nobody takes the same steps, and is not sent.
func TestWhoHasNoAddressTakesAsLong(t *testing.T) {
	f := newFixture(t)
	f.take(t, agents.Message{Kind: agents.Locked})
	check.OK(t, f.run(t, 0))
	check.Same(t, []int{len(f.tasks.put), len(f.Mail.All())}, []int{1, 0})
}

func TestWhatIsNotTaken(t *testing.T) {
	f := newFixture(t)
	long := code("ann")
	long.Detail = strings.Repeat("x", 16<<10)
	check.Is(t, f.mails.Mail(t.Context(), long), mailqueue.ErrTooLong)
	for range 3 {
		f.take(t, code("ann"))
	}
	check.Is(t, f.mails.Mail(t.Context(), code("eve")), mailqueue.ErrFull)
	f.tasks = tasks{err: errRedis}
	check.Is(t, f.mails.Mail(t.Context(), code("eve")), errRedis)
	if n := strings.Count(f.Log.String(), `"level":"ERROR","msg":"an e-mail to an agent was not taken","kind":"sign-in-code","agent":`); n != 3 {
		t.Errorf("the log is\n%s", f.Log)
	}
}

func TestWhatIsInTheQueue(t *testing.T) {
	f := newFixture(t)
	for _, payload := range []string{`{`, `{"v":1}`, `{"v":2}`} { // the last is of a newer release
		again(t, f.mails.Worker().Run(t.Context(), queue.Stored{ID: "a", Payload: []byte(payload)}), unread)
	}
}

// printer prints instead of sending.
type printer struct{}

func (printer) Mail(_ context.Context, message agents.Message) error {
	fmt.Println(message.Kind, "to", message.Name)
	return nil
}

func Example() {
	waiting := &tasks{} // a *queue.Queue
	mails := mailqueue.New(mailqueue.Config{Tasks: waiting, Keys: testkit.Keys("2026a"), Mailer: printer{}})
	ctx := context.Background()
	if err := mails.Mail(ctx, agents.Message{Kind: agents.SignInCode, To: "ann@example.com", Name: "ann"}); err != nil {
		fmt.Println(err)
	}
	for task := range slices.Values(waiting.put) { // on whichever server runs the worker
		if err := mails.Worker().Run(ctx, queue.Stored{ID: task.ID, Payload: task.Payload}); err != nil {
			fmt.Println(err)
		}
	}
	// Output: sign-in-code to ann
}
