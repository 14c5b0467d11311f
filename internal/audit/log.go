package audit

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"updatecenter/internal/durability"
	"updatecenter/internal/secret"
)

// Within is how long [Log.Record] takes at most, waiting for others included.
const Within = 3 * time.Second

// pause is how long a server waits, at first, that was overtaken by another; at most
// longestPause.
const (
	pause        = time.Millisecond
	longestPause = 30 * time.Millisecond
)

// Config is what a Log is made of.
type Config struct {
	Store Store
	Keys  secret.Keyring // the current key is of new entries; the others prove older ones
	Now   func() time.Time
	// Random is crypto/rand's Reader outside tests; nil means that.
	Random io.Reader
	Log    *slog.Logger // gets the number and the MAC of each entry, at level info; nil: nobody does
}

// Log is the audit. Any number of goroutines, and of servers over one store, may use it. What they
// record at the same time is appended together, in one step: so their number, and not the distance to
// the store, says how much there can be of it.
type Log struct {
	config Config
	queue  chan *waiting
	turn   chan struct{} // who holds its one place is appending
}

// waiting is an event that somebody waits for.
type waiting struct {
	event Event
	gone  <-chan struct{} // closed when nobody waits any more
	entry Entry
	err   error
	doubt bool          // whether the entry lasts
	done  chan struct{} // closed when entry or err stands
}

// maxQueue bounds the events that wait, and with them the requests that wait to add one.
const maxQueue = 1000

// New returns the audit that is kept in a store.
func New(c Config) *Log {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Log{config: c, queue: make(chan *waiting, maxQueue), turn: make(chan struct{}, 1)}
}

// Record appends an event. It takes [Within] at most. After an error the caller must not do
// what was to be recorded; whether it stands in the audit nonetheless is not known.
//
// The errors are [ErrInvalidEvent], the store's, and where the head of the audit isn't as it
// was left [ErrTampered], [ErrUnreadable] or secret.ErrUnknownKey: going on would make it look
// right again.
func (l *Log) Record(ctx context.Context, event Event) error {
	event, err := event.checked()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, Within)
	defer cancel()
	entry, err := l.append(ctx, event)
	if err != nil {
		return fmt.Errorf("record in the audit: %w", err)
	}
	l.logged(ctx, entry)
	return nil
}

// logged tells the log of an entry.
func (l *Log) logged(ctx context.Context, entry Entry) {
	l.config.Log.InfoContext(ctx, "recorded in the audit", "seq", entry.Seq, "mac", base64.StdEncoding.EncodeToString(entry.MAC))
}

// append has an event appended after whatever is the newest entry.
func (l *Log) append(ctx context.Context, event Event) (Entry, error) {
	w := &waiting{event: event, gone: ctx.Done(), done: make(chan struct{})}
	select {
	case l.queue <- w:
	case <-ctx.Done():
		return Entry{}, ctx.Err()
	}
	l.begin()
	select {
	case <-w.done:
		if w.doubt {
			durability.Tell(ctx)
		}
		return w.entry, w.err
	case <-ctx.Done():
		return Entry{}, ctx.Err()
	}
}

// begin has what waits appended, unless that goes on already. It ends with the last that waits.
func (l *Log) begin() {
	select {
	case l.turn <- struct{}{}:
		go func() {
			for some := l.next(); len(some) > 0; some = l.next() {
				l.appendAll(some)
			}
			<-l.turn
			if len(l.queue) > 0 { // it came in between
				l.begin()
			}
		}()
	default:
	}
}

// next takes what waits, [MaxTogether] at most, and leaves out what nobody waits for any more.
func (l *Log) next() []*waiting {
	var some []*waiting
	for len(some) < MaxTogether {
		select {
		case w := <-l.queue:
			select {
			case <-w.gone:
			default:
				some = append(some, w)
			}
		default:
			return some
		}
	}
	return some
}

// appendAll appends events together, for whoever waits for them, which takes Within at most.
func (l *Log) appendAll(some []*waiting) {
	ctx, cancel := context.WithTimeout(context.Background(), Within)
	defer cancel()
	ctx, doubt := durability.Watch(ctx)
	err := untilAhead(ctx, func() error { return l.appendOnce(ctx, some) })
	for _, w := range some {
		w.err, w.doubt = err, doubt.Any()
		close(w.done)
	}
}

// appendOnce fails with ErrBehind if another server appends at the same time.
func (l *Log) appendOnce(ctx context.Context, some []*waiting) error {
	h, before, err := l.head(ctx)
	if err != nil {
		return err
	}
	keys, stored := l.config.Keys, make([]Stored, len(some))
	for i, w := range some {
		w.entry, stored[i].Line, err = signed(keys, Entry{
			Seq: h.Seq + 1, At: l.config.Now().UTC().Truncate(time.Millisecond),
			Event: w.event, Prev: h.MAC, Key: keys.Current(),
		})
		if err != nil {
			return err
		}
		h.Seq, h.MAC, stored[i].Seq = w.entry.Seq, w.entry.MAC, w.entry.Seq
	}
	next, err := head{First: max(h.First, 1), Seq: h.Seq, MAC: h.MAC}.sealed(keys, l.config.Random)
	if err != nil {
		return err
	}
	return l.config.Store.Append(ctx, stored, next, before)
}

// untilAhead tries something until no other server is quicker, or the time is up.
func untilAhead(ctx context.Context, try func() error) error {
	for wait := pause; ; wait = min(2*wait, longestPause) {
		err := try()
		if !errors.Is(err, ErrBehind) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(wait):
		}
	}
}
