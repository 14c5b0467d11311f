package repair

import (
	"context"
	"errors"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/detached"
	"updatecenter/internal/nanp"
	"updatecenter/internal/wrap"
	"updatecenter/pins"
)

// Reset gives a line the temporary PIN again and clears its failures and locks, if who has
// validated the customer. The reason, 1 to [pins.MaxReason] characters, stands in the line's
// history, and its beginning in the audit. It returns the line as it then is. Run again, after
// an answer was lost, it does the same once more: the PIN is the temporary one all the same.
// Whose key or role may ask is judged before: by package api the scope pins:reset, by package console the role.
//
// Errors: [pins.ErrNotValidated], also when the call that validated was declined after all, which
// is recorded in both; a [*LimitError], [pins.ErrNoLine],
// [pins.ErrNote], [ErrWho], those of the stores and the audit.
func (d *Desk) Reset(ctx context.Context, who Who, number nanp.Number, reason string) (_ pins.Line, err error) {
	defer wrap.Error(&err, "reset PIN at the desk")
	return d.help(ctx, who, number, reason, audit.PINReset, d.config.Provisioning.Reset)
}

// Unlock clears a line's failures and locks and leaves the PIN, on the condition of Reset, and
// as one of the [Resets]. Errors: those of Reset.
func (d *Desk) Unlock(ctx context.Context, who Who, number nanp.Number, reason string) (_ pins.Line, err error) {
	defer wrap.Error(&err, "unlock line at the desk")
	return d.help(ctx, who, number, reason, audit.PINUnlocked, d.config.Provisioning.Unlock)
}

// help does one of both.
func (d *Desk) help(
	ctx context.Context, who Who, number nanp.Number, reason string,
	action audit.Action, do func(context.Context, nanp.Number, pins.Note) error,
) (pins.Line, error) {
	note := who.note(reason)
	switch {
	case !who.valid():
		return pins.Line{}, ErrWho
	case reason == "" || !note.Valid():
		return pins.Line{}, pins.ErrNote
	}
	if err := d.countOne(ctx, who, Resets, number); err != nil {
		return pins.Line{}, err
	}
	if err := d.mayHelp(ctx, who, number); err != nil {
		return pins.Line{}, err
	}
	ctx, cancel := detached.Context(ctx, afterwards)
	defer cancel()
	if err := d.record(ctx, who, action, number, reason); err != nil {
		return pins.Line{}, errors.Join(err, d.failed(ctx, who, audit.ResetRefused, number, unrecorded))
	}
	if err := do(ctx, number, note); err != nil {
		return pins.Line{}, errors.Join(err, d.failed(ctx, who, audit.ResetRefused, number, unhelped(err)))
	}
	return d.config.Lines.Find(ctx, number)
}

// unrecorded corrects an entry that may stand in the audit although recording it failed.
const unrecorded = "not done, as it may not have been recorded"

// unhelped says for the audit what became of what it has just recorded.
func unhelped(err error) string {
	if errors.Is(err, pins.ErrNotValidated) || errors.Is(err, pins.ErrNoLine) {
		return "refused by the store"
	}
	return "it is not known whether it was done"
}

// mayHelp says early what the store would say, so that the audit need not tell of a reset that
// was none, and what the store can't know: that the call was declined. It records the refusal.
func (d *Desk) mayHelp(ctx context.Context, who Who, number nanp.Number) error {
	_, err := d.standing(ctx, who, number)
	if !errors.Is(err, pins.ErrNotValidated) {
		return err
	}
	why := "customer is not validated"
	if errors.Is(err, errDeclined) {
		why = "the call was declined"
	}
	_, found := d.line(ctx, who, number)
	switch {
	case errors.Is(found, pins.ErrNoLine):
		err, why = found, noLine
	case found != nil:
		return found
	}
	if recorded := d.failed(ctx, who, audit.ResetRefused, number, why); recorded != nil {
		return errors.Join(err, recorded)
	}
	return errors.Join(err, d.config.Provisioning.ResetRefused(ctx, number, who.note(why)))
}

// OpenAccount opens the verification of an account that wrong claims have closed, as one of the
// [Resets]; of one that is not closed it changes nothing. No validation is asked for: who claims the
// account then has twenty tries again, and proves with them who they are. The reason, 1 to
// [pins.MaxReason] characters, stands in the account's history and the audit. Errors:
// [accounts.ErrNoAccount], which counts as a look-up and is recorded; a [*LimitError], [pins.ErrNote],
// [ErrWho], those of the stores and the audit.
func (d *Desk) OpenAccount(ctx context.Context, who Who, number accounts.Number, reason string) (err error) {
	defer wrap.Error(&err, "open account at the desk")
	switch {
	case !who.valid():
		return ErrWho
	case reason == "" || !who.note(reason).Valid():
		return pins.ErrNote
	}
	if err := d.count(ctx, who, LookUps, "", ""); err != nil {
		return err
	}
	if err := d.countOne(ctx, who, Resets, ""); err != nil {
		return err
	}
	known, err := d.config.Accounts.Known(ctx, number)
	if err != nil {
		return err
	}
	if !known {
		if err := d.countOne(ctx, who, LookUps, ""); err != nil {
			return err
		}
		return errors.Join(accounts.ErrNoAccount, d.failed(ctx, who, audit.LookedUp, "", noAccount))
	}
	ctx, cancel := detached.Context(ctx, afterwards)
	defer cancel()
	event := who.event(audit.AccountOpened, "", reason)
	event.Subject = "account " + string(number)
	return audit.Do(ctx, d.config.Audit, event, func() error {
		return d.config.Accounts.Open(ctx, number, accounts.Note{By: who.Name, From: who.Via, Reason: reason})
	}, accounts.ErrNoAccount)
}

const noAccount = "no such account" // in the audit
