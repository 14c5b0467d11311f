package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/ids"
	"updatecenter/internal/wrap"
)

// Enroll begins an enrollment with an account that a claim proves. Without the right claim
// there is none, and the result says why. Errors are those of [Accounts.Verify].
func (a *Accounts) Enroll(ctx context.Context, number Number, claim Claim) (_ Enrollment, _ Result, err error) {
	defer wrap.Error(&err, "enroll")
	account, result, err := a.verify(ctx, number, claim, VerifiedEnroll)
	if err != nil || !result.Verified {
		return Enrollment{}, result, err
	}
	id, err := ids.New(a.config.Random, enrollmentPrefix)
	if err != nil {
		return Enrollment{}, Result{}, err
	}
	enrollment := Enrollment{ID: EnrollmentID(id), Accounts: []ID{account}, Since: a.now()}
	if err := a.config.Enrollments.Begin(ctx, enrollment); err != nil {
		return Enrollment{}, Result{}, err
	}
	return enrollment, result, nil
}

// AddAccount adds an account that a claim proves to an enrollment, and returns it; one that
// it has already is proved again, and stands once. Without the right claim the enrollment
// stays as it is. Errors: [ErrNoEnrollment], before the claim is counted, [ErrFull], and
// those of [Accounts.Verify].
func (a *Accounts) AddAccount(
	ctx context.Context, id EnrollmentID, number Number, claim Claim,
) (enrollment Enrollment, result Result, err error) {
	defer wrap.Error(&err, "add account")
	if enrollment, err = a.Enrollment(ctx, id); err != nil {
		return Enrollment{}, Result{}, err
	}
	account, result, err := a.verify(ctx, number, claim, VerifiedAdd)
	if err != nil || !result.Verified {
		return enrollment, result, err
	}
	if enrollment, err = a.config.Enrollments.Join(ctx, id, account, MaxEnrolled); err != nil {
		return Enrollment{}, Result{}, err
	}
	return enrollment, result, nil
}

// Enrollment returns an enrollment, or [ErrNoEnrollment].
func (a *Accounts) Enrollment(ctx context.Context, id EnrollmentID) (_ Enrollment, err error) {
	defer wrap.Error(&err, "find enrollment")
	return a.config.Enrollments.Enrollment(ctx, id)
}

// Errors of enrollments.
var (
	// ErrNoEnrollment: there is none with this ID.
	ErrNoEnrollment = errors.New("no such enrollment")
	// ErrFull: the enrollment has [MaxEnrolled] accounts.
	ErrFull = errors.New("the enrollment has as many accounts as it may have")
	// ErrEnrollmentID is said of what can't be the ID of an enrollment.
	ErrEnrollmentID = errors.New("not the id of an enrollment")
)

// MaxEnrolled is how many accounts one enrollment may have.
const MaxEnrolled = 20

// EnrollmentID names an enrollment: "enr_" and 26 characters of a-z and 2-7, made by chance.
type EnrollmentID string

// ParseEnrollmentID checks the form of an ID that came from outside. The only error is
// [ErrEnrollmentID].
func ParseEnrollmentID(s string) (EnrollmentID, error) {
	if !ids.Valid(s, enrollmentPrefix) {
		return "", fmt.Errorf("%w: want %s and 26 of a-z and 2-7", ErrEnrollmentID, enrollmentPrefix)
	}
	return EnrollmentID(s), nil
}

// Enrollment is an online account: the accounts that somebody has proved to be theirs.
type Enrollment struct {
	ID       EnrollmentID
	Accounts []ID // 1 to [MaxEnrolled], in the order in which they were added
	Since    time.Time
}

// Enrollments keeps enrollments.
type Enrollments interface {
	// Begin keeps a new enrollment. The same again changes nothing and is no error.
	Begin(ctx context.Context, enrollment Enrollment) error
	// Join adds an account and returns the enrollment then; one that it has already is not
	// added again. It says ErrNoEnrollment, or ErrFull when it has limit accounts.
	Join(ctx context.Context, id EnrollmentID, account ID, limit int) (Enrollment, error)
	// Enrollment returns an enrollment, or ErrNoEnrollment.
	Enrollment(ctx context.Context, id EnrollmentID) (Enrollment, error)
}
