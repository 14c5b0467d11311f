package api

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/mux"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/typed"
)

// Emails are the e-mail addresses of a line as the API shows them.
type Emails struct {
	Number    nanp.Number `json:"number"`    // of the line
	Addresses []Email     `json:"addresses"` // oldest first; never null
}

// Email is an e-mail address of a line as the API shows it. It holds no answer.
type Email struct {
	ID        mailboxes.EmailID     `json:"id"` // by which the line's history names it
	Address   string                `json:"address"`
	Revision  int64                 `json:"revision"`
	Questions [2]mailboxes.Question `json:"questions"`
	Reset     time.Time             `json:"password_reset,omitzero"` // when its password was reset here last; UTC
}

// EmailDocument shows an e-mail address of a line.
func EmailDocument(e mailboxes.Email) Email {
	return Email{e.ID, e.Address, e.Revision, e.Questions, e.Reset.UTC()}
}

func (a *API) showEmails(w http.ResponseWriter, r *http.Request, key apikey.Key, number nanp.Number) error {
	if err := a.lookUp(r, key, number, ofEmails); err != nil {
		return err
	}
	all, err := a.mailboxes.Mailboxes.Emails(r.Context(), number)
	if err != nil {
		return fmt.Errorf("show e-mail addresses: %w", err)
	}
	document := Emails{number, make([]Email, len(all))}
	for i, email := range all {
		document.Addresses[i] = EmailDocument(email)
	}
	return reply(w, http.StatusOK, jsonType, document)
}

// An emailBody is what is asked of who wants the password of an e-mail address.
type emailBody struct {
	Questions []askedBody `json:"questions"`
}

type askedBody struct {
	Question mailboxes.Question `json:"question"`
	Answer   secret.Text        `json:"answer"`
}

func (b emailBody) check(f *form) {
	f.need(len(b.Questions) == len(b.questions()), "/questions", "want two questions with their answers")
	for _, wrong := range mailboxes.CheckQuestions(b.questions()) {
		f.need(false, pointerOf(wrong.Field), wrong.Reason)
	}
}

// questions reads the body as package mailboxes does.
func (b emailBody) questions() (two [2]mailboxes.Answered) {
	for i, asked := range b.Questions[:min(len(b.Questions), len(two))] {
		two[i] = mailboxes.Answered{Question: asked.Question, Answer: asked.Answer}
	}
	return two
}

// putEmail writes an e-mail address, if it is as the client has seen it, or, with If-None-Match: *, if the line hasn't got it.
// Neither the log nor the audit has the address.
func (a *API) putEmail(w http.ResponseWriter, r *http.Request, key apikey.Key, named namedEmail, body emailBody) error {
	match, err := replaces(r.Header, noIfMatchOfEmail)
	if err != nil {
		return err
	}
	update, err := a.mailboxes.PutEmail(r.Context(), a.by(r, key), mailboxes.EmailPut{
		Number: named.number, Address: named.address, Questions: body.questions(), Match: match,
	})
	switch {
	case errors.Is(err, storage.ErrStale):
		return emailChanged
	case err != nil:
		return fmt.Errorf("put e-mail address: %w", err)
	}
	status := http.StatusOK
	if update.Created {
		status = http.StatusCreated
		w.Header().Set("Location", "/v1/emails/"+string(named.number)+"/"+url.PathEscape(named.address))
	}
	if update.Changed {
		a.config.Log.InfoContext(r.Context(), "e-mail address put", "number", named.number, "email", update.Email.ID,
			"created", update.Created, "key", key.Name)
	}
	w.Header().Set("ETag", etag(update.Email.Revision))
	return reply(w, status, jsonType, EmailDocument(update.Email))
}

// removeEmail removes an e-mail address; with If-Match, if it is as the client has seen it.
func (a *API) removeEmail(w http.ResponseWriter, r *http.Request, key apikey.Key, named namedEmail) error {
	match, err := readETags(r.Header, "If-Match")
	if err != nil {
		return err
	}
	removal := mailboxes.EmailRemoval{Number: named.number, Address: named.address}
	if match != nil {
		removal.Match = match.strong
	}
	err = a.mailboxes.RemoveEmail(r.Context(), a.by(r, key), removal)
	switch {
	case errors.Is(err, storage.ErrStale):
		return emailChanged
	case err != nil:
		return fmt.Errorf("remove e-mail address: %w", err)
	}
	a.config.Log.InfoContext(r.Context(), "e-mail address removed", "number", named.number, "key", key.Name)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// A namedEmail is an e-mail address of a line.
type namedEmail struct {
	number  nanp.Number
	address string
}

func pathEmail(r *http.Request) (namedEmail, error) {
	number, err := pathNumber(r)
	if err != nil {
		return namedEmail{}, err
	}
	address := mux.Vars(r)["address"]
	if !typed.IsEmail(address) {
		return namedEmail{}, badEmail
	}
	return namedEmail{number, address}, nil
}
