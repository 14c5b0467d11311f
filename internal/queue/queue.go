package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"updatecenter/deliveries"
)

const (
	name = "updatecenter" // of the queue, and the hash tag of its keys
	kind = "attempt"      // of the tasks

	enqueueWithin = 2 * time.Second // the queuing of a task
	// attemptWithin bounds one run of a task, the waiting for its turn to call included.
	attemptWithin = 2 * time.Minute
	// defaultWorkers is how many tasks a server runs at once. Most wait for Twilio.
	defaultWorkers = 8
)

// Config is what a [Queue] is made of.
type Config struct {
	Client  redis.UniversalClient // stays open when Run ends
	Workers int                   // how many tasks this server runs at once; 0: 8
	Now     func() time.Time      // nil: time.Now; asynq itself goes by the machine's clock
	Log     *slog.Logger          // nil: none
	// Away says whether Redis is away, or was until a moment ago, so that what asynq says of it
	// is told at level debug alone; nil: it never is.
	Away func() bool
}

// Queue brings tasks to servers: a [deliveries.Queue]. Any number of goroutines may use it.
type Queue struct {
	redis   redis.UniversalClient
	tasks   *asynq.Client
	workers int
	now     func() time.Time
	log     *slog.Logger
	away    func() bool
}

var _ deliveries.Queue = (*Queue)(nil)

// New returns a queue. It asks Redis nothing.
func New(config Config) *Queue {
	if config.Workers < 1 {
		config.Workers = defaultWorkers
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Away == nil {
		config.Away = func() bool { return false }
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	return &Queue{
		redis: config.Client, tasks: asynq.NewClientFromRedisClient(config.Client),
		workers: config.Workers, now: config.Now, log: config.Log, away: config.Away,
	}
}

// Enqueue implements [deliveries.Queue]. It is one round trip, and ends within two seconds.
// After an error the task may have been queued.
func (q *Queue) Enqueue(ctx context.Context, task deliveries.Task, at time.Time) error {
	payload, err := encode(task)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, enqueueWithin)
	defer cancel()
	options := []asynq.Option{
		asynq.Queue(name), asynq.TaskID(taskID(task)), asynq.Timeout(attemptWithin),
		asynq.MaxRetry(math.MaxInt32), // what asynq gives up it archives; we count ourselves
	}
	if at.After(q.now()) {
		options = append(options, asynq.ProcessAt(at.Add(roundUp)))
	}
	_, err = q.tasks.EnqueueContext(ctx, asynq.NewTask(kind, payload), options...)
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		return fmt.Errorf("queue task: %w", err)
	}
	return nil
}

// roundUp makes a time later by so much that asynq, which cuts times to the second, does not
// make it earlier.
const roundUp = time.Second - time.Nanosecond

// taskID names a task, so that it is there once.
func taskID(task deliveries.Task) string {
	return string(task.Delivery) + "." + strconv.Itoa(task.Attempt)
}
