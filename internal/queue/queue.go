package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"updatecenter/internal/deliveries"
)

// Name is that of a queue, and part of the hash tag of its keys: all of them are in one slot.
type Name string

// The queues that are no class of deliveries.
const (
	AgentMail Name = "updatecenter-agent-mail"
	// before is the one queue that releases before this one had for all attempts at deliveries.
	before Name = "updatecenter"
)

// of is the queue of a class.
func of(class deliveries.Class) Name { return before + "-" + Name(class) }

// Names are all queues.
func Names() []Name {
	names := []Name{AgentMail, before}
	for _, class := range deliveries.Classes {
		names = append(names, of(class))
	}
	return names
}

// String is the name without what all have in common, such as "validations".
func (n Name) String() string { return strings.TrimPrefix(string(n), string(before)+"-") }

// key is a key of a queue, as asynq names it.
func (n Name) key(what string) string { return "asynq:{" + string(n) + "}:" + what }

const enqueueWithin = 2 * time.Second // the queuing of a task, and each question

// Config is what a [Queue] is made of.
type Config struct {
	Client redis.UniversalClient // stays open when Run ends
	Now    func() time.Time      // nil: time.Now; asynq itself goes by the machine's clock
	Log    *slog.Logger          // nil: none
	// Away says whether Redis is away, or was until a moment ago, so that what asynq says of it
	// is told at level debug alone; nil: it never is.
	Away func() bool
}

// Queue brings tasks to servers: a [deliveries.Queue]. Any number of goroutines may use it.
type Queue struct {
	redis redis.UniversalClient
	tasks *asynq.Client
	now   func() time.Time
	log   *slog.Logger
	away  func() bool
}

// New returns a queue. It asks Redis nothing.
func New(config Config) *Queue {
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
		now: config.Now, log: config.Log, away: config.Away,
	}
}

// Task is a task to be queued.
type Task struct {
	Queue   Name
	ID      string // it is there once, by this, until it has run
	Payload []byte
	Within  time.Duration // bounds one run
	At      time.Time     // when it is due; the past: at once
}

// Put queues a task, unless it is there. It is one round trip, and ends within two seconds. After an
// error the task may have been queued.
func (q *Queue) Put(ctx context.Context, task Task) error {
	ctx, cancel := context.WithTimeout(ctx, enqueueWithin)
	defer cancel()
	options := []asynq.Option{
		asynq.Queue(string(task.Queue)), asynq.TaskID(task.ID), asynq.Timeout(task.Within),
		asynq.MaxRetry(math.MaxInt32), // what asynq gives up it archives; we count ourselves
	}
	if task.At.After(q.now()) {
		options = append(options, asynq.ProcessAt(task.At.Add(roundUp)))
	}
	_, err := q.tasks.EnqueueContext(ctx, asynq.NewTask(string(task.Queue), task.Payload), options...)
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		return fmt.Errorf("queue task: %w", err)
	}
	return nil
}

// roundUp makes a time later by so much that asynq, which cuts times to the second, does not
// make it earlier.
const roundUp = time.Second - time.Nanosecond

// Counts are tasks of a queue that wait.
type Counts struct {
	Due    int64 // and not run yet
	Later  int64 // for a later time, be it after a failure
	Paused bool  // somebody has told asynq, by one of its tools, to work on none of them
}

// Count counts the tasks of queues and says which are paused, in one round trip to each server of Redis that has one of them.
func (q *Queue) Count(ctx context.Context, names ...Name) (map[Name]Counts, error) {
	ctx, cancel := context.WithTimeout(ctx, enqueueWithin)
	defer cancel()
	commands := make([][4]*redis.IntCmd, len(names))
	_, err := q.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, name := range names {
			commands[i] = [4]*redis.IntCmd{
				p.LLen(ctx, name.key("pending")), p.ZCard(ctx, name.key("scheduled")), p.ZCard(ctx, name.key("retry")),
				p.Exists(ctx, name.key("paused")),
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count tasks: %w", err)
	}
	counts := make(map[Name]Counts, len(names))
	for i, name := range names {
		c := commands[i]
		counts[name] = Counts{Due: c[0].Val(), Later: c[1].Val() + c[2].Val(), Paused: c[3].Val() > 0}
	}
	return counts, nil
}
