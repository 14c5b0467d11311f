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
	"updatecenter/internal/typeface"
)

// Put creates the account, or changes of it what the details give. Who changes it meanwhile
// loses nothing: only the given fields are set. A telephone that is not called is refused, unless the
// account has it already. Errors: [FieldErrors], [ErrNumber],
// [ErrNote], [ErrKeepsCode], [storage.ErrUnreadable], [storage.ErrContended] if others change it without end.
func (a *Accounts) Put(ctx context.Context, number Number, details Details, note Note) (Update, error) {
	update, err := a.put(ctx, number, details, note)
	if err != nil {
		return Update{}, fmt.Errorf("put account: %w", err)
	}
	return update, nil
}

func (a *Accounts) put(ctx context.Context, number Number, details Details, note Note) (Update, error) {
	if !isNumber(string(number)) {
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
		return details.editKept(account, now)
	}
	return storage.Retry(ctx, func() (Update, error) {
		update, err := a.changeOnce(ctx, a.numbered(number), note, edit)
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
		err := a.called.Check(wanted)
		wrong.unless(err == nil, "phone", fmt.Sprint(err))
	}
	return wrong.err()
}

// editKept sets what the details give of an account that exists.
func (d Details) editKept(account *Account, now time.Time) (Changes, error) {
	if d.RefuseCode && !d.Code.IsZero() {
		return nil, ErrKeepsCode
	}
	return d.edit(account, now)
}

// edit sets what the details give.
func (d Details) edit(account *Account, now time.Time) (Changes, error) {
	var changed Changes
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
	return changed, nil
}

// create makes a new account of tidy details, unless something is wrong with them, or missing.
func (a *Accounts) create(ctx context.Context, number Number, details Details, wrong FieldErrors, note Note) (Update, error) {
	details.complete(&wrong)
	if err := a.reachable(details.Phone, "", wrong); err != nil {
		return Update{}, err
	}
	id, err := ids.New(a.random, accountPrefix)
	if err != nil {
		return Update{}, err
	}
	now, code := a.now(), CodeProvisioned
	account := Account{ID: ID(id), Number: number, Revision: 1, Code: details.Code, Since: now, Created: now}
	if account.Code.IsZero() {
		if account.Code, err = secret.Digits(a.random, a.digits); err != nil {
			return Update{}, err
		}
		code = CodeMade
	}
	if _, err := details.edit(&account, now); err != nil {
		return Update{}, err
	}
	if account.Email != "" && !details.EmailSince.IsZero() {
		account.EmailSince = details.EmailSince.UTC().Truncate(time.Millisecond)
	}
	records := []Record{note.record(now, Created), note.record(now, code)}
	update := Update{Created: true, After: account}
	if err := a.commit(ctx, a.store.Create, account, records, a.notices(update)); err != nil {
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
) (Update, error) {
	if err := checkQuestion(question, answer); err != nil {
		return Update{}, fmt.Errorf("set security question: %w", err)
	}
	update, err := a.change(ctx, a.numbered(number), note, func(account *Account, now time.Time) (Changes, error) {
		account.Question, account.Answer, account.Since = question, answer, now
		account.Code = secret.Text{}
		return Changes{ChangedQuestion}, nil
	})
	if err != nil {
		return Update{}, fmt.Errorf("set security question: %w", err)
	}
	return update, nil
}

func checkQuestion(question string, answer secret.Text) error {
	var wrong FieldErrors
	if fold(question) == "" {
		question = "" // which is none
	}
	wrong.text("question", question, maxQuestion)
	_, missing := typeface.Set(answer.Reveal())
	switch {
	case !plain(answer.Reveal(), maxAnswer) || len(fold(answer.Reveal())) < minAnswer:
		wrong.unless(false, "answer", fmt.Sprintf("want %d letters or digits, and at most %d characters that can be printed", minAnswer, maxAnswer))
	case missing != "": // of a secret nothing is quoted
		wrong.unless(false, "answer", "the letters that we send can't show all of it: "+inOurLetters)
	}
	return wrong.err()
}

// NewCode makes a new security code, which counts from now on; the code before, or the
// question and its answer, are retired. Errors: [ErrNoAccount], [ErrNote], [storage.ErrUnreadable],
// [storage.ErrContended] if others change it without end, or what Random said.
func (a *Accounts) NewCode(ctx context.Context, number Number, note Note) (Update, error) {
	update, err := a.change(ctx, a.numbered(number), note, func(account *Account, now time.Time) (Changes, error) {
		code, err := otherCode(a.random, a.digits, account.Code)
		if err != nil {
			return nil, err
		}
		account.Code, account.Since = code, now
		account.Question, account.Answer = "", secret.Text{}
		return Changes{ChangedCode}, nil
	})
	if err != nil {
		return Update{}, fmt.Errorf("make security code: %w", err)
	}
	return update, nil
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

// event is what the history calls a change.
func (k Kind) event() Event {
	switch k {
	case ChangedNumber:
		return Renumbered
	case ChangedPhone:
		return PhoneChanged
	case ChangedLanguage:
		return LanguageChanged
	case ChangedName:
		return NameChanged
	case ChangedAddress:
		return AddressChanged
	case ChangedEmail:
		return EmailChanged
	case ChangedCode:
		return CodeMade
	case ChangedQuestion:
		return QuestionSet
	}
	return ""
}

// An edit makes an account what it shall be, and says what of it that changes.
type edit func(account *Account, now time.Time) (Changes, error)

// finder is where a change gets the account from, each time that it starts over.
type finder func(ctx context.Context) (Stored, error)

func (a *Accounts) numbered(number Number) finder {
	return func(ctx context.Context) (Stored, error) { return a.store.Find(ctx, number) }
}

// change edits an account, and starts over when another change came first.
func (a *Accounts) change(ctx context.Context, find finder, note Note, edit edit) (Update, error) {
	if !note.plain() {
		return Update{}, ErrNote
	}
	return storage.Retry(ctx, func() (Update, error) { return a.changeOnce(ctx, find, note, edit) })
}

func (a *Accounts) changeOnce(ctx context.Context, find finder, note Note, edit edit) (Update, error) {
	stored, err := find(ctx)
	if err != nil {
		return Update{}, err
	}
	before, err := open(a.keys, stored)
	if err != nil {
		return Update{}, err
	}
	now, after := a.now(), before
	changed, err := edit(&after, now)
	if err != nil || len(changed) == 0 {
		return Update{Before: before, After: before}, err
	}
	var records []Record
	for _, kind := range changed {
		records = append(records, note.record(now, kind.event()))
	}
	update := Update{Changed: changed, Before: before, After: after}
	update.After.Revision++
	if err := a.commit(ctx, a.store.Change, after, records, a.notices(update)); err != nil {
		return Update{}, err
	}
	return update, nil
}

// commit seals and stores.
func (a *Accounts) commit(
	ctx context.Context, write func(context.Context, Stored, []Record, [][]byte) error,
	account Account, records []Record, notices [][]byte,
) error {
	stored, err := seal(a.keys, a.random, account)
	if err != nil {
		return err
	}
	_, err = storage.Write(ctx, func() error { return write(ctx, stored, records, notices) },
		storage.ErrStale, ErrTaken, ErrNoAccount, storage.ErrUnreadable)
	return err
}

// Renumber gives an account another number; the old one is free from then on. Errors:
// [ErrNoAccount], [ErrTaken], [ErrNumber], [ErrNote], [storage.ErrContended] if others change it without
// end.
func (a *Accounts) Renumber(ctx context.Context, number, to Number, note Note) (Update, error) {
	if !isNumber(string(to)) {
		return Update{}, fmt.Errorf("renumber account: %w", ErrNumber)
	}
	update, err := a.change(ctx, a.numbered(number), note, func(account *Account, _ time.Time) (Changes, error) {
		if account.Number == to {
			return nil, nil
		}
		account.Number = to
		return Changes{ChangedNumber}, nil
	})
	if err != nil {
		return Update{}, fmt.Errorf("renumber account: %w", err)
	}
	return update, nil
}

// Append adds an event to the history of an account that nothing else changes, such as
// [Disowned]. Errors: [ErrNoAccount], [ErrNote], [storage.ErrContended].
func (a *Accounts) Append(ctx context.Context, id ID, event Event, note Note) error {
	if !note.plain() {
		return ErrNote
	}
	_, err := storage.Retry(ctx, func() (Account, error) {
		account, err := a.ByID(ctx, id)
		if err != nil {
			return Account{}, err
		}
		record := note.record(a.now(), event)
		// It is sealed anew, since a store takes the same bytes for the same change.
		return account, a.commit(ctx, a.store.Change, account, []Record{record}, nil)
	})
	if err != nil {
		return fmt.Errorf("append to history: %w", err)
	}
	return nil
}
