// Package queue brings tasks to whichever server is free, on the project's Redis, alone, behind
// sentinels or as a cluster, by way of asynq: attempts at deliveries, as a [deliveries.Queue], and what
// else must survive the server that takes it on.
//
//	q := queue.New(queue.Config{Client: db.Client(), Log: log})
//	all := deliveries.New(deliveries.Config{Queue: q, ...})
//	go q.Run(ctx, q.Attempts(all, 1)...) // on every server
//
// # Queues
//
// Each class of deliveries has a queue and workers of its own, and so have e-mails to agents: none
// waits for the workers of another, nor for its tasks. The calls of a server then share its
// [deliveries.Pace]. Releases before had one queue for all, updatecenter: what is in it is put into
// the queue of its class, and nothing is queued there any more.
//
// # What may be relied on
//
// A task that was queued is run at least once, at its time or somewhat later: if it is
// due at once within 150 ms on an idle server, within two seconds if nobody waits for it; within some
// two seconds of any other time. It is there once, by its ID, such as delivery and attempt: the same
// again, while it waits or runs, is no second task. When it has run without an error it is forgotten, and so it can be queued again.
//
// After an error it runs again after 1, 2, 4, 8, 16 and then 30 seconds. After the tenth it is
// dropped, so that nothing spins for ever; [deliveries.Deliveries.Sweep] finds that the
// delivery isn't finished and queues it anew. An attempt that asks for a later time, by a
// [*deliveries.LaterError], gets that; to have to wait for others is no failure. Nothing is
// ever put into asynq's archive, where it would stand in the way of the same task.
//
// # When a server dies
//
// What it was running stays marked as running for 30 seconds, the lease, which a server that
// lives renews every five. Other servers look once a minute for leases that have run out half
// a minute ago, and so does a server that starts. So the task runs again within 60 to 120
// seconds of the death; until then it can't be queued, as it counts as running, and Sweep does
// nothing for it. Sweep is for tasks that were never queued since a server died before, that
// were dropped, or were lost with a Redis. A task that Redis handed out while the connection
// broke is in the same state as one whose server died.
//
// That a task may run twice, even at once, is for [deliveries.Deliveries.Attempt] to cope with.
//
// # What is in Redis
//
// The keys are those of [KeyPatterns]: they begin with "asynq:{updatecenter", but for the names of
// queues and for which servers there are. asynq's prefix can't be set, and another program that uses
// asynq in the same database shares those. The keys of a queue are in one slot
// of a cluster. The payload of an attempt is JSON with a version, the delivery's ID and the number of the
// attempt; nothing in it is secret. Errors aren't stored: they go to the log. Counts of each day are kept for 90 days, a task until it has run.
package queue

import (
	"cmp"
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
	config Config
	tasks  *asynq.Client
}

// New returns a queue. It asks Redis nothing.
func New(config Config) *Queue {
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Away == nil {
		config.Away = func() bool { return false }
	}
	config.Log = cmp.Or(config.Log, slog.New(slog.DiscardHandler))
	return &Queue{config, asynq.NewClientFromRedisClient(config.Client)}
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
	if task.At.After(q.config.Now()) {
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
	_, err := q.config.Client.Pipelined(ctx, func(p redis.Pipeliner) error {
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

const (
	firstPause   = time.Second
	longestPause = 30 * time.Second
	// longestWait bounds how long a task is put off that asks for a later time, whatever
	// clocks say: to run it earlier does no harm.
	longestWait = 15 * time.Minute
	// mostFailures is after how many failures a task is dropped: in some four minutes.
	mostFailures = 10
)

// ErrDropped is what a [Run] says of a task that is not to be run again.
var ErrDropped = errors.New("the task is dropped")

// RetryError is what a [Run] says of a task that is to be run again.
type RetryError struct {
	After  time.Duration
	Failed bool // it counts among the failures
	Most   int  // with Failed: it is dropped after so many; 0: 10
}

// Error is what asynq stores: nothing of why.
func (*RetryError) Error() string { return "it is to be run again" }

// pause is how long asynq waits before it runs a task again, n failures after the first run.
// Errors that aren't ours are of a server that died, or of a run that took too long.
func pause(n int, err error, _ *asynq.Task) time.Duration {
	if a, is := errors.AsType[*RetryError](err); is {
		return a.After
	}
	return backoff(n)
}

// counts says whether asynq is to count an error among a task's failures.
func counts(err error) bool {
	a, is := errors.AsType[*RetryError](err)
	return !is || a.Failed
}

// backoff is the pause after a failure that came after n others.
func backoff(n int) time.Duration {
	if n >= 5 {
		return longestPause
	}
	return firstPause << max(n, 0)
}

// until is how long it is until a time, and no more than longestWait.
func (q *Queue) until(at time.Time) time.Duration {
	return min(max(at.Sub(q.config.Now()), 0)+roundUp, longestWait)
}

// logger is how asynq logs. It names tasks by their IDs, and never their payloads.
type logger struct {
	log  *slog.Logger
	away func() bool
}

// Debug is below what is asked for.
func (l logger) Debug(...any) {}

// Info tells of asynq's own starting and stopping, which nobody needs to see.
func (l logger) Info(args ...any) { l.say(slog.LevelDebug, args) }

// Warn tells what asynq will try again.
func (l logger) Warn(args ...any) { l.tell(slog.LevelWarn, args) }

// Error tells what went wrong.
func (l logger) Error(args ...any) { l.tell(slog.LevelError, args) }

// Fatal ends nothing here: the server has other work than this.
func (l logger) Fatal(args ...any) { l.Error(args...) }

// tell tells what asynq meets, unless that comes of a Redis that is away: it tries again and again.
func (l logger) tell(level slog.Level, args []any) {
	if l.away() {
		level = slog.LevelDebug
	}
	l.say(level, args)
}

func (l logger) say(level slog.Level, args []any) {
	l.log.Log(context.Background(), level, "queue", "said", fmt.Sprint(args...))
}
