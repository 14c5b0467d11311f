package audited

import (
	"context"

	"updatecenter/internal/audit"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/storage"
	"updatecenter/pins"
)

// Mailboxes are the voice mailboxes of lines. Who reads one has its line looked up, which is recorded there.
type Mailboxes struct {
	Mailboxes *mailboxes.Mailboxes
	Audit     audit.Recorder
}

// Put says that a line has a mailbox. Errors: those of [mailboxes.Mailboxes.Put].
func (m Mailboxes) Put(ctx context.Context, by audit.Actor, put mailboxes.Put) (update mailboxes.Update, err error) {
	put.Note = noteOf(by, "")
	detail := "not set up"
	if put.SetUp {
		detail = "set up"
	}
	err = audit.Do(ctx, m.Audit, by.Event(audit.MailboxChanged, "mailbox of line "+string(put.Number), detail), func() error {
		update, err = m.Mailboxes.Put(ctx, put)
		return err
	}, storage.ErrStale, storage.ErrContended, storage.ErrUnreadable, pins.ErrNote)
	return update, err
}
