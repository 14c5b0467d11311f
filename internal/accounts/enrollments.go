package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"
)

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
	if !isIdentity(s, enrollmentPrefix) {
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
