package deliveries

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"
)

// MemoryQueue is a [Queue] for tests, which runs tasks when it is told to. The zero value is
// ready. Any number of goroutines may use it.
type MemoryQueue struct {
	mu    sync.Mutex
	tasks map[Task]time.Time
}

// Enqueue implements [Queue].
func (q *MemoryQueue) Enqueue(_ context.Context, _ Class, task Task, at time.Time) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, waits := q.tasks[task]; !waits {
		q.put(task, at)
	}
	return nil
}

// Run runs the tasks that are due by now, one after the other and the longest due first, and
// returns how many there were. One that fails is put back, for a second later or the time of
// its [*LaterError].
func (q *MemoryQueue) Run(ctx context.Context, now time.Time, attempt func(context.Context, Task) error) int {
	due := q.take(now)
	for _, task := range due {
		err := attempt(ctx, task)
		if err == nil {
			continue
		}
		again := now.Add(time.Second)
		if later, is := errors.AsType[*LaterError](err); is {
			again = later.At
		}
		q.mu.Lock()
		q.put(task, again)
		q.mu.Unlock()
	}
	return len(due)
}

// Next returns when the next task is due; the zero time if none waits.
func (q *MemoryQueue) Next() time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.tasks) == 0 {
		return time.Time{}
	}
	return slices.MinFunc(slices.Collect(maps.Values(q.tasks)), time.Time.Compare)
}

// Lose forgets all tasks, as a queue does whose database is lost.
func (q *MemoryQueue) Lose() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.tasks = nil
}

func (q *MemoryQueue) put(task Task, at time.Time) {
	if q.tasks == nil {
		q.tasks = map[Task]time.Time{}
	}
	q.tasks[task] = at
}

func (q *MemoryQueue) take(now time.Time) []Task {
	q.mu.Lock()
	defer q.mu.Unlock()
	var due []Task
	at := maps.Clone(q.tasks)
	for task, from := range at {
		if !from.After(now) {
			due = append(due, task)
			delete(q.tasks, task)
		}
	}
	slices.SortFunc(due, func(a, b Task) int { return at[a].Compare(at[b]) })
	return due
}
