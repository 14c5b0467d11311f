package mailqueue

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"
)

// The times of an e-mail.
const (
	dropAfter = 5 * time.Minute  // since it was taken
	drainFor  = 5 * time.Second  // when the server stops
	tryFor    = 30 * time.Second // one try; a mail server that is well takes a second
)

// again is how long after a failed try the next one is; after the last of these, each time as
// long as that.
var again = [...]time.Duration{2 * time.Second, 10 * time.Second, time.Minute}

// Run sends e-mails, one at a time, until the context ends; then it tries once more those that
// wait, for 5 s at most, and returns. A queue is run once.
func (q *Queue) Run(ctx context.Context) {
	for ctx.Err() == nil {
		due, first := q.due()
		switch {
		case first == nil:
			q.pause(ctx, nil)
		case due > 0:
			q.pause(ctx, q.after(due))
		default:
			q.try(ctx, q.out(first))
		}
	}
	q.drain(context.WithoutCancel(ctx))
}

// pause waits until an e-mail comes, or until an earlier one is due.
func (q *Queue) pause(ctx context.Context, due <-chan time.Time) {
	select {
	case <-ctx.Done():
	case <-q.came:
	case <-due:
	}
}

// due is the e-mail that is to be tried first, and in how long; nil: none waits. Only Run takes
// e-mails out, so it is still there afterwards.
func (q *Queue) due() (in time.Duration, first *letter) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, l := range q.waiting {
		if first == nil || l.due.Before(first.due) {
			first = l
		}
	}
	if first == nil {
		return 0, nil
	}
	return first.due.Sub(q.now()), first
}

// out takes an e-mail out.
func (q *Queue) out(l *letter) *letter {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = slices.DeleteFunc(q.waiting, func(other *letter) bool { return other == l })
	return l
}

// back puts an e-mail back that was tried, also beyond those that may wait.
func (q *Queue) back(l *letter) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, l)
}

// try sends an e-mail that was taken out, or sees to what becomes of it.
func (q *Queue) try(ctx context.Context, l *letter) {
	err := q.send(ctx, l)
	switch {
	case err == nil:
		return
	case ctx.Err() != nil: // the server stops, and tries it once more
		q.back(l)
		return
	}
	l.due = q.now().Add(again[min(l.tries, len(again)-1)])
	l.tries++
	if isFinal(err) || l.due.Sub(l.taken) > dropAfter {
		q.drop(ctx, l, err)
		return
	}
	q.back(l)
	q.log.LogAttrs(ctx, slog.LevelWarn, "an e-mail to an agent is tried again", l.attrs(err)...)
}

func (q *Queue) send(ctx context.Context, l *letter) error {
	ctx, cancel := context.WithTimeout(ctx, tryFor)
	defer cancel()
	return q.mailer.Mail(ctx, l.message)
}

// isFinal says whether trying again is of no use.
func isFinal(err error) bool {
	final, ok := errors.AsType[interface {
		error
		Final() bool
	}](err)
	return ok && final.Final()
}

func (q *Queue) drop(ctx context.Context, l *letter, cause error) {
	q.log.LogAttrs(ctx, slog.LevelError, "an e-mail to an agent was dropped", l.attrs(cause)...)
}

// drain tries once what waits, and what comes meanwhile: requests under way are finished.
func (q *Queue) drain(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, drainFor)
	defer cancel()
	for ctx.Err() == nil {
		_, first := q.due()
		if first == nil {
			break
		}
		if err := q.send(ctx, q.out(first)); err != nil {
			first.tries++
			q.drop(ctx, first, err)
		}
	}
	for _, l := range q.stop() {
		q.drop(ctx, l, ErrStopped)
	}
}

// stop takes no more e-mails, and returns what is left.
func (q *Queue) stop() []*letter {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stopped = true
	left := q.waiting
	q.waiting = nil
	return left
}
