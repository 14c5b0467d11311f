package tickets

import (
	"context"
	"fmt"
	"slices"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/pins"
)

const (
	// MaxTickets is how many tickets a line can have.
	MaxTickets = 5
	// MaxLines is how many lines of an account are known to have tickets: those that had one last.
	MaxLines = 20
	// Kept is how long a ticket is one after the operator's system wrote it last.
	Kept = 365 * 24 * time.Hour
	// MaxSealed bounds Stored.Sealed, with much to spare.
	MaxSealed = 16 << 10

	maxTurns = 50 // that a record knows again, of those of the last pins.TurnsKept
)

// line is all that is kept of a line's tickets.
type line struct {
	Number   nanp.Number `json:"-"`
	Revision int64       `json:"-"`                  // of the record; 0: there is none
	Tickets  []Ticket    `json:"tickets,omitempty"`  // in the order in which they came
	Test     *Test       `json:"test,omitempty"`     // the newest
	Contacts []time.Time `json:"contacts,omitempty"` // when callers changed contacts in the last day
	Tested   []time.Time `json:"tested,omitempty"`   // when tests were asked for in the last day
	Turns    []made      `json:"turns,omitempty"`    // that changed something, oldest first
}

// made is a turn that changed something.
type made struct {
	Name    string    `json:"name"`
	At      time.Time `json:"at"`
	Outcome Outcome   `json:"outcome"`
}

// outcome is that of a turn that came before; false: it didn't.
func (l *line) outcome(name string) (Outcome, bool) {
	at := slices.IndexFunc(l.Turns, func(m made) bool { return m.Name == name })
	if name == "" || at < 0 {
		return "", false
	}
	return l.Turns[at].Outcome, true
}

// remember notes what a turn has changed, and forgets turns that can't come again.
func (l *line) remember(name string, outcome Outcome, now time.Time) {
	l.Turns = slices.DeleteFunc(slices.Clone(l.Turns), func(m made) bool { return !now.Before(m.At.Add(pins.TurnsKept)) })
	l.Turns = append(l.Turns, made{name, now, outcome})
	l.Turns = l.Turns[max(0, len(l.Turns)-maxTurns):]
}

// find is the place of a ticket, or below 0.
func (l *line) find(number Number) int {
	return slices.IndexFunc(l.Tickets, func(t Ticket) bool { return t.Number == number })
}

// form is a line as it is sealed.
type form struct {
	storage.Version
	*line
}

func boundTo(number nanp.Number) string { return "tickets " + string(number) }

// seal writes a line for a store.
func (t *Tickets) seal(l *line) (Stored, error) {
	sealed, err := storage.Seal(t.config.Keys, t.config.Random, boundTo(l.Number), &form{line: l})
	if err != nil {
		return Stored{}, fmt.Errorf("seal tickets: %w", err)
	}
	return Stored{Number: l.Number, Revision: l.Revision, Sealed: sealed}, nil
}

// load reads the tickets of lines as they are now. The errors are the store's, and storage.ErrUnreadable.
func (t *Tickets) load(ctx context.Context, numbers ...nanp.Number) ([]*line, error) {
	all, err := t.config.Store.Load(ctx, numbers...)
	if err != nil {
		return nil, err
	}
	lines := make([]*line, len(all))
	for i, stored := range all {
		if lines[i], err = t.open(stored); err != nil {
			return nil, fmt.Errorf("read tickets: %w", err)
		}
	}
	return lines, nil
}

// open reads what seal wrote, but for tickets that are too old.
func (t *Tickets) open(stored Stored) (*line, error) {
	l := &line{}
	if stored.Revision > 0 {
		if err := storage.Open(t.config.Keys, stored.Sealed, boundTo(stored.Number), &form{line: l}); err != nil {
			return nil, err
		}
	}
	l.Number, l.Revision = stored.Number, stored.Revision
	now := t.now()
	l.Tickets = slices.DeleteFunc(l.Tickets, func(ticket Ticket) bool { return !now.Before(ticket.Written.Add(Kept)) })
	for i := range l.Tickets {
		l.Tickets[i].Line = l.Number
	}
	return l, nil
}

// Stored are the tickets of a line as a store keeps them.
type Stored struct {
	Number   nanp.Number
	Revision int64  // 0: there are none
	Sealed   []byte // which only this package can read; at most [MaxSealed] bytes, never twice the same
}

// Change replaces the tickets of a line, and says what goes with that.
type Change struct {
	Stored              // with the revision that the line must still have
	Proved  int64       // the revision that the line's PIN must still have; 0: any
	Record  pins.Record // appended to the line's history; its time is that of the change
	Event   []byte      // for the line's outbox; nil: none
	Notices [][]byte    // kept as due
}

// Claim says that a ticket, or a test, is of a line.
type Claim struct {
	Name string // of it
	Line nanp.Number
	At   time.Time
	Over nanp.Number   // the line that is not believed to have it
	For  time.Duration // how long it is of use
}

// claimed is how long a claim is left alone whose record may be yet to come.
const claimed = 10 * time.Second

// Store is what the package needs of the place where tickets are kept. The records of lines decide; the rest are
// hints, which may lag behind, or be of what was never stored. A store keeps all but claims for [Kept] after it was
// written last, at the least.
type Store interface {
	// Load returns the tickets of each line, in the order given.
	Load(ctx context.Context, numbers ...nanp.Number) ([]Stored, error)
	// Change replaces the tickets of a line, raises the revision by one, appends the record, publishes the event and
	// keeps the notices as due, in one step. It says ErrOvertaken, storage.ErrStale when the line has
	// another revision, or ErrBacklog; then nothing has changed. The same again (the same revision and sealed
	// bytes) changes nothing and is no error, as long as no other change came after it.
	Change(ctx context.Context, change Change) error
	// Line returns the line that was claimed last for a ticket or a test, or ErrNoTicket.
	Line(ctx context.Context, name string) (nanp.Number, error)
	// Claim notes whose a ticket or a test is, unless another line than Claim.Over was claimed for it: it returns the
	// claim that then stands.
	Claim(ctx context.Context, claim Claim) (stands Claim, err error)
	// Lines returns the lines of an account that have had tickets, at most [MaxLines], and AddLine notes one.
	Lines(ctx context.Context, account accounts.ID) ([]nanp.Number, error)
	AddLine(ctx context.Context, account accounts.ID, number nanp.Number, at time.Time) error
}
