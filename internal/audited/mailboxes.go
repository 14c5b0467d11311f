package audited

import (
	"context"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/pins"
)

// Mailboxes are the voice mailboxes and e-mail addresses of lines. Who reads one has its line looked up, which is recorded there.
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
	err = audit.Do(ctx, m.Audit, by.Event(audit.MailboxChanged, mailboxOf(put.Number), detail), func() error {
		update, err = m.Mailboxes.Put(ctx, put)
		return err
	}, storage.ErrStale, storage.ErrContended, storage.ErrUnreadable, pins.ErrNote)
	return update, err
}

func mailboxOf(number nanp.Number) string { return "mailbox of line " + string(number) }

// emailsOf names what is changed. The audit, which is not sealed, has no address.
func emailsOf(number nanp.Number) string { return "e-mail of line " + string(number) }

// Challenge says what to ask whoever has forgotten an e-mail password. Errors: those of [mailboxes.Mailboxes.Challenge].
func (m Mailboxes) Challenge(ctx context.Context, by audit.Actor, number nanp.Number) ([]mailboxes.Challenge, error) {
	if err := m.Audit.Record(ctx, by.Event(audit.RecoveryRequested, emailsOf(number), "questions")); err != nil {
		return nil, err
	}
	return m.Mailboxes.Challenge(ctx, number)
}

// PutEmail says that a line has an e-mail address. Errors: those of [mailboxes.Mailboxes.PutEmail].
func (m Mailboxes) PutEmail(ctx context.Context, by audit.Actor, put mailboxes.EmailPut) (update mailboxes.EmailUpdate, err error) {
	put.Note = noteOf(by, "")
	err = audit.Do(ctx, m.Audit, by.Event(audit.EmailAddressChanged, emailsOf(put.Number), ""), func() error {
		update, err = m.Mailboxes.PutEmail(ctx, put)
		return err
	}, accounts.ErrDetails, mailboxes.ErrFull, storage.ErrStale, storage.ErrContended, storage.ErrUnreadable, pins.ErrNote)
	return update, err
}

// RemoveEmail says that a line has an e-mail address no more. Errors: those of [mailboxes.Mailboxes.RemoveEmail].
func (m Mailboxes) RemoveEmail(ctx context.Context, by audit.Actor, removal mailboxes.EmailRemoval) error {
	removal.Note = noteOf(by, "")
	return audit.Do(ctx, m.Audit, by.Event(audit.EmailAddressRemoved, emailsOf(removal.Number), ""), func() error {
		return m.Mailboxes.RemoveEmail(ctx, removal)
	}, mailboxes.ErrNoEmail, storage.ErrStale, storage.ErrContended, storage.ErrUnreadable, pins.ErrNote)
}
