package queue

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/hibiken/asynq"
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

// Stored is a task as a worker gets it.
type Stored struct {
	ID       string
	Payload  []byte
	Failures int // so far
}

// Run runs a task. It ends with its context. After an [*AgainError] the task runs again at its time,
// after [ErrDropped] it is forgotten; of both the log has been told what there is to tell. After any
// other error it runs again, or is dropped after too many.
type Run func(ctx context.Context, task Stored) error

// Worker runs the tasks of a queue.
type Worker struct {
	Queue  Name
	AtOnce int           // how many tasks a server runs at once
	Every  time.Duration // how often it looks for tasks while there are none; 0: every 100 ms
	Run    Run
}

// Run has workers run tasks until the context ends. Those under way may then go on for 15 seconds, and
// are canceled after that and queued again; Run returns when they are done, and within some 20
// seconds. While Redis can't be reached it keeps trying. The error is that asynq didn't start.
func (q *Queue) Run(ctx context.Context, workers ...Worker) error {
	running, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	var tasks sync.WaitGroup
	var servers []*asynq.Server
	defer func() {
		var ending sync.WaitGroup
		for _, server := range servers {
			ending.Go(server.Shutdown)
		}
		ending.Wait()
		abandon()
		wait(&tasks)
	}()
	for _, worker := range workers {
		server := asynq.NewServerFromRedisClient(q.redis, q.config(running, worker))
		err := server.Start(asynq.HandlerFunc(func(ctx context.Context, task *asynq.Task) error {
			tasks.Add(1)
			defer tasks.Done()
			return q.handle(ctx, task, worker.Run)
		}))
		if err != nil {
			return fmt.Errorf("start queue: %w", err)
		}
		servers = append(servers, server)
	}
	<-ctx.Done()
	return nil
}

func (q *Queue) config(running context.Context, worker Worker) asynq.Config {
	if worker.Every == 0 {
		worker.Every = lookEvery
	}
	return asynq.Config{
		Concurrency: worker.AtOnce, Queues: map[string]int{string(worker.Queue): 1},
		BaseContext:       func() context.Context { return running },
		TaskCheckInterval: worker.Every, DelayedTaskCheckInterval: forwardEvery, ShutdownTimeout: finishWithin,
		RetryDelayFunc: pause, IsFailure: counts, Logger: logger{q.log, q.away}, LogLevel: asynq.InfoLevel,
	}
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
func (q *Queue) handle(ctx context.Context, task *asynq.Task, run Run) error {
	stored := Stored{Payload: task.Payload()}
	stored.ID, _ = asynq.GetTaskID(ctx)
	stored.Failures, _ = asynq.GetRetryCount(ctx)
	return q.judge(ctx, stored, q.try(ctx, stored, run))
}

// judge says what asynq is to do with a task that has run.
func (q *Queue) judge(ctx context.Context, stored Stored, err error) error {
	again, is := errors.AsType[*AgainError](err)
	most := mostFailures
	if is && again.Most > 0 {
		most = again.Most
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrDropped):
		return asynq.RevokeTask
	case is && !again.Failed:
		return again
	case stored.Failures+1 >= most:
		q.log.ErrorContext(ctx, "task dropped after too many failures", "task", stored.ID, "error", err)
		return asynq.RevokeTask
	case is:
		return again
	}
	q.log.WarnContext(ctx, "task failed", "task", stored.ID, "error", err)
	return &AgainError{After: backoff(stored.Failures), Failed: true}
}

// try runs a task, and makes a panic an error, so that one task does not end the server.
func (q *Queue) try(ctx context.Context, task Stored, run Run) (err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			q.log.ErrorContext(ctx, "task panicked", "stack", string(debug.Stack()))
			err = errors.New("it panicked")
		}
	}()
	return run(ctx, task)
}
