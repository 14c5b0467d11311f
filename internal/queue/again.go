package queue

import (
	"errors"
	"time"

	"github.com/hibiken/asynq"
)

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

// AgainError is what a [Run] says of a task that is to be run again.
type AgainError struct {
	After  time.Duration
	Failed bool // it counts among the failures
	Most   int  // with Failed: it is dropped after so many; 0: 10
}

// Error is what asynq stores: nothing of why.
func (*AgainError) Error() string { return "it is to be run again" }

// pause is how long asynq waits before it runs a task again, n failures after the first run.
// Errors that aren't ours are of a server that died, or of a run that took too long.
func pause(n int, err error, _ *asynq.Task) time.Duration {
	if a, is := errors.AsType[*AgainError](err); is {
		return a.After
	}
	return backoff(n)
}

// counts says whether asynq is to count an error among a task's failures.
func counts(err error) bool {
	a, is := errors.AsType[*AgainError](err)
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
	return min(max(at.Sub(q.now()), 0)+roundUp, longestWait)
}
