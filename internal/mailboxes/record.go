package mailboxes

import (
	"context"
	"fmt"
	"slices"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/pins"
)

// MaxSealed bounds Stored.Sealed, with much to spare.
const MaxSealed = 8 << 10

// record is all that is kept of a mailbox.
type record struct {
	Mailbox
	stored int64   // the revision in the store; 0: there is none
	Resets []reset `json:"resets,omitempty"` // of the time of Config.Limit, oldest first
}

// reset is one that was made.
type reset struct {
	Name     string    `json:"name"` // of the turn, or whatever else it must not be made twice for
	At       time.Time `json:"at"`
	Password string    `json:"password,omitempty"` // for PasswordKept
}

// form is a record as it is sealed.
type form struct {
	storage.Version
	*record
}

// password is that of a reset which was made before, under a name.
func (r *record) password(name string, now time.Time) (secret.Text, bool) {
	at := slices.IndexFunc(r.Resets, func(made reset) bool { return made.Name == name && now.Before(made.At.Add(PasswordKept)) })
	if at < 0 {
		return secret.Text{}, false
	}
	return secret.New(r.Resets[at].Password), true
}

// touch gives the mailbox its next revision.
func (r *record) touch(now time.Time) { r.Revision = max(r.Revision+1, now.UnixMilli()) }

// forget drops what is too old.
func (r *record) forget(within time.Duration, now time.Time) {
	r.Resets = slices.DeleteFunc(slices.Clone(r.Resets), func(made reset) bool { return !now.Before(made.At.Add(within)) })
	for i, made := range r.Resets {
		if !now.Before(made.At.Add(PasswordKept)) {
			r.Resets[i].Password = ""
		}
	}
}

func boundTo(number nanp.Number) string { return "mailbox " + string(number) }

// load reads a mailbox as it is now. Errors: [ErrNoMailbox], storage.ErrUnreadable.
func (m *Mailboxes) load(ctx context.Context, number nanp.Number) (*record, error) {
	stored, err := m.config.Store.Load(ctx, number)
	if err != nil {
		return nil, err
	}
	box := &record{stored: stored.Revision}
	if err := storage.Open(m.config.Keys, stored.Sealed, boundTo(number), &form{record: box}); err != nil {
		return nil, fmt.Errorf("read mailbox: %w", err)
	}
	box.Number = number
	return box, nil
}

// commit stores a mailbox as it was edited, with all that goes with it. A store that failed, and may yet have made
// the change, is asked once more.
func (m *Mailboxes) commit(ctx context.Context, box *record, change Change) error {
	box.forget(DefaultLimit().Within, change.Record.At)
	sealed, err := storage.Seal(m.config.Keys, m.config.Random, boundTo(box.Number), &form{record: box})
	if err != nil {
		return fmt.Errorf("seal mailbox: %w", err)
	}
	change.Stored = Stored{Number: box.Number, Revision: box.stored, Sealed: sealed}
	_, err = storage.Write(ctx, func() error { return m.config.Store.Change(ctx, change) },
		storage.ErrStale, ErrOvertaken, ErrBacklog, storage.ErrUnreadable)
	return err
}

// Stored is a mailbox as a store keeps it.
type Stored struct {
	Number   nanp.Number
	Revision int64
	Sealed   []byte // which only this package can read; at most [MaxSealed] bytes, never twice the same
}

// Change replaces the mailbox of a line, and says what goes with that.
type Change struct {
	Stored             // with the revision that it must still have; 0: there is none
	Proved int64       // the revision that the line's PIN must still have; 0: any
	Record pins.Record // appended to the line's history; its time is that of the change
	Event  []byte      // for the line's outbox; nil: none
	Notice []byte      // kept as due; nil: none
}

// Store is what the package needs of the place where mailboxes are kept, as long as their lines are not removed.
type Store interface {
	// Load returns the mailbox of a line, or ErrNoMailbox.
	Load(ctx context.Context, number nanp.Number) (Stored, error)
	// Change replaces the mailbox of a line, raises its revision by one, appends the record, publishes the event and
	// keeps the notice as due, in one step. It says ErrOvertaken, storage.ErrStale when the mailbox has another
	// revision, or ErrBacklog; then nothing has changed. The same again (the same revision and sealed bytes) changes
	// nothing and is no error, as long as no other change came after it.
	Change(ctx context.Context, change Change) error
}
