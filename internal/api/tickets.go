package api

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/internal/tickets"
	"updatecenter/internal/typed"
)

// Ticket is a repair ticket as the API and the command line show it.
type Ticket struct {
	Ticket     tickets.Number  `json:"ticket"`
	Revision   int64           `json:"revision"`
	Number     nanp.Number     `json:"number"` // of the line
	Account    accounts.Number `json:"account"`
	Contact    nanp.Number     `json:"contact"` // the telephone that the technician has
	Status     tickets.Status  `json:"status"`
	Visit      *Visit          `json:"visit"`                  // null: none is arranged
	Technician *Technician     `json:"technician"`             // null: nothing is known of one
	Test       *ServiceTest    `json:"service_test,omitempty"` // the newest of the line
}

// Visit is when a technician is to come.
type Visit struct {
	From       time.Time `json:"from"` // UTC
	To         time.Time `json:"to"`
	Cancelable bool      `json:"cancelable"` // without the ticket
}

// Technician is where the technician is.
type Technician struct {
	Status  tickets.TechnicianStatus `json:"status"`
	Minutes int                      `json:"minutes,omitempty"` // about how long it takes, from Since
	Since   time.Time                `json:"since,omitzero"`    // UTC
}

// ServiceTest is a test of a line that a caller has asked for.
type ServiceTest struct {
	ID        string         `json:"id"`
	Ticket    tickets.Number `json:"ticket"`
	Requested time.Time      `json:"requested"` // UTC
	Result    tickets.Result `json:"result,omitempty"`
	Ended     time.Time      `json:"ended,omitzero"`
}

// TicketDocument shows a ticket; its times are in UTC.
func TicketDocument(t tickets.Shown) Ticket {
	document := Ticket{
		Ticket: t.Number, Revision: t.Revision, Number: t.Line, Account: t.AccountNumber, Contact: t.Contact, Status: t.Status,
	}
	if t.Visit.Arranged() {
		document.Visit = &Visit{t.Visit.From.UTC(), t.Visit.To.UTC(), t.Visit.Cancelable}
	}
	if t.Technician.Status != "" {
		document.Technician = &Technician{t.Technician.Status, t.Technician.Minutes, t.Technician.Since.UTC()}
	}
	if t.Test != nil {
		test := testDocument(*t.Test)
		document.Test = &test
	}
	return document
}

func testDocument(test tickets.Test) ServiceTest {
	return ServiceTest{test.ID, test.Ticket, test.At.UTC(), test.Result, test.Ended.UTC()}
}

func (a *API) showTicket(w http.ResponseWriter, r *http.Request, key apikey.Key, number tickets.Number) error {
	if err := a.config.Desk.LookUpAccount(r.Context(), a.who(r, key, "")); err != nil {
		return err
	}
	ticket, err := a.tickets.Get(r.Context(), a.by(r, key), number)
	if err != nil {
		return fmt.Errorf("show ticket: %w", err)
	}
	return replyUnlessSeen(w, r, ticket.Revision, ticketChanged, func() error { return replyTicket(w, http.StatusOK, ticket) })
}

func replyTicket(w http.ResponseWriter, status int, ticket tickets.Shown) error {
	w.Header().Set("ETag", etag(ticket.Revision))
	return reply(w, status, jsonType, TicketDocument(ticket))
}

// A ticketBody is what a ticket should be: all of it.
type ticketBody struct {
	Number     string         `json:"number"`
	Account    string         `json:"account"`
	Contact    string         `json:"contact"`
	Status     tickets.Status `json:"status"`
	Visit      *visitBody     `json:"visit"`
	Technician *onTheWayBody  `json:"technician"`
}

type visitBody struct {
	From       time.Time `json:"from"`
	To         time.Time `json:"to"`
	Cancelable bool      `json:"cancelable"`
}

type onTheWayBody struct {
	Status  tickets.TechnicianStatus `json:"status"`
	Minutes int                      `json:"minutes"`
}

func (b ticketBody) check(f *form) {
	for at, number := range map[string]string{"/number": b.Number, "/contact": b.Contact} {
		_, err := typed.Number(number)
		f.need(err == nil, at, "want a North American telephone number")
	}
	_, err := accounts.ParseNumber(b.Account)
	f.need(err == nil, "/account", accountShould)
	f.need(b.Status.Known(), "/status", "want open, scheduled, dispatched, done or canceled")
	if b.Visit != nil {
		f.need(f.given["/visit/from"], "/visit/from", "want a time such as 2026-01-31T00:00:00Z")
		f.need(f.given["/visit/to"], "/visit/to", "want a time such as 2026-01-31T00:00:00Z")
	}
	if b.Technician != nil {
		f.need(b.Technician.Status.Known(), "/technician/status", "want on_the_way or arrived")
	}
	if len(f.faults) > 0 {
		f.refuse(b.details().Check())
	}
}

// details reads the body as package tickets does.
func (b ticketBody) details() (d tickets.Details) {
	d.Line, _ = typed.Number(b.Number) // which is checked
	d.Account, _ = accounts.ParseNumber(b.Account)
	d.Contact, _ = typed.Number(b.Contact)
	d.Status = b.Status
	if b.Visit != nil {
		d.Visit = tickets.Appointment{From: b.Visit.From, To: b.Visit.To, Cancelable: b.Visit.Cancelable}
	}
	if b.Technician != nil {
		d.Technician = tickets.Technician{Status: b.Technician.Status, Minutes: b.Technician.Minutes}
	}
	return d
}

// putTicket writes a ticket, if it is as the client has seen it, or, with If-None-Match: *, if there is none.
func (a *API) putTicket(w http.ResponseWriter, r *http.Request, key apikey.Key, number tickets.Number, body ticketBody) error {
	match, err := replaces(r.Header, noIfMatchOfTicket)
	if err != nil {
		return err
	}
	update, err := a.tickets.Put(r.Context(), a.by(r, key), tickets.Put{
		Number: number, Details: body.details(), Match: match,
	})
	switch {
	case errors.Is(err, storage.ErrStale):
		return ticketChanged
	case err != nil:
		return fmt.Errorf("put ticket: %w", err)
	}
	status := http.StatusOK
	if update.Created {
		status = http.StatusCreated
		w.Header().Set("Location", "/v1/tickets/"+string(number))
	}
	if update.Changed {
		a.config.Log.InfoContext(r.Context(), "ticket put", "ticket", number, "created", update.Created, "key", key.Name)
	}
	return replyTicket(w, status, update.Shown)
}

// A resultBody says what came of a service test.
type resultBody struct {
	Result tickets.Result `json:"result"`
}

func (b resultBody) check(f *form) {
	f.need(b.Result.Known(), "/result", "want good, trouble_found or not_tested")
}

func (a *API) endTest(w http.ResponseWriter, r *http.Request, key apikey.Key, id string, body resultBody) error {
	test, err := a.tickets.End(r.Context(), a.by(r, key), id, body.Result)
	if err != nil {
		return fmt.Errorf("end service test: %w", err)
	}
	a.config.Log.InfoContext(r.Context(), "service test ended", "test", id, "key", key.Name)
	return reply(w, http.StatusOK, jsonType, testDocument(test))
}

// pathTicket and pathTest are what paths name.
var pathTicket = inPath("ticket", func(text string) (tickets.Number, error) {
	number, err := tickets.ParseNumber(text)
	if err == nil && string(number) != text { // other systems write it in one form
		err = tickets.ErrNumber
	}
	return number, err
}, badTicket)

func pathTest(r *http.Request) (string, error) {
	id := mux.Vars(r)["service_test"]
	if !tickets.ValidTestID(id) {
		return "", noTest
	}
	return id, nil
}
