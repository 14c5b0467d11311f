package api

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
)

// Mailbox is the voice mailbox of a line as the API shows it.
type Mailbox struct {
	Number   nanp.Number `json:"number"` // of the line
	Revision int64       `json:"revision"`
	SetUp    bool        `json:"set_up"`
	Reset    time.Time   `json:"password_reset,omitzero"` // when its password was reset here last; UTC
}

// MailboxDocument shows a mailbox.
func MailboxDocument(m mailboxes.Mailbox) Mailbox {
	return Mailbox{m.Number, m.Revision, m.SetUp, m.Reset.UTC()}
}

func (a *API) showMailbox(w http.ResponseWriter, r *http.Request, key apikey.Key, number nanp.Number) error {
	if err := a.lookUp(r, key, number, ofMailbox); err != nil {
		return err
	}
	mailbox, err := a.mailboxes.Mailboxes.Find(r.Context(), number)
	if err != nil {
		return fmt.Errorf("show mailbox: %w", err)
	}
	return replyUnlessSeen(w, r, mailbox.Revision, mailboxChanged, func() error { return replyMailbox(w, http.StatusOK, mailbox) })
}

func replyMailbox(w http.ResponseWriter, status int, mailbox mailboxes.Mailbox) error {
	w.Header().Set("ETag", etag(mailbox.Revision))
	return reply(w, status, jsonType, MailboxDocument(mailbox))
}

// A mailboxBody is what a mailbox should be.
type mailboxBody struct {
	SetUp bool `json:"set_up"`
}

func (b mailboxBody) check(f *form) { f.need(f.given["/set_up"], "/set_up", "want true or false") }

// putMailbox writes a mailbox, if it is as the client has seen it, or, with If-None-Match: *, if there is none.
func (a *API) putMailbox(w http.ResponseWriter, r *http.Request, key apikey.Key, number nanp.Number, body mailboxBody) error {
	match, err := replaces(r.Header, noIfMatchOfMailbox)
	if err != nil {
		return err
	}
	update, err := a.mailboxes.Put(r.Context(), a.by(r, key), mailboxes.Put{Number: number, SetUp: body.SetUp, Match: match})
	switch {
	case errors.Is(err, storage.ErrStale):
		return mailboxChanged
	case err != nil:
		return fmt.Errorf("put mailbox: %w", err)
	}
	status := http.StatusOK
	if update.Created {
		status = http.StatusCreated
		w.Header().Set("Location", "/v1/mailboxes/"+string(number))
	}
	if update.Changed {
		a.config.Log.InfoContext(r.Context(), "mailbox put", "number", number, "created", update.Created, "key", key.Name)
	}
	return replyMailbox(w, status, update.Mailbox)
}
