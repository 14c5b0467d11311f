package queue

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"updatecenter/deliveries"
)

const (
	lookEvery    = 100 * time.Millisecond // for tasks that are due, half to one and a half times that
	forwardEvery = time.Second            // for tasks whose time has come
	// finishWithin is how long tasks may go on once Run is to end: as long as a call takes to
	// be asked for, and noted.
	finishWithin = 15 * time.Second
	// abandonWithin is how long those that are then canceled may take to notice.
	abandonWithin = 5 * time.Second
)

// Attempt runs a task. It ends with its context. After an error it is run again, after a
// [*deliveries.LaterError] at its time.
type Attempt func(ctx context.Context, task deliveries.Task) error

// Run runs tasks until the context ends. Those under way may then go on for 15 seconds, and
// are canceled after that and queued again; Run returns when they are done, and within some 20
// seconds. While Redis can't be reached it keeps trying. The error is that asynq didn't start.
func (q *Queue) Run(ctx context.Context, attempt Attempt) error {
	running, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	var tasks sync.WaitGroup
	server := asynq.NewServerFromRedisClient(q.redis, asynq.Config{
		Concurrency: q.workers, Queues: map[string]int{name: 1},
		BaseContext:       func() context.Context { return running },
		TaskCheckInterval: lookEvery, DelayedTaskCheckInterval: forwardEvery, ShutdownTimeout: finishWithin,
		RetryDelayFunc: pause, IsFailure: counts, Logger: logger{q.log, q.away}, LogLevel: asynq.InfoLevel,
	})
	err := server.Start(asynq.HandlerFunc(func(ctx context.Context, task *asynq.Task) error {
		tasks.Add(1)
		defer tasks.Done()
		return q.handle(ctx, task, attempt)
	}))
	if err != nil {
		return fmt.Errorf("start queue: %w", err)
	}
	<-ctx.Done()
	server.Shutdown()
	abandon()
	wait(&tasks)
	return nil
}

// wait waits for tasks that were canceled, but not for one that doesn't notice.
func wait(tasks *sync.WaitGroup) {
	done := make(chan struct{})
	go func() {
		tasks.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(abandonWithin):
	}
}

// handle runs a task, and says what asynq is to do with it. What went wrong goes to the log
// and no further, as asynq stores the text of errors.
func (q *Queue) handle(ctx context.Context, stored *asynq.Task, attempt Attempt) error {
	task, err := decode(stored.Payload())
	switch {
	case errors.Is(err, errVersion):
		return &again{after: longestPause}
	case err != nil:
		q.log.ErrorContext(ctx, "task dropped", "error", err)
		return asynq.RevokeTask
	}
	err = q.try(ctx, task, attempt)
	if err == nil {
		return nil
	}
	log := q.log.With("delivery", task.Delivery, "attempt", task.Attempt)
	later, wait := errors.AsType[*deliveries.LaterError](err)
	if wait && later.Err == nil {
		return &again{after: q.until(later.At)}
	}
	failures, _ := asynq.GetRetryCount(ctx)
	if failures+1 >= mostFailures {
		log.ErrorContext(ctx, "task dropped after too many failures", "error", err)
		return asynq.RevokeTask
	}
	log.WarnContext(ctx, "task failed", "error", err)
	if wait {
		return &again{after: q.until(later.At), failed: true}
	}
	return &again{after: backoff(failures), failed: true}
}

// try runs a task, and makes a panic an error, so that one task does not end the server.
func (q *Queue) try(ctx context.Context, task deliveries.Task, attempt Attempt) (err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			q.log.ErrorContext(ctx, "task panicked", "stack", string(debug.Stack()))
			err = errors.New("it panicked")
		}
	}()
	return attempt(ctx, task)
}
