// Package mailboxes is the voice mailboxes and e-mail addresses of customers' telephone lines: which line has them, and the
// resets of forgotten passwords. The mailboxes themselves are on the operator's platforms, which learn of a reset by an event.
// The package knows nothing of Twilio, Redis or HTTP.
//
//	mailbox, err := mailboxes.Find(ctx, number) // or ErrNoMailbox
//
// A reset gives a voice mailbox a temporary password. It takes one of these proofs:
//
//	result, err := mailboxes.Reset(ctx, request)         // of the line's PIN, which the caller has just proved to know
//	result, err = mailboxes.ResetOfAccount(ctx, proof)   // of the account, by its security code
//	result, err = mailboxes.ResetByCall(ctx, number, ...) // of the line's telephone: it was called, and somebody asked for it
//
// What comes of it is a [Result] with an [Outcome]; an error is ours. The same turn again, within an hour ([PasswordKept]),
// changes nothing more and has the same password. Every reset is stored in one step with its record in the line's
// history, the event for the platform ([Mailboxes.OpenEvent]) and, unless it was made in a call to the line, the notice to the
// customer. A mailbox, or an address, is reset a few times in a day ([DefaultLimit]) at most.
//
// The password of an e-mail address takes two proofs: the answers to two secret questions, and then the line's telephone.
//
//	challenges, err := mailboxes.Challenge(ctx, number)  // which addresses, and what is asked; of any number
//	proved, err := mailboxes.ProveEmail(ctx, proof)      // Right, Wrong, ...: the third wrong one locks the line's addresses
//	result, err := mailboxes.ResetByCall(ctx, ...)  // in the call to the line
//
// A number without addresses has a decoy, which is asked for, judged and locked as a single address is, so that nobody learns which
// numbers have one.
//
// The operator's system says by [Mailboxes.Put] and [Mailboxes.PutEmail] which lines have what.
//
// # How they are kept
//
// All of a line is one record that is sealed before it is handed to a [Store], and bound to its line. It holds the resets of the
// last day, with their passwords, and the wrong answers; those at a decoy are in a record of their own, which goes by itself; a password in an event is sealed, too, and so is the address with it.
package mailboxes

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/proofs"
	"updatecenter/internal/secret"
	"updatecenter/internal/wrap"
)

// The bounds of a temporary password, in digits.
const (
	MinDigits = 6 // as NIST SP 800-63B asks of a code that is spoken
	MaxDigits = 10
)

// PasswordKept is for how long a turn that reset a password is known again.
const PasswordKept = time.Hour

// DefaultLimit is how often the password of a voice mailbox, or of an e-mail address, is reset at most: each has as many.
func DefaultLimit() limit.Rate { return limit.Rate{Most: 5, Within: 24 * time.Hour} }

// Accounts are what mailboxes need of [accounts.Accounts].
type Accounts interface {
	// Get returns the account that has a number, or [accounts.ErrNoAccount].
	Get(ctx context.Context, number accounts.Number) (accounts.Account, error)
	proofs.Accounts
}

// Config is what [Mailboxes] are made of.
type Config struct {
	Store    Store
	Keys     secret.Keyring // that seal the mailboxes
	Accounts Accounts       // nil: no caller proves an account
	Callers  proofs.Callers // likewise
	Digits   int            // of a temporary password, [MinDigits] to [MaxDigits]; 0: MinDigits
	// Notice makes the notice by which a customer learns that the password was reset, which is a call to the line. It is
	// kept as due in one step with it. Nil, or with nil as its answer: nobody is told.
	Notice func(number nanp.Number, once string) []byte
	// EmailLocked likewise makes the notice that the addresses of the line were locked after wrong answers.
	EmailLocked func(number nanp.Number, once string) []byte
	Random      io.Reader        // nil: crypto/rand's
	Now         func() time.Time // nil: time.Now
}

// Mailboxes are the voice mailboxes, with the rules about them. It is safe for concurrent use if Config's Random is.
type Mailboxes struct{ config Config } // with its defaults

// New checks the configuration, and fills in what may be left out.
func New(config Config) (*Mailboxes, error) {
	config.Digits = cmp.Or(config.Digits, MinDigits)
	if config.Digits < MinDigits || config.Digits > MaxDigits {
		return nil, fmt.Errorf("a temporary password has %d to %d digits", MinDigits, MaxDigits)
	}
	for _, notice := range []*func(nanp.Number, string) []byte{&config.Notice, &config.EmailLocked} {
		if *notice == nil {
			*notice = func(nanp.Number, string) []byte { return nil }
		}
	}
	config.Random = cmp.Or(config.Random, rand.Reader)
	if config.Now == nil {
		config.Now = time.Now
	}
	return &Mailboxes{config}, nil
}

// Errors of the contract, beside [storage.ErrStale], [storage.ErrContended] and [storage.ErrUnreadable].
var (
	// ErrNoMailbox: the line has none; of a [Store]: it has no record.
	ErrNoMailbox = errors.New("the line has no mailbox")
	// ErrNoEmail: the line has no such e-mail address.
	ErrNoEmail = errors.New("the line has no such e-mail address")
	// ErrFull: the line has [MaxEmails] addresses.
	ErrFull = errors.New("the line has as many e-mail addresses as it may have")
	// ErrBacklog: too many events of the line still wait to be delivered.
	ErrBacklog = errors.New("too many events of the line wait")
	// ErrOvertaken: the line's PIN was changed or reset after the caller had proved to know it.
	ErrOvertaken = errors.New("the PIN has changed since the caller proved to know it")
)

// Mailbox is the voice mailbox of a line. In JSON, as it is sealed, it has no number, which is that of its record.
type Mailbox struct {
	Number   nanp.Number `json:"-"`
	Revision int64       `json:"rev"`              // grows with each change, and is at least its time in milliseconds
	SetUp    bool        `json:"set_up,omitempty"` // its owner has set it up
	Reset    time.Time   `json:"reset,omitzero"`   // when its password was reset here last; zero: never
}

// Find returns the mailbox of a line. Errors: [ErrNoMailbox], storage.ErrUnreadable.
func (m *Mailboxes) Find(ctx context.Context, number nanp.Number) (_ Mailbox, err error) {
	defer wrap.Error(&err, "find mailbox")
	line, err := m.load(ctx, number)
	if err == nil && line.Mailbox == nil {
		err = ErrNoMailbox
	}
	if err != nil {
		return Mailbox{}, err
	}
	return *line.Mailbox, nil
}

// now is the time to the millisecond, as stores keep it.
func (m *Mailboxes) now() time.Time { return m.config.Now().UTC().Truncate(time.Millisecond) }
