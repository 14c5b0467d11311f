package queue

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

func client(t testing.TB, url string) redis.UniversalClient {
	t.Helper()
	var c redis.UniversalClient
	if strings.Contains(url, "addr=") {
		options, err := redis.ParseClusterURL(url)
		check.OK(t, err)
		c = redis.NewClusterClient(options)
	} else {
		options, err := redis.ParseURL(url)
		check.OK(t, err)
		options.DialTimeout, options.ReadTimeout, options.PoolTimeout = time.Second, time.Second, time.Second
		options.ContextTimeoutEnabled = true
		c = redis.NewClient(options)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// on runs a test on the embedded Redis and on a cluster.
func on(t *testing.T, test func(t *testing.T, c redis.UniversalClient)) {
	for kind, url := range map[string]func(*testing.T) string{
		"miniredis": func(t *testing.T) string { return redistest.StartMini(t).URL() },
		"cluster":   func(t *testing.T) string { return redistest.StartCluster(t) },
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			test(t, client(t, url(t)))
		})
	}
}

// ran collects the tasks that were run.
type ran struct {
	mu    sync.Mutex
	tasks []deliveries.Task
	at    []time.Time
}

func (r *ran) note(task deliveries.Task) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tasks, r.at = append(r.tasks, task), append(r.at, time.Now())
	return len(r.tasks)
}

func (r *ran) is(t *testing.T, want ...deliveries.Task) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.tasks, want) {
		t.Errorf("ran %v, want %v", r.tasks, want)
	}
}

// run notes a task, and does no more.
func (r *ran) run(_ context.Context, task deliveries.Task) error {
	r.note(task)
	return nil
}

// await waits until so many tasks have run.
func (r *ran) await(t *testing.T, n int) {
	t.Helper()
	check.Await(t, fmt.Sprint(n, " tasks"), func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return len(r.tasks) >= n
	})
}

// attempts make each attempt by a function.
type attempts func(context.Context, deliveries.Task) error

func (a attempts) Attempt(ctx context.Context, task deliveries.Task) error { return a(ctx, task) }
func (attempts) Requeue(context.Context, deliveries.Task) error {
	return errors.New("it is not of a release before")
}

// name is that of the queue of the tests.
var name = of(deliveries.CodeCalls)

// start runs the tasks of a queue; stop ends that, and so does the end of the test.
func start(t *testing.T, q *Queue, attempt attempts) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- q.Run(ctx, q.Attempts(attempt, 4)...) }()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-done:
			check.Is(t, err, nil)
		case <-time.After(3 * time.Minute):
			t.Error("Run did not end")
		}
	})
	t.Cleanup(stop)
	return stop
}

func enqueue(t *testing.T, q *Queue, task deliveries.Task, at time.Time) {
	t.Helper()
	check.OK(t, q.Enqueue(t.Context(), deliveries.CodeCalls, task, at))
}

// counted is how many tasks asynq knows, of those that wait, run, or were put aside.
func counted(t *testing.T, c redis.UniversalClient) int {
	t.Helper()
	info, err := asynq.NewInspectorFromRedisClient(c).GetQueueInfo(string(name))
	check.OK(t, err)
	return info.Size + info.Archived + info.Completed
}

var (
	first  = deliveries.Task{Delivery: "dlv_aaaaaaaaaaaaaaaaaaaaaaaaaa", Attempt: 1}
	second = deliveries.Task{Delivery: "dlv_aaaaaaaaaaaaaaaaaaaaaaaaaa", Attempt: 2}
)

func TestTasksRunOnceAndSoon(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, c redis.UniversalClient) {
		q, r := New(Config{Client: c}), &ran{}
		start(t, q, r.run)
		time.Sleep(300 * time.Millisecond) // it is idle
		const soon = time.Second
		var tasks []deliveries.Task
		took := testkit.Quickest(soon, func() {
			tasks = append(tasks, deliveries.Task{Delivery: first.Delivery, Attempt: len(tasks) + 1})
			enqueue(t, q, tasks[len(tasks)-1], time.Now())
			r.await(t, len(tasks))
		})
		if took > soon {
			t.Errorf("it took %v", took)
		}
		check.Await(t, "a task that has run to be forgotten", func() bool { return counted(t, c) == 0 })
		enqueue(t, q, first, time.Now()) // what has run can be queued again
		r.await(t, len(tasks)+1)
		r.is(t, append(tasks, first)...)
	})
}

func TestATaskIsThereOnce(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, c redis.UniversalClient) {
		q, r := New(Config{Client: c}), &ran{}
		check.AtOnce(20, func(int) { enqueue(t, q, first, time.Now()) })
		enqueue(t, q, first, time.Now().Add(time.Hour))
		if n := counted(t, c); n != 1 {
			t.Errorf("%d tasks are queued", n)
		}
		stop := start(t, q, func(ctx context.Context, task deliveries.Task) error {
			r.note(task)
			return q.Enqueue(ctx, deliveries.CodeCalls, task, time.Now()) // while it runs
		})
		r.await(t, 1)
		stop()
		r.is(t, first)
		if n := counted(t, c); n != 0 {
			t.Errorf("%d tasks are left", n)
		}
	})
}

func TestDelayedTasksRunNotBefore(t *testing.T) {
	t.Parallel()
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		q, r := New(Config{Client: client(t, s.URL())}), &ran{}
		at := time.Now().Add(1700 * time.Millisecond)
		enqueue(t, q, first, at)
		start(t, q, r.run)
		r.await(t, 1)
		if early := at.Sub(r.at[0]); early > 0 {
			t.Errorf("it ran %v early", early)
		}
	})
}

func TestFailuresAreRunAgain(t *testing.T) {
	t.Parallel()
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		var said bytes.Buffer
		c := client(t, s.URL())
		q, r := New(Config{Client: c, Log: slog.New(slog.NewTextHandler(&said, nil))}), &ran{}
		enqueue(t, q, first, time.Now())
		stop := start(t, q, func(_ context.Context, task deliveries.Task) error {
			switch r.note(task) {
			case 1:
				return errors.New("hunter2")
			case 2:
				panic("hunter2")
			case 3:
				return &deliveries.LaterError{At: time.Now().Add(500 * time.Millisecond)}
			}
			return nil
		})
		r.await(t, 3)
		if stored := s.Contents(t); bytes.Contains(stored, []byte("hunter2")) {
			t.Errorf("the error is in Redis: %s", stored)
		}
		r.await(t, 4)
		stop()
		r.is(t, first, first, first, first)
		for i, least := range []time.Duration{0, 0, 500 * time.Millisecond} { // asynq cuts times to the second, and would wait for 15
			if pause := r.at[i+1].Sub(r.at[i]); pause < least || pause > 12*time.Second {
				t.Errorf("pause %d: %v", i, pause)
			}
		}
		if n := counted(t, c); n != 0 {
			t.Errorf("%d tasks are left", n)
		}
		if !strings.Contains(said.String(), "task failed") || !strings.Contains(said.String(), "hunter2") || !strings.Contains(said.String(), "task panicked") {
			t.Errorf("the log says: %s", said.String())
		}
	})
}

// sorted are attempts of which those of a release before go to the queue of their class.
type sorted struct {
	attempts
	q *Queue
}

func (s sorted) Requeue(ctx context.Context, task deliveries.Task) error {
	return s.q.Enqueue(ctx, deliveries.CodeCalls, task, time.Now())
}

// TestTasksOfAReleaseBefore are sorted, and run, whatever waits for whom: it had one queue for all.
func TestTasksOfAReleaseBefore(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, c redis.UniversalClient) {
		q, r := New(Config{Client: c}), &ran{}
		for _, task := range []deliveries.Task{first, second} {
			options := []asynq.Option{asynq.Queue("updatecenter"), asynq.TaskID(taskID(task)), asynq.Timeout(time.Minute), asynq.MaxRetry(math.MaxInt32)}
			payload := fmt.Sprintf(`{"v":1,"delivery":%q,"attempt":%d}`, task.Delivery, task.Attempt)
			if _, err := asynq.NewClientFromRedisClient(c).EnqueueContext(t.Context(), asynq.NewTask("attempt", []byte(payload)), options...); err != nil {
				t.Fatal(err)
			}
		}
		enqueue(t, q, first, time.Now()) // by a sweep of this release
		counts, err := q.Count(t.Context(), Names()...)
		if err != nil || counts[before].Due != 2 || counts[name].Due != 1 {
			t.Errorf("%v, %v", counts, err)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			done <- q.Run(ctx, q.Attempts(sorted{r.run, q}, 1)...)
		}()
		r.await(t, 2)
		stop()
		check.Is(t, <-done, nil)
		r.mu.Lock()
		defer r.mu.Unlock()
		if !slices.Contains(r.tasks, first) || !slices.Contains(r.tasks, second) {
			t.Errorf("ran %v", r.tasks)
		}
	})
}
