package tickets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"updatecenter/internal/ids"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/internal/wrap"
	"updatecenter/pins"
)

// Outcome is what comes of what a caller asks for.
type Outcome string

// The outcomes. With all but Done nothing was changed.
const (
	Done      Outcome = "done"       // it is so now, be it that it was before
	Gone      Outcome = "gone"       // there is no such ticket, visit or test any more, or it has ended
	TooLate   Outcome = "too late"   // the technician is there
	NotCalled Outcome = "not called" // it is a number that we don't call, or nobody is called here
	TooMany   Outcome = "too many"   // the line was tested, or the contact changed, as often as it may be in a day
	Overtaken Outcome = "overtaken"  // the line's PIN was changed after the caller had proved to know it
	Busy      Outcome = "busy"       // the operator's system has not taken over many earlier changes: later
)

// Request is a caller's wish, about a ticket of a line.
type Request struct {
	Line   nanp.Number
	Ticket Number
	Proved int64     // the revision of the line's PIN that the caller has proved to know; 0: the account was proved
	Turn   pins.Turn // the same turn again changes nothing more
	Side   pins.Side // of a call
	From   string    // who called
}

// ChangeContact gives the technician another telephone number, and tells the customer at the one before. Outcomes: Done,
// Gone, NotCalled, TooMany, Overtaken, Busy.
func (t *Tickets) ChangeContact(ctx context.Context, r Request, to nanp.Number) (_ Ticket, _ Outcome, err error) {
	defer wrap.Error(&err, "change contact of a ticket")
	if t.config.Destinations.Check(to) != nil {
		return Ticket{}, NotCalled, nil
	}
	return t.changeTicket(ctx, r, func(ticket *Ticket, e *effect) Outcome {
		before := ticket.Contact
		if before == to {
			return Done
		}
		if e.line.Contacts = within(e.line.Contacts, e.at); len(e.line.Contacts) >= MaxContacts {
			return TooMany
		}
		ticket.Was.Contact = cmp.Or(ticket.Was.Contact, before)
		ticket.Contact, e.line.Contacts = to, append(e.line.Contacts, e.at)
		e.record(pins.TicketContactChanged, "contact of ticket "+string(ticket.Number))
		e.event = &Event{Type: ContactChanged, EventData: EventData{Ticket: ticket.Number, Contact: to}}
		e.notify(t.config.Notices.ContactChanged(ticket.Account, before, e.id))
		return Done
	})
}

// What can be canceled.
type What string

// The whole ticket, or the visit alone.
const (
	Whole What = "ticket"
	Visit What = "visit"
)

// Cancel cancels a ticket, or its visit, of which the ticket stays open. It tells the customer at the
// telephone of the account, as whoever calls may have changed the contact. Outcomes:
// Done, Gone, TooLate, Overtaken, Busy.
func (t *Tickets) Cancel(ctx context.Context, r Request, what What) (_ Ticket, _ Outcome, err error) {
	defer wrap.Error(&err, "cancel ticket")
	return t.changeTicket(ctx, r, func(ticket *Ticket, e *effect) Outcome {
		switch {
		case what == Visit && !(ticket.Visit.Arranged() && ticket.Visit.Cancelable):
			return Gone
		case ticket.Technician.At(e.at).Status == Arrived:
			return TooLate
		}
		ticket.Status = Canceled
		if what == Visit {
			ticket.Status = Open
		}
		ticket.Was.Canceled = what
		if ticket.Visit.Arranged() { // else an earlier call has canceled it
			ticket.Was.Visit = ticket.Visit
		}
		ticket.Visit, ticket.Technician = Appointment{}, Technician{}
		e.record(pins.TicketCanceled, fmt.Sprintf("%s %s", what, ticket.Number))
		e.event = &Event{Type: TicketCanceled, EventData: EventData{Ticket: ticket.Number, Canceled: what}}
		e.notify(t.config.Notices.TicketCanceled(ticket.Account, e.id))
		return Done
	})
}

// changeTicket edits a ticket that has not ended, and returns it as it then is.
func (t *Tickets) changeTicket(ctx context.Context, r Request, edit func(*Ticket, *effect) Outcome) (Ticket, Outcome, error) {
	line, outcome, err := t.change(ctx, r, func(l *line, e *effect) Outcome {
		at := l.find(r.Ticket)
		if at < 0 || l.Tickets[at].Status.Ended() {
			return Gone
		}
		ticket := l.Tickets[at]
		e.line = l
		outcome := edit(&ticket, e)
		if outcome == Done && e.changed() {
			ticket.Revision = max(ticket.Revision+1, e.at.UnixMilli())
			e.event.Revision = ticket.Revision
			l.Tickets[at] = ticket
		}
		return outcome
	})
	if err != nil || outcome != Done {
		return Ticket{}, outcome, err
	}
	if at := line.find(r.Ticket); at >= 0 {
		return line.Tickets[at], Done, nil
	}
	return Ticket{}, Gone, nil // it was changed by this turn before, and has gone since
}

// effect is what goes with a change.
type effect struct {
	line    *line  // of the ticket that is changed
	id      string // of the event, and of the change in notices
	at      time.Time
	told    pins.Record
	event   *Event // nil: none
	notices [][]byte
}

// record has the change stand in the line's history.
func (e *effect) record(event pins.Event, changes ...string) {
	e.told.Event, e.told.Changes = event, changes
}

// notify has a notice kept as due, if there is one.
func (e *effect) notify(notice []byte) {
	if notice != nil {
		e.notices = append(e.notices, notice)
	}
}

// changed says whether there is anything to store.
func (e *effect) changed() bool { return e.told.Event != "" }

// change makes a caller's change: an edit of a line whose outcome is Done, and which says what goes with it. It returns
// the line as it then is.
func (t *Tickets) change(ctx context.Context, r Request, edit func(*line, *effect) Outcome) (*line, Outcome, error) {
	id, err := t.newID(eventPrefix)
	if err != nil {
		return nil, "", err
	}
	var outcome Outcome
	name := cmp.Or(r.Turn.Name(), id)
	changed, err := storage.Retry(ctx, func() (*line, error) {
		lines, err := t.load(ctx, r.Line)
		if err != nil {
			return nil, err
		}
		line, known := lines[0], false
		if outcome, known = line.outcome(name); known {
			return line, nil
		}
		e := &effect{id: id, at: t.now(), told: pins.Record{By: pins.ByCaller, Side: r.Side, From: r.From, Call: r.Turn.Call}}
		outcome = edit(line, e)
		if outcome != Done || !e.changed() {
			return line, nil
		}
		line.remember(name, outcome, e.at)
		return line, t.commit(ctx, line, r.Proved, e)
	})
	switch {
	case errors.Is(err, ErrOvertaken):
		return nil, Overtaken, nil
	case errors.Is(err, ErrBacklog):
		return nil, Busy, nil
	}
	return changed, outcome, err
}

// commit stores a line as it was edited, with all that goes with it. A store that failed, and may yet have made the
// change, is asked once more.
func (t *Tickets) commit(ctx context.Context, l *line, proved int64, e *effect) error {
	stored, err := t.seal(l)
	if err != nil {
		return err
	}
	e.told.At = e.at
	change := Change{Stored: stored, Proved: proved, Record: e.told, Notices: e.notices}
	if e.event != nil {
		e.event.ID, e.event.At, e.event.Number, e.event.By = e.id, e.at, l.Number, e.told.By
		if change.Event, err = storage.Encode(&storedEvent{Event: *e.event}); err != nil {
			return fmt.Errorf("write event: %w", err)
		}
	}
	_, err = storage.Write(ctx, func() error { return t.config.Store.Change(ctx, change) },
		storage.ErrStale, ErrOvertaken, ErrBacklog, storage.ErrUnreadable)
	return err
}

const (
	eventPrefix = "evt_"
	testPrefix  = "tst_"
)

// newID draws the ID of an event or a test: the prefix and 32 hexadecimal digits.
func (t *Tickets) newID(prefix string) (string, error) {
	drawn, err := ids.Hex(t.config.Random, 16)
	return prefix + drawn, err
}

// claim has a ticket or a test be one of a line. Errors: [ErrOtherLine] if it is another line's, and storage.ErrStale if it may
// yet become so.
func (t *Tickets) claim(ctx context.Context, name string, number nanp.Number, lasts time.Duration, has func(*line) bool) error {
	over := nanp.Number("")
	for {
		now := t.now()
		stands, err := t.config.Store.Claim(ctx, Claim{Name: name, Line: number, At: now, Over: over, For: lasts})
		if err != nil || stands.Line == number {
			return err
		}
		lines, err := t.load(ctx, stands.Line)
		switch {
		case err != nil:
			return err
		case has(lines[0]):
			return ErrOtherLine
		case now.Sub(stands.At) < claimed, over != "":
			return storage.ErrStale
		}
		over = stands.Line
	}
}

// drop makes room for one more ticket. False: none has ended.
func (l *line) drop() bool {
	if len(l.Tickets) < MaxTickets {
		return true
	}
	at := slices.IndexFunc(l.Tickets, func(t Ticket) bool { return t.Status.Ended() })
	if at < 0 {
		return false
	}
	l.Tickets = slices.Delete(l.Tickets, at, at+1)
	return true
}
