package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"updatecenter/internal/deliveries"
)

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
		case errors.Is(err, errVersion):
			// Dropped in the end, it makes way for that of a sweep, by whoever can read the delivery.
			q.log.WarnContext(ctx, "task waits for a server of a newer release", "task", stored.ID, "failures", stored.Failures)
			return &AgainError{After: longestPause, Failed: true}
		case err != nil:
			q.log.ErrorContext(ctx, "task dropped", "error", err)
			return ErrDropped
		}
		err = run(ctx, task)
		later, wait := errors.AsType[*deliveries.LaterError](err)
		switch {
		case !wait:
			return err
		case later.Err != nil:
			q.log.WarnContext(ctx, "task failed", "task", stored.ID, "error", err)
		}
		return &AgainError{After: q.until(later.At), Failed: later.Err != nil}
	}
}

// payload is a task as it is stored.
type payload struct {
	V        int           `json:"v"`
	Delivery deliveries.ID `json:"delivery"`
	Attempt  int           `json:"attempt"`
}

const payloadVersion = 1

// Errors of what is found in the queue.
var (
	errGarbage = errors.New("not a task of ours")
	errVersion = errors.New("a task of a newer release")
)

func encode(task deliveries.Task) ([]byte, error) {
	text, err := json.Marshal(payload{payloadVersion, task.Delivery, task.Attempt})
	if err != nil {
		return nil, fmt.Errorf("write task: %w", err)
	}
	return text, nil
}

// decode reads what encode writes. The error is errGarbage or errVersion.
func decode(text []byte) (deliveries.Task, error) {
	var p payload
	if err := json.Unmarshal(text, &p); err != nil || p.V < payloadVersion {
		return deliveries.Task{}, errGarbage
	}
	if p.V > payloadVersion {
		return deliveries.Task{}, errVersion
	}
	if p.Delivery == "" || p.Attempt < 1 {
		return deliveries.Task{}, errGarbage
	}
	return deliveries.Task{Delivery: p.Delivery, Attempt: p.Attempt}, nil
}
