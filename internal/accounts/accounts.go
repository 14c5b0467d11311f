package accounts

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
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
	CodeDigits  int            // of the codes we make, 6 to 10; 0: 6
	// Destinations are the numbers that we call: an account gets no other telephone.
	Destinations nanp.Destinations
	// Notices makes the notices by which the customer learns of a new account or of what has changed.
	// The store keeps them as due, in one step with it, until they were taken on by those who tell
	// customers. Nil: there are none.
	Notices func(Update) [][]byte
	Lock    LockRule         // zero: [DefaultLock]
	Random  io.Reader        // nil: crypto/rand's
	Now     func() time.Time // nil: time.Now
}

// Accounts are the customers' accounts, with the rules about them. Any number of goroutines
// may use it, if they may use Config's Random.
type Accounts struct {
	store       Store
	attempts    Attempts
	enrollments Enrollments
	keys        secret.Keyring
	digits      int
	called      nanp.Destinations
	notices     func(Update) [][]byte
	lock        LockRule
	random      io.Reader
	clock       func() time.Time
	decoy       Stored // stands in for an account that doesn't exist
}

// New checks the configuration.
func New(config Config) (*Accounts, error) {
	if config.CodeDigits == 0 {
		config.CodeDigits = defaultDigits
	}
	if config.CodeDigits < minCode || config.CodeDigits > maxCode {
		return nil, fmt.Errorf("a security code has %d to %d digits", minCode, maxCode)
	}
	if config.Lock == (LockRule{}) {
		config.Lock = DefaultLock()
	}
	if !config.Lock.valid() {
		return nil, errors.New("a lock wants a failure at least, and times to last")
	}
	if config.Notices == nil {
		config.Notices = func(Update) [][]byte { return nil }
	}
	if config.Random == nil {
		config.Random = rand.Reader
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	a := &Accounts{
		store: config.Store, attempts: config.Attempts, enrollments: config.Enrollments,
		keys: config.Keys, digits: config.CodeDigits, called: config.Destinations, notices: config.Notices, lock: config.Lock,
		random: config.Random, clock: config.Now,
	}
	var err error
	if a.decoy, err = a.makeDecoy(); err != nil {
		return nil, err
	}
	return a, nil
}

// Get returns the account that has a number, with its code or answer. Errors:
// [ErrNoAccount], [ErrUnreadable].
func (a *Accounts) Get(ctx context.Context, number Number) (Account, error) {
	stored, err := a.store.Find(ctx, number)
	if err != nil {
		return Account{}, fmt.Errorf("find account: %w", err)
	}
	return open(a.keys, stored)
}

// Known says whether an account has a number, and opens none: so it takes as long of one that nobody
// has. The only errors are the store's.
func (a *Accounts) Known(ctx context.Context, number Number) (bool, error) {
	_, err := a.store.Find(ctx, number)
	if err != nil && !errors.Is(err, ErrNoAccount) {
		return false, fmt.Errorf("find account: %w", err)
	}
	return err == nil, nil
}

// ByID returns an account whatever its number is by now. Errors: [ErrNoAccount],
// [ErrUnreadable].
func (a *Accounts) ByID(ctx context.Context, id ID) (Account, error) {
	stored, err := a.store.Load(ctx, id)
	if err != nil {
		return Account{}, fmt.Errorf("load account: %w", err)
	}
	return open(a.keys, stored)
}

// History returns the newest limit records of an account, newest first. A limit below 1 or
// above [MaxHistory] is no error, and means MaxHistory.
func (a *Accounts) History(ctx context.Context, id ID, limit int) ([]Record, error) {
	if limit < 1 || limit > MaxHistory {
		limit = MaxHistory
	}
	records, err := a.store.History(ctx, id, limit)
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	return records, nil
}

// now is the time to the millisecond, as stores keep it.
func (a *Accounts) now() time.Time { return a.clock().UTC().Truncate(time.Millisecond) }
