// Package proofs has callers prove that an account is theirs, by what they key on the telephone. A wrong claim counts
// for the account, see [accounts.Accounts.Verify], and for the caller, see [pins.Lines.Guess].
package proofs

import (
	"context"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/wrap"
	"updatecenter/pins"
)

// Accounts judge claims: [accounts.Accounts].
type Accounts interface {
	// Verify judges a claim and counts it.
	Verify(ctx context.Context, number accounts.Number, claim accounts.Claim) (accounts.Result, error)
}

// Callers count what callers guess: [pins.Lines].
type Callers interface {
	// Guess counts a guess of a caller before it is judged, or refuses it.
	Guess(ctx context.Context, attempt pins.Attempt, judge func() (wrong bool, err error)) (refused pins.Outcome, err error)
}

// Outcome is what comes of a claim.
type Outcome string

// The outcomes.
const (
	Right        Outcome = "right"
	Wrong        Outcome = "wrong"          // also: there is no such account, or its address is too new
	LockedForNow Outcome = "locked for now" // the account
	Closed       Outcome = "closed"         // the account, until a new code is sent or somebody opens it
	CallerLocked Outcome = "caller locked"  // this caller, or all for whom the network doesn't vouch, were wrong too often
	Malformed    Outcome = "malformed"      // what can't be what it is given as, and is not counted
)

// Result is the answer to a claim.
type Result struct {
	Outcome     Outcome
	LockedUntil time.Time // with LockedForNow
}

// OfAccount judges what the caller of an attempt claims to know of an account. Whether there is such an account makes no
// difference to any outcome but Right. The same turn again has the same outcome and counts once, for accounts.SettledKept.
func OfAccount(
	ctx context.Context, all Accounts, callers Callers, number accounts.Number, claim accounts.Claim, attempt pins.Attempt,
) (_ Result, err error) {
	defer wrap.Error(&err, "prove an account")
	claim.Once = attempt.Turn.Name()
	claim.Note = accounts.Note{By: accounts.ByCustomer, From: "telephone"}
	if !claim.Valid() {
		return Result{Outcome: Malformed}, nil
	}
	var result accounts.Result
	refused, err := callers.Guess(ctx, attempt, func() (wrong bool, err error) {
		result, err = all.Verify(ctx, number, claim)
		return result.Wrong(), err
	})
	switch {
	case err != nil:
		return Result{}, err
	case refused != "":
		return Result{Outcome: CallerLocked}, nil
	case result.Verified:
		return Result{Outcome: Right}, nil
	case result.Closed:
		return Result{Outcome: Closed}, nil
	case !result.LockedUntil.IsZero():
		return Result{Outcome: LockedForNow, LockedUntil: result.LockedUntil}, nil
	}
	return Result{Outcome: Wrong}, nil
}
