package mailboxes

import (
	"context"
	"errors"
	"io"
	"iter"
	"strings"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/nanp"
	"updatecenter/internal/rows"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/typed"
	"updatecenter/internal/wrap"
	"updatecenter/pins"
)

// Put is what the operator's system says of a mailbox.
type Put struct {
	Number nanp.Number               // of the line
	SetUp  bool                      // its owner has set it up
	Match  func(revision int64) bool // whether the mailbox's revision, 0 of a new one, is one that is to be replaced, or the put is stale; nil: any is
	Note   pins.Note                 // who does it
}

// Update is a mailbox after a [Put].
type Update struct {
	Mailbox Mailbox
	Created bool
	Changed bool // or created
}

// Put says that a line has a mailbox, and whether that is set up. What is as before is not stored again. Errors: pins.ErrNote;
// storage.ErrStale with Match; storage.ErrContended, storage.ErrUnreadable.
func (m *Mailboxes) Put(ctx context.Context, put Put) (_ Update, err error) {
	defer wrap.Error(&err, "put mailbox")
	if !put.Note.Valid() {
		return Update{}, pins.ErrNote
	}
	var stale error // that of Match is told, and not tried again
	update, err := storage.Retry(ctx, func() (Update, error) {
		line, err := m.load(ctx, put.Number)
		if err != nil {
			return Update{}, err
		}
		created := line.Mailbox == nil
		if created {
			line.Mailbox = &Mailbox{Number: put.Number}
		}
		box := line.Mailbox
		if put.Match != nil && !put.Match(box.Revision) {
			stale = storage.ErrStale
			return Update{}, nil
		}
		if !created && box.SetUp == put.SetUp {
			return Update{Mailbox: *box}, nil
		}
		now := m.now()
		box.SetUp, box.Revision = put.SetUp, next(box.Revision, now)
		return Update{Mailbox: *box, Created: created, Changed: true},
			m.commit(ctx, line, Change{Record: written(put.Note, pins.MailboxWritten, now)})
	})
	return update, errors.Join(err, stale)
}

// written is the record of what the operator's system says.
func written(note pins.Note, event pins.Event, now time.Time) pins.Record {
	return pins.Record{At: now, Event: event, By: note.By, From: note.From, Reason: note.Reason}
}

// columns of a file of mailboxes.
var columns = []rows.Column{{Name: "number", Must: true}, {Name: "set_up"}}

// Row is one mailbox of a file, for [Mailboxes.Put].
type Row struct {
	rows.Row
	Number nanp.Number
	SetUp  bool
}

// ReadCSV reads mailboxes, one at a time, from a table as [rows.Read] takes it, whatever its size:
//
//	number,set_up
//
// of which the last may be missing. Set_up is yes or no; empty: no.
//
// A bad row yields a [*rows.Error], and reading goes on. Any other error ends it: [rows.ErrHeader], or what r said.
func ReadCSV(r io.Reader) iter.Seq2[Row, error] { return rows.ReadAs(r, columns, newRow) }

func newRow(row rows.Row) (Row, error) {
	number, err := typed.Number(row.Get("number"))
	if err != nil {
		return Row{}, row.Bad("number", err.Error())
	}
	switch strings.ToLower(row.Get("set_up")) {
	case "yes":
		return Row{row, number, true}, nil
	case "", "no":
		return Row{row, number, false}, nil
	}
	return Row{}, row.Bad("set_up", "want yes or no")
}

// emailColumns of a file of e-mail addresses. No error quotes a question, as an answer may stand in its place.
var emailColumns = []rows.Column{
	{Name: "number", Must: true}, {Name: "address", Must: true},
	{Name: "question_1", Must: true, Secret: true}, {Name: "answer_1", Must: true, Secret: true},
	{Name: "question_2", Must: true, Secret: true}, {Name: "answer_2", Must: true, Secret: true},
}

// EmailRow is one e-mail address of a file, for [Mailboxes.PutEmail].
type EmailRow struct {
	rows.Row
	Put EmailPut // without a note
}

// ReadEmailCSV is [ReadCSV] of e-mail addresses:
//
//	number,address,question_1,answer_1,question_2,answer_2
//
// Number is that of the line. A question is one of [Questions].
func ReadEmailCSV(r io.Reader) iter.Seq2[EmailRow, error] {
	return rows.ReadAs(r, emailColumns, newEmailRow)
}

func newEmailRow(row rows.Row) (EmailRow, error) {
	number, err := typed.Number(row.Get("number"))
	if err != nil {
		return EmailRow{}, row.Bad("number", err.Error())
	}
	asked := func(n string) Answered {
		return Answered{Question(strings.ToLower(row.Get("question_" + n))), secret.New(row.Get("answer_" + n))}
	}
	put := EmailPut{Number: number, Address: row.Get("address"), Questions: [2]Answered{asked("1"), asked("2")}}
	if wrong, is := errors.AsType[accounts.FieldErrors](put.Check()); is {
		return EmailRow{}, row.Bad(wrong[0].Field, wrong[0].Reason)
	}
	return EmailRow{row, put}, nil
}
