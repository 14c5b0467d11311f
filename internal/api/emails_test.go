package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/mailboxes"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

const (
	emailsPath = "/v1/emails/612-555-0142"
	emailPath  = emailsPath + "/Pat@mail.example.com"
	asked      = `{"questions": [{"question": "first_pet", "answer": "Rex-Harrison"}, {"question": "birth_city", "answer": "St. Cloud"}]}`
	askedOther = `{"questions": [{"question": "first_pet", "answer": "Rex-Harrison"}, {"question": "own", "answer": "Duluth"}]}`
)

// answersOfEmails are as they are written, and as a telephone enters them.
var answersOfEmails = []string{"Rex-Harrison", "73942774766", "St. Cloud", "7825683", "Duluth", "385884"}

// newEmailRig fails the test if an answer of the API holds one to a question.
func newEmailRig(t *testing.T) *rig {
	r := newRig(t)
	r.secrets = append(r.secrets, answersOfEmails...)
	return r
}

// hidesEmails fails the test if what is kept of a line holds a secret or, where it is not sealed, an address.
func (r *rig) hidesEmails() {
	r.Helper()
	stored := check.Must(r.world.MailboxStore().Load(r.Context(), line))(r)
	kept := fmt.Sprintf("%s %q %+v %s", r.world.Log, r.world.Audit.Lines(), r.world.Records(r, line), stored.Sealed)
	for _, event := range testkit.Events(r, r.world.DB, line) {
		kept += string(event)
	}
	for _, hidden := range append(r.secrets, "mail.example.com") {
		if strings.Contains(kept, hidden) {
			r.Errorf("%q stands in the log, the audit, the history, the store or an event", hidden)
		}
	}
}

func (r *rig) createEmail(path, body string) answer {
	r.Helper()
	request := r.request(http.MethodPut, path, body)
	request.Header.Set("If-None-Match", "*")
	return r.send(request)
}

func (r *rig) emails() []Email {
	r.Helper()
	var document Emails
	r.ask(http.MethodGet, emailsPath, "").is(http.StatusOK, "").read(&document)
	check.Same(r, document.Number, line)
	return document.Addresses
}

func TestEmailIsPutShownAndRemoved(t *testing.T) {
	r := newEmailRig(t)
	check.Same(t, r.emails(), []Email{})
	created := r.createEmail(emailPath, asked).is(http.StatusCreated, "")
	check.Same(t, created.header.Get("Location"), "/v1/emails/+16125550142/Pat@mail.example.com")
	r.createEmail(emailPath, askedOther).is(http.StatusPreconditionFailed, "changed-meanwhile")
	seen := created.header.Get("ETag")
	same := r.askWith(seen, http.MethodPut, strings.ToLower(emailPath), asked).is(http.StatusOK, "")
	check.Same(t, same.header.Get("ETag"), seen)
	r.world.Pass(time.Second)
	other := r.askWith(seen, http.MethodPut, emailPath, askedOther).is(http.StatusOK, "")
	r.askWith(seen, http.MethodPut, emailPath, asked).is(http.StatusPreconditionFailed, "changed-meanwhile")

	var document Email
	other.read(&document)
	reset := check.Must(r.config.Mailboxes.ResetByCall(t.Context(), line, document.ID, "dlv_1", "CA1"))(t)
	r.secrets = append(r.secrets, reset.Password.Reveal())
	check.Same(t, r.emails(), []Email{{
		ID: document.ID, Address: "Pat@mail.example.com", Revision: reset.Email.Revision,
		Questions: [2]mailboxes.Question{mailboxes.FirstPet, mailboxes.Own}, Reset: r.now(),
	}})

	r.askWith(other.header.Get("ETag"), http.MethodDelete, emailPath, "").is(http.StatusPreconditionFailed, "changed-meanwhile")
	r.askWith(etag(reset.Email.Revision), http.MethodDelete, emailPath, "").is(http.StatusNoContent, "")
	r.ask(http.MethodDelete, emailPath, "").is(http.StatusNotFound, "no-such-email")
	check.Same(t, r.emails(), []Email{})

	var events []pins.Event
	for _, record := range r.world.Records(t, line) {
		events = append(events, record.Event)
	}
	check.Same(t, events, []pins.Event{pins.EmailRemoved, pins.EmailPasswordReset, pins.EmailWritten, pins.EmailWritten})
	for _, want := range []string{
		"ordering looked-up +16125550142 e-mail", "ordering email-address-changed e-mail of line +16125550142",
		"ordering email-address-removed e-mail of line +16125550142",
	} {
		if !slices.Contains(r.world.Audit.Lines(), want) {
			t.Errorf("the audit has no %q, but %q", want, r.world.Audit.Lines())
		}
	}
	r.hidesEmails()
}

// Whatever stands in an address, its path names it.
func TestPathsOfEmails(t *testing.T) {
	r := newEmailRig(t)
	for escaped, address := range map[string]string{
		"pat%40mail.example.com": "pat@mail.example.com", "a%2Fb%3Fc%25d+e@mail.example.com": "a/b?c%d+e@mail.example.com",
	} {
		created := r.createEmail(emailsPath+"/"+escaped, asked).is(http.StatusCreated, "")
		check.Same(t, r.emails()[0].Address, address)
		r.ask(http.MethodDelete, created.header.Get("Location"), "").is(http.StatusNoContent, "")
	}
	for _, bad := range []string{"pat", "pat@mail", "pat%20@mail.example.com", "Pat%20%3Cpat@mail.example.com%3E"} {
		r.createEmail(emailsPath+"/"+bad, asked).is(http.StatusBadRequest, "bad-email")
		r.ask(http.MethodDelete, emailsPath+"/"+bad, "").is(http.StatusBadRequest, "bad-email")
	}
	r.createEmail("/v1/emails/911/pat@mail.example.com", asked).is(http.StatusBadRequest, "bad-number")
	r.ask(http.MethodGet, "/v1/emails/911", "").is(http.StatusBadRequest, "bad-number")
}

func TestEmailsThatAreRefused(t *testing.T) {
	r := newEmailRig(t)
	const pet = `{"question": "first_pet", "answer": "Rex-Harrison"}`
	for _, c := range []struct {
		body     string
		unlike   bool // openapi.yaml can't say that
		pointers string
	}{
		{`{}`, false, "#/questions"},
		{`{"questions": null}`, false, "#/questions"},
		{`{"questions": [` + pet + `]}`, false, "#/questions"},
		{`{"questions": [` + pet + `, ` + pet + `, ` + pet + `]}`, false, "#/questions"},
		{`{"questions": [` + pet + `, ` + pet + `]}`, true, "#/questions/1/question"},
		{`{"questions": [` + pet + `, {"question": "shoe_size"}]}`, false, "#/questions/1/question #/questions/1/answer"},
		{`{"questions": [{"question": "own", "answer": "M. J."}, ` + pet + `]}`, true, "#/questions/0/answer"},
		{`{"questions": [{"question": 7, "answer": "` + strings.Repeat("7", 65) + `"}, ` + pet + `]}`, false, "#/questions/0/question #/questions/0/answer"},
		{`{"questions": [` + pet + `, {"question": "own", "answer": "Duluth", "password": "x"}]}`, false, "#/questions/1/password"},
	} {
		r.unlike = c.unlike
		var problem Problem
		r.createEmail(emailPath, c.body).is(http.StatusBadRequest, "bad-body").read(&problem)
		var pointers []string
		for _, fault := range problem.Errors {
			pointers = append(pointers, fault.Pointer)
		}
		check.Same(t, strings.Join(pointers, " "), c.pointers)
	}
	r.unlike = true // which of two headers is missing, openapi.yaml can't say
	r.ask(http.MethodPut, emailPath, asked).is(http.StatusPreconditionRequired, "if-match-required")
	r.askWith("*", http.MethodPut, emailPath, asked).is(http.StatusPreconditionFailed, "changed-meanwhile")
	r.askWith("7", http.MethodDelete, emailPath, "").is(http.StatusBadRequest, "bad-if-match")
	for n := range mailboxes.MaxEmails {
		r.createEmail(fmt.Sprintf("%s/pat%d@mail.example.com", emailsPath, n), asked).is(http.StatusCreated, "")
	}
	r.createEmail(emailPath, asked).is(http.StatusConflict, "emails-full")
	r.hidesEmails()
}
