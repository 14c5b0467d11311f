package queue

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/storage"
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

// Run runs a task. It ends with its context. After a [*RetryError] the task runs again at its time,
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
		server := asynq.NewServerFromRedisClient(q.config.Client, q.server(running, worker))
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

func (q *Queue) server(running context.Context, worker Worker) asynq.Config {
	if worker.Every == 0 {
		worker.Every = lookEvery
	}
	return asynq.Config{
		Concurrency: worker.AtOnce, Queues: map[string]int{string(worker.Queue): 1},
		BaseContext:       func() context.Context { return running },
		TaskCheckInterval: worker.Every, DelayedTaskCheckInterval: forwardEvery, ShutdownTimeout: finishWithin,
		RetryDelayFunc: pause, IsFailure: counts, Logger: logger{q.config.Log, q.config.Away}, LogLevel: asynq.InfoLevel,
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
	again, is := errors.AsType[*RetryError](err)
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
		q.config.Log.ErrorContext(ctx, "task dropped after too many failures", "task", stored.ID, "error", err)
		return asynq.RevokeTask
	case is:
		return again
	}
	q.config.Log.WarnContext(ctx, "task failed", "task", stored.ID, "error", err)
	return &RetryError{After: backoff(stored.Failures), Failed: true}
}

// try runs a task, and makes a panic an error, so that one task does not end the server.
func (q *Queue) try(ctx context.Context, task Stored, run Run) (err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			q.config.Log.ErrorContext(ctx, "task panicked", "stack", string(debug.Stack()))
			err = errors.New("it panicked")
		}
	}()
	return run(ctx, task)
}

// attemptWithin bounds one run of an attempt, the waiting for its turn to call included.
const attemptWithin = 2 * time.Minute

var _ deliveries.Queue = (*Queue)(nil)

// Enqueue implements [deliveries.Queue]. It is one round trip, and ends within two seconds.
// After an error the task may have been queued.
func (q *Queue) Enqueue(ctx context.Context, class deliveries.Class, task deliveries.Task, at time.Time) error {
	payload, err := encode(task)
	if err != nil {
		return err
	}
	return q.Put(ctx, Task{Queue: of(class), ID: taskID(task), Payload: payload, Within: attemptWithin, At: at})
}

// taskID names a task, so that it is there once.
func taskID(task deliveries.Task) string {
	return string(task.Delivery) + "." + strconv.Itoa(task.Attempt)
}

// Attempts are those who make attempts at deliveries: a [deliveries.Deliveries].
type Attempts interface {
	// Attempt runs a task. It ends with its context. After an error it is run again, after a
	// [*deliveries.LaterError] at its time.
	Attempt(ctx context.Context, task deliveries.Task) error
	// Requeue queues a task again, with the others of its class.
	Requeue(ctx context.Context, task deliveries.Task) error
}

// How many tasks of a class a server runs at once. Of calls it is twice as many as may begin in a
// second: some wait for their turn, the others for Twilio. More would only wait, and would be run
// late if the server died.
const (
	fewestCalls = 4
	mostCalls   = 32
	letters     = 4
	emails      = 8
	requeued    = 4
)

// Attempts are the workers for attempts at deliveries, on a server that begins so many calls a second.
func (q *Queue) Attempts(all Attempts, callsPerSecond float64) []Worker {
	calls := min(max(int(math.Ceil(2*callsPerSecond)), fewestCalls), mostCalls)
	workers := []Worker{{Queue: before, AtOnce: requeued, Every: time.Second, Run: q.attempt(all.Requeue)}}
	for class, worker := range map[deliveries.Class]Worker{
		deliveries.ValidationCalls: {AtOnce: calls},
		deliveries.CodeCalls:       {AtOnce: calls},
		deliveries.NoticeCalls:     {AtOnce: calls, Every: time.Second},
		deliveries.Letters:         {AtOnce: letters, Every: time.Second},
		deliveries.Emails:          {AtOnce: emails, Every: time.Second},
	} {
		worker.Queue, worker.Run = of(class), q.attempt(all.Attempt)
		workers = append(workers, worker)
	}
	return workers
}

// attempt reads a task and runs it.
func (q *Queue) attempt(run func(context.Context, deliveries.Task) error) Run {
	return func(ctx context.Context, stored Stored) error {
		task, err := decode(stored.Payload)
		switch {
		case errors.Is(err, storage.ErrNewer):
			// Dropped in the end, it makes way for that of a sweep, by whoever can read the delivery.
			q.config.Log.WarnContext(ctx, "task waits for a server of a newer release", "task", stored.ID, "failures", stored.Failures)
			return &RetryError{After: longestPause, Failed: true}
		case err != nil:
			q.config.Log.ErrorContext(ctx, "task dropped", "error", err)
			return ErrDropped
		}
		err = run(ctx, task)
		later, wait := errors.AsType[*deliveries.LaterError](err)
		switch {
		case !wait:
			return err
		case later.Err != nil:
			q.config.Log.WarnContext(ctx, "task failed", "task", stored.ID, "error", err)
		}
		return &RetryError{After: q.until(later.At), Failed: later.Err != nil}
	}
}

// payload is a task as it is stored.
type payload struct {
	storage.Version
	deliveries.Task
}

func encode(task deliveries.Task) ([]byte, error) {
	return storage.Encode(&payload{Task: task})
}

// decode reads what encode writes. Every error is [storage.ErrUnreadable].
func decode(text []byte) (deliveries.Task, error) {
	var p payload
	if err := storage.Decode(text, &p); err != nil {
		return deliveries.Task{}, err
	}
	if p.Delivery == "" || p.Attempt < 1 {
		return deliveries.Task{}, storage.ErrDamaged
	}
	return p.Task, nil
}

// The names that asynq gives its keys, and the channel on which it hears of tasks to be canceled.
const (
	// Channel is that of a Redis ACL.
	Channel   = "asynq:cancel"
	ownKeys   = "asynq:{" + string(before) + "*" // of all queues
	queuesKey = "asynq:queues"
)

// KeyPatterns are those of all keys of the queues, as a Redis ACL takes them: their tasks; the names
// of all queues; and which servers work on them, which asynq keeps for its tools.
func KeyPatterns() []string {
	return []string{ownKeys, queuesKey, "asynq:servers", "asynq:servers:*", "asynq:workers", "asynq:workers:*"}
}

// Commands are examples of all commands that asynq sends for us, itself and in scripts, with keys
// and the channel that it uses.
func Commands() [][]any {
	key := AgentMail.key("rights") // whose name the keys of a release before didn't have
	return [][]any{
		{"ping"}, {"eval", "return 1", 1, key}, {"evalsha", strings.Repeat("0", 40), 1, key}, {"subscribe", Channel},
		{"get", key}, {"set", key, ""}, {"setex", "asynq:servers:rights", 1, ""}, {"exists", key}, {"del", "asynq:workers:rights"}, {"incr", key},
		{"expire", "asynq:workers:rights", 1}, {"expireat", key, 1}, {"hget", key, ""}, {"hset", key, "", ""}, {"hdel", key, ""},
		{"llen", key}, {"lpush", key, ""}, {"rpush", key, ""}, {"lrem", key, 0, ""}, {"rpoplpush", key, key},
		{"sadd", queuesKey, ""}, {"srem", key, ""}, {"smembers", key},
		{"zadd", "asynq:servers", 1, ""}, {"zadd", "asynq:workers", 1, ""}, {"zrem", key, ""}, {"zcard", key}, {"zrange", key, 0, 0},
		{"zrangebyscore", key, 0, 0}, {"zremrangebyscore", key, 0, 0}, {"zremrangebyrank", key, 0, 0},
	}
}
