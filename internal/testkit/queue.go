package testkit

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"updatecenter/internal/deliveries"
)

// Queue is a [deliveries.Queue] that runs tasks when it is told to. Its calls are named "Queue". The zero
// value is ready. Any number of goroutines may use it.
type Queue struct {
	calls *Calls
	mu    sync.Mutex
	tasks map[deliveries.Task]time.Time
}

// Enqueue implements [deliveries.Queue].
func (q *Queue) Enqueue(ctx context.Context, _ deliveries.Class, task deliveries.Task, at time.Time) error {
	return q.calls.err(ctx, "Queue", func() error {
		q.mu.Lock()
		defer q.mu.Unlock()
		if _, waits := q.tasks[task]; !waits {
			q.put(task, at)
		}
		return nil
	})
}

// Run runs the tasks that are due by now, one after the other and the longest due first, and
// returns how many there were. One that fails is put back, for a second later or the time of
// its [*deliveries.LaterError].
func (q *Queue) Run(ctx context.Context, now time.Time, attempt func(context.Context, deliveries.Task) error) int {
	due := q.take(now)
	for _, task := range due {
		err := attempt(ctx, task)
		if err == nil {
			continue
		}
		again := now.Add(time.Second)
		if later, is := errors.AsType[*deliveries.LaterError](err); is {
			again = later.At
		}
		q.mu.Lock()
		q.put(task, again)
		q.mu.Unlock()
	}
	return len(due)
}

// Next returns when the next task is due; the zero time if none waits.
func (q *Queue) Next() time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.tasks) == 0 {
		return time.Time{}
	}
	return slices.MinFunc(slices.Collect(maps.Values(q.tasks)), time.Time.Compare)
}

// Lose forgets all tasks, as a queue does whose database is lost.
func (q *Queue) Lose() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.tasks = nil
}

func (q *Queue) put(task deliveries.Task, at time.Time) {
	if q.tasks == nil {
		q.tasks = map[deliveries.Task]time.Time{}
	}
	q.tasks[task] = at
}

func (q *Queue) take(now time.Time) []deliveries.Task {
	q.mu.Lock()
	defer q.mu.Unlock()
	var due []deliveries.Task
	at := maps.Clone(q.tasks)
	for task, from := range at {
		if !from.After(now) {
			due = append(due, task)
			delete(q.tasks, task)
		}
	}
	slices.SortFunc(due, func(a, b deliveries.Task) int { return at[a].Compare(at[b]) })
	return due
}
