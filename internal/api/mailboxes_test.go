package api

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

const mailboxPath = "/v1/mailboxes/612-555-0142"

func (r *rig) createMailbox(body string) answer {
	r.Helper()
	request := r.request(http.MethodPut, mailboxPath, body)
	request.Header.Set("If-None-Match", "*")
	return r.send(request)
}

func TestMailboxIsPutAndShown(t *testing.T) {
	r := newRig(t)
	r.ask(http.MethodGet, mailboxPath, "").is(http.StatusNotFound, "no-such-mailbox")
	created := r.createMailbox(`{"set_up": false}`).is(http.StatusCreated, "")
	check.Same(t, created.header.Get("Location"), "/v1/mailboxes/+16125550142")
	r.createMailbox(`{"set_up": true}`).is(http.StatusPreconditionFailed, "changed-meanwhile")
	seen := created.header.Get("ETag")
	same := r.askWith(seen, http.MethodPut, mailboxPath, `{"set_up": false}`).is(http.StatusOK, "")
	check.Same(t, same.header.Get("ETag"), seen)
	r.world.Pass(time.Second)
	r.askWith(seen, http.MethodPut, mailboxPath, `{"set_up": true}`).is(http.StatusOK, "")
	r.askWith(seen, http.MethodPut, mailboxPath, `{"set_up": false}`).is(http.StatusPreconditionFailed, "changed-meanwhile")

	reset := check.Must(r.config.Mailboxes.ResetByCall(t.Context(), line, "", "dlv_1", "CA1"))(t)
	r.secrets = append(r.secrets, reset.Password.Reveal())
	got := r.ask(http.MethodGet, mailboxPath, "").is(http.StatusOK, "")
	var document Mailbox
	got.read(&document)
	check.Same(t, document, Mailbox{Number: line, Revision: reset.Mailbox.Revision, SetUp: true, Reset: r.now()})
	request := r.request(http.MethodGet, mailboxPath, "")
	request.Header.Set("If-None-Match", got.header.Get("ETag"))
	r.send(request).is(http.StatusNotModified, "")

	records := r.world.Records(t, line)
	check.Same(t, []any{len(records), records[1].Event, records[1].By, records[1].From}, []any{3, pins.MailboxWritten, "ordering", "api"})
	for _, want := range []string{
		"ordering looked-up +16125550142 mailbox", "ordering mailbox-changed mailbox of line +16125550142 set up",
	} {
		if !slices.Contains(r.world.Audit.Lines(), want) {
			t.Errorf("the audit has no %q, but %q", want, r.world.Audit.Lines())
		}
	}
}

func TestMailboxesThatAreRefused(t *testing.T) {
	r := newRig(t)
	r.createMailbox(`{}`).is(http.StatusBadRequest, "bad-body")
	r.createMailbox(`{"set_up": "yes"}`).is(http.StatusBadRequest, "bad-body")
	r.createMailbox(`{"set_up": true, "password": "350916"}`).is(http.StatusBadRequest, "bad-body")
	r.unlike = true // which of two headers is missing, openapi.yaml can't say
	r.ask(http.MethodPut, mailboxPath, `{"set_up": true}`).is(http.StatusPreconditionRequired, "if-match-required")
	r.ask(http.MethodGet, "/v1/mailboxes/911", "").is(http.StatusBadRequest, "bad-number")
}
