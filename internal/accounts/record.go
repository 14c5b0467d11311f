package accounts

import (
	"errors"
	"time"
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
	Created         Event = "account-created"
	Renumbered      Event = "account-renumbered"
	PhoneChanged    Event = "phone-changed"
	LanguageChanged Event = "language-changed"
	NameChanged     Event = "name-changed"
	AddressChanged  Event = "address-changed"
	EmailChanged    Event = "email-changed"
	CodeMade        Event = "code-made"
	CodeProvisioned Event = "code-provisioned"
	QuestionSet     Event = "question-set"
	Verified        Event = "verified"           // by the right code or answer, or by the ZIP code
	VerifiedEnroll  Event = "verified-to-enroll" // the same, for an enrollment
	VerifiedAdd     Event = "verified-to-add"    // the same, to be added to an enrollment
	Locked          Event = "locked"
	NoticeUntold    Event = "notice-untold"       // a change was not told to the customer: Reason says which, and why
	Closed          Event = "verification-closed" // by failures in a row, until it is opened
	Opened          Event = "verification-opened"
	Disowned        Event = "delivery-disowned" // who was called had not asked for the code
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
	return n.By != "" && plain(n.By, maxBy) && plain(n.From, maxBy) && plain(n.Reason, MaxReason)
}

func (n Note) record(at time.Time, event Event) Record {
	return Record{At: at, Event: event, By: n.By, From: n.From, Reason: n.Reason}
}

// NoticeReplaced is the record of a notice that was due when another took its place, see [MaxDue].
func NoticeReplaced(at time.Time) Record {
	return Record{At: at, Event: NoticeUntold, By: "update center", Reason: "a change: too_many_notices"}
}
