package mailqueue

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"updatecenter/agents"
)

var (
	// ErrFull says that as many e-mails wait as there may.
	ErrFull = errors.New("too many e-mails wait to be sent")
	// ErrStopped says that the server stops, and sends no more.
	ErrStopped = errors.New("no more e-mails are sent by this server")
)

// defaultMost is how many e-mails wait unless said otherwise: the codes of a whole shift that
// signs in while the mail server is slow.
const defaultMost = 256

// Config is what a [Queue] is made of.
type Config struct {
	Mailer agents.Mailer
	Most   int // how many e-mails may wait; 0: 256
	// Now is the time by which an e-mail is tried again and dropped; nil: time.Now.
	Now func() time.Time
	// After waits by that clock; nil: time.After.
	After func(time.Duration) <-chan time.Time
	Log   *slog.Logger // nil: nothing is logged
}

// Queue takes e-mails and sends them later. It is an [agents.Mailer], and any number of
// goroutines may use it.
type Queue struct {
	mailer agents.Mailer
	most   int
	now    func() time.Time
	after  func(time.Duration) <-chan time.Time
	log    *slog.Logger
	came   chan struct{} // holds one when e-mails came since Run looked

	mu      sync.Mutex
	waiting []*letter
	stopped bool
}

// letter is an e-mail that waits.
type letter struct {
	message agents.Message
	taken   time.Time
	due     time.Time // when it is to be tried
	tries   int       // made so far
}

// New returns an empty queue. Nothing is sent before [Queue.Run] runs.
func New(config Config) *Queue {
	q := &Queue{
		mailer: config.Mailer, most: config.Most, now: config.Now, after: config.After, log: config.Log,
		came: make(chan struct{}, 1),
	}
	if q.most == 0 {
		q.most = defaultMost
	}
	if q.now == nil {
		q.now = time.Now
	}
	if q.after == nil {
		q.after = time.After
	}
	if q.log == nil {
		q.log = slog.New(slog.DiscardHandler)
	}
	return q
}

// Mail takes a message over, to be sent after it has returned. It never waits for a mail
// server. Errors: [ErrFull] and [ErrStopped], which are logged too.
func (q *Queue) Mail(ctx context.Context, message agents.Message) error {
	now := q.now()
	l := &letter{message: message, taken: now, due: now}
	if err := q.take(l); err != nil {
		q.log.LogAttrs(ctx, slog.LevelError, "an e-mail to an agent was not taken", l.attrs(err)...)
		return err
	}
	select {
	case q.came <- struct{}{}:
	default: // Run will look anyway
	}
	return nil
}

func (q *Queue) take(l *letter) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.stopped:
		return ErrStopped
	case len(q.waiting) >= q.most:
		return ErrFull
	}
	q.waiting = append(q.waiting, l)
	return nil
}

// attrs are what the log may know of an e-mail.
func (l *letter) attrs(cause error) []slog.Attr {
	return []slog.Attr{
		slog.String("kind", string(l.message.Kind)), slog.String("agent", string(l.message.Name)),
		slog.Int("tries", l.tries), slog.Any("cause", cause),
	}
}
