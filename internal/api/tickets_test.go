package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/tickets"
	"updatecenter/pins"
)

const (
	ticketPath = "/v1/tickets/48211907"
	ticketBase = `"number": "612-555-0142", "account": "612-555-0142-001", "contact": "(651) 555-0177"`
	ticketOpen = `{` + ticketBase + `, "status": "open"}`
	visit      = `"visit": {"from": "2026-03-05T08:00:00-06:00", "to": "2026-03-05T12:00:00-06:00", "cancelable": true}`
)

// newTicketRig has an account.
func newTicketRig(t *testing.T) *rig {
	r := newRig(t)
	r.world.PutAccount(t, r.config.Accounts, testkit.Coded, testkit.Details(testkit.Home), "")
	r.secrets = append(r.secrets, testkit.Code)
	return r
}

// create puts a ticket that is new.
func (r *rig) createTicket(path string) answer {
	r.Helper()
	request := r.request(http.MethodPut, path, ticketOpen)
	request.Header.Set("If-None-Match", "*")
	return r.send(request)
}

func TestTicketIsPutAndShown(t *testing.T) {
	r := newTicketRig(t)
	r.ask(http.MethodGet, ticketPath, "").is(http.StatusNotFound, "no-such-ticket")
	created := r.createTicket(ticketPath).is(http.StatusCreated, "")
	if created.header.Get("Location") != ticketPath {
		t.Errorf("Location %q", created.header.Get("Location"))
	}
	seen := created.header.Get("ETag")
	if same := r.askWith(seen, http.MethodPut, ticketPath, ticketOpen).is(http.StatusOK, ""); same.header.Get("ETag") != seen {
		t.Errorf("as it was: %q, then %q", seen, same.header.Get("ETag"))
	}
	r.createTicket(ticketPath).is(http.StatusPreconditionFailed, "changed-meanwhile")
	r.world.Pass(time.Second)
	dispatched := `{` + ticketBase + `, "status": "dispatched", ` + visit + `, "technician": {"status": "on_the_way", "minutes": 40}}`
	put := r.askWith(seen, http.MethodPut, ticketPath, dispatched).is(http.StatusOK, "")
	r.askWith(seen, http.MethodPut, ticketPath, ticketOpen).is(http.StatusPreconditionFailed, "changed-meanwhile")
	r.askWith("*", http.MethodPut, ticketPath, dispatched).is(http.StatusOK, "")

	got := r.ask(http.MethodGet, ticketPath, "").is(http.StatusOK, "")
	var document Ticket
	got.read(&document)
	since := document.Technician.Since
	check.Same(t, document, Ticket{
		Ticket: "48211907", Revision: document.Revision, Number: line, Account: "612-555-0142-001", Contact: "+16515550177", Status: "dispatched",
		Visit:      &Visit{time.Date(2026, 3, 5, 14, 0, 0, 0, time.UTC), time.Date(2026, 3, 5, 18, 0, 0, 0, time.UTC), true},
		Technician: &Technician{"on_the_way", 40, since},
	})
	if got.header.Get("ETag") == put.header.Get("ETag") {
		t.Error("the minutes of a technician count from the second put")
	}
	request := r.request(http.MethodGet, ticketPath, "")
	request.Header.Set("If-None-Match", got.header.Get("ETag"))
	r.send(request).is(http.StatusNotModified, "")
	records := r.world.Records(t, line)
	check.Same(t, []any{len(records), records[0].Event, records[0].By, records[0].From}, []any{3, pins.TicketWritten, "ordering", "api"})
	for _, want := range []string{
		"ordering ticket-read ticket 48211907", "ordering ticket-changed ticket 48211907 line +16125550142, dispatched",
	} {
		if !slices.Contains(r.world.Audit.Lines(), want) {
			t.Errorf("the audit has no %q", want)
		}
	}
}

func TestTicketsThatAreRefused(t *testing.T) {
	r := newTicketRig(t)
	r.createTicket(ticketPath).is(http.StatusCreated, "")
	r.unlike = true // which of two headers is missing, openapi.yaml can't say
	r.ask(http.MethodPut, ticketPath, ticketOpen).is(http.StatusPreconditionRequired, "if-match-required")
	for body, want := range map[string]struct {
		status  int
		problem string
	}{
		`{}`: {http.StatusBadRequest, "bad-body"},
		`{` + ticketBase + `, "status": "asleep"}`:                                                   {http.StatusBadRequest, "bad-body"},
		`{` + ticketBase + `, "status": "open", "visit": {"from": "2026-03-05T08:00:00Z"}}`:          {http.StatusBadRequest, "bad-body"},
		`{` + ticketBase + `, "status": "open", ` + visit + `, "technician": {}}`:                    {http.StatusBadRequest, "bad-body"},
		`{` + ticketBase + `, "status": "scheduled"}`:                                                {http.StatusUnprocessableEntity, "details-refused"},
		`{` + ticketBase + `, "status": "open", "technician": {"status": "arrived"}}`:                {http.StatusUnprocessableEntity, "details-refused"},
		strings.Replace(ticketOpen, "(651) 555", "(900) 555", 1):                                     {http.StatusUnprocessableEntity, "number-not-called"},
		strings.Replace(ticketOpen, "0142-001", "0199-001", 1):                                       {http.StatusNotFound, "no-such-account"},
		strings.Replace(ticketOpen, `"number": "612-555-0142"`, `"number": "612-555-0143"`, 1):       {http.StatusConflict, "ticket-of-another-line"},
		strings.Replace(ticketOpen, `"status": "open"`, `"status": "open", "security_code": "1"`, 1): {http.StatusBadRequest, "bad-body"},
	} {
		r.askWith("*", http.MethodPut, ticketPath, body).is(want.status, want.problem)
	}
	r.createTicket("/v1/tickets/12x4").is(http.StatusBadRequest, "bad-ticket")
	for _, number := range []string{"5001", "5002", "5003", "5004"} {
		r.createTicket("/v1/tickets/"+number).is(http.StatusCreated, "")
	}
	r.createTicket("/v1/tickets/5005").is(http.StatusConflict, "tickets-full")
}

func TestResultOfAServiceTest(t *testing.T) {
	r := newTicketRig(t)
	r.createTicket(ticketPath).is(http.StatusCreated, "")
	test, outcome, err := r.config.Tickets.RequestTest(t.Context(), tickets.Request{
		Line: line, Ticket: "48211907", Turn: pins.Turn{Call: "CA1", Number: 4},
	})
	if err != nil || outcome != tickets.Done {
		t.Fatal(outcome, err)
	}
	path := "/v1/service-tests/" + test.ID + "/result"
	r.ask(http.MethodPost, path, `{"result": "perhaps"}`).is(http.StatusBadRequest, "bad-body")
	for range 2 {
		var document ServiceTest
		r.ask(http.MethodPost, path, `{"result": "trouble_found"}`).is(http.StatusOK, "").read(&document)
		check.Same(t, document, ServiceTest{test.ID, "48211907", r.now(), tickets.TroubleFound, r.now()})
	}
	r.ask(http.MethodPost, path, `{"result": "good"}`).is(http.StatusConflict, "other-result")
	for _, id := range []string{"tst_" + strings.Repeat("0", 32), "tst_1"} {
		r.ask(http.MethodPost, "/v1/service-tests/"+id+"/result", `{"result": "good"}`).is(http.StatusNotFound, "no-such-service-test")
	}
	var document Ticket
	r.ask(http.MethodGet, ticketPath, "").is(http.StatusOK, "").read(&document)
	if document.Test == nil || document.Test.Result != tickets.TroubleFound {
		t.Errorf("shown %+v", document.Test)
	}
	if want := "ordering service-test-ended service test " + test.ID + " trouble_found"; !slices.Contains(r.world.Audit.Lines(), want) {
		t.Errorf("the audit has no %q", want)
	}
}
