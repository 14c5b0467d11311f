package accounts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/typed"
)

// Record is one entry of an account's history. It tells what happened, and never holds a
// value: no code, no answer, no address.
type Record struct {
	At     time.Time `json:"at"`
	Event  Event     `json:"event"`
	By     string    `json:"by"`               // "customer", or the name of who did it
	From   string    `json:"from,omitempty"`   // the interface that was used
	Reason string    `json:"reason,omitempty"` // as given
	Until  time.Time `json:"until,omitzero"`   // of a lock
}

// ByCustomer is who tried to prove that the account is theirs, if nobody says otherwise.
const ByCustomer = "customer"

// Event is what a record tells.
type Event string

// The events.
const (
	Created           Event = "account-created"
	Renumbered        Event = "account-renumbered"
	PhoneChanged      Event = "phone-changed"
	LanguageChanged   Event = "language-changed"
	NameChanged       Event = "name-changed"
	AddressChanged    Event = "address-changed"
	EmailChanged      Event = "email-changed"
	UserNameChanged   Event = "user-name-changed"
	UserNameSent      Event = "user-name-sent"
	PasswordChanged   Event = "password-changed"
	PasswordLinkSent  Event = "password-link-sent"
	CodeMade          Event = "code-made"
	CodeProvisioned   Event = "code-provisioned"
	QuestionSet       Event = "question-set"
	Verified          Event = "verified"            // by the right code or answer, or by the ZIP code
	VerifiedEnroll    Event = "verified-to-enroll"  // the same, for an enrollment
	VerifiedAdd       Event = "verified-to-add"     // the same, to be added to an enrollment
	VerifiedRecover   Event = "verified-to-recover" // the same, to be sent what was forgotten
	Locked            Event = "locked"
	NoticeUndelivered Event = "notice-untold"       // a change was not told to the customer: Reason says which, and why
	Closed            Event = "verification-closed" // by failures in a row, until it is opened
	Opened            Event = "verification-opened"
	Disowned          Event = "delivery-disowned" // who was called had not asked for the code
)

// ErrNote is said of a [Note] without a name, or with a text that is too long or not plain.
var ErrNote = errors.New("note must say by whom, in plain words")

// Bounds of notes and of what is read of a history.
const (
	maxBy      = 100  // characters of a [Note]'s By and From
	MaxReason  = 500  // characters of a [Note]'s Reason
	MaxHistory = 1000 // records that are kept, and that [Accounts.History] returns at most
)

// HistoryKept is for how long a history is kept after its newest record.
const HistoryKept = 2 * 365 * 24 * time.Hour

// Note says who changes an account, and why: for its history.
type Note struct {
	By     string // the person or key, 1 to 100 characters
	From   string // the interface that was used, "command line" or "api"; up to 100 characters
	Reason string // up to [MaxReason] characters
}

func (n Note) plain() bool {
	return n.By != "" && typed.Plain(n.By, maxBy) && typed.Plain(n.From, maxBy) && typed.Plain(n.Reason, MaxReason)
}

func (n Note) record(at time.Time, event Event) Record {
	return Record{At: at, Event: event, By: n.By, From: n.From, Reason: n.Reason}
}

// NoticeReplaced is the record of a notice that was due when another took its place, see [MaxDue].
func NoticeReplaced(at time.Time) Record {
	return Record{At: at, Event: NoticeUndelivered, By: "update center", Reason: "a change: too_many_notices"}
}

// form is the account in JSON, as it is sealed. Its secrets are strings here, as a secret.Text is written as
// dots: a form lives no longer than it takes to seal or open it.
type form struct {
	storage.Version
	Account
	Code   string `json:"code,omitempty"`
	Answer string `json:"answer,omitempty"`
	Token  string `json:"link_token,omitempty"`
}

// seal writes an account for a store.
func seal(keys secret.Keyring, random io.Reader, a Account) (Stored, error) {
	sealed, err := storage.Seal(keys, random, boundTo(a.ID), &form{
		Account: a, Code: a.Code.Reveal(), Answer: a.Answer.Reveal(), Token: a.Link.Token.Reveal(),
	})
	if err != nil {
		return Stored{}, fmt.Errorf("seal account: %w", err)
	}
	return Stored{ID: a.ID, Number: a.Number, Revision: a.Revision, Sealed: sealed}, nil
}

// open reads what seal wrote. Every error is [storage.ErrUnreadable].
func open(keys secret.Keyring, stored Stored) (Account, error) {
	var f form
	if err := storage.Open(keys, stored.Sealed, boundTo(stored.ID), &f); err != nil {
		return Account{}, fmt.Errorf("open account: %w", err)
	}
	account := f.Account
	account.ID, account.Number, account.Revision = stored.ID, stored.Number, stored.Revision
	account.Code, account.Answer, account.Link.Token = secret.New(f.Code), secret.New(f.Answer), secret.New(f.Token)
	return account, nil
}

func boundTo(id ID) string { return "account " + string(id) }

// Stored is an account as a store keeps it.
type Stored struct {
	ID       ID
	Number   Number
	Revision int64  // 1 or more
	Sealed   []byte // all else, which only this package can read; at most [MaxSealed] bytes, never twice the same
}

// MaxDue is how many notices of one account can be due, long before which their limits keep most
// from being told.
const MaxDue = 100

// MaxSealed bounds Stored.Sealed, with much to spare.
const MaxSealed = 16 << 10

// Store is what the package needs of the place where accounts are kept.
//
// An account is found by its number and kept by its ID. An implementation may keep the two
// on different machines, where no transaction spans both; the account's own record, with the
// number that it holds, is then what decides. An entry "this number is that account's" is
// only a hint: it counts if the account's record holds that number. At any moment, also when
// a process dies between two steps or two run at once:
//
//   - an account is found under the number in its record, and under no other;
//   - no two accounts have one number;
//   - what a process left half done is no hindrance: the number may be taken by another
//     account, and the account may be given another number, within a second.
//
// One way: first write the entry of the new number, with a token of its own; then the record;
// then delete the old number's entry, if it still has the token that was seen. Who finds an
// entry of an account that has another number, or no record yet, must, before overwriting
// it, mark that account's record (or its place), so that the write of the record that may
// still be under way is refused and starts over. To give one that is new a moment before that
// keeps a hundred at once from hindering each other for ever.
//
// Notices that are due are kept until those who tell customers have taken them on. Of one account
// there are at most [MaxDue]; of more, the newest takes the place of the one before, and
// the history gets [NoticeReplaced] in the same step.
type Store interface {
	// Find returns the account that has the number, or ErrNoAccount. For a number that
	// nobody has, it asks the database as many questions as for another.
	Find(ctx context.Context, number Number) (Stored, error)
	// Load returns the account with the ID, or ErrNoAccount.
	Load(ctx context.Context, id ID) (Stored, error)
	// Create keeps a new account, appends the records to its history and keeps the notices as due,
	// in the order given, in the same step.
	// It says ErrTaken when another account has the number. The same again changes nothing
	// and is no error, as long as nothing else has changed the account.
	Create(ctx context.Context, account Stored, records []Record, notices [][]byte) error
	// Change replaces the account that still has account.Revision, raises the revision by
	// one, appends the records to its history and keeps the notices as due, in the order given,
	// in the same step.
	// When account.Number is another than before, the account is found under that one from
	// then on and the old one is free.
	//
	// It says storage.ErrStale when the account has another revision, ErrTaken when the number is
	// another account's, and ErrNoAccount; then nothing has changed. The same again
	// (the same number, revision and sealed bytes) changes nothing and is no error, as long
	// as no other change came after it.
	Change(ctx context.Context, account Stored, records []Record, notices [][]byte) error
	// History returns the newest limit records of an account, newest first: those appended
	// last. None, or no such account, is no error. A store keeps [MaxHistory] of them, and may
	// forget all of them [HistoryKept] after the last one. Times are kept to the millisecond at least.
	History(ctx context.Context, id ID, limit int) ([]Record, error)
	// PutLink notes, from now on until a time, that the link which is found by a sum is of an account. The
	// account's record decides: what says otherwise there is no link of it.
	PutLink(ctx context.Context, sum string, account ID, now, until time.Time) error
	// Linked returns the account that the link is of which is found by a sum, or ErrNoAccount.
	Linked(ctx context.Context, sum string) (ID, error)
}
