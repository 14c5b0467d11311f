// Package repair is the repair desk: what an agent, or a program with its agent, does for a
// customer who forgot the PIN of a line. It makes sure that they have found out who the customer
// is, that what they do is in the audit before it is done, and that nobody does too much of it.
// It knows nothing of HTTP or Redis.
//
//	card, err := d.Find(ctx, who, number)             // the line, its history, is somebody validated?
//	validation, err := d.Call(ctx, who, number, key)  // the line rings, and is told a code
//	validation, err = d.Validation(ctx, who, id)      // how far the call is
//	result, err := d.Code(ctx, who, id, code)         // what the customer has read out
//	line, err := d.Reset(ctx, who, number, reason)    // the temporary PIN again
//
// # Who the customer is
//
// There are three ways to find out, and what everybody can know of a customer, such as the
// account number, the ZIP code or a date of birth, is none (47 CFR 64.2010):
//
//   - [Desk.Call] rings the line itself and tells it six digits, which the customer reads to the
//     agent, who gives them to [Desk.Code]. A code counts for ten minutes, once, and for the one
//     who asked for it (NIST SP 800-63B, section 5.1.3.2).
//   - [Desk.Secret] takes the security code of the customer's account, or the answer to its
//     security question, and says right or wrong, and no more.
//   - [Desk.PhotoID] is for those who may accept a photo ID that is shown to them in a store.
//
// Each makes a [pins.Validation], which counts for [pins.ValidFor], for this agent by this
// interface and for this line alone. Without one nothing is reset or unlocked: the store of
// package pins asks for it, whatever this package has looked at before.
//
// # Codes
//
// A try at a code is counted before it is judged, so a hundred tries at once are three. Another
// call has another code, and gives the one before no more tries. Over all calls and agents a line
// has nine wrong codes in 24 hours; then codes are taken for it no more for 24 hours, and the
// other ways remain.
//
// A code is sealed where it is kept, and only [Codes.ValidationCode] returns it, to the call that
// tells it. Package deliveries is made before a [Desk] can be, and asks [Codes] of its own.
//
// # Limits, and the audit
//
// [Limits] bound what each agent does in an hour, and at ten times as much what all agents of one
// API key do, as a key could make up their names. The first refusal in an hour is told to
// [Config].Alert and stands in the audit. What can't be recorded isn't done.
//
// A number that is no line counts as a look-up in whichever way it is asked for, and is recorded.
// Who has no look-up left begins no validation; a customer who is validated is still helped.
//
// # Ports
//
// [Store] keeps codes and counts. It is implemented on Redis, by package redisstore; TestStore holds
// each sentence of its contract.
package repair

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/detached"
	"updatecenter/internal/ids"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/wrap"
	"updatecenter/pins"
)

// Lines finds lines, as [pins.Lines] does.
type Lines interface {
	Find(ctx context.Context, number nanp.Number) (pins.Line, error)
}

// Accounts judges what customers know of their account, as [accounts.Accounts] does.
type Accounts interface {
	Get(ctx context.Context, number accounts.Number) (accounts.Account, error)
	Verify(ctx context.Context, number accounts.Number, claim accounts.Claim) (accounts.Result, error)
	Known(ctx context.Context, number accounts.Number) (bool, error)
	Open(ctx context.Context, number accounts.Number, note accounts.Note) error
}

// Deliveries has lines called, as [deliveries.Deliveries] does.
type Deliveries interface {
	RequestValidation(ctx context.Context, ask deliveries.ValidationParams) (deliveries.Delivery, error)
	Get(ctx context.Context, id deliveries.ID) (deliveries.Delivery, error)
}

// Config is what a [Desk] is made of.
type Config struct {
	Lines        Lines
	Provisioning pins.Provisioning // with Validations; its clock is to be the same as Now
	Accounts     Accounts
	Deliveries   Deliveries
	Store        Store
	Audit        audit.Recorder
	Keys         secret.Keyring // that seal codes; at least one
	Limits       Limits         // zero: [DefaultLimits]
	// Alert tells supervisors that a limit was met, once in an hour for each limit and agent, key,
	// or line. It must not fail, nor take long. Nil: nobody is told.
	Alert  func(ctx context.Context, alert Alert)
	Now    func() time.Time // nil: time.Now
	Random io.Reader        // nil: crypto/rand's
	Log    *slog.Logger     // nil: none
}

// Desk is the repair desk. Any number of goroutines may use it, if they may use Config's Random,
// and any number of servers over the same stores.
type Desk struct {
	config Config // with its defaults
	codes  Codes
}

// New fills in what may be left out.
func New(config Config) *Desk {
	config.Limits = cmp.Or(config.Limits, DefaultLimits())
	config.Random = cmp.Or(config.Random, rand.Reader)
	config.Log = cmp.Or(config.Log, slog.New(slog.DiscardHandler))
	if config.Alert == nil {
		config.Alert = func(context.Context, Alert) {}
	}
	return &Desk{config: config, codes: Codes{Store: config.Store, Keys: config.Keys, Now: config.Now}}
}

// ValidationCode is that of [Codes], for deliveries that are made after the desk.
func (d *Desk) ValidationCode(ctx context.Context, ref string) (secret.Text, error) {
	return d.codes.ValidationCode(ctx, ref)
}

func (d *Desk) now() time.Time { return d.codes.now() }

// record records what who is about to do, or what was refused.
func (d *Desk) record(ctx context.Context, who Who, action audit.Action, number nanp.Number, detail string) (err error) {
	defer wrap.Error(&err, "record "+string(action))
	return d.config.Audit.Record(ctx, who.event(action, number, detail))
}

// afterwards bounds the time for what must not be left half done although the request was given up: who
// has hung up by then must not leave an audit that tells of what was not done, nor a customer who is not
// told of what was.
const afterwards = 5 * time.Second

// failed records what came to nothing, also for a request that was given up by then: who hangs up
// early must not stay out of the audit.
func (d *Desk) failed(ctx context.Context, who Who, action audit.Action, number nanp.Number, detail string) error {
	ctx, cancel := detached.Context(ctx, afterwards)
	defer cancel()
	return d.record(ctx, who, action, number, detail)
}

// The interfaces by which somebody comes to the desk.
const (
	ViaConsole = audit.ViaConsole
	ViaAPI     = audit.ViaAPI
)

// ErrWho is said of a [Who] that has no name, or comes by no interface of the desk. It is a fault
// of the program.
var ErrWho = errors.New("nobody who may be at the repair desk")

// Who does something for a customer.
type Who struct {
	Name    string // the user name of an agent, or "key/agent" of a program; 1 to 100 characters
	Via     string // [ViaConsole] or [ViaAPI]. Who is the same by both is two
	From    string // the address of the client, for the audit
	PhotoID bool   // may accept a photo ID
}

// key is the API key by which it is done, as if it had done it itself; false: by none.
func (w Who) key() (Who, bool) {
	w.Name, _, _ = strings.Cut(w.Name, "/")
	return w, w.Via == ViaAPI
}

func (w Who) valid() bool {
	known := w.Via == ViaConsole || w.Via == ViaAPI
	return known && w.note("").Valid()
}

// note is for the history of a line.
func (w Who) note(reason string) pins.Note { return pins.Note{By: w.Name, From: w.Via, Reason: reason} }

// event is for the audit.
func (w Who) event(action audit.Action, number nanp.Number, detail string) audit.Event {
	return audit.Event{
		Action: action, By: w.Name, Via: w.Via, From: w.From, Subject: string(number), Detail: detail,
	}
}

// ID names a validation by a call: "val_" and 26 characters of a-z and 2-7.
type ID string

const idPrefix = "val_"

// ParseID reads an ID, such as from a URL. The one error is [ErrNotFound], as nothing else names
// a validation.
func ParseID(s string) (ID, error) {
	if id := ID(s); id.valid() {
		return id, nil
	}
	return "", ErrNotFound
}

func (id ID) valid() bool { return ids.Valid(string(id), idPrefix) }

// newID makes the ID of a call that who asks for: with the same key always the same, so that
// asking again finds what was begun; without a key a random one.
func newID(random io.Reader, who Who, number nanp.Number, key string) (ID, error) {
	if key == "" {
		id, err := ids.New(random, idPrefix)
		return ID(id), err
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q", who.Via, who.Name, number, key))
	return ID(ids.Of(idPrefix, sum[:])), nil
}

// ErrNotFound says that there is no such validation, or that it is another's.
var ErrNotFound = errors.New("no such validation")

// Kept is for how long a validation by a call is kept, and its key stands for it.
const Kept = 24 * time.Hour

// MaxSealed bounds Stored.Sealed, in bytes, with much to spare.
const MaxSealed = 4 << 10

// Stored is a validation by a call as a store keeps it.
type Stored struct {
	ID       ID
	Revision int64  // from 1
	Sealed   []byte // all else, which only this package can read; at most [MaxSealed] bytes, never twice the same
}

// Store is what the desk needs of a database. It must work for any number of servers that share
// it, and has no clock of its own: times are handed to it, and are kept to the millisecond.
type Store interface {
	// Create keeps a new validation for [Kept] at least, with revision 1, and returns it; or, if
	// there is one with the ID, returns that and changes nothing.
	Create(ctx context.Context, validation Stored) (Stored, error)
	// Load returns a validation, or ErrNotFound.
	Load(ctx context.Context, id ID) (Stored, error)
	// Save replaces the validation that still has that revision, and raises the revision by one.
	// It says storage.ErrStale when it has another, and ErrNotFound. The same again (revision and sealed
	// bytes) changes nothing and is no error, as long as no other change came after it.
	Save(ctx context.Context, validation Stored) error
	// Count counts an entry by its time, unless its subject has as many as the rule allows. An
	// entry that counts already counts once. Without an entry it only asks whether one would be
	// counted. What is refused leaves no entry.
	Count(ctx context.Context, count Count) (Counted, error)
	// Uncount takes an entry back, and with it the rest that it has brought about. No such entry
	// is no error.
	Uncount(ctx context.Context, subject, entry string) error
}

// Count is one more of something.
type Count struct {
	Subject string
	Entry   string // never the same twice for a subject; empty: none
	At      time.Time
	Rule    Rule
}

// Rule says how many entries of a subject there can be.
type Rule struct {
	limit.Rate
	// Rest, if there is one, begins with the entry that makes it Most, and lasts from that
	// entry's time: until then none is counted. It is as long as Within, or longer.
	Rest time.Duration
}

// Counted is how it was counted.
type Counted struct {
	Refused bool
	Until   time.Time // when there can be another, if it was refused
	// First says that it was refused, and that this has been said of no other refusal of the
	// subject in the hour ([RefusalPause]) up to the count's time. Of many at once, one is told so.
	First bool
}

// RefusalPause is how long after a first refusal another one is the first again.
const RefusalPause = time.Hour
