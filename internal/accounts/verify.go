package accounts

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"updatecenter/internal/detached"
	"updatecenter/internal/ids"
	"updatecenter/internal/limit"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
	"updatecenter/internal/wrap"
)

// ErrClaim is said of a [Claim] with none or more than one thing, or with one that can't be what it
// is given as. It is not counted: what a ZIP code, a code and an answer look like is no secret.
var ErrClaim = errors.New("a claim is one of ZIP code, security code or answer, and looks like one; a password comes with a code")

// maxClaim bounds what is looked at, in bytes.
const maxClaim = 400

// settleWithin bounds the time for noting how an attempt ended, also when the request has
// been given up: or its failure would not count. It is shorter than [limit.Lock]'s InFlight.
const settleWithin = 5 * time.Second

// Claim is what somebody gives to prove that an account is theirs: exactly one of the first
// three, up to 400 bytes. What typed.Digits drops from a ZIP code or a code doesn't count.
type Claim struct {
	ZIP    secret.Text // of the billing address, 5 or 9 digits, of which the first five are compared. Right only of an address of record
	Code   secret.Text // the security code, 6 to 10 digits
	Answer secret.Text // to the security question, with 2 letters or digits at least; without case, accents, spacing and punctuation
	// Password has to be right as well, beside a Code: that of a long-distance account, or the keys of it on a
	// keypad. Empty: none is asked for.
	Password secret.Text
	// Once is the same for the same claim that is made again, as nobody heard the answer: it is counted once, for
	// [SettledKept]. It stands for no other claim. Empty: each is another.
	Once string
	Note Note // for the history; without a By it is [ByCustomer]
}

// Result is the answer to a claim.
type Result struct {
	Verified    bool
	Refused     bool      // the claim was not looked at, as those who are told of the lock learn anyway
	TriesLeft   int       // until the lock; 0 if locked or closed. Not told of a right claim
	LockedUntil time.Time // zero: not locked
	Closed      bool      // no claim is looked at until a new code is sent, or somebody opens the account
}

// Wrong says whether the claim was looked at, and wrong.
func (r Result) Wrong() bool { return !r.Refused && !r.Verified }

// Verify judges a claim and counts it. The failure that locks answers with that lock at once.
// A claim during a lock is not looked at and doesn't lengthen it. The 20th failure in a row, over all
// locks, closes the account ([Accounts.Open], [Accounts.Sent]). When as many others are
// being judged as tries are left, it is refused for the seconds that these may take.
//
// A number that is no account's, an account that has no such code or answer, and a wrong one
// take the same work and the same questions to the stores. A code that was retired is wrong,
// and so is the ZIP code of an address that is not of record ([Account.AddressOfRecord]): whoever
// has just changed the address proves nothing by knowing it. The ZIP code before it is not
// kept, so that until then only the code or the answer is right. A right ZIP code clears no
// failures ([limit.PassedWeakly]), as a right code or answer does.
// Errors: [ErrClaim], [ErrNote], [storage.ErrUnreadable], those of the stores.
func (a *Accounts) Verify(ctx context.Context, number Number, claim Claim) (result Result, err error) {
	defer wrap.Error(&err, "verify account")
	_, result, err = a.verify(ctx, number, claim, Verified)
	return result, err
}

// VerifyToRecover is [Accounts.Verify] of who has forgotten something, and is told so in the history.
func (a *Accounts) VerifyToRecover(ctx context.Context, number Number, claim Claim) (result Result, err error) {
	defer wrap.Error(&err, "verify account")
	_, result, err = a.verify(ctx, number, claim, VerifiedRecover)
	return result, err
}

// verify also returns whose account it is, if the claim is right. The event is for the history.
func (a *Accounts) verify(ctx context.Context, number Number, claim Claim, event Event) (ID, Result, error) {
	claim, err := claim.tidy()
	if err != nil {
		return "", Result{}, err
	}
	attempt, account, err := a.attempt(ctx, number, claim)
	if err != nil {
		return "", Result{}, err
	}
	admission, err := a.config.Attempts.Admit(ctx, attempt, DefaultLock())
	if err != nil {
		return "", Result{}, fmt.Errorf("admit attempt: %w", err)
	}
	if !admission.Admitted {
		return "", a.result(true, admission.Strikes, attempt.At), nil
	}
	right := claim.holds(account, attempt.At) && attempt.Account != ""
	if !claim.Password.IsZero() {
		has, err := a.hasPassword(ctx, account, claim.Password)
		if err != nil {
			return "", Result{}, errors.Join(fmt.Errorf("check password: %w", err), a.release(ctx, attempt))
		}
		right = right && has
	}
	strikes, err := a.settle(ctx, attempt, right, claim, event)
	switch {
	case err != nil:
		return "", Result{}, err
	case right:
		return attempt.Account, Result{Verified: true}, nil
	}
	return "", a.result(false, strikes, attempt.At), nil
}

// attempt finds the account that has the number, or takes the decoy, which is as much work.
func (a *Accounts) attempt(ctx context.Context, number Number, claim Claim) (Attempt, Account, error) {
	id, err := a.attemptID(number, claim)
	if err != nil {
		return Attempt{}, Account{}, err
	}
	nobody, err := a.nobody(ctx, number)
	if err != nil {
		return Attempt{}, Account{}, err
	}
	attempt := Attempt{ID: id, Nobody: nobody, At: a.now()}
	stored, err := a.config.Store.Find(ctx, number)
	switch {
	case err == nil:
		attempt.Account = stored.ID
	case errors.Is(err, ErrNoAccount):
		stored = a.decoy
	default:
		return Attempt{}, Account{}, fmt.Errorf("find account: %w", err)
	}
	account, err := open(a.config.Keys, stored)
	return attempt, account, err
}

// attemptID names an attempt: by chance or, of a claim that can come again, by all that is claimed, so that nobody
// has another guess in the place of one that was counted.
func (a *Accounts) attemptID(number Number, claim Claim) (string, error) {
	if claim.Once == "" {
		return ids.New(a.config.Random, attemptPrefix)
	}
	claimed := fmt.Sprintf("claim %q %q %q %q %q %q", claim.Once, number,
		claim.ZIP.Reveal(), claim.Code.Reveal(), claim.Answer.Reveal(), claim.Password.Reveal())
	mac, err := a.config.Keys.MAC(a.config.Keys.Current(), []byte(claimed))
	if err != nil {
		return "", fmt.Errorf("name attempt: %w", err)
	}
	return ids.Of(attemptPrefix, mac), nil
}

// Subject is what stands for a number where something is counted of it: its account's ID, or else what tells
// nothing of the number. It takes the same work for either, and opens no account. The only errors are the store's.
func (a *Accounts) Subject(ctx context.Context, number Number) (string, error) {
	nobody, err := a.nobody(ctx, number)
	if err != nil {
		return "", err
	}
	stored, err := a.config.Store.Find(ctx, number)
	if err != nil && !errors.Is(err, ErrNoAccount) {
		return "", fmt.Errorf("find account: %w", err)
	}
	return Attempt{Account: stored.ID, Nobody: nobody}.Subject(), nil
}

// nobody makes what stands for a number in Attempt.Nobody; also for one that is an account's,
// as it takes time. Of several keys it is that under which the number is counted already, or the current.
func (a *Accounts) nobody(ctx context.Context, number Number) (string, error) {
	keyIDs := a.config.Keys.IDs()
	slices.Sort(keyIDs) // so that servers whose current keys differ choose alike
	all, current := make([]string, len(keyIDs)), ""
	for i, id := range keyIDs {
		mac, err := a.config.Keys.MAC(id, []byte("account number "+number))
		if err != nil {
			return "", fmt.Errorf("hide account number: %w", err)
		}
		all[i] = nobodyPrefix + hex.EncodeToString(mac)
		if id == a.config.Keys.Current() {
			current = all[i]
		}
	}
	if len(all) == 1 {
		return current, nil
	}
	kept, err := a.config.Attempts.Kept(ctx, all)
	if err != nil {
		return "", fmt.Errorf("look for failures: %w", err)
	}
	return cmp.Or(kept, current), nil
}

func (a *Accounts) settle(
	ctx context.Context, attempt Attempt, right bool, claim Claim, event Event,
) (_ limit.Strikes, err error) {
	defer wrap.Error(&err, "settle attempt")
	settlement := Settlement{As: limit.Failed, Record: claim.Note.record(attempt.At, Locked)}
	if right {
		settlement = Settlement{As: claim.passes(), Record: claim.Note.record(attempt.At, event)}
	}
	ctx, cancel := detached.Context(ctx, settleWithin)
	defer cancel()
	return a.config.Attempts.Settle(ctx, attempt, settlement, DefaultLock())
}

// release takes back an attempt that could not be judged.
func (a *Accounts) release(ctx context.Context, attempt Attempt) error {
	ctx, cancel := detached.Context(ctx, settleWithin)
	defer cancel()
	_, err := a.config.Attempts.Settle(ctx, attempt, Settlement{As: limit.Released}, DefaultLock())
	return err
}

// result is what comes of a claim that is wrong, or was refused, which is not looked at.
func (a *Accounts) result(refused bool, strikes limit.Strikes, at time.Time) Result {
	result := Result{Refused: refused}
	switch lock := DefaultLock(); {
	case strikes.Closed:
		result.Closed = true
	case strikes.LockedAt(at):
		result.LockedUntil = strikes.LockedUntil
	case refused:
		result.LockedUntil = at.Add(lock.InFlight)
	default:
		result.TriesLeft = max(0, lock.LockAt-strikes.Failures)
	}
	return result
}

// Open opens the verification of an account that failures have closed, for who has reason to: nothing
// else is changed, and one that is not closed stays as it is. Errors: [ErrNoAccount], [ErrNote], those
// of the stores.
func (a *Accounts) Open(ctx context.Context, number Number, note Note) error {
	if !note.plain() {
		return ErrNote
	}
	stored, err := a.config.Store.Find(ctx, number)
	if err != nil {
		return fmt.Errorf("find account: %w", err)
	}
	now := a.now()
	return a.open(ctx, stored.ID, now, note.record(now, Opened))
}

// Sent says that the code of an account, or the answer, was just sent to its customer. If it was made
// after verification was closed, that opens it: what was guessed is worth nothing against it. To have
// the same one sent again opens nothing. Errors: [ErrNoAccount], [storage.ErrUnreadable], those of the stores.
func (a *Accounts) Sent(ctx context.Context, id ID) error {
	account, err := a.ByID(ctx, id)
	if err != nil {
		return err
	}
	note := Note{By: "delivery", Reason: "a new code or answer was sent"}
	return a.open(ctx, id, account.Since, note.record(a.now(), Opened))
}

func (a *Accounts) open(ctx context.Context, id ID, after time.Time, record Record) (err error) {
	defer wrap.Error(&err, "open verification")
	_, err = a.config.Attempts.Open(ctx, id, after, record, DefaultLock())
	return err
}

// Valid says whether the claim is one that [Accounts.Verify] judges and counts, and not [ErrClaim].
func (c Claim) Valid() bool {
	_, err := c.tidy()
	return !errors.Is(err, ErrClaim)
}

// tidy checks the claim, by nothing that depends on an account, and returns it as it is compared.
func (c Claim) tidy() (Claim, error) {
	given := 0
	for i, part := range []secret.Text{c.ZIP, c.Code, c.Answer, c.Password} {
		if len(part.Reveal()) > maxClaim {
			return Claim{}, fmt.Errorf("%w: longer than %d bytes", ErrClaim, maxClaim)
		}
		if !part.IsZero() && i < 3 {
			given++
		}
	}
	if given != 1 {
		return Claim{}, ErrClaim
	}
	if !c.Password.IsZero() {
		if c.Password = Keypad(c.Password); c.Password.IsZero() || c.Code.IsZero() {
			return Claim{}, ErrClaim
		}
	}
	var fits bool
	switch {
	case !c.ZIP.IsZero():
		var zip string
		if zip, fits = parseZIP(c.ZIP.Reveal()); fits {
			c.ZIP = secret.New(zip[:5])
		}
	case !c.Code.IsZero():
		c.Code, fits = typed.Digits(c.Code, minCode, maxCode)
	default:
		c.Answer = secret.New(fold(c.Answer.Reveal()))
		fits = len(c.Answer.Reveal()) >= minAnswer
	}
	if !fits {
		return Claim{}, ErrClaim
	}
	if c.Note.By == "" {
		c.Note.By = ByCustomer
	}
	if !c.Note.plain() {
		return Claim{}, ErrNote
	}
	return c, nil
}

// passes is how the claim settles an attempt if it is right. A ZIP code is no secret: it is no
// proof that whoever has failed four times with codes was the customer.
func (c Claim) passes() limit.Outcome {
	if !c.ZIP.IsZero() {
		return limit.PassedWeakly
	}
	return limit.Passed
}

// holds says whether the claim is right for the account at a time, in constant time. What the
// account doesn't have is compared all the same.
func (c Claim) holds(account Account, now time.Time) bool {
	given, kept, counts := c.Code, account.Code, true
	switch {
	case !c.ZIP.IsZero():
		zip := account.Address.ZIP
		given, kept = c.ZIP, secret.New(zip[:min(5, len(zip))])
		counts = account.AddressOfRecord(now)
	case !c.Answer.IsZero():
		given, kept = c.Answer, secret.New(fold(account.Answer.Reveal()))
	}
	same := given.Equal(kept)
	return same && counts && !kept.IsZero()
}

// makeDecoy seals an account that nobody has, as long as most are.
func (a *Accounts) makeDecoy() (Stored, error) {
	id, err := ids.New(a.config.Random, accountPrefix)
	if err != nil {
		return Stored{}, err
	}
	code, err := secret.Digits(a.config.Random, a.config.CodeDigits)
	if err != nil {
		return Stored{}, err
	}
	return seal(a.config.Keys, a.config.Random, Account{
		ID: ID(id), Revision: 1, Phone: "+16125550100", Language: "en", Name: "Nobody At All",
		Address:      Address{Street: []string{"1 Nowhere Street"}, City: "Minneapolis", State: "MN", ZIP: "55401"},
		AddressSince: a.now(), Email: "nobody@mail.example.com", EmailSince: a.now(), Code: code, Since: a.now(), Created: a.now(),
	})
}
