package pins

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"updatecenter/internal/detached"
	"updatecenter/internal/hash"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/wrap"
)

// Outcome is what comes of checking an entry.
type Outcome string

// The outcomes of [Lines.Check].
const (
	Right            Outcome = "right"              // the line's personal PIN
	RightTemporary   Outcome = "right temporary"    // the temporary PIN, and the line still has it
	Wrong            Outcome = "wrong"              // also: there is no such line
	LockedForNow     Outcome = "locked for now"     // until CheckResult.LockedUntil
	LockedUntilReset Outcome = "locked until reset" // from elsewhere also until the right PIN is keyed from the line
	CallerLocked     Outcome = "caller locked"      // this caller failed too often, on any lines
	UnvouchedLocked  Outcome = "unvouched locked"   // all callers for whom the network doesn't vouch did, together
)

// CheckResult is the answer to an attempt.
type CheckResult struct {
	Outcome     Outcome
	Line        Line      // with Right and RightTemporary; its Revision is what a change needs
	LockedUntil time.Time // with LockedForNow
	LastTry     bool      // with Wrong: one more locks the line
}

// releaseWithin bounds the time for taking back an attempt that could not be judged, once
// the turn's own time has run out. It is short, as another server may take over a turn a
// second after that: a release that came later would take away the place of its attempt.
const releaseWithin = 500 * time.Millisecond

// Check judges one entry at a line's PIN and counts it. An attempt without a time is made
// now. The failure that locks a side answers with that lock at once. An attempt during a
// lock takes no hash, doesn't lengthen the lock and isn't counted for the caller.
//
// From elsewhere, a line that doesn't exist and a line with the temporary PIN and another
// entry take the same work and the same number of questions to the store as a wrong
// personal PIN. Only calls from elsewhere count for the caller: at home the line's own
// count is enough, and nobody who forges its number elsewhere shall lock its owner out. A
// caller for whom the network doesn't vouch counts, with a number or without, for all such
// callers together as well. The temporary PIN from elsewhere counts in the same way as a wrong
// one: else it could be tried on one number after the other until a new line is found.
//
// The same turn again gives the same answer and has no further effect. An attempt that
// can't be hashed in time, or that meets [hash.ErrBusy], is an error and isn't counted.
func (l *Lines) Check(ctx context.Context, attempt Attempt, entry secret.Text) (_ CheckResult, err error) {
	defer wrap.Error(&err, "check PIN")
	if attempt.At.IsZero() {
		attempt.At = l.config.Now()
	}
	refused, err := l.admitCaller(ctx, attempt, l.callerCounts(attempt))
	switch {
	case err != nil:
		return CheckResult{}, err
	case refused != "":
		return CheckResult{Outcome: refused}, nil
	}
	result, err := l.checkLine(ctx, attempt, entry)
	if err != nil {
		return CheckResult{}, err
	}
	return result, nil
}

// checkLine checks an entry of a caller who may try.
func (l *Lines) checkLine(ctx context.Context, attempt Attempt, entry secret.Text) (CheckResult, error) {
	admission, err := l.config.Store.Admit(ctx, attempt, l.config.Lock)
	if err != nil {
		return CheckResult{}, fmt.Errorf("admit attempt: %w", err)
	}
	if !admission.Admitted {
		return l.refuse(admission.Line.Strikes(attempt.Side), attempt.At), l.forgive(ctx, attempt)
	}
	outcome, settlement, err := l.judge(ctx, attempt.Side, admission, entry)
	if err != nil {
		return CheckResult{}, errors.Join(err, l.release(ctx, attempt))
	}
	strikes, err := l.config.Store.Settle(ctx, attempt, settlement, l.config.Lock)
	if err != nil {
		return CheckResult{}, fmt.Errorf("settle attempt: %w", err)
	}
	result := CheckResult{Outcome: outcome, Line: admission.Line}
	switch {
	case outcome == Wrong:
		return l.wrong(strikes, attempt.At), nil
	case outcome == RightTemporary && attempt.Side != FromLine:
		return result, nil
	}
	return result, l.forgive(ctx, attempt)
}

// judge finds what the entry is and how the attempt is to be settled.
func (l *Lines) judge(ctx context.Context, side Side, admission Admission, entry secret.Text) (Outcome, Settlement, error) {
	switch {
	case admission.Known && !admission.Line.Temporary():
		return l.judgePersonal(ctx, admission.Line.PIN, entry)
	case admission.Known && side == FromLine:
		if entry.Equal(l.config.Policy.Temporary) {
			return RightTemporary, Settlement{As: limit.Passed}, nil
		}
		return Wrong, Settlement{As: limit.Failed}, nil
	}
	if err := l.config.Hasher.VerifyNothing(ctx, entry); err != nil {
		return "", Settlement{}, err
	}
	if right := entry.Equal(l.config.Policy.Temporary); admission.Known && right {
		// The temporary PIN is known to all, so it proves nothing and clears nothing.
		return RightTemporary, Settlement{As: limit.Released}, nil
	}
	return Wrong, Settlement{As: limit.Failed}, nil
}

func (l *Lines) judgePersonal(ctx context.Context, pin hash.Hash, entry secret.Text) (Outcome, Settlement, error) {
	match, stale, err := l.config.Hasher.Verify(ctx, pin, entry)
	if err != nil {
		return "", Settlement{}, err
	}
	if !match {
		return Wrong, Settlement{As: limit.Failed}, nil
	}
	settlement := Settlement{As: limit.Passed}
	if stale {
		// The entry is right either way; without time for a better hash the next has it.
		if better, err := l.config.Hasher.Hash(ctx, entry); err == nil {
			settlement.Old, settlement.Rehash = pin, better
		}
	}
	return Right, settlement, nil
}

// wrong is the answer to a failure that has left these strikes.
func (l *Lines) wrong(strikes limit.Strikes, at time.Time) CheckResult {
	switch {
	case strikes.Closed:
		return CheckResult{Outcome: LockedUntilReset}
	case strikes.LockedAt(at):
		return CheckResult{Outcome: LockedForNow, LockedUntil: strikes.LockedUntil}
	}
	next := strikes.Failures + 1
	return CheckResult{Outcome: Wrong, LastTry: l.config.Lock.Locks(next) || next == l.config.Lock.CloseAt}
}

// refuse is the answer to an attempt that was not admitted. Without a lock, so many
// attempts are under way that all those left are taken; they end soon.
func (l *Lines) refuse(strikes limit.Strikes, at time.Time) CheckResult {
	if strikes.LockedAt(at) {
		return l.wrong(strikes, at)
	}
	return CheckResult{Outcome: LockedForNow, LockedUntil: at.Add(l.config.Lock.InFlight)}
}

// callerCount is one of the counts of a caller over all lines.
type callerCount struct {
	name    string // in the [CallerStore]
	rule    limit.Rate
	refused Outcome // at the limit
}

// callerCounts are those that a failure would count for, by what is known of the call alone:
// they must not depend on the line.
func (l *Lines) callerCounts(a Attempt) []callerCount {
	var counts []callerCount
	if a.Side == FromLine {
		return counts
	}
	if a.From != "" {
		counts = append(counts, callerCount{a.From, l.config.Caller, CallerLocked})
	}
	if !a.Vouched {
		counts = append(counts, callerCount{Unvouched, l.config.Unvouched, UnvouchedLocked})
	}
	return counts
}

// admitCaller counts the attempt as a failure of its caller, or says with which outcome it is
// refused; then it is counted nowhere.
func (l *Lines) admitCaller(ctx context.Context, attempt Attempt, counts []callerCount) (Outcome, error) {
	for i, c := range counts {
		allowed, err := l.config.Callers.AdmitCaller(ctx, c.name, attempt.Turn, attempt.At, c.rule)
		if err != nil {
			return "", fmt.Errorf("admit caller: %w", err)
		}
		if !allowed {
			return c.refused, l.forgiveCounts(ctx, attempt, counts[:i])
		}
	}
	return "", nil
}

// forgive takes back what admitCaller counted.
func (l *Lines) forgive(ctx context.Context, attempt Attempt) error {
	return l.forgiveCounts(ctx, attempt, l.callerCounts(attempt))
}

func (l *Lines) forgiveCounts(ctx context.Context, attempt Attempt, counts []callerCount) error {
	var errs []error
	for _, c := range counts {
		if err := l.config.Callers.ForgiveCaller(ctx, c.name, attempt.Turn); err != nil {
			errs = append(errs, fmt.Errorf("forgive caller: %w", err))
		}
	}
	return errors.Join(errs...)
}

// Guess has a caller prove something other than a PIN, which judge judges, and counts it before it is judged, and
// not if it then isn't wrong: as many in an hour as wrong PINs, and [DefaultGuesses] of all callers together for whom the
// network doesn't vouch. A caller with too many is refused, with CallerLocked or UnvouchedLocked; nothing is
// judged then. The same turn again counts once.
func (l *Lines) Guess(ctx context.Context, attempt Attempt, judge func() (wrong bool, err error)) (refused Outcome, err error) {
	defer wrap.Error(&err, "judge a guess")
	attempt.Side, attempt.At = Remote, cmp.Or(attempt.At, l.config.Now())
	counts := l.countsOf("guess", attempt)
	if refused, err = l.admitCaller(ctx, attempt, counts); err != nil || refused != "" {
		return refused, err
	}
	wrong, err := judge()
	switch {
	case err != nil:
		ctx, cancel := detached.Context(ctx, releaseWithin)
		defer cancel()
		return "", errors.Join(err, l.forgiveCounts(ctx, attempt, counts))
	case wrong:
		return "", nil
	}
	return "", l.forgiveCounts(ctx, attempt, counts)
}

// Ask has a caller ask for something that proves nothing, such as a call to somebody, and counts it, as often in an hour as wrong
// guesses and apart from them, also if it fails. A caller who has asked too often is refused with CallerLocked, or
// UnvouchedLocked; nothing is done then. The same turn again counts once.
func (l *Lines) Ask(ctx context.Context, attempt Attempt, do func() error) (refused Outcome, err error) {
	defer wrap.Error(&err, "ask")
	attempt.Side, attempt.At = Remote, cmp.Or(attempt.At, l.config.Now())
	refused, err = l.admitCaller(ctx, attempt, l.countsOf("asked", attempt))
	if err != nil || refused != "" {
		return refused, err
	}
	return "", do()
}

// countsOf are those that [Lines.Guess] and [Lines.Ask] count for, apart from PINs. Who claims a number takes nothing from
// its owner, for whom the network vouches.
func (l *Lines) countsOf(what string, a Attempt) []callerCount {
	if a.Vouched {
		return []callerCount{{what + " " + a.From, l.config.Caller, CallerLocked}}
	}
	counts := []callerCount{{what + ", unvouched", DefaultGuesses(), UnvouchedLocked}}
	if a.From != "" {
		counts = append(counts, callerCount{what + ", unvouched " + a.From, l.config.Caller, CallerLocked})
	}
	return counts
}

// UnvouchedLeft is how many more failures of callers for whom the network doesn't vouch are
// borne now; at 0 their PINs are not taken.
func (l *Lines) UnvouchedLeft(ctx context.Context) (int, error) {
	failures, err := l.config.Callers.CallerFailures(ctx, Unvouched, l.config.Now(), l.config.Unvouched.Within)
	if err != nil {
		return 0, fmt.Errorf("count failures of unvouched callers: %w", err)
	}
	return max(0, l.config.Unvouched.Most-failures), nil
}

// release takes back an attempt that could not be judged, although ctx may have ended.
func (l *Lines) release(ctx context.Context, attempt Attempt) error {
	ctx, cancel := detached.Context(ctx, releaseWithin)
	defer cancel()
	_, err := l.config.Store.Settle(ctx, attempt, Settlement{As: limit.Released}, l.config.Lock)
	if err != nil {
		err = fmt.Errorf("release attempt: %w", err)
	}
	return errors.Join(err, l.forgive(ctx, attempt))
}

// Turn names one turn of one call: what makes effects happen once.
type Turn struct {
	Call   string // the CallSid
	Number int
}

// Name names the turn among all; that of the zero turn is empty.
func (t Turn) Name() string {
	if t == (Turn{}) {
		return ""
	}
	return t.Call + ":" + strconv.Itoa(t.Number)
}

// Attempt is one entry of a PIN.
type Attempt struct {
	Number nanp.Number
	Side   Side
	From   string // who called, for the record and the caller's count; empty: withheld, and not counted
	// Vouched says that the network vouches for From. Only calls from elsewhere need it.
	Vouched bool
	Turn    Turn
	At      time.Time
}

// Admission is what Admit answers.
type Admission struct {
	Admitted bool
	Known    bool // the number is a line of ours
	Line     Line // as it is, when known; else the number, and the strikes of the attempt's side
}

// Settlement is how an admitted attempt ended. A failure that locks or closes is appended to the line's history
// in the same step, if it is a line of ours, as a [Locked] record [ByCaller] with the attempt's time, side, From
// and call. A pass from the line clears the failures and locks of both sides.
type Settlement struct {
	As limit.Outcome
	// Rehash replaces the stored hash, if that is still Old, as it was made under an
	// older key or weaker parameters. Only with [limit.Passed]; empty: nothing to replace. It
	// is the same PIN, so Since and Revision stay and nothing is recorded.
	Old, Rehash hash.Hash
}

// Change is a new personal PIN.
type Change struct {
	Number   nanp.Number
	Revision int64 // that the line must still have
	PIN      hash.Hash
	Turn     Turn
	Record   Record // appended as it is; its At is when the PIN comes into force
	Notice   []byte // kept as due, see [Store]; empty: none
}

// NewLine is a line as it is provisioned.
type NewLine struct {
	Number   nanp.Number
	Language string   // "en", "es" or empty
	Features Features // the calling features to install
	// FeaturesGiven is false if the file has no column of features: lines that exist keep theirs then.
	// A line that is created has Features either way.
	FeaturesGiven bool
}
