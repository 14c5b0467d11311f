package tickets

import (
	"fmt"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
)

// Number is the number of a ticket, as the operator's system names it: 4 to 10 digits, so that it can be spoken
// and keyed.
type Number string

const minDigits, maxDigits = 4, 10

// ErrNumber is said of what can't be the number of a ticket.
var ErrNumber = fmt.Errorf("not the number of a ticket: want %d to %d digits", minDigits, maxDigits)

// ParseNumber reads the number of a ticket, whatever typed.Digits drops from it. The error is [ErrNumber].
func ParseNumber(s string) (Number, error) {
	digits, ok := typed.Digits(secret.New(s), minDigits, maxDigits)
	if !ok {
		return "", ErrNumber
	}
	return Number(digits.Reveal()), nil
}

// Status is how far a repair is.
type Status string

// The statuses. The last two are the end of a ticket.
const (
	Open       Status = "open"       // nothing is arranged yet
	Scheduled  Status = "scheduled"  // a visit is
	Dispatched Status = "dispatched" // a technician has it, today
	Completed  Status = "done"
	Canceled   Status = "canceled"
)

// Statuses are all of them.
var Statuses = [...]Status{Open, Scheduled, Dispatched, Completed, Canceled}

// Ended says whether nothing more comes of a ticket.
func (s Status) Ended() bool { return s == Completed || s == Canceled }

// Known says whether it is one of [Statuses].
func (s Status) Known() bool {
	switch s {
	case Open, Scheduled, Dispatched, Completed, Canceled:
		return true
	}
	return false
}

// Ticket is a repair ticket. In JSON, as it is sealed, it has no line, which is that of its record.
type Ticket struct {
	Number     Number      `json:"number"`
	Revision   int64       `json:"rev"` // grows with each change, and is at least its time in milliseconds
	Line       nanp.Number `json:"-"`
	Account    accounts.ID `json:"account"`
	Contact    nanp.Number `json:"contact"` // the telephone that the technician has
	Status     Status      `json:"status"`
	Visit      Appointment `json:"visit,omitzero"`      // zero: none is arranged
	Technician Technician  `json:"technician,omitzero"` // of the day of the visit
	Written    time.Time   `json:"written"`             // when the operator's system wrote it last
	Was        Was         `json:"was,omitzero"`        // what callers have changed since then
}

// Was is what the operator's system had written of what callers have changed since.
type Was struct {
	Contact  nanp.Number `json:"contact,omitempty"`
	Canceled What        `json:"canceled,omitempty"`
	Visit    Appointment `json:"visit,omitzero"` // that was canceled; zero: none
}

// undoneBy says what of it a ticket would take back that was written without knowing of it: as it was written before. What is written
// anew is not in the way: another contact, another visit, the end of the ticket.
func (t Ticket) undoneBy(put Ticket) error {
	asBefore := put.Visit.From.Equal(t.Was.Visit.From) && put.Visit.To.Equal(t.Was.Visit.To)
	switch {
	case put.Status.Ended():
		return nil
	case t.Was.Contact != "" && put.Contact == t.Was.Contact && put.Contact != t.Contact:
		return ErrContactChanged
	case t.Was.Canceled == "":
		return nil
	case put.Visit.Arranged() && asBefore, !put.Visit.Arranged() && t.Was.Canceled == Whole:
		return ErrCanceled
	}
	return nil
}

// Appointment is when a technician is to come.
type Appointment struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Cancelable says that the visit can be canceled and the ticket stay.
	Cancelable bool `json:"cancelable,omitempty"`
}

// Arranged says whether there is one.
func (a Appointment) Arranged() bool { return !a.From.IsZero() }

// Technician is where the technician is, on the day of the visit.
type Technician struct {
	Status  TechnicianStatus `json:"status,omitempty"`
	Minutes int              `json:"minutes,omitempty"` // about how long it takes, of one who is on the way, from Since
	Since   time.Time        `json:"since,omitzero"`    // when the operator's system said so
}

// TechnicianStatus is how far a technician is.
type TechnicianStatus string

// The statuses; empty: nothing is known yet.
const (
	OnTheWay TechnicianStatus = "on_the_way"
	Arrived  TechnicianStatus = "arrived"
)

// Known says whether it is one of them, and not empty.
func (s TechnicianStatus) Known() bool { return s == OnTheWay || s == Arrived }

// technicianFor is how long what is known of a technician counts: for the day of the visit.
const technicianFor = 12 * time.Hour

// maxMinutes bounds how far away a technician can be.
const maxMinutes = 12 * 60

// At returns what is known of the technician at a time: of one who is on the way, with the minutes that are left
// then, 0 at the least, where minutes are known. The zero value: nothing is known.
func (t Technician) At(now time.Time) Technician {
	if t.Status == "" || now.Sub(t.Since) >= technicianFor {
		return Technician{}
	}
	if t.Status == OnTheWay {
		t.Minutes = max(0, t.Minutes-int(now.Sub(t.Since)/time.Minute))
	}
	return t
}

// Details are what the operator's system says of a ticket: all of it.
type Details struct {
	Line       nanp.Number
	Account    accounts.Number
	Contact    nanp.Number
	Status     Status
	Visit      Appointment
	Technician Technician // its Since is when it is put
}

// Check says what of the details no ticket can have, in [accounts.FieldErrors]. Whether the contact is called is for Put to say.
func (d Details) Check() error {
	var wrong accounts.FieldErrors
	unless := func(right bool, field, reason string) {
		if !right {
			wrong = append(wrong, &accounts.FieldError{Field: field, Reason: reason})
		}
	}
	unless(d.Line.Display() != "", "number", "want the telephone number of a line")
	unless(d.Account != "", "account", "want an account number")
	unless(d.Contact.Display() != "", "contact", "want a telephone number")
	unless(d.Status.Known(), "status", "want open, scheduled, dispatched, done or canceled")
	unless(d.Visit.valid(), "visit", "want from before to, and within a day")
	unless(d.Status != Scheduled && d.Status != Dispatched || d.Visit.Arranged(), "visit", "a ticket that is scheduled or dispatched has one")
	unless(d.Status != Open || !d.Visit.Arranged(), "visit", "a ticket that is open has none: it is scheduled then")
	unless(d.Technician.valid(), "technician", fmt.Sprintf("want on_the_way, with minutes up to %d or without, or arrived", maxMinutes))
	unless(d.Technician.Status == "" || d.Status == Dispatched, "technician", "only a ticket that is dispatched has one")
	if len(wrong) > 0 {
		return wrong
	}
	return nil
}

// valid says whether there is no appointment, or one within a day.
func (a Appointment) valid() bool {
	if a.From.IsZero() && a.To.IsZero() {
		return !a.Cancelable
	}
	return a.From.Year() >= firstYear && a.To.After(a.From) && a.To.Sub(a.From) <= 24*time.Hour
}

// firstYear keeps out what is no time.
const firstYear = 2000

func (t Technician) valid() bool {
	switch t.Status {
	case "", Arrived:
		return t.Minutes == 0
	case OnTheWay:
		return t.Minutes >= 0 && t.Minutes <= maxMinutes
	}
	return false
}
