package tickets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/nanp"
	"updatecenter/internal/rows"
	"updatecenter/internal/storage"
	"updatecenter/internal/typed"
	"updatecenter/internal/wrap"
	"updatecenter/pins"
)

// Put is what the operator's system says of a ticket.
type Put struct {
	Number  Number
	Details Details
	Match   func(revision int64) bool // whether the ticket's revision, 0 of a new one, is one that is to be replaced, or the put is stale; nil: any, if nothing is taken back that a caller changed
	Note    pins.Note                 // who does it
}

// Update is a ticket after a [Put].
type Update struct {
	Shown
	Created bool
	Changed bool // or created
}

// Put writes a ticket as the operator's system has it. What is as before is not stored again, but counts as written ([Kept]) once
// a day. Another contact is told to the customer at the one before; all else the operator's system tells. Errors: [accounts.FieldErrors],
// pins.ErrNote, [accounts.ErrNoAccount], [nanp.ErrNotCalled] of the contact, [ErrOtherLine], [ErrFull]; without Match [ErrContactChanged], [ErrCanceled]; storage.ErrStale with Match, or while
// somebody else claims the ticket for another line; storage.ErrContended, storage.ErrUnreadable.
func (t *Tickets) Put(ctx context.Context, put Put) (update Update, err error) {
	defer wrap.Error(&err, "put ticket")
	if err := put.Details.Check(); err != nil {
		return Update{}, err
	}
	if !put.Note.Valid() {
		return Update{}, pins.ErrNote
	}
	if err := t.config.Destinations.Check(put.Details.Contact); err != nil {
		return Update{}, err
	}
	account, err := t.config.Accounts.Get(ctx, put.Details.Account)
	if err != nil {
		return Update{}, err
	}
	id, err := t.newID(eventPrefix)
	if err != nil {
		return Update{}, err
	}
	number := put.Details.Line
	if err := t.claim(ctx, string(put.Number), number, Kept, func(l *line) bool { return l.find(put.Number) >= 0 }); err != nil {
		return Update{}, err
	}
	if err := t.config.Store.AddLine(ctx, account.ID, number, t.now()); err != nil {
		return Update{}, err
	}
	var stale error // that of Match is told, and not tried again
	update, err = storage.Retry(ctx, func() (Update, error) {
		var update Update
		update, stale, err = t.put(ctx, put, account.ID, id)
		update.AccountNumber = account.Number
		return update, err
	})
	return update, errors.Join(err, stale)
}

// put writes a ticket once. Stale is the refusal of a Match.
func (t *Tickets) put(ctx context.Context, put Put, account accounts.ID, id string) (_ Update, stale, err error) {
	lines, err := t.load(ctx, put.Details.Line)
	if err != nil {
		return Update{}, nil, err
	}
	line := lines[0]
	at := line.find(put.Number)
	var before Ticket
	if at >= 0 {
		before = line.Tickets[at]
	}
	if _, made := line.outcome(id); made { // by a try whose answer was lost
		return Update{Shown: Shown{Ticket: before, Test: line.Test}, Changed: true}, nil, nil
	}
	if put.Match != nil && !put.Match(before.Revision) {
		return Update{}, storage.ErrStale, nil
	}
	e := &effect{id: id, at: t.now(), told: pins.Record{By: put.Note.By, From: put.Note.From, Reason: put.Note.Reason}}
	ticket := put.ticket(before, account, e.at)
	if undone := before.undoneBy(ticket); undone != nil && put.Match == nil {
		return Update{}, nil, undone
	}
	if at >= 0 && ticket.same(before) && e.at.Sub(before.Written) < writtenEvery {
		return Update{Shown: Shown{Ticket: before, Test: line.Test}}, nil, nil
	}
	e.record(pins.TicketWritten, "ticket "+string(put.Number))
	if at >= 0 {
		line.Tickets[at] = ticket
		if before.Contact != ticket.Contact {
			e.notify(t.config.Notices.ContactChanged(account, before.Contact, id))
		}
	} else if line.drop() {
		line.Tickets = append(line.Tickets, ticket)
	} else {
		return Update{}, nil, ErrFull
	}
	line.remember(id, Done, e.at)
	update := Update{Shown: Shown{Ticket: ticket, Test: line.Test}, Created: at < 0, Changed: true}
	return update, nil, t.commit(ctx, line, 0, e)
}

// writtenEvery is how often at most a ticket that is as before is stored, so that it is known to be kept up.
const writtenEvery = 24 * time.Hour

// ticket is the one that is put.
func (p Put) ticket(before Ticket, account accounts.ID, now time.Time) Ticket {
	d := p.Details
	d.Visit.From, d.Visit.To = d.Visit.From.UTC(), d.Visit.To.UTC()
	ticket := Ticket{
		Number: p.Number, Revision: max(before.Revision+1, now.UnixMilli()), Line: d.Line, Account: account,
		Contact: d.Contact, Status: d.Status, Visit: d.Visit, Written: now,
	}
	if d.Technician.Status != "" {
		ticket.Technician = Technician{d.Technician.Status, d.Technician.Minutes, now}
	}
	return ticket
}

// same says whether a ticket is as another, but for when that was said. The minutes of a technician who is on the way count
// from then, so they are never the same.
func (t Ticket) same(other Ticket) bool {
	t.Revision, t.Written, t.Technician.Since = other.Revision, other.Written, other.Technician.Since
	return t == other && t.Technician.Status != OnTheWay
}

// End says what came of a test. The first result stands: the same again changes nothing. It returns the line and the test. Errors: [ErrNoTest],
// [ErrOtherResult], pins.ErrNote, storage.ErrContended, storage.ErrUnreadable.
func (t *Tickets) End(ctx context.Context, id string, result Result, note pins.Note) (_ nanp.Number, _ Test, err error) {
	defer wrap.Error(&err, "end service test")
	if !note.Valid() {
		return "", Test{}, pins.ErrNote
	}
	ended, err := storage.Retry(ctx, func() (*line, error) {
		l, err := t.lineOf(ctx, id)
		if errors.Is(err, ErrNoTicket) {
			return nil, ErrNoTest
		}
		if err != nil {
			return nil, err
		}
		test, err := l.test(id)
		switch {
		case err != nil:
			return nil, err
		case test.Result == result:
			return l, nil
		case test.Result != "":
			return nil, ErrOtherResult
		}
		e := &effect{at: t.now(), told: pins.Record{By: note.By, From: note.From, Reason: note.Reason}}
		test.Result, test.Ended = result, e.at
		l.Test = &test
		e.record(pins.ServiceTestEnded, fmt.Sprintf("service test %s: %s", id, result))
		return l, t.commit(ctx, l, 0, e)
	})
	if err != nil {
		return "", Test{}, err
	}
	return ended.Number, *ended.Test, nil
}

// columns of a file of tickets.
var columns = []rows.Column{
	{Name: "ticket", Must: true}, {Name: "number", Must: true}, {Name: "account", Must: true}, {Name: "contact", Must: true},
	{Name: "status", Must: true}, {Name: "from"}, {Name: "to"}, {Name: "cancelable"}, {Name: "technician"}, {Name: "minutes"},
}

// Row is one ticket of a file, for [Tickets.Put].
type Row struct {
	rows.Row
	Number  Number
	Details Details
}

// ReadCSV reads tickets, one at a time, from a table as [rows.Read] takes it, whatever its size:
//
//	ticket,number,account,contact,status,from,to,cancelable,technician,minutes
//
// of which the last five may be missing. Number is that of the line. From and to are times as 2026-01-31T08:00:00-06:00,
// cancelable is yes or no, technician is on_the_way or arrived.
//
// A bad row yields a [*rows.Error], and reading goes on. Any other error ends it: [rows.ErrHeader], or what r said.
func ReadCSV(r io.Reader) iter.Seq2[Row, error] { return rows.ReadAs(r, columns, newRow) }

func newRow(row rows.Row) (Row, error) {
	number, err := ParseNumber(row.Get("ticket"))
	if err != nil {
		return Row{}, row.Bad("ticket", err.Error())
	}
	var d Details
	if d.Line, err = typed.Number(row.Get("number")); err != nil {
		return Row{}, row.Bad("number", err.Error())
	}
	if d.Account, err = accounts.ParseNumber(row.Get("account")); err != nil {
		return Row{}, row.Bad("account", err.Error())
	}
	if d.Contact, err = typed.Number(row.Get("contact")); err != nil {
		return Row{}, row.Bad("contact", err.Error())
	}
	d.Status = Status(strings.ToLower(row.Get("status")))
	for column, into := range map[string]*time.Time{"from": &d.Visit.From, "to": &d.Visit.To} {
		if cell := row.Get(column); cell != "" {
			if *into, err = time.Parse(time.RFC3339, cell); err != nil {
				return Row{}, row.Bad(column, "want a time such as 2026-01-31T08:00:00-06:00")
			}
		}
	}
	cancelable := strings.ToLower(row.Get("cancelable"))
	if d.Visit.Cancelable = cancelable == "yes"; !slices.Contains([]string{"", "yes", "no"}, cancelable) {
		return Row{}, row.Bad("cancelable", "want yes or no")
	}
	d.Technician.Status = TechnicianStatus(strings.ToLower(row.Get("technician")))
	if cell := row.Get("minutes"); cell != "" {
		if d.Technician.Minutes, err = strconv.Atoi(typed.Fold(cell)); err != nil {
			return Row{}, row.Bad("minutes", "want a whole number")
		}
	}
	var wrong accounts.FieldErrors
	if errors.As(d.Check(), &wrong) {
		field := wrong[0].Field
		if field == "visit" {
			field = "from"
		}
		return Row{}, row.Bad(field, wrong[0].Reason)
	}
	return Row{row, number, d}, nil
}
