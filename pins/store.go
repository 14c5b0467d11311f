package pins

import (
	"cmp"
	"context"
	"errors"
	"time"

	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
)

// Store is what calls need of the place where lines are kept. Every method may be run
// again for the same turn of the same call, also after other turns, for at least
// [TurnsKept], and then has no further effect. The time of an attempt or a record is the
// time; a store has no clock of its own here. Times are kept to the millisecond at least.
//
// A notice that is due is kept in the order of the changes until those who tell customers have
// taken it on. Of one line there are at most [MaxDue]; of more, the newest takes the place of
// the one before, and the history gets [NoticeReplaced] in the same step.
type Store interface {
	// Line returns a line with its features and its strikes on both sides, or ErrNoLine.
	// Failures that are old enough to be forgotten may still be shown.
	Line(ctx context.Context, number nanp.Number) (Line, error)
	// SetLanguage remembers the language that the customer chose, or says ErrNoLine.
	SetLanguage(ctx context.Context, number nanp.Number, language string) error
	// Admit reserves an attempt at the line's PIN, unless that side is locked or has as
	// many attempts under way as failures are left until its next lock. A number that is
	// no line of ours is admitted and counted in the same way. A turn that is under way
	// or has been settled (but not [limit.Released]) is admitted again, and reserves nothing more.
	Admit(ctx context.Context, attempt Attempt, lock limit.Lock) (Admission, error)
	// Settle ends an admitted attempt, see [Settlement], and returns the strikes of its side.
	// The same turn settled again changes nothing, unless it was [limit.Released].
	Settle(ctx context.Context, attempt Attempt, settlement Settlement, lock limit.Lock) (limit.Strikes, error)
	// Change gives the line a new personal PIN, appends the record of it and keeps the notice of it
	// as due, in one step.
	// It says storage.ErrStale when the line's revision is not the expected one, and ErrNoLine.
	// Strikes stay as they are.
	Change(ctx context.Context, change Change) error
}

// Unvouched is the name under which a [CallerStore] counts all callers together for whom the
// network does not vouch. No caller has a name with capitals.
const Unvouched = "UNVOUCHED"

// CallerStore counts the failures of one caller over any lines, and those of all callers under
// the name [Unvouched].
type CallerStore interface {
	// AdmitCaller counts the turn as a failure of the caller and says true, or says false
	// when as many failures as the rate has stand before now. A turn counts once: run
	// again it is admitted again, whatever has been counted since.
	AdmitCaller(ctx context.Context, caller string, turn Turn, now time.Time, rate limit.Rate) (bool, error)
	// ForgiveCaller takes back what AdmitCaller counted, as the turn was no failure.
	ForgiveCaller(ctx context.Context, caller string, turn Turn) error
	// CallerFailures is how many turns stand against the caller within the window before now.
	CallerFailures(ctx context.Context, caller string, now time.Time, window time.Duration) (int, error)
}

// Registry is what provisioning needs; for resets it needs [Validations] too.
type Registry interface {
	// Add creates the lines that don't exist yet, with their features and the temporary PIN,
	// in force since now, and leaves the others as they are, features too. It says of each
	// whether it was created; of a number that stands twice among the lines, the first
	// counts. The revision of a new line starts at now in milliseconds, and so beyond those
	// of a line of that number that was removed before: who proved to know its PIN can't
	// change the new customer's.
	Add(ctx context.Context, lines []NewLine, now time.Time) ([]bool, error)
	// Remove deletes a line with its features, its strikes and its validations and records it;
	// the history stays. ErrNoLine, and then nothing is recorded.
	Remove(ctx context.Context, number nanp.Number, record Record) error
	// Append appends a record to the history of a number, be it a line or not, and does
	// nothing else.
	Append(ctx context.Context, number nanp.Number, record Record) error
	// History returns the newest most records of a line, newest first: those appended
	// last, of a number that is no line too. None is no error. A store keeps [MaxHistory] of
	// them, and may forget all of them [HistoryKept] after the last one.
	History(ctx context.Context, number nanp.Number, most int) ([]Record, error)
}

// MaxDue is how many notices of one line can be due, long before which their limits keep most from
// being told in calls of their own.
const MaxDue = 100

// TurnsKept is for how long a store knows a turn again: well over the four hours that
// Twilio lets a call last.
const TurnsKept = 6 * time.Hour

// Record is one entry of a line's history. It never holds a PIN.
type Record struct {
	At     time.Time `json:"at"`
	Event  Event     `json:"event"`
	By     string    `json:"by"`               // "caller", or the name of who did it
	Side   Side      `json:"side,omitempty"`   // of a call
	From   string    `json:"from,omitempty"`   // the caller's number, or the interface that was used
	Call   string    `json:"call,omitempty"`   // the CallSid
	Reason string    `json:"reason,omitempty"` // as given
	Until  time.Time `json:"until,omitzero"`   // of a lock that ends by itself
	// Method is that of CustomerValidated.
	Method ValidationMethod `json:"method,omitempty"`
	// Feature and Changes are those of FeatureChanged: what became of a calling feature, such
	// as "on" or "added +16125550199"; never a code. Of FeaturesInstalled, Changes names each
	// feature that was "installed ..." or "removed ..."; of EventSkipped, the event for the
	// switch that was given up; of tickets, which, and what of it; of MailboxPasswordReset
	// and EmailPasswordReset, what the customer was proved by; of EmailWritten and EmailRemoved, which.
	Feature Feature  `json:"feature,omitempty"`
	Changes []string `json:"changes,omitempty"`
}

// ByCaller is who changed a PIN, or caused a lock, by telephone.
const ByCaller = "caller"

// Event is what a record tells.
type Event string

// The events.
const (
	Changed      Event = "pin-changed"
	Reset        Event = "pin-reset"
	ResetRefused Event = "pin-reset-refused" // or an unlocking was
	Locked       Event = "locked"
	Removed      Event = "line-removed"

	CustomerValidated Event = "customer-validated" // somebody made sure who the customer is
	PINUnlocked       Event = "unlocked"           // failures and locks were cleared, the PIN stays

	FeatureChanged    Event = "feature-changed"
	FeaturesInstalled Event = "features-installed"
	EventSkipped      Event = "event-skipped"

	TicketWritten        Event = "ticket-written" // by the operator's system
	TicketContactChanged Event = "ticket-contact-changed"
	TicketCanceled       Event = "ticket-canceled"
	ServiceTestRequested Event = "service-test-requested"
	ServiceTestEnded     Event = "service-test-ended"      // with its result
	ServiceTestCallAsked Event = "service-test-call-asked" // a call with the result
	ServiceTestHeard     Event = "service-test-heard"      // the result, without that call

	MailboxWritten       Event = "mailbox-written" // by the operator's system
	MailboxPasswordReset Event = "mailbox-password-reset"

	EmailWritten       Event = "email-written" // an address, by the operator's system
	EmailRemoved       Event = "email-removed" // likewise
	EmailPasswordReset Event = "email-password-reset"
	EmailLocked        Event = "email-locked" // the addresses of the line, after wrong answers; without Until, until there are others

	NoticeUndelivered Event = "notice-untold" // a change was not told to the customer: Reason says which, and why
)

// NoticeReplaced is the record of a notice that was due when another took its place, see [MaxDue].
func NoticeReplaced(at time.Time) Record {
	return Record{At: at, Event: NoticeUndelivered, By: "update center", Reason: "a change: too_many_notices"}
}

// ErrNoAreaCode is said of what is not three digits that could be an area code.
var ErrNoAreaCode = errors.New("not a North American area code")

// AccessNumber returns the toll-free number by which the lines of an area code, "612", are
// reached from any telephone: 888-(area code)-8052, with a few exceptions (the operator's
// help pages). It is the line's area code that counts, not the caller's.
func AccessNumber(areaCode string) (nanp.Number, error) {
	if !nanp.IsAreaCode(areaCode) {
		return "", ErrNoAreaCode
	}
	return nanp.Number("+1888" + cmp.Or(otherExchanges[areaCode], areaCode) + "8052"), nil
}

// otherExchanges are the exceptions, by area code.
var otherExchanges = map[string]string{
	"763": "612", "952": "612", // Minnesota
	"641": "515", // Iowa
	"928": "520", // Arizona
	"971": "503", // Oregon
	"458": "541", // Oregon
}
