package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"updatecenter/internal/ids"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/typed"
	"updatecenter/internal/typeface"
	"updatecenter/internal/wrap"
)

// Put creates the account, or changes of it what the details give. Who changes it meanwhile
// loses nothing: only the given fields are set. A telephone that is not called is refused, unless the
// account has it already. Errors: [FieldErrors], [ErrNumber],
// [ErrNote], [ErrKeepsCode], [storage.ErrUnreadable], [storage.ErrContended] if others change it without end.
func (a *Accounts) Put(ctx context.Context, number Number, details Details, note Note) (_ Update, err error) {
	defer wrap.Error(&err, "put account")
	if !number.valid() {
		return Update{}, ErrNumber
	}
	if !note.plain() {
		return Update{}, ErrNote
	}
	details, wrong := details.tidy(a.now())
	edit := func(account *Account, now time.Time) (Changes, error) {
		if err := a.reachable(details.Phone, account.Phone, wrong); err != nil {
			return nil, err
		}
		return a.editKept(ctx, details, account, now)
	}
	return storage.Retry(ctx, func() (Update, error) {
		update, err := a.changeOnce(ctx, number, note, edit)
		if !errors.Is(err, ErrNoAccount) {
			return update, err
		}
		update, err = a.create(ctx, number, details, wrong, note)
		if errors.Is(err, ErrTaken) {
			err = storage.ErrStale
		}
		return update, err
	})
}

// reachable adds to what is wrong why a telephone is not called that an account is to have, and
// returns all of it, or nil.
func (a *Accounts) reachable(wanted, has nanp.Number, wrong FieldErrors) error {
	if wanted != "" && wanted != has && !wrong.of("phone") {
		err := a.config.Destinations.Check(wanted)
		wrong.unless(err == nil, "phone", fmt.Sprint(err))
	}
	return wrong.err()
}

// editKept sets what the details give of an account that exists.
func (a *Accounts) editKept(ctx context.Context, d Details, account *Account, now time.Time) (Changes, error) {
	if d.RefuseCode && !d.Code.IsZero() {
		return nil, ErrKeepsCode
	}
	return a.edit(ctx, d, account, now)
}

// edit sets what the details give.
func (a *Accounts) edit(ctx context.Context, d Details, account *Account, now time.Time) (Changes, error) {
	changed := d.edit(account, now)
	other, err := a.givePassword(ctx, account, d.Password)
	if other {
		changed = append(changed, ChangedPassword)
	}
	return changed, err
}

// edit sets what the details give, but for the password.
func (d Details) edit(account *Account, now time.Time) (changed Changes) {
	if d.Phone != "" && d.Phone != account.Phone {
		account.Phone, changed = d.Phone, append(changed, ChangedPhone)
	}
	if d.Language != nil && *d.Language != account.Language {
		account.Language, changed = *d.Language, append(changed, ChangedLanguage)
	}
	if d.Name != "" && d.Name != account.Name {
		account.Name, changed = d.Name, append(changed, ChangedName)
	}
	if d.Address != nil && !d.Address.Equal(account.Address) {
		account.Address, account.AddressSince, changed = *d.Address, now, append(changed, ChangedAddress)
	}
	if d.Email != nil && *d.Email != account.Email {
		account.Email, account.EmailSince, changed = *d.Email, now, append(changed, ChangedEmail)
		if account.Email == "" {
			account.EmailSince = time.Time{}
		}
	}
	if changed.Has(ChangedPhone) || changed.Has(ChangedAddress) || changed.Has(ChangedEmail) {
		account.Link = Link{} // it may have gone to where the customer is no more
	}
	if d.UserName != nil && *d.UserName != account.UserName {
		account.UserName, changed = *d.UserName, append(changed, ChangedUserName)
	}
	return changed
}

// create makes a new account of tidy details, unless something is wrong with them, or missing.
func (a *Accounts) create(ctx context.Context, number Number, details Details, wrong FieldErrors, note Note) (Update, error) {
	if btn, is := number.BTN(); is && details.Phone == "" && !wrong.of("phone") {
		details.Phone = btn
	}
	details.complete(&wrong)
	if err := a.reachable(details.Phone, "", wrong); err != nil {
		return Update{}, err
	}
	id, err := ids.New(a.config.Random, accountPrefix)
	if err != nil {
		return Update{}, err
	}
	now, code := a.now(), CodeProvisioned
	account := Account{ID: ID(id), Number: number, Revision: 1, Code: details.Code, Since: now, Created: now}
	if account.Code.IsZero() {
		if account.Code, err = secret.Digits(a.config.Random, a.config.CodeDigits); err != nil {
			return Update{}, err
		}
		code = CodeMade
	}
	if _, err := a.edit(ctx, details, &account, now); err != nil {
		return Update{}, err
	}
	if account.Email != "" && !details.EmailSince.IsZero() {
		account.EmailSince = details.EmailSince.UTC().Truncate(time.Millisecond)
	}
	records := []Record{note.record(now, Created), note.record(now, code)}
	update := Update{Created: true, After: account}
	if err := a.commit(ctx, a.config.Store.Create, account, records, a.config.Notices(update)); err != nil {
		return Update{}, err
	}
	return update, nil
}

// SetQuestion sets the security question and its answer, which count from now on; the code,
// or the question before, is retired. The answer has at least 2 letters or digits. Errors:
// [ErrNoAccount], [FieldErrors], [ErrNote], [storage.ErrUnreadable], [storage.ErrContended] if others
// change it without end.
func (a *Accounts) SetQuestion(
	ctx context.Context, number Number, question string, answer secret.Text, note Note,
) (_ Update, err error) {
	defer wrap.Error(&err, "set security question")
	if err := checkQuestion(question, answer); err != nil {
		return Update{}, err
	}
	return a.change(ctx, number, note, func(account *Account, now time.Time) (Changes, error) {
		account.Question, account.Answer, account.Since = question, answer, now
		account.Code, account.Link = secret.Text{}, Link{} // which whoever had the code may have asked for
		return Changes{ChangedQuestion}, nil
	})
}

func checkQuestion(question string, answer secret.Text) error {
	var wrong FieldErrors
	if fold(question) == "" {
		question = "" // which is none
	}
	wrong.text("question", question, maxQuestion)
	_, missing := typeface.Set(answer.Reveal())
	switch {
	case !typed.Plain(answer.Reveal(), maxAnswer) || len(fold(answer.Reveal())) < minAnswer:
		wrong.unless(false, "answer", fmt.Sprintf("want %d letters or digits, and at most %d characters that can be printed", minAnswer, maxAnswer))
	case missing != "": // of a secret nothing is quoted
		wrong.unless(false, "answer", "the letters that we send can't show all of it: "+inOurLetters)
	}
	return wrong.err()
}

// NewCode makes a new security code, which counts from now on; the code before, or the
// question and its answer, are retired. Errors: [ErrNoAccount], [ErrNote], [storage.ErrUnreadable],
// [storage.ErrContended] if others change it without end, or what Random said.
func (a *Accounts) NewCode(ctx context.Context, number Number, note Note) (_ Update, err error) {
	defer wrap.Error(&err, "make security code")
	return a.change(ctx, number, note, func(account *Account, now time.Time) (Changes, error) {
		code, err := otherCode(a.config.Random, a.config.CodeDigits, account.Code)
		if err != nil {
			return nil, err
		}
		account.Code, account.Since, account.Link = code, now, Link{} // which whoever had the code may have asked for
		account.Question, account.Answer = "", secret.Text{}
		return Changes{ChangedCode}, nil
	})
}

// Kind is one thing of an account that can change.
type Kind string

// The kinds of change.
const (
	ChangedNumber   Kind = "number"
	ChangedPhone    Kind = "phone"
	ChangedLanguage Kind = "language"
	ChangedName     Kind = "name"
	ChangedAddress  Kind = "address"
	ChangedEmail    Kind = "email"
	ChangedCode     Kind = "code"     // a new one counts, and what counted before is retired
	ChangedQuestion Kind = "question" // and its answer: they count, and what counted before is retired

	ChangedUserName Kind = "user_name"
	ChangedPassword Kind = "password"
	SentUserName    Kind = "user_name_sent"     // it is to be sent, by After.NameSent
	SentLink        Kind = "password_link_sent" // there is a new link, and it is to be sent: After.Link
)

// Changes is a set of kinds, each of which stands once.
type Changes []Kind

// Has says whether the set has a kind.
func (c Changes) Has(k Kind) bool { return slices.Contains(c, k) }

// Update is what a change has done. After.ID and After.Revision together name the change: no other
// has both, so that a notice of it which is asked for twice can be made once.
type Update struct {
	Created bool    // the account is new: nothing else is said to have changed, and Before is zero
	Changed Changes // empty: all was already so
	Before  Account // where to send the notice of the change
	After   Account
}

// events are what the history calls the changes.
var events = map[Kind]Event{
	ChangedNumber: Renumbered, ChangedPhone: PhoneChanged, ChangedLanguage: LanguageChanged, ChangedName: NameChanged,
	ChangedAddress: AddressChanged, ChangedEmail: EmailChanged, ChangedCode: CodeMade, ChangedQuestion: QuestionSet,
	ChangedUserName: UserNameChanged, ChangedPassword: PasswordChanged, SentUserName: UserNameSent, SentLink: PasswordLinkSent,
}

// An edit makes an account what it shall be, and says what of it that changes.
type edit func(account *Account, now time.Time) (Changes, error)

// change edits an account, and starts over when another change came first.
func (a *Accounts) change(ctx context.Context, number Number, note Note, edit edit) (Update, error) {
	if !note.plain() {
		return Update{}, ErrNote
	}
	return storage.Retry(ctx, func() (Update, error) { return a.changeOnce(ctx, number, note, edit) })
}

func (a *Accounts) changeOnce(ctx context.Context, number Number, note Note, edit edit) (Update, error) {
	before, err := a.opened(a.config.Store.Find(ctx, number))
	if err != nil {
		return Update{}, err
	}
	now, after := a.now(), before
	changed, err := edit(&after, now)
	switch {
	case err != nil:
		return Update{}, err
	case len(changed) == 0:
		return Update{Before: before, After: before}, nil
	}
	var records []Record
	for _, kind := range changed {
		records = append(records, note.record(now, events[kind]))
	}
	update := Update{Changed: changed, Before: before, After: after}
	update.After.Revision++
	if err := a.commit(ctx, a.config.Store.Change, after, records, a.config.Notices(update)); err != nil {
		return Update{}, err
	}
	return update, nil
}

// commit seals and stores.
func (a *Accounts) commit(
	ctx context.Context, write func(context.Context, Stored, []Record, [][]byte) error,
	account Account, records []Record, notices [][]byte,
) error {
	stored, err := seal(a.config.Keys, a.config.Random, account)
	if err != nil {
		return err
	}
	_, err = storage.Write(ctx, func() error { return write(ctx, stored, records, notices) },
		storage.ErrStale, ErrTaken, ErrNoAccount, storage.ErrUnreadable)
	return err
}

// Renumber gives an account another number of its kind; the old one is free from then on. Errors:
// [ErrNoAccount], [ErrTaken], [ErrNumber], [ErrNote], [storage.ErrContended] if others change it without
// end.
func (a *Accounts) Renumber(ctx context.Context, number, to Number, note Note) (_ Update, err error) {
	defer wrap.Error(&err, "renumber account")
	_, from := number.BTN()
	if _, is := to.BTN(); !to.valid() || is != from {
		return Update{}, ErrNumber
	}
	return a.change(ctx, number, note, func(account *Account, _ time.Time) (Changes, error) {
		if account.Number == to {
			return nil, nil
		}
		account.Number = to
		return Changes{ChangedNumber}, nil
	})
}

// Append adds an event to the history of an account that nothing else changes, such as
// [Disowned]. Errors: [ErrNoAccount], [ErrNote], [storage.ErrContended].
func (a *Accounts) Append(ctx context.Context, id ID, event Event, note Note) (err error) {
	defer wrap.Error(&err, "append to history")
	if !note.plain() {
		return ErrNote
	}
	_, err = storage.Retry(ctx, func() (Account, error) {
		account, err := a.ByID(ctx, id)
		if err != nil {
			return Account{}, err
		}
		record := note.record(a.now(), event)
		// It is sealed anew, since a store takes the same bytes for the same change.
		return account, a.commit(ctx, a.config.Store.Change, account, []Record{record}, nil)
	})
	return err
}
