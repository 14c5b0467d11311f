// Package accounts is what the company knows of its customers' accounts, and how somebody
// proves that an account is theirs. It knows nothing of Twilio, Redis or HTTP.
//
// An [Account] has a number, which stands on the bill and can change, and an [ID], which
// never does. It is guarded by a random security code that is printed on the welcome letter
// and on the bill, until the customer sets a security question: its answer then takes the
// place of the code, and the code is retired.
//
// # Keeping accounts
//
// [Accounts] holds the rules:
//
//	update, err := all.Put(ctx, number, details, note) // creates it, or changes what is given
//	update, err = all.SetQuestion(ctx, number, question, answer, note)
//	update, err = all.NewCode(ctx, number, note)
//	update, err = all.Renumber(ctx, number, to, note)
//	account, err := all.Get(ctx, number) // or ErrNoAccount
//
// Each [Update] says which kinds of things changed and holds the account as it was before.
// That is for notices: a customer must be told of a change at once, at the number or address
// that was of record before it (47 CFR 64.2010).
//
// # Proving
//
//	result, err := all.Verify(ctx, number, accounts.Claim{Code: keyed})
//	enrollment, result, err := all.Enroll(ctx, number, claim)
//
// A claim is a billing ZIP code, the security code or the answer. Five wrong ones in a row
// lock the account for half an hour, and twenty close it until a new code is sent ([Accounts.Sent])
// or somebody opens it ([Accounts.Open]); see [DefaultLock]. An attempt is reserved before it is
// judged, so that a hundred at once get no more guesses than five. A number that is no
// account's is counted, locked and answered in the same way, with the same work and the same
// questions to the stores: nobody learns which accounts exist, and what was typed for such a
// number is kept only as an HMAC. Only the right code or answer clears failures. A ZIP code does
// not, as it is known to many, and it counts only of an address of record: on file for 30 days
// or as long as the account.
//
// # Long-distance accounts
//
// A long-distance account is an account of another kind, whose number [LongDistance] makes of its billing
// telephone number. It has a user name and a password besides ([Details]). What proves that it is somebody's
// own is a claim as well, with the password beside the code. What its customer has forgotten is sent to the
// address of record, the password as a [Link] by which a new one is chosen, once:
//
//	update, err := all.Send(ctx, number, accounts.Sending{UserName: true, Link: true}, note)
//	update, err = all.UseLink(ctx, token, password, note)
//
// # How accounts are kept
//
// A code must be readable, as letters and calls tell it. So the whole account is sealed
// before it is handed to a store, under a key that the store does not have and bound to the
// account's ID: the store sees the number, the revision and bytes. A code or an answer on its
// way is a secret.Text, and no error of this package quotes anything that was given.
//
// [Store], [Attempts] and [Enrollments] are all that the package needs of a database, and package
// redisstore implements them. [ReadCSV] reads accounts from a file.
package accounts

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"updatecenter/internal/hash"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
	"updatecenter/internal/wrap"
)

// defaultDigits is how long a code is unless the settings say otherwise (NIST SP 800-63B
// asks six digits of a code that is sent by voice).
const defaultDigits = minCode

// Config is what [Accounts] are made of.
type Config struct {
	Store       Store
	Attempts    Attempts
	Enrollments Enrollments
	Keys        secret.Keyring // that seal accounts; at least one
	Hasher      Hasher         // of passwords; nil: no account has one
	CodeDigits  int            // of the codes we make, 6 to 10; 0: 6
	// Destinations are the numbers that we call: an account gets no other telephone.
	Destinations nanp.Destinations
	// Notices makes the notices by which the customer learns of a new account or of what has changed.
	// The store keeps them as due, in one step with it, until they were taken on by those who tell
	// customers. Nil: there are none.
	Notices func(Update) [][]byte
	Random  io.Reader        // nil: crypto/rand's
	Now     func() time.Time // nil: time.Now
}

// Accounts are the customers' accounts, with the rules about them. Any number of goroutines
// may use it, if they may use Config's Random.
type Accounts struct {
	config Config
	decoy  Stored // stands in for an account that doesn't exist
}

// New checks the configuration.
func New(config Config) (*Accounts, error) {
	config.CodeDigits = cmp.Or(config.CodeDigits, defaultDigits)
	if config.CodeDigits < minCode || config.CodeDigits > maxCode {
		return nil, fmt.Errorf("a security code has %d to %d digits", minCode, maxCode)
	}
	if config.Notices == nil {
		config.Notices = func(Update) [][]byte { return nil }
	}
	config.Random = cmp.Or(config.Random, rand.Reader)
	if config.Now == nil {
		config.Now = time.Now
	}
	a := &Accounts{config: config}
	var err error
	if a.decoy, err = a.makeDecoy(); err != nil {
		return nil, err
	}
	return a, nil
}

// Get returns the account that has a number, with its code or answer. Errors:
// [ErrNoAccount], [storage.ErrUnreadable].
func (a *Accounts) Get(ctx context.Context, number Number) (_ Account, err error) {
	defer wrap.Error(&err, "find account")
	return a.opened(a.config.Store.Find(ctx, number))
}

// opened opens an account that the store has returned.
func (a *Accounts) opened(stored Stored, err error) (Account, error) {
	if err != nil {
		return Account{}, err
	}
	return open(a.config.Keys, stored)
}

// Known says whether an account has a number, and opens none: so it takes as long of one that nobody
// has. The only errors are the store's.
func (a *Accounts) Known(ctx context.Context, number Number) (bool, error) {
	_, err := a.config.Store.Find(ctx, number)
	if err != nil && !errors.Is(err, ErrNoAccount) {
		return false, fmt.Errorf("find account: %w", err)
	}
	return err == nil, nil
}

// ByID returns an account whatever its number is by now. Errors: [ErrNoAccount],
// [storage.ErrUnreadable].
func (a *Accounts) ByID(ctx context.Context, id ID) (_ Account, err error) {
	defer wrap.Error(&err, "load account")
	return a.opened(a.config.Store.Load(ctx, id))
}

// History returns the newest records of an account, newest first, most of them at most. Below 1 or above
// [MaxHistory] is no error, and means MaxHistory.
func (a *Accounts) History(ctx context.Context, id ID, most int) (_ []Record, err error) {
	defer wrap.Error(&err, "read history")
	if most < 1 || most > MaxHistory {
		most = MaxHistory
	}
	return a.config.Store.History(ctx, id, most)
}

// now is the time to the millisecond, as stores keep it.
func (a *Accounts) now() time.Time { return a.config.Now().UTC().Truncate(time.Millisecond) }

// Errors of the contract, beside [storage.ErrStale] and [storage.ErrUnreadable].
var (
	// ErrNoAccount: no account has this number or ID.
	ErrNoAccount = errors.New("no such account")
	// ErrTaken: another account has the number.
	ErrTaken = errors.New("the account number is another account's")
)

// Account is a customer's account. It has either a Code, or a Question with its Answer. In JSON, as it is
// sealed, it has no secret.
type Account struct {
	ID           ID          `json:"-"`
	Number       Number      `json:"-"`
	Revision     int64       `json:"-"`                    // 1 when created; grows by one with every change
	Phone        nanp.Number `json:"phone"`                // the primary telephone number
	Language     string      `json:"language,omitempty"`   // "en", "es", or empty while not known
	Name         string      `json:"name"`                 // of the customer, up to 100 characters
	Address      Address     `json:"address"`              // to which bills are sent
	AddressSince time.Time   `json:"address_since"`        // since when the address is on file
	Email        string      `json:"email,omitempty"`      // up to 254 characters; empty: none
	EmailSince   time.Time   `json:"email_since,omitzero"` // since when the e-mail address is on file; zero without one
	Code         secret.Text `json:"-"`                    // the security code: 6 to 10 digits; empty once it is retired
	Answer       secret.Text `json:"-"`                    // as the customer gave it, up to 100 characters
	Since        time.Time   `json:"since"`                // since when the present code or answer counts
	Created      time.Time   `json:"created,omitzero"`     // when the account was created
	Question     string      `json:"question,omitempty"`   // the security question, up to 200 characters; empty while there is a code

	// Of long-distance accounts alone, see [LongDistance].

	UserName string    `json:"user_name,omitempty"`     // by which the customer signs in, up to 64 characters; empty: none
	Password hash.Hash `json:"password,omitempty"`      // of its form on a keypad, see [Keypad]; empty: none
	NameSent Sent      `json:"user_name_sent,omitzero"` // when the user name was sent to the customer last

	Link Link `json:"link,omitzero"` // the newest by which the customer can choose a password; zero: none
}

// HasQuestion says whether the security question has taken the place of the code.
func (a Account) HasQuestion() bool { return !a.Answer.IsZero() }

// OfRecordAfter is for how long an address must have been on file to be one of record (47 CFR
// 64.2003): whoever has just changed it may not be the customer.
const OfRecordAfter = 30 * 24 * time.Hour

// AddressOfRecord says whether the address is one of record at a time: on file for 30 days, or
// never changed since the account was created.
func (a Account) AddressOfRecord(now time.Time) bool {
	return a.AddressSince.Equal(a.Created) || !now.Before(a.AddressSince.Add(OfRecordAfter))
}

// EmailOfRecord says whether there is an e-mail address that is one of record at a time: on file
// for 30 days, however new the account is.
func (a Account) EmailOfRecord(now time.Time) bool {
	return a.Email != "" && !now.Before(a.EmailSince.Add(OfRecordAfter))
}

// Address is a postal address in the United States.
type Address struct {
	Street []string `json:"street"` // 1 to 3 lines of up to 60 characters
	City   string   `json:"city"`   // up to 60 characters
	State  string   `json:"state"`  // two capital letters
	ZIP    string   `json:"zip"`    // "55401" or "55401-1234"
}

// Equal says whether both are the same, letter by letter.
func (a Address) Equal(other Address) bool {
	return slices.Equal(a.Street, other.Street) &&
		a.City == other.City && a.State == other.State && a.ZIP == other.ZIP
}

// ErrNumber is said of what can't be an account number. The text around it never quotes it.
var ErrNumber = errors.New("not an account number")

// ID is an account for as long as it exists, whatever its number: "acc_" and 26 characters
// of a-z and 2-7. It is made by chance and not shown to customers. The zero value is none.
type ID string

// IsNobody says whether it is what [Accounts.Subject] has stand for a number that is no account's.
func (id ID) IsNobody() bool { return strings.HasPrefix(string(id), nobodyPrefix) }

// Number is an account number as [ParseNumber] or [LongDistance] returns it. The zero value "" is none.
type Number string

const (
	maxNumber      = 24  // characters of a Number
	maxNumberBytes = 256 // before spaces are dropped
)

// ParseNumber reads the number that stands on the bill: 1 to 24 of A-Z, 0-9 and hyphens, of which
// the hyphens count. Letters may be small, and what typed.Fold folds is folded. More than 256
// bytes are not looked at. Every error is [ErrNumber].
func ParseNumber(s string) (Number, error) {
	if len(s) > maxNumberBytes {
		return "", fmt.Errorf("%w: longer than %d characters", ErrNumber, maxNumberBytes)
	}
	n := strings.Map(upperASCII, typed.Fold(s))
	if !isNumber(n) {
		return "", fmt.Errorf("%w: want 1 to %d letters, digits and hyphens", ErrNumber, maxNumber)
	}
	return Number(n), nil
}

func upperASCII(r rune) rune {
	if r >= 'a' && r <= 'z' {
		return r - 'a' + 'A'
	}
	return r
}

func isNumber(s string) bool {
	return s != "" && len(s) <= maxNumber && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == ""
}

// UnmarshalText is [ParseNumber], for settings and JSON.
func (n *Number) UnmarshalText(text []byte) error {
	parsed, err := ParseNumber(string(text))
	if err != nil {
		return err
	}
	*n = parsed
	return nil
}

// What identities begin with.
const (
	accountPrefix    = "acc_"
	enrollmentPrefix = "enr_"
	attemptPrefix    = "try_"
	nobodyPrefix     = "nobody_"
)

// otherCode draws a code that is not the one before.
func otherCode(random io.Reader, digits int, before secret.Text) (secret.Text, error) {
	for {
		code, err := secret.Digits(random, digits)
		if err != nil || !code.Equal(before) {
			return code, err
		}
	}
}
