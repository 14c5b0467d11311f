package queue

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

// TestHandle holds what becomes of a task.
func TestHandle(t *testing.T) {
	now := time.Date(2031, 3, 4, 5, 6, 7, 0, time.UTC)
	failed := errors.New("no")
	for what, test := range map[string]struct {
		payload string
		err     error
		want    error
	}{
		"done":           {`{"v":1,"delivery":"dlv_a","attempt":1}`, nil, nil},
		"failed":         {`{"v":1,"delivery":"dlv_a","attempt":1}`, failed, &RetryError{After: time.Second, Failed: true}},
		"has to wait":    {`{"v":1,"delivery":"dlv_a","attempt":1}`, &deliveries.LaterError{At: now.Add(time.Minute)}, &RetryError{After: time.Minute + roundUp}},
		"failed, later":  {`{"v":1,"delivery":"dlv_a","attempt":1}`, &deliveries.LaterError{At: now.Add(time.Minute), Err: failed}, &RetryError{After: time.Minute + roundUp, Failed: true}},
		"much later":     {`{"v":1,"delivery":"dlv_a","attempt":1}`, &deliveries.LaterError{At: now.Add(time.Hour)}, &RetryError{After: longestWait}},
		"earlier":        {`{"v":1,"delivery":"dlv_a","attempt":1}`, &deliveries.LaterError{At: now.Add(-time.Hour)}, &RetryError{After: roundUp}},
		"newer release":  {`{"v":2}`, nil, &RetryError{After: longestPause, Failed: true}},
		"garbage":        {`{`, nil, asynq.RevokeTask},
		"no version":     {`{"delivery":"dlv_a","attempt":1}`, nil, asynq.RevokeTask},
		"no delivery":    {`{"v":1,"attempt":1}`, nil, asynq.RevokeTask},
		"no attempt":     {`{"v":1,"delivery":"dlv_a"}`, nil, asynq.RevokeTask},
		"attempt of nil": {`{"v":1,"delivery":"dlv_a","attempt":0}`, nil, asynq.RevokeTask},
	} {
		q := New(Config{Client: client(t, redistest.StartMini(t).URL()), Now: func() time.Time { return now }})
		got := q.handle(t.Context(), asynq.NewTask("attempt", []byte(test.payload)), q.attempt(func(_ context.Context, task deliveries.Task) error {
			if task != (deliveries.Task{Delivery: "dlv_a", Attempt: 1}) {
				t.Errorf("%s: ran %v", what, task)
			}
			return test.err
		}))
		wanted, isAgain := errors.AsType[*RetryError](test.want)
		gotAgain, _ := errors.AsType[*RetryError](got)
		if isAgain && (gotAgain == nil || *gotAgain != *wanted) || !isAgain && !errors.Is(got, test.want) {
			t.Errorf("%s: %#v, want %#v", what, got, test.want)
		}
	}
}

// TestWhenTasksAreDropped has tasks fail for the last time that they may.
func TestWhenTasksAreDropped(t *testing.T) {
	q := New(Config{Client: client(t, redistest.StartMini(t).URL())})
	for _, test := range []struct {
		most, failures int
		dropped        bool
	}{{0, 8, false}, {0, 9, true}, {30, 9, false}, {30, 28, false}, {30, 29, true}} {
		err := q.judge(t.Context(), Stored{Failures: test.failures}, &RetryError{Failed: true, Most: test.most})
		if dropped := errors.Is(err, asynq.RevokeTask); dropped != test.dropped {
			t.Errorf("%+v: %v", test, err)
		}
	}
}

func TestPauses(t *testing.T) {
	var total time.Duration
	for n, want := range []time.Duration{1, 2, 4, 8, 16, 30, 30, 30, 30, 30} {
		if got := pause(n, errors.New("lease expired"), nil); got != want*time.Second {
			t.Errorf("pause %d: %v", n, got)
		}
		total += want * time.Second
	}
	if total > 4*time.Minute {
		t.Errorf("dropped after %v", total)
	}
	if got := pause(3, &RetryError{After: time.Minute}, nil); got != time.Minute {
		t.Errorf("pause %v", got)
	}
	if counts(&RetryError{}) || !counts(&RetryError{Failed: true}) || !counts(asynq.ErrLeaseExpired) {
		t.Error("what counts as a failure")
	}
}

// FuzzDecode holds that no payload panics, and that what is read is what would be written.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`{"v":1,"delivery":"dlv_a","attempt":1}`, `{"v":2}`, `{`, `null`, `{"v":1,"attempt":-1}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		task, err := decode(text)
		if err != nil {
			return
		}
		again, err := encode(task)
		check.OK(t, err)
		if got, err := decode(again); err != nil || got != task {
			t.Errorf("%s was read as %v, written as %s", text, task, again)
		}
	})
}

func TestRunLetsTasksFinish(t *testing.T) {
	t.Parallel()
	q := New(Config{Client: client(t, redistest.StartMini(t).URL())})
	r, began := &ran{}, make(chan bool)
	stop := start(t, q, func(ctx context.Context, task deliveries.Task) error {
		close(began)
		time.Sleep(500 * time.Millisecond)
		if ctx.Err() == nil {
			r.note(task)
		}
		return ctx.Err()
	})
	enqueue(t, q, first, time.Now())
	<-began
	stop()
	r.is(t, first)
}

// TestTasksOfADeadServerRunAgain plays a server that dies with a task: it took it half a
// minute and more ago, and is heard of no more.
func TestTasksOfADeadServerRunAgain(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, c redis.UniversalClient) {
		q, r, ctx := New(Config{Client: c}), &ran{}, t.Context()
		enqueue(t, q, first, time.Now())
		id, err := c.RPopLPush(ctx, name.key("pending"), name.key("active")).Result()
		if err != nil || id != taskID(first) {
			t.Fatal(id, err)
		}
		died := float64(time.Now().Add(-31 * time.Second).Unix()) // its lease has run out so long ago
		if err := errors.Join(
			c.HSet(ctx, name.key("t:"+id), "state", "active").Err(),
			c.HDel(ctx, name.key("t:"+id), "pending_since").Err(),
			c.ZAdd(ctx, name.key("lease"), redis.Z{Score: died, Member: id}).Err(),
		); err != nil {
			t.Fatal(err)
		}
		enqueue(t, q, first, time.Now())
		if n := counted(t, c); n != 1 {
			t.Errorf("%d tasks are there", n)
		}
		start(t, q, r.run)
		r.await(t, 1)
		r.is(t, first)
	})
}

// TestTooManyFailures holds that a task that always fails is dropped, not archived, and can be
// queued again.
func TestTooManyFailures(t *testing.T) {
	c := client(t, redistest.StartMini(t).URL())
	q, r := New(Config{Client: c}), &ran{}
	failures := 0
	server := asynq.NewServerFromRedisClient(c, asynq.Config{
		Queues: map[string]int{string(name): 1}, Concurrency: 1, TaskCheckInterval: time.Millisecond, DelayedTaskCheckInterval: time.Millisecond,
		RetryDelayFunc: func(int, error, *asynq.Task) time.Duration { return -time.Second },
		IsFailure:      counts, Logger: logger{q.config.Log, q.config.Away}, LogLevel: asynq.FatalLevel,
	})
	enqueue(t, q, first, time.Now())
	if err := server.Start(asynq.HandlerFunc(func(ctx context.Context, task *asynq.Task) error {
		return q.handle(ctx, task, q.attempt(func(_ context.Context, task deliveries.Task) error {
			r.note(task)
			failures++
			return errors.New("no")
		}))
	})); err != nil {
		t.Fatal(err)
	}
	r.await(t, mostFailures)
	check.Await(t, "the task to be dropped", func() bool { return counted(t, c) == 0 })
	server.Shutdown()
	if n := counted(t, c); n != 0 || failures != mostFailures {
		t.Errorf("%d tasks are left after %d failures", n, failures)
	}
	enqueue(t, q, first, time.Now())
	if n := counted(t, c); n != 1 {
		t.Errorf("%d tasks are queued again", n)
	}
}

func TestRedisGone(t *testing.T) {
	t.Parallel()
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		q, r := New(Config{Client: client(t, s.URL())}), &ran{}
		start(t, q, r.run)
		for name, fault := range map[string]func(){"down": s.Down, "hanging": s.Hang} {
			fault()
			const soon = 3 * time.Second
			var err error
			took := testkit.Quickest(soon, func() { err = q.Enqueue(t.Context(), deliveries.CodeCalls, first, time.Now()) })
			if err == nil || took > soon || !strings.HasPrefix(err.Error(), "queue task: ") {
				t.Errorf("%s: %v after %v", name, err, took)
			}
			s.Up()
		}
		check.Await(t, "Redis", func() bool {
			return q.Enqueue(t.Context(), deliveries.CodeCalls, first, time.Now()) == nil
		})
		r.await(t, 1)
	})
}
