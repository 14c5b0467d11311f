package audited

import (
	"context"
	"errors"
	"fmt"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/hash"
	"updatecenter/internal/recovery"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
)

// Recoveries give customers back what they have forgotten.
type Recoveries struct {
	Recoveries *recovery.Recoveries
	Accounts   Accounts
	Audit      audit.Recorder
}

// Recover judges what is given, and has what was forgotten sent. What comes of it stands in the account's own history.
// Errors: those of [recovery.Recoveries.Recover].
func (r Recoveries) Recover(ctx context.Context, by audit.Actor, request recovery.Request) (recovery.Result, error) {
	subject, err := r.subject(ctx, request)
	if err != nil {
		return recovery.Result{}, err
	}
	what := fmt.Sprintf("%s, %s, %s", request.Service, request.Need, request.Method)
	if err := r.Audit.Record(ctx, by.Event(audit.RecoveryRequested, subject, what)); err != nil {
		return recovery.Result{}, err
	}
	request.Note = accountNote(by)
	return r.Recoveries.Recover(ctx, request)
}

// subject is whose it is that was forgotten.
func (r Recoveries) subject(ctx context.Context, request recovery.Request) (string, error) {
	switch request.Service { //nolint:exhaustive // the others are accounts
	case recovery.Email:
		return emailsOf(request.Line), nil
	case recovery.VoiceMail:
		return mailboxOf(request.Line), nil
	}
	return r.Accounts.typed(ctx, request.Number)
}

// UseLink sets the password that a customer has chosen. Errors: those of [accounts.Accounts.UseLink].
func (a Accounts) UseLink(ctx context.Context, by audit.Actor, token, password secret.Text) (update accounts.Update, err error) {
	const what = "password, by a link"
	account, err := a.Accounts.ByLink(ctx, token, password)
	switch {
	case errors.Is(err, accounts.ErrLink):
		if recorded := a.Audit.Record(ctx, by.Event(audit.AccountClaimed, nobodys, what)); recorded != nil {
			err = recorded
		}
		return accounts.Update{}, err
	case err != nil:
		return accounts.Update{}, err
	}
	err = audit.Do(ctx, a.Audit, by.Event(audit.AccountChanged, of(account.Number), what), func() error {
		update, err = a.Accounts.UseLink(ctx, token, password, accountNote(by))
		return err
	}, accounts.ErrLink, accounts.ErrDetails, accounts.ErrNote, storage.ErrContended, storage.ErrUnreadable, hash.ErrBusy)
	return update, err
}
