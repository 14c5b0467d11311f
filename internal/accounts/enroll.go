package accounts

import (
	"context"
	"fmt"
)

// Enroll begins an enrollment with an account that a claim proves. Without the right claim
// there is none, and the result says why. Errors are those of [Accounts.Verify].
func (a *Accounts) Enroll(ctx context.Context, number Number, claim Claim) (Enrollment, Result, error) {
	account, result, err := a.verify(ctx, number, claim, VerifiedEnroll)
	if err != nil {
		return Enrollment{}, Result{}, fmt.Errorf("enroll: %w", err)
	}
	if !result.Verified {
		return Enrollment{}, result, nil
	}
	id, err := identity(a.random, enrollmentPrefix)
	if err != nil {
		return Enrollment{}, Result{}, fmt.Errorf("enroll: %w", err)
	}
	enrollment := Enrollment{ID: EnrollmentID(id), Accounts: []ID{account}, Since: a.now()}
	if err := a.enrollments.Begin(ctx, enrollment); err != nil {
		return Enrollment{}, Result{}, fmt.Errorf("begin enrollment: %w", err)
	}
	return enrollment, result, nil
}

// AddAccount adds an account that a claim proves to an enrollment, and returns it; one that
// it has already is proved again, and stands once. Without the right claim the enrollment
// stays as it is. Errors: [ErrNoEnrollment], before the claim is counted, [ErrFull], and
// those of [Accounts.Verify].
func (a *Accounts) AddAccount(
	ctx context.Context, id EnrollmentID, number Number, claim Claim,
) (Enrollment, Result, error) {
	enrollment, err := a.Enrollment(ctx, id)
	if err != nil {
		return Enrollment{}, Result{}, err
	}
	account, result, err := a.verify(ctx, number, claim, VerifiedAdd)
	if err != nil {
		return Enrollment{}, Result{}, fmt.Errorf("add account: %w", err)
	}
	if !result.Verified {
		return enrollment, result, nil
	}
	enrollment, err = a.enrollments.Join(ctx, id, account, MaxEnrolled)
	if err != nil {
		return Enrollment{}, Result{}, fmt.Errorf("add account: %w", err)
	}
	return enrollment, result, nil
}

// Enrollment returns an enrollment, or [ErrNoEnrollment].
func (a *Accounts) Enrollment(ctx context.Context, id EnrollmentID) (Enrollment, error) {
	enrollment, err := a.enrollments.Enrollment(ctx, id)
	if err != nil {
		return Enrollment{}, fmt.Errorf("find enrollment: %w", err)
	}
	return enrollment, nil
}
