package agents

import "errors"

// What can be wrong. None quotes what was given.
var (
	// ErrNoAgent: nobody has that user name or ID.
	ErrNoAgent = errors.New("no such agent")
	// ErrTaken: the user name is, or once was, another agent's.
	ErrTaken = errors.New("the user name is taken")
	// ErrStale: the profile was changed by somebody else meanwhile.
	ErrStale = errors.New("the agent's profile was changed meanwhile")
	// ErrUnreadable: a stored profile can't be opened, or is of another release.
	ErrUnreadable = errors.New("the agent's profile can't be read")
	// ErrUserName: not a user name.
	ErrUserName = errors.New("a user name is 3 to 32 of a-z, 0-9, dot, hyphen and underscore, and begins with a letter")
	// ErrID: not the ID of an agent.
	ErrID = errors.New("an agent's ID is agt_ with 26 characters")
	// ErrField is what every [*FieldError] is.
	ErrField = errors.New("not acceptable for a profile")
	// ErrPassword is what every [*PasswordError] is.
	ErrPassword = errors.New("not acceptable as a password")
	// ErrStaleSession: the session that asks is over, because password, factor, role or state was
	// changed since it began.
	ErrStaleSession = errors.New("the session is over: something else was changed meanwhile")
	// ErrWrongPassword: the present password was not given.
	ErrWrongPassword = errors.New("that is not the present password")
	// ErrWrongCode: not the code that the app shows now, or used before.
	ErrWrongCode = errors.New("that is not the code that the app shows now")
	// ErrLink: the link was never sent, was used, is too old, or is not the newest. Who opens
	// it is not told which.
	ErrLink = errors.New("the link does not work, or not any more")
	// ErrRequired: an administrator requires the other second factor.
	ErrRequired = errors.New("an administrator requires another second factor")
	// ErrNotMailed: the agent's profile is there, but no e-mail could be sent;
	// [Agents.Reinvite] sends another.
	ErrNotMailed = errors.New("the agent's profile is there, but the e-mail could not be sent")
	// ErrLastAdministrator: without this one nobody could invite or reactivate anybody.
	ErrLastAdministrator = errors.New("this is the last active administrator")
	// ErrDeactivated: the profile is deactivated; reactivate it first.
	ErrDeactivated = errors.New("the profile is deactivated: reactivate it first")
	// ErrDeleted: the profile is deleted; only a new one under another name can follow it.
	ErrDeleted = errors.New("the profile is deleted: recreate it under another user name")
	// ErrNotDeleted: only a deleted profile is recreated.
	ErrNotDeleted = errors.New("the profile is not deleted")
)

// FieldError tells what is wrong with one field that was given. It holds nothing of it.
type FieldError struct {
	Field  string // "name", "full_name", "email", "phone", "role" or "required"
	Reason string // a sentence for the person who filled it in
}

// Error gives both.
func (e *FieldError) Error() string { return e.Field + ": " + e.Reason }

// Unwrap returns [ErrField].
func (e *FieldError) Unwrap() error { return ErrField }

// PasswordReason is why a password is refused.
type PasswordReason string

// The reasons.
const (
	TooShort   PasswordReason = "too-short"
	TooLong    PasswordReason = "too-long"
	Unreadable PasswordReason = "unreadable" // holds what can't be typed again
	Common     PasswordReason = "common"     // among the first that anybody tries
	Personal   PasswordReason = "personal"   // made of the own name, user name or e-mail address
	Repeated   PasswordReason = "repeated"   // one piece again and again
	Guessable  PasswordReason = "guessable"  // few tries for a program that knows how people choose
	Unchanged  PasswordReason = "unchanged"  // the present one
)

// PasswordError refuses a password. It holds nothing of it.
type PasswordError struct {
	Reason PasswordReason
	Hint   string // sentences for the person: what is wrong, and how to make it better
}

// Error is the hint.
func (e *PasswordError) Error() string { return e.Hint }

// Unwrap returns [ErrPassword].
func (e *PasswordError) Unwrap() error { return ErrPassword }
