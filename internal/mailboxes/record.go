package mailboxes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/pins"
)

// MaxSealed bounds Stored.Sealed, with much to spare.
const MaxSealed = 16 << 10

// record is all that is kept of a line.
type record struct {
	number  nanp.Number
	decoy   bool     // it is of a number without addresses, and only has guesses
	stored  int64    // the revision in the store; 0: there is none
	Mailbox *Mailbox `json:"mailbox,omitempty"` // nil: the line has none
	Emails  []email  `json:"emails,omitempty"`  // oldest first
	Guesses guesses  `json:"guesses,omitzero"`  // at the answers of the addresses, or of a decoy
	Resets  []reset  `json:"resets,omitempty"`  // of the time of [DefaultLimit], oldest first
}

// reset is one that was made.
type reset struct {
	Of       EmailID   `json:"of,omitempty"` // empty: the voice mailbox
	Name     string    `json:"name"`         // of the turn, or whatever else it must not be made twice for
	At       time.Time `json:"at"`
	Password string    `json:"password,omitempty"` // for PasswordKept
}

// form is a record as it is sealed.
type form struct {
	storage.Version
	*record
}

// password is that of a reset which was made before, under a name.
func (r *record) password(of EmailID, name string, now time.Time) (secret.Text, bool) {
	at := slices.IndexFunc(r.Resets, func(made reset) bool {
		return made.Of == of && made.Name == name && now.Before(made.At.Add(PasswordKept))
	})
	if at < 0 {
		return secret.Text{}, false
	}
	return secret.New(r.Resets[at].Password), true
}

// resets is how often the password of something was reset in the time of [DefaultLimit].
func (r *record) resets(of EmailID) (n int) {
	for _, made := range r.Resets {
		if made.Of == of {
			n++
		}
	}
	return n
}

// next is the revision after one.
func next(revision int64, now time.Time) int64 { return max(revision+1, now.UnixMilli()) }

// forget drops what is too old.
func (r *record) forget(within time.Duration, now time.Time) {
	r.Resets = slices.DeleteFunc(slices.Clone(r.Resets), func(made reset) bool { return !now.Before(made.At.Add(within)) })
	for i, made := range r.Resets {
		if !now.Before(made.At.Add(PasswordKept)) {
			r.Resets[i].Password = ""
		}
	}
}

// lives is how long the record is of use; 0: as long as the line.
func (r *record) lives() time.Duration {
	if r.decoy {
		return r.Guesses.lives()
	}
	return 0
}

// boundTo is what the sealed record is bound to.
func (r *record) boundTo() string {
	if r.decoy {
		return "decoy " + string(r.number)
	}
	return "mailbox " + string(r.number)
}

// load reads the record of a line as it is now; of one that is not there, an empty one. Errors: storage.ErrUnreadable.
func (m *Mailboxes) load(ctx context.Context, number nanp.Number) (*record, error) {
	line := &record{number: number}
	if err := m.open(line)(m.config.Store.Load(ctx, number)); err != nil {
		return nil, err
	}
	if line.Mailbox != nil {
		line.Mailbox.Number = number
	}
	return line, nil
}

// loadDecoy likewise reads the record of the guesses at a number without addresses.
func (m *Mailboxes) loadDecoy(ctx context.Context, number nanp.Number) (*record, error) {
	decoy := &record{number: number, decoy: true}
	return decoy, m.open(decoy)(m.config.Store.LoadDecoy(ctx, number))
}

// open reads a record as it is stored.
func (m *Mailboxes) open(r *record) func(Stored, error) error {
	return func(stored Stored, err error) error {
		switch {
		case errors.Is(err, ErrNoMailbox):
			return nil
		case err != nil:
			return err
		}
		r.stored = stored.Revision
		if err := storage.Open(m.config.Keys, stored.Sealed, r.boundTo(), &form{record: r}); err != nil {
			return fmt.Errorf("read mailbox: %w", err)
		}
		return nil
	}
}

// commit stores a record as it was edited, with all that goes with it. A store that failed, and may yet have made
// the change, is asked once more.
func (m *Mailboxes) commit(ctx context.Context, line *record, change Change) error {
	line.forget(DefaultLimit().Within, change.Record.At)
	sealed, err := storage.Seal(m.config.Keys, m.config.Random, line.boundTo(), &form{record: line})
	if err != nil {
		return fmt.Errorf("seal mailbox: %w", err)
	}
	change.Stored, change.Lives = Stored{Number: line.number, Revision: line.stored, Sealed: sealed}, line.lives()
	_, err = storage.Write(ctx, func() error { return m.config.Store.Change(ctx, change) },
		storage.ErrStale, ErrOvertaken, ErrBacklog, storage.ErrUnreadable)
	return err
}

// Stored is the record of a line as a store keeps it.
type Stored struct {
	Number   nanp.Number
	Revision int64
	Sealed   []byte // which only this package can read; at most [MaxSealed] bytes, never twice the same
}

// Change replaces the record of a line, and says what goes with that.
type Change struct {
	Stored               // with the revision that it must still have; 0: there is none
	Lives  time.Duration // it is the record of a decoy, which is of use for so long; 0: it is that of the line, until that is removed
	Proved int64         // the revision that the line's PIN must still have; 0: any
	Record pins.Record   // appended to the line's history, if it has an event; its time is that of the change
	Event  []byte        // for the line's outbox; nil: none
	Notice []byte        // kept as due; nil: none
}

// Store is what the package needs of the place where records of lines are kept, as long as their lines are not removed.
type Store interface {
	// Load returns the record of a line, or ErrNoMailbox if there is none.
	Load(ctx context.Context, number nanp.Number) (Stored, error)
	// LoadDecoy returns the record of the guesses at a number without addresses, or ErrNoMailbox.
	LoadDecoy(ctx context.Context, number nanp.Number) (Stored, error)
	// Change replaces the record of a line, or of a decoy, raises its revision by one, appends to the history, publishes the event and
	// keeps the notice as due, in one step. It says ErrOvertaken, storage.ErrStale when the record has another
	// revision, or ErrBacklog; then nothing has changed. The same again (the same revision and sealed bytes) changes
	// nothing and is no error, as long as no other change came after it.
	Change(ctx context.Context, change Change) error
}
