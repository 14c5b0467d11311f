// Package audit is the record of who did what: sign-ins, look-ups, validations, resets, and what
// became of the agents themselves. It can be appended to, and not be changed unseen. It knows
// nothing of Twilio, Redis or HTTP.
//
//	log := audit.New(audit.Config{Store: store, Keys: keys, Log: logger})
//	err := log.Record(ctx, audit.Event{
//		Action: audit.PINReset, By: "ann", Via: audit.ViaConsole, From: "203.0.113.7", Subject: "+16125550142",
//	})
//
// What can't be recorded isn't done: first record, then do, and record a failure too. Who needs
// an audit takes a [Recorder].
//
// # What is found, and what is not
//
// Each [Entry] has an HMAC over itself and over that of the entry before, under a key of the key
// ring, which the store doesn't have. The head, which says where the audit begins and ends, has
// one too. So [Log.Verify] names each entry that was changed, removed, or put in another's place,
// and finds that newest ones were cut off, or oldest ones called trimmed. It misses a head that
// was removed, as the store keeps apart from it where the audit begins ([Store].Lowest).
//
// It can't find by itself that the whole store was replaced by an older copy, or emptied: that
// too was a true audit once. For this there is the [Anchor]: each entry's number and MAC go to
// the program's log as well, and an operator keeps the one that verification tells elsewhere.
// Who has the key and can write to the store can write another audit; against them too the
// anchor helps.
//
// While the head is not as it was left, nothing is recorded, and so nothing is done that must be
// recorded: going on would seal what somebody else wrote. An operator then looks at what Verify
// tells, and puts back a copy of the store, or has [Log.Begin] set the audit aside and begin another.
//
// # Keys
//
// New entries are under the current key. A key that is replaced must stay in the ring until the
// entries under it were trimmed. One that is gone is told as such ([KeyGone]), not as a forgery;
// somebody who writes to the store can cause this as well, so it is a fault.
//
// # How long it is kept
//
// For ever, or until [Log.Trim] is told to remove entries that are more than a year old. That it
// did stands in the audit, with the MAC of the last entry that went; the first one that is left
// names the same MAC.
//
// [Store] is all that the package needs of a database.
package audit

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"updatecenter/internal/detached"
	"updatecenter/internal/durability"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
)

// An Action is what was done, or refused.
type Action string

// What the audit tells of.
const (
	SignedIn            Action = "signed-in" // password and second factor were right
	SignInFailed        Action = "sign-in-failed"
	SignInLocked        Action = "sign-in-locked"
	SignedOut           Action = "signed-out"
	SignedOutEverywhere Action = "signed-out-everywhere"

	LookedUp         Action = "looked-up"        // a line, by its number
	ValidationBegun  Action = "validation-begun" // the line is called, or a claim is judged
	Validated        Action = "validated"
	ValidationFailed Action = "validation-failed"
	PINReset         Action = "pin-reset"
	PINUnlocked      Action = "pin-unlocked"
	ResetRefused     Action = "reset-refused"
	LimitReached     Action = "limit-reached" // of what one agent, or key, may do in an hour

	LineChanged    Action = "line-changed" // or added
	LineRemoved    Action = "line-removed"
	LinesImported  Action = "lines-imported"
	FeatureChanged Action = "feature-changed"

	AccountRead      Action = "account-read" // or an enrollment with accounts
	AccountChanged   Action = "account-changed"
	AccountClaimed   Action = "account-claimed" // a code, an answer or a ZIP code is judged
	AccountOpened    Action = "account-opened"  // its verification, which failures had closed
	AccountsImported Action = "accounts-imported"

	RecoveryRequested Action = "recovery-requested" // of what a customer has forgotten: what is given is judged

	TicketRead       Action = "ticket-read"
	TicketChanged    Action = "ticket-changed" // or added
	TicketsImported  Action = "tickets-imported"
	ServiceTestEnded Action = "service-test-ended" // a result was sent

	ServiceTestRequested Action = "service-test-requested"
	PasswordReset        Action = "password-reset" // of a voice mailbox or an e-mail address

	MailboxChanged    Action = "mailbox-changed" // or added
	MailboxesImported Action = "mailboxes-imported"

	EmailAddressChanged    Action = "email-address-changed" // of a line, or added
	EmailAddressRemoved    Action = "email-address-removed"
	EmailAddressesImported Action = "email-addresses-imported"

	DeliveryRequested Action = "delivery-requested"
	DeliveryRead      Action = "delivery-read"
	DeliveryCanceled  Action = "delivery-canceled"

	EventsRead     Action = "events-read" // changes of features, for the switch
	EventsReplayed Action = "events-replayed"
	EventSkipped   Action = "event-skipped"

	AgentRead        Action = "agent-read"
	AgentInvited     Action = "agent-invited"
	AgentSetUp       Action = "agent-set-up"
	PasswordChanged  Action = "password-changed"
	FactorChanged    Action = "factor-changed"
	ProfileChanged   Action = "profile-changed"
	RoleChanged      Action = "role-changed"
	FactorRequired   Action = "factor-required"
	AgentDeactivated Action = "agent-deactivated"
	AgentReactivated Action = "agent-reactivated"
	AgentRecreated   Action = "agent-recreated"
	AgentDeleted     Action = "agent-deleted"

	KeysRead     Action = "keys-read"
	KeyCreated   Action = "key-created"
	KeyRevoked   Action = "key-revoked"
	AuditRead    Action = "audit-read"
	AuditTrimmed Action = "audit-trimmed"
	AuditBegun   Action = "audit-begun" // after one that was damaged: see [Log.Begin]
)

// Actions returns all of them, in the order above.
func Actions() []Action {
	return []Action{
		SignedIn, SignInFailed, SignInLocked, SignedOut, SignedOutEverywhere,
		LookedUp, ValidationBegun, Validated, ValidationFailed, PINReset, PINUnlocked, ResetRefused, LimitReached,
		LineChanged, LineRemoved, LinesImported, FeatureChanged,
		AccountRead, AccountChanged, AccountClaimed, AccountOpened, AccountsImported, RecoveryRequested,
		TicketRead, TicketChanged, TicketsImported, ServiceTestEnded, ServiceTestRequested, PasswordReset, MailboxChanged, MailboxesImported,
		EmailAddressChanged, EmailAddressRemoved, EmailAddressesImported,
		DeliveryRequested, DeliveryRead, DeliveryCanceled, EventsRead, EventsReplayed, EventSkipped,
		AgentRead, AgentInvited, AgentSetUp, PasswordChanged, FactorChanged, ProfileChanged, RoleChanged, FactorRequired,
		AgentDeactivated, AgentReactivated, AgentRecreated, AgentDeleted,
		KeysRead, KeyCreated, KeyRevoked, AuditRead, AuditTrimmed, AuditBegun,
	}
}

// An Actor is who does something. The zero Actor is nobody, and nothing can be recorded of it.
type Actor struct {
	Name string // of a person, or a key, maybe with its agent: "crm/77"
	Via  string // [ViaConsole], [ViaAPI], [ViaCommandLine] or [ViaTelephone]
	From string // the address of the client, the user of the computer at the command line, or the CallSid
}

// Event is that the actor does something. At the command line a name is what somebody says it is,
// and so stands behind "command line: ".
func (a Actor) Event(action Action, subject, detail string) Event {
	name := a.Name
	if a.Via == ViaCommandLine && name != "" {
		name = ViaCommandLine + ": " + name
	}
	return Event{Action: action, By: name, Via: a.Via, From: a.From, Subject: subject, Detail: detail}
}

// A Recorder records who did what: a [Log], or what stands for one in tests. What can't be recorded
// must not be done.
type Recorder interface {
	Record(ctx context.Context, event Event) error
}

// The details of the second entry of what came to nothing.
const (
	notDone  = "failed, not done"
	notKnown = "it is not known whether it was done"
)

// Do records an event, and then does what it tells of; after an error of the audit it doesn't. If it
// fails, a second entry says so, also when who asked has gone away by then: that it was not done after
// one of the errors that are certain, and after any other that this is not known.
func Do(ctx context.Context, log Recorder, event Event, deed func() error, certain ...error) error {
	if err := log.Record(ctx, event); err != nil {
		return err
	}
	err := deed()
	if err == nil {
		return nil
	}
	event.Detail = notKnown
	if slices.ContainsFunc(certain, func(target error) bool { return errors.Is(err, target) }) {
		event.Detail = notDone
	}
	return errors.Join(err, after(ctx, log, event))
}

// DoMany is Do for what concerns many customers at once, and takes long: a second entry stands in
// the audit in any case. It has what the deed returns, such as how many it changed.
func DoMany(ctx context.Context, log Recorder, event Event, deed func() (string, error)) error {
	if err := log.Record(ctx, event); err != nil {
		return err
	}
	told, err := deed()
	event.Detail = "ended: " + told
	if err != nil {
		event.Detail = "ended with an error: " + told
	}
	return errors.Join(err, after(ctx, log, event))
}

func after(ctx context.Context, log Recorder, event Event) error {
	ctx, cancel := detached.Context(ctx, Within)
	defer cancel()
	return log.Record(ctx, event)
}

// Within is how long [Log.Record] takes at most, waiting for others included.
const Within = 3 * time.Second

// Config is what a Log is made of.
type Config struct {
	Store Store
	Keys  secret.Keyring // the current key is of new entries; the others prove older ones
	Now   func() time.Time
	// Random is crypto/rand's Reader outside tests; nil means that.
	Random io.Reader
	Log    *slog.Logger // gets the number and the MAC of each entry, at level info; nil: nobody does
}

// Log is the audit. Any number of goroutines, and of servers over one store, may use it. What they
// record at the same time is appended together, in one step: so their number, and not the distance to
// the store, says how much there can be of it.
type Log struct {
	config Config
	queue  chan *waiting
	turn   chan struct{} // who holds its one place is appending
}

// waiting is an event that somebody waits for.
type waiting struct {
	event Event
	gone  <-chan struct{} // closed when nobody waits any more
	entry Entry
	err   error
	doubt bool          // whether the entry lasts
	done  chan struct{} // closed when entry or err stands
}

// maxQueue bounds the events that wait, and with them the requests that wait to add one.
const maxQueue = 1000

// New returns the audit that is kept in a store.
func New(c Config) *Log {
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Random = cmp.Or(c.Random, rand.Reader)
	c.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	return &Log{config: c, queue: make(chan *waiting, maxQueue), turn: make(chan struct{}, 1)}
}

// Record appends an event. It takes [Within] at most. After an error the caller must not do
// what was to be recorded; whether it stands in the audit nonetheless is not known.
//
// The errors are [ErrInvalidEvent], the store's, [storage.ErrContended] while other servers are always
// quicker, and where the head of the audit isn't as it was left [ErrTampered], [ErrUnreadable] or
// secret.ErrUnknownKey: going on would make it look right again.
func (l *Log) Record(ctx context.Context, event Event) error {
	event, err := event.checked()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, Within)
	defer cancel()
	entry, err := l.append(ctx, event)
	if err != nil {
		return fmt.Errorf("record in the audit: %w", err)
	}
	l.logged(ctx, entry)
	return nil
}

// logged tells the log of an entry.
func (l *Log) logged(ctx context.Context, entry Entry) {
	l.config.Log.InfoContext(ctx, "recorded in the audit", "seq", entry.Seq, "mac", base64.StdEncoding.EncodeToString(entry.MAC))
}

// append has an event appended after whatever is the newest entry.
func (l *Log) append(ctx context.Context, event Event) (Entry, error) {
	w := &waiting{event: event, gone: ctx.Done(), done: make(chan struct{})}
	select {
	case l.queue <- w:
	case <-ctx.Done():
		return Entry{}, ctx.Err()
	}
	l.begin()
	select {
	case <-w.done:
		if w.doubt {
			durability.Tell(ctx)
		}
		return w.entry, w.err
	case <-ctx.Done():
		return Entry{}, ctx.Err()
	}
}

// begin has what waits appended, unless that goes on already. It ends with the last that waits.
func (l *Log) begin() {
	select {
	case l.turn <- struct{}{}:
		go func() {
			for some := l.next(); len(some) > 0; some = l.next() {
				l.appendAll(some)
			}
			<-l.turn
			if len(l.queue) > 0 { // it came in between
				l.begin()
			}
		}()
	default:
	}
}

// next takes what waits, [MaxTogether] at most, and leaves out what nobody waits for any more.
func (l *Log) next() []*waiting {
	var some []*waiting
	for len(some) < MaxTogether {
		select {
		case w := <-l.queue:
			select {
			case <-w.gone:
			default:
				some = append(some, w)
			}
		default:
			return some
		}
	}
	return some
}

// appendAll appends events together, for whoever waits for them, which takes Within at most.
func (l *Log) appendAll(some []*waiting) {
	ctx, cancel := context.WithTimeout(context.Background(), Within)
	defer cancel()
	ctx, doubt := durability.Watch(ctx)
	_, err := storage.Retry(ctx, func() (struct{}, error) { return struct{}{}, l.appendOnce(ctx, some) })
	for _, w := range some {
		w.err, w.doubt = err, doubt.Any()
		close(w.done)
	}
}

// appendOnce fails with storage.ErrStale if another server appends at the same time.
func (l *Log) appendOnce(ctx context.Context, some []*waiting) error {
	h, before, err := l.head(ctx)
	if err != nil {
		return err
	}
	keys, stored := l.config.Keys, make([]Stored, len(some))
	for i, w := range some {
		w.entry, stored[i].Line, err = signed(keys, Entry{
			Seq: h.Seq + 1, At: l.config.Now().UTC().Truncate(time.Millisecond),
			Event: w.event, Prev: h.MAC, Key: keys.Current(),
		})
		if err != nil {
			return err
		}
		h.Seq, h.MAC, stored[i].Seq = w.entry.Seq, w.entry.MAC, w.entry.Seq
	}
	next, err := head{First: max(h.First, 1), Seq: h.Seq, MAC: h.MAC}.sealed(keys, l.config.Random)
	if err != nil {
		return err
	}
	return l.config.Store.Append(ctx, stored, next, before)
}
