package audited

import (
	"context"
	"fmt"
	"strings"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
)

// Accounts are the customers' accounts.
type Accounts struct {
	Accounts *accounts.Accounts
	Audit    audit.Recorder
}

// of is an account in the audit.
func of(number accounts.Number) string { return "account " + string(number) }

// nobodys is what is recorded of a number that is no account's: somebody's code may have been
// typed in its place.
const nobodys = "no account"

// typed is of, for a number that a customer may have typed.
func (a Accounts) typed(ctx context.Context, number accounts.Number) (string, error) {
	known, err := a.Accounts.Known(ctx, number)
	if !known {
		return nobodys, err
	}
	return of(number), nil
}

// Get shows an account. Errors: those of [accounts.Accounts.Get].
func (a Accounts) Get(ctx context.Context, by audit.Actor, number accounts.Number) (accounts.Account, error) {
	return a.read(ctx, by, number, "")
}

// read is Get with what is shown, for the audit.
func (a Accounts) read(ctx context.Context, by audit.Actor, number accounts.Number, what string) (accounts.Account, error) {
	subject, err := a.typed(ctx, number)
	if err == nil {
		err = a.Audit.Record(ctx, by.Event(audit.AccountRead, subject, what))
	}
	if err != nil {
		return accounts.Account{}, err
	}
	return a.Accounts.Get(ctx, number)
}

// History shows the newest limit records of an account. Errors: those of [accounts.Accounts.Get] and
// [accounts.Accounts.History].
func (a Accounts) History(ctx context.Context, by audit.Actor, number accounts.Number, limit int) ([]accounts.Record, error) {
	account, err := a.read(ctx, by, number, "history")
	if err != nil {
		return nil, err
	}
	return a.Accounts.History(ctx, account.ID, limit)
}

// change records what of an account is to change, before it is done.
func (a Accounts) change(
	ctx context.Context, by audit.Actor, number accounts.Number, what string, do func(accounts.Note) (accounts.Update, error),
) (update accounts.Update, err error) {
	err = audit.Do(ctx, a.Audit, by.Event(audit.AccountChanged, of(number), what), func() error {
		update, err = do(accountNote(by))
		return err
	}, accounts.ErrNoAccount, accounts.ErrTaken, storage.ErrContended, storage.ErrUnreadable,
		accounts.ErrDetails, accounts.ErrKeepsCode, accounts.ErrNumber, accounts.ErrNote)
	return update, err
}

func accountNote(by audit.Actor) accounts.Note { return accounts.Note{By: by.Name, From: by.Via} }

// Put creates an account, or changes what the details give. Errors: those of [accounts.Accounts.Put].
func (a Accounts) Put(ctx context.Context, by audit.Actor, number accounts.Number, details accounts.Details) (accounts.Update, error) {
	return a.change(ctx, by, number, given(details), func(note accounts.Note) (accounts.Update, error) {
		return a.Accounts.Put(ctx, number, details, note)
	})
}

// given says which parts of an account are given: which, not what they are.
func given(d accounts.Details) string {
	var parts []string
	for _, part := range []struct {
		name  accounts.Kind
		given bool
	}{
		{accounts.ChangedPhone, d.Phone != ""}, {accounts.ChangedLanguage, d.Language != nil}, {accounts.ChangedName, d.Name != ""},
		{accounts.ChangedAddress, d.Address != nil}, {accounts.ChangedEmail, d.Email != nil}, {accounts.ChangedCode, !d.Code.IsZero()},
		{accounts.ChangedUserName, d.UserName != nil}, {accounts.ChangedPassword, !d.Password.IsZero()},
	} {
		if part.given {
			parts = append(parts, string(part.name))
		}
	}
	return strings.Join(parts, ", ")
}

// Renumber gives an account another number. Errors: those of [accounts.Accounts.Renumber].
func (a Accounts) Renumber(ctx context.Context, by audit.Actor, number, to accounts.Number) (accounts.Update, error) {
	return a.change(ctx, by, number, "number "+string(to), func(note accounts.Note) (accounts.Update, error) {
		return a.Accounts.Renumber(ctx, number, to, note)
	})
}

// SetQuestion sets the security question. Errors: those of [accounts.Accounts.SetQuestion].
func (a Accounts) SetQuestion(
	ctx context.Context, by audit.Actor, number accounts.Number, question string, answer secret.Text,
) (accounts.Update, error) {
	return a.change(ctx, by, number, string(accounts.ChangedQuestion), func(note accounts.Note) (accounts.Update, error) {
		return a.Accounts.SetQuestion(ctx, number, question, answer, note)
	})
}

// NewCode makes a new security code. The reason can be empty. Errors: those of
// [accounts.Accounts.NewCode].
func (a Accounts) NewCode(ctx context.Context, by audit.Actor, number accounts.Number, reason string) (accounts.Update, error) {
	what := string(accounts.ChangedCode)
	if reason != "" {
		what += ": " + reason
	}
	return a.change(ctx, by, number, what, func(note accounts.Note) (accounts.Update, error) {
		note.Reason = reason
		return a.Accounts.NewCode(ctx, number, note)
	})
}

// Open opens the verification of an account that failures have closed. Errors: those of
// [accounts.Accounts.Open].
func (a Accounts) Open(ctx context.Context, by audit.Actor, number accounts.Number, reason string) error {
	return audit.Do(ctx, a.Audit, by.Event(audit.AccountOpened, of(number), reason), func() error {
		note := accountNote(by)
		note.Reason = reason
		return a.Accounts.Open(ctx, number, note)
	}, accounts.ErrNoAccount, accounts.ErrNote)
}

// claimed records that a claim to an account is about to be judged. What comes of it stands in the
// account's own history.
func (a Accounts) claimed(ctx context.Context, by audit.Actor, number accounts.Number, claim *accounts.Claim, what string) error {
	claim.Note = accountNote(by)
	subject, err := a.typed(ctx, number)
	if err != nil {
		return err
	}
	return a.Audit.Record(ctx, by.Event(audit.AccountClaimed, subject, what))
}

// Verify judges a claim. Errors: those of [accounts.Accounts.Verify].
func (a Accounts) Verify(ctx context.Context, by audit.Actor, number accounts.Number, claim accounts.Claim) (accounts.Result, error) {
	if err := a.claimed(ctx, by, number, &claim, ""); err != nil {
		return accounts.Result{}, err
	}
	return a.Accounts.Verify(ctx, number, claim)
}

// Enroll begins an enrollment. Errors: those of [accounts.Accounts.Enroll].
func (a Accounts) Enroll(
	ctx context.Context, by audit.Actor, number accounts.Number, claim accounts.Claim,
) (accounts.Enrollment, accounts.Result, error) {
	if err := a.claimed(ctx, by, number, &claim, "to enroll"); err != nil {
		return accounts.Enrollment{}, accounts.Result{}, err
	}
	return a.Accounts.Enroll(ctx, number, claim)
}

// AddAccount adds an account to an enrollment. Errors: those of [accounts.Accounts.AddAccount].
func (a Accounts) AddAccount(
	ctx context.Context, by audit.Actor, id accounts.EnrollmentID, number accounts.Number, claim accounts.Claim,
) (accounts.Enrollment, accounts.Result, error) {
	if err := a.claimed(ctx, by, number, &claim, "to be added to enrollment "+string(id)); err != nil {
		return accounts.Enrollment{}, accounts.Result{}, err
	}
	return a.Accounts.AddAccount(ctx, id, number, claim)
}

// Enrollment shows an enrollment. Errors: those of [accounts.Accounts.Enrollment].
func (a Accounts) Enrollment(ctx context.Context, by audit.Actor, id accounts.EnrollmentID) (accounts.Enrollment, error) {
	if err := a.Audit.Record(ctx, by.Event(audit.AccountRead, "enrollment "+string(id), "")); err != nil {
		return accounts.Enrollment{}, err
	}
	return a.Accounts.Enrollment(ctx, id)
}

// Numbers are the present numbers of the accounts of an enrollment that was shown, or has just
// changed. Errors: those of [accounts.Accounts.ByID].
func (a Accounts) Numbers(ctx context.Context, enrollment accounts.Enrollment) ([]accounts.Number, error) {
	numbers := make([]accounts.Number, 0, len(enrollment.Accounts))
	for _, id := range enrollment.Accounts {
		account, err := a.Accounts.ByID(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("account of an enrollment: %w", err)
		}
		numbers = append(numbers, account.Number)
	}
	return numbers, nil
}

// Sending is what is asked of [deliveries.Deliveries].
type Sending interface {
	// Request has a secret delivered to where the account says.
	Request(ctx context.Context, params deliveries.Params) (deliveries.Delivery, error)
	// Get returns a delivery as it stands, or [deliveries.ErrNotFound].
	Get(ctx context.Context, id deliveries.ID) (deliveries.Delivery, error)
	// Cancel ends a delivery that is under way, or says [deliveries.ErrFinal].
	Cancel(ctx context.Context, id deliveries.ID) (deliveries.Delivery, error)
}

// Deliveries are the deliveries of secrets. Calls that validate a customer are none of them: they are
// the business of the agent alone who has asked for one, at the desk.
type Deliveries struct {
	Deliveries Sending
	Accounts   Accounts
	Audit      audit.Recorder
}

// Request has a secret delivered. Errors: those of [deliveries.Deliveries.Request].
func (d Deliveries) Request(ctx context.Context, by audit.Actor, params deliveries.Params) (delivery deliveries.Delivery, err error) {
	subject, err := d.Accounts.typed(ctx, params.Account)
	if err != nil {
		return deliveries.Delivery{}, err
	}
	event := by.Event(audit.DeliveryRequested, subject, delivered(params.Topic, params.Method))
	err = audit.Do(ctx, d.Audit, event, func() error {
		delivery, err = d.Deliveries.Request(ctx, params)
		return err
	}, refusals...)
	return delivery, err
}

// delivered says what is delivered in which way.
func delivered(topic deliveries.Topic, method deliveries.Method) string {
	return string(topic) + ", " + string(method)
}

// Get shows a delivery, or says [deliveries.ErrNotFound].
func (d Deliveries) Get(ctx context.Context, by audit.Actor, id deliveries.ID) (deliveries.Delivery, error) {
	if err := d.Audit.Record(ctx, by.Event(audit.DeliveryRead, "delivery "+string(id), "")); err != nil {
		return deliveries.Delivery{}, err
	}
	return d.Again(ctx, id)
}

// Again is Get for who has just been shown the delivery, and follows it: that stands in the audit.
func (d Deliveries) Again(ctx context.Context, id deliveries.ID) (deliveries.Delivery, error) {
	delivery, err := d.Deliveries.Get(ctx, id)
	if err == nil && delivery.Topic == deliveries.ValidationCode {
		return deliveries.Delivery{}, deliveries.ErrNotFound
	}
	return delivery, err
}

// Cancel ends a delivery. Errors: those of [deliveries.Deliveries.Cancel].
func (d Deliveries) Cancel(ctx context.Context, by audit.Actor, id deliveries.ID) (delivery deliveries.Delivery, err error) {
	err = audit.Do(ctx, d.Audit, by.Event(audit.DeliveryCanceled, "delivery "+string(id), ""), func() error {
		if delivery, err = d.Again(ctx, id); err == nil {
			delivery, err = d.Deliveries.Cancel(ctx, id)
		}
		return err
	}, refusals...)
	return delivery, err
}

// refusals are the errors after which nothing was done.
var refusals = []error{
	deliveries.ErrNotFound, storage.ErrContended, deliveries.ErrFinal, deliveries.ErrKeyReused, deliveries.ErrNoSecret,
	deliveries.ErrNoWay, deliveries.ErrParams, accounts.ErrNoAccount,
}
