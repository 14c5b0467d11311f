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

// Log is the audit. Any number of goroutines, and of servers over one store, may use it.
type Log struct {
	config Config
	turn   chan struct{} // who holds its one place is appending
}

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
	return &Log{config: c, turn: make(chan struct{}, 1)}
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
	l.config.Log.InfoContext(ctx, "recorded in the audit", "seq", entry.Seq, "mac", base64.StdEncoding.EncodeToString(entry.MAC))
	return nil
}

// append appends an event after whatever is the newest entry.
func (l *Log) append(ctx context.Context, event Event) (Entry, error) {
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return Entry{}, ctx.Err()
	}
	var entry Entry
	err := untilAhead(ctx, func() (err error) {
		entry, err = l.appendOnce(ctx, event)
		return err
	})
	return entry, err
}

// appendOnce fails with ErrBehind if another server appends at the same time.
func (l *Log) appendOnce(ctx context.Context, event Event) (Entry, error) {
	h, before, err := l.head(ctx)
	if err != nil {
		return Entry{}, err
	}
	keys := l.config.Keys
	entry, line, err := signed(keys, Entry{
		Seq: h.Seq + 1, At: l.config.Now().UTC().Truncate(time.Millisecond),
		Event: event, Prev: h.MAC, Key: keys.Current(),
	})
	if err != nil {
		return Entry{}, err
	}
	next, err := head{First: max(h.First, 1), Seq: entry.Seq, MAC: entry.MAC}.sealed(keys, l.config.Random)
	if err != nil {
		return Entry{}, err
	}
	return entry, l.config.Store.Append(ctx, Stored{entry.Seq, line}, next, before)
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
