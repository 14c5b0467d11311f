package mailboxes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/ids"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/typed"
	"updatecenter/internal/wrap"
	"updatecenter/pins"
)

// MaxEmails is how many e-mail addresses a line has at most.
const MaxEmails = 5

// emailDigits are those of the one-time password of an e-mail address, which takes no fewer than 8 characters.
const emailDigits = 8

// Bounds of an answer, in keys of a telephone.
const (
	MinAnswer = 3
	MaxAnswer = 64
)

// EmailID names an e-mail address of a line: "eml_" and 26 random characters.
type EmailID string

const emailPrefix = "eml_"

// Question is a secret question. Its words are for whoever asks it.
type Question string

// The questions, and the one that the customer has chosen: that the operator's web site may have, and the telephone can't say.
const (
	FirstPet         Question = "first_pet"
	BirthCity        Question = "birth_city"
	FirstSchool      Question = "first_school"
	ChildhoodStreet  Question = "childhood_street"
	ChildhoodFriend  Question = "childhood_friend"
	FirstCar         Question = "first_car"
	FirstJob         Question = "first_job"
	FavoriteTeacher  Question = "favorite_teacher"
	FavoriteTeam     Question = "favorite_team"
	MothersFirstName Question = "mothers_first_name"
	FathersFirstName Question = "fathers_first_name"
	Own              Question = "own"
)

// Questions are all of them.
var Questions = [...]Question{
	FirstPet, BirthCity, FirstSchool, ChildhoodStreet, ChildhoodFriend, FirstCar, FirstJob, FavoriteTeacher, FavoriteTeam,
	MothersFirstName, FathersFirstName, Own,
}

// Known says whether it is one of [Questions].
func (q Question) Known() bool { return slices.Contains(Questions[:], q) }

// Email is an e-mail address of a line, without the answers.
type Email struct {
	ID        EmailID     `json:"id"`
	Address   string      `json:"address"`
	Revision  int64       `json:"rev"` // grows with each change, and is at least its time in milliseconds
	Questions [2]Question `json:"questions"`
	Reset     time.Time   `json:"reset,omitzero"` // when its password was reset here last; zero: never
}

// email is an address as it is kept.
type email struct {
	Email
	Answers [2]string `json:"answers"` // as keys of a telephone, see [accounts.Keypad]
}

// email is the address that an ID names; nil: there is none.
func (r *record) email(id EmailID) *email {
	at := slices.IndexFunc(r.Emails, func(e email) bool { return e.ID == id })
	if at < 0 {
		return nil
	}
	return &r.Emails[at]
}

// indexOf is where an address stands; -1: nowhere. Of two that differ in case alone nobody has both.
func (r *record) indexOf(address string) int {
	return slices.IndexFunc(r.Emails, func(e email) bool { return strings.EqualFold(e.Address, address) })
}

// Answered is a secret question with its answer.
type Answered struct {
	Question Question
	Answer   secret.Text // as its customer writes it; only its keys on a telephone are kept, [MinAnswer] to [MaxAnswer]
}

// EmailPut is what the operator's system says of an e-mail address.
type EmailPut struct {
	Number    nanp.Number // of the line
	Address   string      // upper and lower case are the same
	Questions [2]Answered // two different ones, or [Own] twice
	Match     func(revision int64) bool
	Note      pins.Note // who does it
}

// EmailUpdate is an e-mail address after an [EmailPut].
type EmailUpdate struct {
	Email   Email
	Created bool
	Changed bool // or created
}

// Check says what of it can't be, in [accounts.FieldErrors]: "number", "address", and what [CheckQuestions] says.
func (p EmailPut) Check() error {
	var wrong accounts.FieldErrors
	if p.Number.Display() == "" {
		wrong = append(wrong, &accounts.FieldError{Field: "number", Reason: "want the telephone number of a line"})
	}
	if !typed.IsEmail(p.Address) {
		wrong = append(wrong, &accounts.FieldError{Field: "address", Reason: "want an e-mail address"})
	}
	if wrong = append(wrong, CheckQuestions(p.Questions)...); len(wrong) > 0 {
		return wrong
	}
	return nil
}

// CheckQuestions says what of two questions and their answers can't be: "question_1", "answer_1", "question_2", "answer_2".
// Nil: nothing is wrong.
func CheckQuestions(questions [2]Answered) (wrong accounts.FieldErrors) {
	unless := func(right bool, field, reason string) {
		if !right {
			wrong = append(wrong, &accounts.FieldError{Field: field, Reason: reason})
		}
	}
	for i, asked := range questions {
		unless(asked.Question.Known(), "question_"+strconv.Itoa(i+1), questionShould)
		_, fits := keyed(asked.Answer)
		unless(fits && typed.Plain(asked.Answer.Reveal(), MaxAnswer), "answer_"+strconv.Itoa(i+1), answerShould)
	}
	first, other := questions[0].Question, questions[1].Question
	unless(first != other || first == Own || !first.Known(), "question_2", "want another question than the first")
	return wrong
}

var (
	questionShould = "want one of " + strings.Trim(fmt.Sprint(Questions), "[]")
	answerShould   = fmt.Sprintf("want up to %d characters that can be printed, with at least %d letters or digits", MaxAnswer, MinAnswer)
)

// keyed is an answer as a telephone enters it, and whether it can be one.
func keyed(answer secret.Text) (secret.Text, bool) {
	keys := accounts.Keypad(answer)
	n := len(keys.Reveal())
	return keys, n >= MinAnswer && n <= MaxAnswer
}

// PutEmail says that a line has an e-mail address, with its questions. What is as before is not stored again. Other questions or
// answers take back the wrong ones at the address, and those at no address of the line's; what is left may still lock. Match is as in [Put], of the address. Errors: [accounts.FieldErrors], pins.ErrNote,
// [ErrFull]; storage.ErrStale with Match; storage.ErrContended, storage.ErrUnreadable.
func (m *Mailboxes) PutEmail(ctx context.Context, put EmailPut) (_ EmailUpdate, err error) {
	defer wrap.Error(&err, "put e-mail address")
	if err := put.Check(); err != nil {
		return EmailUpdate{}, err
	}
	if !put.Note.Valid() {
		return EmailUpdate{}, pins.ErrNote
	}
	id, err := ids.New(m.config.Random, emailPrefix)
	if err != nil {
		return EmailUpdate{}, err
	}
	var refused error // is told, and not tried again
	update, err := storage.Retry(ctx, func() (EmailUpdate, error) {
		line, err := m.load(ctx, put.Number)
		if err != nil {
			return EmailUpdate{}, err
		}
		var update EmailUpdate
		if update, refused = line.putEmail(put, EmailID(id), m.now()); refused != nil || !update.Changed {
			return update, nil
		}
		return update, m.commitEmail(ctx, line, put.Note, pins.EmailWritten, update.Email.ID)
	})
	return update, errors.Join(err, refused)
}

// putEmail edits an address, or adds one with an ID. Errors: storage.ErrStale with Match, [ErrFull].
func (r *record) putEmail(put EmailPut, id EmailID, now time.Time) (EmailUpdate, error) {
	before, at := email{Email: Email{ID: id}}, r.indexOf(put.Address)
	if at >= 0 {
		before = r.Emails[at]
	}
	after := put.email(before, now)
	switch {
	case put.Match != nil && !put.Match(before.Revision):
		return EmailUpdate{}, storage.ErrStale
	case at >= 0 && after.Questions == before.Questions && after.Answers == before.Answers:
		return EmailUpdate{Email: before.Email}, nil
	case at >= 0:
		r.Emails[at] = after
		r.Guesses.clear(after.ID)
		r.Guesses.clear("")
	case len(r.Emails) >= MaxEmails:
		return EmailUpdate{}, ErrFull
	default:
		r.Emails = append(r.Emails, after)
	}
	return EmailUpdate{Email: after.Email, Created: at < 0, Changed: true}, nil
}

// email is the address as it is put.
func (p EmailPut) email(before email, now time.Time) email {
	after := before
	after.Address, after.Revision = p.Address, next(before.Revision, now)
	for i, asked := range p.Questions {
		keys, _ := keyed(asked.Answer)
		after.Questions[i], after.Answers[i] = asked.Question, keys.Reveal()
	}
	return after
}

// commitEmail stores what the operator's system says. The history, which is not sealed, has the ID and not the address.
func (m *Mailboxes) commitEmail(ctx context.Context, line *record, note pins.Note, event pins.Event, id EmailID) error {
	record := written(note, event, m.now())
	record.Changes = changed(id)
	return m.commit(ctx, line, Change{Record: record})
}

// changed names an address in a record; of none it says nothing.
func changed(id EmailID) []string {
	if id == "" {
		return nil
	}
	return []string{"address " + string(id)}
}

// EmailRemoval is an e-mail address to be removed.
type EmailRemoval struct {
	Number  nanp.Number
	Address string
	Match   func(revision int64) bool // as in [EmailPut]
	Note    pins.Note
}

// RemoveEmail says that a line has an e-mail address no more, and takes back the wrong answers at it. Errors: pins.ErrNote, [ErrNoEmail]; storage.ErrStale with Match;
// storage.ErrContended, storage.ErrUnreadable.
func (m *Mailboxes) RemoveEmail(ctx context.Context, r EmailRemoval) (err error) {
	defer wrap.Error(&err, "remove e-mail address")
	if !r.Note.Valid() {
		return pins.ErrNote
	}
	var stale error
	_, err = storage.Retry(ctx, func() (none struct{}, err error) {
		line, err := m.load(ctx, r.Number)
		if err != nil {
			return none, err
		}
		at := line.indexOf(r.Address)
		switch {
		case at < 0:
			return none, ErrNoEmail
		case r.Match != nil && !r.Match(line.Emails[at].Revision):
			stale = storage.ErrStale
			return none, nil
		}
		id := line.Emails[at].ID
		line.Emails = slices.Delete(line.Emails, at, at+1)
		line.Guesses.clear(id)
		return none, m.commitEmail(ctx, line, r.Note, pins.EmailRemoved, id)
	})
	return errors.Join(err, stale)
}

// Emails returns the e-mail addresses of a line, those first that were put first; of one that has none, none. Errors:
// storage.ErrUnreadable.
func (m *Mailboxes) Emails(ctx context.Context, number nanp.Number) (_ []Email, err error) {
	defer wrap.Error(&err, "find e-mail addresses")
	line, err := m.load(ctx, number)
	if err != nil {
		return nil, err
	}
	all := make([]Email, len(line.Emails))
	for i, e := range line.Emails {
		all[i] = e.Email
	}
	return all, nil
}
