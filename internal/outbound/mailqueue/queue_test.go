package mailqueue_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/logtest"
	"updatecenter/internal/outbound/mailqueue"
	"updatecenter/internal/queue"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

// code is a message with a code.
func code(name agents.UserName) agents.Message {
	return agents.Message{
		Kind: agents.SignInCode, To: string(name) + "@example.com", FullName: "Ann Olson", Name: name,
		Code: secret.New("604718"), On: start.Add(10 * time.Minute),
	}
}

var start = time.Date(2026, time.March, 1, 20, 5, 0, 0, time.UTC)

// ring is a key ring with keys of these ids.
func ring(t testing.TB, ids ...string) secret.Keyring {
	t.Helper()
	var keys []string
	for _, id := range ids {
		keys = append(keys, id+":"+base64.StdEncoding.EncodeToString(bytes.Repeat([]byte(id[:1]), 32)))
	}
	ring, err := secret.ParseKeyring(strings.Join(keys, ","))
	check.OK(t, err)
	return ring
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

// server is a mail server.
type server struct {
	mu   sync.Mutex
	err  error
	took []agents.Message
}

func (s *server) Mail(_ context.Context, message agents.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.took = append(s.took, message)
	}
	return s.err
}

// world is a queue with what it works with.
type world struct {
	*mailqueue.Queue
	tasks  *tasks
	server *server
	log    *bytes.Buffer
	now    time.Time
	config mailqueue.Config
}

func newWorld(t *testing.T) *world {
	w := &world{tasks: &tasks{}, server: &server{}, log: &bytes.Buffer{}, now: start}
	w.config = mailqueue.Config{
		Tasks: w.tasks, Keys: ring(t, "a"), Mailer: w.server, Most: 3, Now: func() time.Time { return w.now },
		Log: slog.New(slog.NewTextHandler(w.log, logtest.Untimed())),
	}
	w.Queue = mailqueue.New(w.config)
	t.Cleanup(func() {
		for _, hidden := range []string{"604718", "@example.com", "Olson"} {
			if strings.Contains(w.log.String(), hidden) {
				t.Errorf("the log tells %q:\n%s", hidden, w.log)
			}
		}
	})
	return w
}

// run runs the newest task after so many failures.
func (w *world) run(t *testing.T, failures int) error {
	t.Helper()
	task := w.tasks.put[len(w.tasks.put)-1]
	return w.Worker().Run(t.Context(), queue.Stored{ID: task.ID, Payload: task.Payload, Failures: failures})
}

// take has a message taken.
func (w *world) take(t *testing.T, message agents.Message) {
	t.Helper()
	check.OK(t, w.Mail(t.Context(), message))
}

func TestWhatWaitsIsSealed(t *testing.T) {
	w := newWorld(t)
	w.take(t, code("ann"))
	waits := w.tasks.put[0]
	for _, hidden := range []string{"604718", "ann", "example.com", "Olson", "sign-in"} {
		if strings.Contains(string(waits.Payload)+waits.ID, hidden) || waits.Queue != queue.AgentMail {
			t.Errorf("%q is open in %s %s", hidden, waits.ID, waits.Payload)
		}
	}
	w.now = w.now.Add(time.Minute)
	for range 2 {
		check.OK(t, w.run(t, 0))
	}
	for _, took := range w.server.took { // the same each time, so that a double can be known
		want := code("ann")
		if took.Code.Reveal() != "604718" || !took.On.Equal(want.On) || !took.Date.Equal(start) || took.To != want.To ||
			took.FullName != want.FullName || took.Name != want.Name || took.Kind != want.Kind {
			t.Errorf("sent %+v", took)
		}
	}
	elsewhere := queue.Stored{ID: "another", Payload: waits.Payload}
	if again, is := errors.AsType[*queue.RetryError](w.Worker().Run(t.Context(), elsewhere)); !is || !again.Failed {
		t.Error("it is bound to no task")
	}
}

// TestKeysChange while e-mails wait: an old key still opens, and a server that hasn't the new one yet
// leaves them to others.
func TestKeysChange(t *testing.T) {
	w := newWorld(t)
	w.take(t, code("ann"))
	w.config.Keys = ring(t, "b", "a")
	w.Queue = mailqueue.New(w.config)
	if err := w.run(t, 0); err != nil {
		t.Error(err)
	}
	w.take(t, code("bob"))
	w.config.Keys = ring(t, "a")
	w.Queue = mailqueue.New(w.config)
	if again, is := errors.AsType[*queue.RetryError](w.run(t, 0)); !is || again.After != 10*time.Second {
		t.Errorf("%+v", again)
	}
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
			w := newWorld(t)
			w.take(t, code("ann"))
			w.now, w.server.err = start.Add(test.later), test.err
			err := w.run(t, test.failures)
			again, _ := errors.AsType[*queue.RetryError](err)
			if want, is := errors.AsType[*queue.RetryError](test.want); is && (again == nil || *again != *want) || !is && !errors.Is(err, test.want) {
				t.Errorf("%v %+v, want %v", err, again, test.want)
			}
			if sent := len(w.server.took) == 1; sent != (test.want == nil) {
				t.Errorf("sent: %t", sent)
			}
			if dropped := strings.Contains(w.log.String(), "was dropped\" kind=sign-in-code agent=ann cause="); dropped != errors.Is(err, queue.ErrDropped) {
				t.Errorf("the log is\n%s", w.log)
			}
		})
	}
}

// TestWhoHasNoAddressTakesAsLong: an e-mail to nobody takes the same steps, and is not sent.
func TestWhoHasNoAddressTakesAsLong(t *testing.T) {
	w := newWorld(t)
	w.take(t, agents.Message{Kind: agents.Locked})
	if err := w.run(t, 0); err != nil || len(w.tasks.put) != 1 || len(w.server.took) != 0 {
		t.Errorf("%v, %d queued, %d sent", err, len(w.tasks.put), len(w.server.took))
	}
}

func TestWhatIsNotTaken(t *testing.T) {
	w := newWorld(t)
	long := code("ann")
	long.Detail = strings.Repeat("x", 16<<10)
	if err := w.Mail(t.Context(), long); !errors.Is(err, mailqueue.ErrTooLong) {
		t.Error(err)
	}
	for range 3 {
		w.take(t, code("ann"))
	}
	if err := w.Mail(t.Context(), code("eve")); !errors.Is(err, mailqueue.ErrFull) {
		t.Error(err)
	}
	w.tasks.put, w.tasks.err = nil, errRedis
	if err := w.Mail(t.Context(), code("eve")); !errors.Is(err, errRedis) {
		t.Error(err)
	}
	if n := strings.Count(w.log.String(), "level=ERROR msg=\"an e-mail to an agent was not taken\" kind=sign-in-code agent="); n != 3 {
		t.Errorf("the log is\n%s", w.log)
	}
}

func TestWhatIsInTheQueue(t *testing.T) {
	w := newWorld(t)
	for _, payload := range []string{`{`, `{"v":1}`, `{"v":2}`} { // the last is of a newer release
		err := w.Worker().Run(t.Context(), queue.Stored{ID: "a", Payload: []byte(payload)})
		if again, is := errors.AsType[*queue.RetryError](err); !is || !again.Failed || again.Most != 40 {
			t.Errorf("%s: %v", payload, err)
		}
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
	keys, err := secret.ParseKeyring("2026a:" + base64.StdEncoding.EncodeToString(make([]byte, 32)))
	if err != nil {
		fmt.Println(err)
	}
	mails := mailqueue.New(mailqueue.Config{Tasks: waiting, Keys: keys, Mailer: printer{}})
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
