// Package mailqueue has e-mails to agents sent later: while a sign-in is answered, the time that an
// e-mail takes would tell which user names there are. They wait in Redis, so none is lost with the
// server that took it.
//
//	mails := mailqueue.New(mailqueue.Config{Tasks: q, Keys: keys, Mailer: mailer, Log: log})
//	err := mails.Mail(ctx, message)    // two round trips to Redis
//	err = q.Run(ctx, mails.Worker())   // on every server
//
// # What becomes of an e-mail
//
// Four at a time are sent by each server. One that could not be sent is tried again after 2 s, 10 s and
// then each minute, and is dropped when it would be sent more than 5 minutes after it was taken: a code
// that comes later is of no use. So is, at once, one whose error is final. What is dropped is logged, by
// user name and kind, never with an address, a code or a link.
//
// An e-mail that was taken is sent at least once. If the server dies while it is sent, another one
// sends it within two minutes; it has the same Message-ID and date each time, so that a double can be
// known by it. A [Config.Most] of e-mails may wait.
//
// # What is in Redis
//
// A task of package queue, whose payload is JSON with a version, and the e-mail sealed by the key ring
// and bound to the task: any key of the ring opens it. An e-mail that can't be opened, as its key has
// not reached this server yet or it is of a newer release, is tried 40 times in some 7 minutes, and then
// dropped: it is of no use any more.
//
// What must not be taken for sent before it is (an invitation, a warning of a deactivation) does not
// belong here.
package mailqueue

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/ids"
	"updatecenter/internal/queue"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/wrap"
)

var (
	// ErrFull says that as many e-mails wait as there may.
	ErrFull = errors.New("too many e-mails wait to be sent")
	// ErrTooLong says that an e-mail is longer than any of ours.
	ErrTooLong = errors.New("the e-mail is too long")
)

const (
	// defaultMost is how many e-mails wait unless said otherwise: the codes of some shifts that
	// sign in while the mail server is slow.
	defaultMost = 1000
	mostBytes   = 16 << 10         // of an e-mail, before it is sealed
	dropAfter   = 5 * time.Minute  // since it was taken
	tryFor      = 30 * time.Second // one try; a mail server that is well takes a second
	runFor      = tryFor + 5*time.Second
	atOnce      = 4
	lookEvery   = 250 * time.Millisecond
	unreadFor   = 10 * time.Second // until one is tried again that couldn't be opened
	// mostTries bounds what can't be opened, and so has no date, to more than dropAfter; and leaves
	// some for whoever opens it then.
	mostTries = int(dropAfter/unreadFor) + 10
)

// retry is how long after a failed try the next one is; after the last of these, each time as
// long as that.
var retry = [...]time.Duration{2 * time.Second, 10 * time.Second, time.Minute}

// Tasks are what is needed of a [queue.Queue].
type Tasks interface {
	Put(ctx context.Context, task queue.Task) error
	Count(ctx context.Context, names ...queue.Name) (map[queue.Name]queue.Counts, error)
}

// Config is what a [Queue] is made of.
type Config struct {
	Tasks  Tasks
	Keys   secret.Keyring // seals what waits
	Mailer agents.Mailer
	Most   int64            // how many e-mails may wait; 0: 1000
	Now    func() time.Time // nil: time.Now
	Log    *slog.Logger     // nil: nothing is logged
}

// Queue takes e-mails, which [Queue.Worker] sends. It is an [agents.Mailer], and any number of
// goroutines may use it.
type Queue struct{ config Config }

// New returns a queue. It asks Redis nothing.
func New(config Config) *Queue {
	config.Most = cmp.Or(config.Most, defaultMost)
	if config.Now == nil {
		config.Now = time.Now
	}
	config.Log = cmp.Or(config.Log, slog.New(slog.DiscardHandler))
	return &Queue{config}
}

// Mail takes a message over, to be sent after it has returned. It never waits for a mail server. One
// without an address takes as long as any, and is sent to nobody. Errors, which are logged too:
// [ErrFull], [ErrTooLong], and those of Redis, after which the message may have been taken.
func (q *Queue) Mail(ctx context.Context, message agents.Message) error {
	if err := q.take(ctx, message); err != nil {
		q.log(ctx, slog.LevelError, "an e-mail to an agent was not taken", message, err)
		return fmt.Errorf("queue an e-mail: %w", err)
	}
	return nil
}

func (q *Queue) take(ctx context.Context, message agents.Message) error {
	counts, err := q.config.Tasks.Count(ctx, queue.AgentMail)
	if err != nil {
		return err
	}
	if n := counts[queue.AgentMail]; n.Due+n.Later >= q.config.Most {
		return ErrFull
	}
	name, err := ids.Hex(rand.Reader, 16)
	if err != nil {
		return fmt.Errorf("name it: %w", err)
	}
	if message.Date.IsZero() {
		message.Date = q.config.Now()
	}
	task := queue.Task{Queue: queue.AgentMail, ID: name, Within: runFor}
	if task.Payload, err = q.seal(message, task.ID); err != nil {
		return err
	}
	return q.config.Tasks.Put(ctx, task)
}

// Worker sends what was taken, by this server or another one.
func (q *Queue) Worker() queue.Worker {
	return queue.Worker{Queue: queue.AgentMail, AtOnce: atOnce, Every: lookEvery, Run: q.run}
}

// run sends an e-mail, or sees to what becomes of it.
func (q *Queue) run(ctx context.Context, task queue.Stored) error {
	message, err := q.open(task)
	if err != nil {
		q.config.Log.WarnContext(ctx, "an e-mail to an agent can't be read", "task", task.ID, "tries", task.Failures, "cause", err)
		return &queue.RetryError{After: unreadFor, Failed: true, Most: mostTries}
	}
	late := message.Date.Add(dropAfter)
	switch {
	case message.To == "":
		return nil
	case q.config.Now().After(late):
		return q.drop(ctx, message, errors.New("it is too late"))
	}
	err = q.send(ctx, message)
	after := retry[min(task.Failures, len(retry)-1)]
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil: // the server stops, and another one sends it
		return &queue.RetryError{}
	case wrap.IsFinal(err), q.config.Now().Add(after).After(late):
		return q.drop(ctx, message, err)
	}
	q.log(ctx, slog.LevelWarn, "an e-mail to an agent is tried again", message, err)
	return &queue.RetryError{After: after, Failed: true, Most: mostTries}
}

func (q *Queue) send(ctx context.Context, message agents.Message) error {
	ctx, cancel := context.WithTimeout(ctx, tryFor)
	defer cancel()
	return q.config.Mailer.Mail(ctx, message)
}

func (q *Queue) drop(ctx context.Context, message agents.Message, cause error) error {
	q.log(ctx, slog.LevelError, "an e-mail to an agent was dropped", message, cause)
	return queue.ErrDropped
}

// log tells what may be told of an e-mail.
func (q *Queue) log(ctx context.Context, level slog.Level, what string, message agents.Message, cause error) {
	q.config.Log.LogAttrs(ctx, level, what,
		slog.String("kind", string(message.Kind)), slog.String("agent", string(message.Name)), slog.Any("cause", cause))
}

// stored is the payload of a task.
type stored struct {
	storage.Version
	Sealed []byte `json:"sealed"`
}

// letter is a message as it is sealed.
type letter struct {
	agents.Message
	Link string `json:"link,omitempty"`
	Code string `json:"code,omitempty"`
}

// bound is what an e-mail is bound to.
func bound(id string) []byte { return []byte("e-mail to an agent " + id) }

func (q *Queue) seal(m agents.Message, id string) ([]byte, error) {
	text, err := json.Marshal(letter{m, m.Link.Reveal(), m.Code.Reveal()})
	if err != nil {
		return nil, fmt.Errorf("write it: %w", err)
	}
	if len(text) > mostBytes {
		return nil, ErrTooLong
	}
	sealed, err := q.config.Keys.Seal(rand.Reader, text, bound(id))
	if err != nil {
		return nil, fmt.Errorf("seal it: %w", err)
	}
	return storage.Encode(&stored{Sealed: sealed})
}

// open reads what seal makes. Errors: [storage.ErrUnreadable], and that its key is unknown.
func (q *Queue) open(task queue.Stored) (agents.Message, error) {
	var s stored
	if err := storage.Decode(task.Payload, &s); err != nil {
		return agents.Message{}, err
	}
	text, err := q.config.Keys.Open(s.Sealed, bound(task.ID))
	if err != nil {
		return agents.Message{}, err
	}
	var l letter
	if err := json.Unmarshal(text, &l); err != nil {
		return agents.Message{}, storage.ErrDamaged
	}
	message := l.Message
	message.Link, message.Code = secret.New(l.Link), secret.New(l.Code)
	return message, nil
}
