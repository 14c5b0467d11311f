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

func TestRunLetsTasksFinish(t *testing.T) {
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
