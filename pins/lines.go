// Package pins is what the Update Center knows of telephone lines and of the PINs that
// guard their calling features: who may come in, when, and what a new PIN must not be. It
// knows nothing of Twilio, Redis or HTTP.
//
// A [Line] starts with the temporary PIN, the same for all new lines, which counts only
// when keyed from the line itself. The customer replaces it there with a personal PIN,
// which from then on counts from any telephone. A reset brings the temporary one back.
//
// # A call
//
// [Lines] holds the rules of a call, in the order in which it needs them:
//
//	line, err := lines.Find(ctx, number)                                  // or ErrNoLine
//	checked, err := lines.Check(ctx, attempt, entry)                      // Right, RightTemporary, Wrong, ...
//	verdict, err := lines.Weigh(ctx, number, checked.Line.Revision, entry) // may the new PIN be this?
//	err = lines.Change(ctx, change)                                       // it stands
//
// What a caller can hear is an outcome ([Outcome], [Verdict]); an error means that the
// question could not be answered. Every method can be run again for the same [Turn] and
// has no further effect, so that a webhook delivered twice counts once.
//
// # Failures and locks
//
// Failures are counted per line, apart for calls from the line and from elsewhere (see
// [Side]), and, unless the number is withheld, per caller over all lines. Every attempt is reserved before it is judged,
// so that a hundred calls at once get no more guesses than one call after another. A line
// that doesn't exist is counted, locked and made to wait exactly as one that does: nobody
// can find out by calling which lines exist. [DefaultLock] and [DefaultCallers] hold the
// numbers.
//
// A side that is locked until a reset stays so for that side's own callers, right PIN or
// not, as a locked attempt isn't even looked at; the right PIN keyed from the line lifts
// the locks of calls from elsewhere.
//
// # A customer who forgot the PIN
//
// Who resets a PIN has made sure before whose line it is: [Provisioning.Validate] remembers for
// [ValidFor] that somebody did, by some interface, for one line. [Provisioning.Reset] and
// [Provisioning.Unlock] ask nothing themselves. The store does, in the step that resets: by
// another name, by another interface, for another line or too late there is [ErrNotValidated], a
// record of the refusal, and nothing else.
//
//	v, err := provisioning.Validate(ctx, number, pins.ByCall, note) // note says by whom
//	err = provisioning.Reset(ctx, number, note)                     // until v.Until, by the same
//
// # How a PIN is kept
//
// It is hashed, by package hash. A PIN on its way is a secret.Text, and no error of this package
// quotes one.
//
// # Features
//
// Which calling features are installed on a line comes with the line ([Features]); what a
// customer has set up of them is the business of package features. Both stand in the line's
// one history ([Record]).
//
// # Where lines are kept
//
// [Store], [CallerStore], [Registry] and [Validations] are all that the package needs of a database.
// They are implemented on Redis, by package redisstore; TestStore holds each sentence of their
// contracts. [Provisioning] adds, resets and removes lines; [ReadCSV]
// reads them from a file.
package pins

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/hash"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/wrap"
)

// Errors of what a caller asks to be kept.
var (
	// ErrUnacceptable: a new PIN that [Policy.Weigh] refuses.
	ErrUnacceptable = errors.New("not an acceptable PIN")
	// ErrLanguage: neither "en" nor "es".
	ErrLanguage = errors.New("language is neither en nor es")
)

// DefaultLock returns the rule for one side of a line: the 5th failure in a row locks it
// for 30 minutes, the 10th until a reset; for calls from elsewhere also until the right PIN
// is keyed from the line. Failures fade after 90 days, and an attempt that never ended counts
// for 20 seconds.
func DefaultLock() limit.Lock {
	return limit.Lock{
		LockAt: 5, LockFor: 30 * time.Minute, CloseAt: 10,
		InFlight: 20 * time.Second, ForgetIn: 90 * 24 * time.Hour,
	}
}

// DefaultCallers returns the rule for one caller: 10 failures in an hour.
func DefaultCallers() limit.Rate { return limit.Rate{Most: 10, Within: time.Hour} }

// DefaultGuesses is how often all callers together for whom the network doesn't vouch can be wrong in [Lines.Guess], and
// apart from that can [Lines.Ask]: six times as often as they can be wrong with PINs. What they guess at has limits of its own.
func DefaultGuesses() limit.Rate { return limit.Rate{Most: 300, Within: 24 * time.Hour} }

// DefaultUnvouched returns the rule for all callers together for whom the network does not
// vouch: 50 failures in a day. docs/decisions/0024 says why.
func DefaultUnvouched() limit.Rate { return limit.Rate{Most: 50, Within: 24 * time.Hour} }

// Config is what [Lines] are made of.
type Config struct {
	Store   Store
	Callers CallerStore
	Hasher  *hash.Hasher
	Policy  Policy
	Lock    limit.Lock // zero: [DefaultLock]
	Caller  limit.Rate // zero: [DefaultCallers]
	// Unvouched is for all callers together for whom the network does not vouch; without
	// failures but with a window, none of their PINs is taken. Zero: [DefaultUnvouched].
	Unvouched limit.Rate
	Now       func() time.Time // nil: time.Now
	Notice    Notice           // of each PIN that a caller changed; nil: there is none
}

// Notice makes the notice by which the customer learns of a PIN that is changed or reset. The store
// keeps it as due, in one step with the change, until package deliveries has it.
// The name is the same for the same change. Nil: there is no notice.
type Notice func(number nanp.Number, event Event, name string) []byte

// of returns the notice of a change, if there is one.
func (n Notice) of(number nanp.Number, event Event, name string) []byte {
	if n == nil {
		return nil
	}
	return n(number, event, name)
}

// Lines are the telephone lines, with the rules of a call about them. Any number of
// goroutines may use it.
type Lines struct{ config Config } // with its defaults

// New checks the configuration's rules.
func New(config Config) (*Lines, error) {
	if err := config.Policy.Validate(); err != nil {
		return nil, err
	}
	if config.Lock.IsZero() {
		config.Lock = DefaultLock()
	}
	lock := config.Lock
	if !lock.Valid() || lock.CloseAt <= lock.LockAt || lock.ForgetRow != 0 || lock.Window != 0 {
		return nil, errors.New("a lock of lines needs LockAt of 1 or more, CloseAt above it, ForgetIn above 0, " +
			"times that are not negative, and neither ForgetRow nor Window")
	}
	config.Caller = cmp.Or(config.Caller, DefaultCallers())
	config.Unvouched = cmp.Or(config.Unvouched, DefaultUnvouched())
	if config.Now == nil {
		config.Now = time.Now
	}
	return &Lines{config}, nil
}

// Find returns a line, or ErrNoLine.
func (l *Lines) Find(ctx context.Context, number nanp.Number) (Line, error) {
	line, err := l.config.Store.Line(ctx, number)
	if err != nil {
		return Line{}, fmt.Errorf("find line: %w", err)
	}
	return line, nil
}

// SetLanguage remembers "en" or "es" with the line. Errors: ErrLanguage, ErrNoLine.
func (l *Lines) SetLanguage(ctx context.Context, number nanp.Number, language string) error {
	if language == "" || !validLanguage(language) {
		return ErrLanguage
	}
	if err := l.config.Store.SetLanguage(ctx, number, language); err != nil {
		return fmt.Errorf("remember language: %w", err)
	}
	return nil
}

// Weigh tells whether entry may be the line's new PIN: by the policy, and by the PIN that
// the line has. It is for callers who have proved to know that, at the given revision: who
// knew an older one could guess the present one here, uncounted, and gets Stale instead. It
// takes a hash, so it can say [hash.ErrBusy] or the context's error; also ErrNotAPIN and ErrNoLine.
func (l *Lines) Weigh(ctx context.Context, number nanp.Number, proved int64, entry secret.Text) (_ Verdict, err error) {
	defer wrap.Error(&err, "weigh new PIN")
	verdict, err := l.config.Policy.Weigh(entry, number)
	if err != nil || verdict != Acceptable {
		return verdict, err
	}
	line, err := l.config.Store.Line(ctx, number)
	switch {
	case err != nil:
		return "", err
	case line.Revision != proved:
		return Stale, nil
	case line.Temporary():
		return Acceptable, nil
	}
	current, _, err := l.config.Hasher.Verify(ctx, line.PIN, entry)
	switch {
	case err != nil:
		return "", err
	case current:
		return IsCurrent, nil
	}
	return Acceptable, nil
}

// ChangeRequest is a caller's wish for a new PIN.
type ChangeRequest struct {
	Number   nanp.Number
	Revision int64 // of the line when the caller proved to know its PIN: [CheckResult]
	Entry    secret.Text
	Turn     Turn
	Side     Side
	From     string // who called, for the record
}

// Change makes the entry the line's personal PIN, records it and has the customer told, in one step. Errors:
// ErrUnacceptable for what should have been weighed, [storage.ErrStale] when the PIN was changed or
// reset meanwhile, ErrNoLine, hash.ErrBusy, the context's. The same turn again changes nothing.
// So a store that failed, and may yet have made the change, is asked once more: a caller
// must not hear that something went wrong while the new PIN stands.
func (l *Lines) Change(ctx context.Context, request ChangeRequest) (err error) {
	defer wrap.Error(&err, "change PIN")
	verdict, err := l.config.Policy.Weigh(request.Entry, request.Number)
	if err != nil {
		return err
	}
	if verdict != Acceptable {
		return ErrUnacceptable
	}
	hashed, err := l.config.Hasher.Hash(ctx, request.Entry)
	if err != nil {
		return err
	}
	change := Change{
		Number: request.Number, Revision: request.Revision, PIN: hashed, Turn: request.Turn,
		Record: Record{
			At: l.config.Now(), Event: Changed, By: ByCaller,
			Side: request.Side, From: request.From, Call: request.Turn.Call,
		},
		Notice: l.config.Notice.of(request.Number, Changed,
			fmt.Sprintf("%s of %s by %s/%d", Changed, request.Number, request.Turn.Call, request.Turn.Number)),
	}
	_, err = storage.Write(ctx, func() error { return l.config.Store.Change(ctx, change) },
		storage.ErrStale, ErrNoLine, storage.ErrUnreadable)
	return err
}

// ErrNoLine says that the number is not a line of ours.
var ErrNoLine = errors.New("no such line")

// Line is a customer's telephone line and what is known of its PIN.
type Line struct {
	Number   nanp.Number
	Language string        // "en", "es", or empty while the customer has not chosen
	PIN      hash.Hash     // the personal PIN; empty while the line has the temporary one
	Since    time.Time     // when the present PIN came into force
	Revision int64         // grows by one with every change and reset of the PIN, from a start of its own: see [Registry]
	FromLine limit.Strikes // failures of calls that come from the line itself; closed until a reset
	Remote   limit.Strikes // failures of calls from elsewhere; closed until a reset, or the right PIN is keyed from the line
	Features Features      // the calling features that are installed
}

// Temporary says whether the line still has the temporary PIN.
func (l Line) Temporary() bool { return l.PIN == "" }

// Strikes returns the line's failures on one side.
func (l Line) Strikes(side Side) limit.Strikes {
	if side == FromLine {
		return l.FromLine
	}
	return l.Remote
}

// Side tells where a call comes from. Failures are counted apart, so that a stranger
// can't lock an owner out at home.
type Side string

// The sides.
const (
	FromLine Side = "line"      // the network vouches that the call comes from the line
	Remote   Side = "elsewhere" // all other calls, whatever they claim
)
