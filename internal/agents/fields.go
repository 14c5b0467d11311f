package agents

import (
	"errors"
	"strings"

	"updatecenter/internal/passwords"
	"updatecenter/internal/typed"
)

// ID is what an agent's profile is kept under, for ever: "agt_" and 26 characters a-z and 2-7.
type ID string

const idPrefix = "agt_"

// UserName is the name under which an agent signs in: 3 to 32 of a-z, 0-9, dot, hyphen and
// underscore, the first a letter.
type UserName string

const (
	minUserName = 3
	maxUserName = 32
	nameLetters = "abcdefghijklmnopqrstuvwxyz0123456789.-_"
)

// ParseUserName reads a user name in upper or lower case, with space around it or not. The only
// error is [ErrUserName], which does not hold what was read: it may be a password.
func ParseUserName(s string) (UserName, error) {
	s = strings.Trim(s, " \t\r\n")
	if len(s) < minUserName || len(s) > maxUserName {
		return "", ErrUserName
	}
	// Only A-Z: a Kelvin sign must not become a k.
	name := strings.Map(lowerASCII, s)
	if name[0] < 'a' || name[0] > 'z' || strings.Trim(name, nameLetters) != "" {
		return "", ErrUserName
	}
	return UserName(name), nil
}

func lowerASCII(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		return r + ('a' - 'A')
	}
	return r
}

// Bounds of a profile's texts, in characters; that of an e-mail address is typed.MaxEmail.
const (
	MaxFullName = 100
	MaxPhone    = 30
)

// Profile is what agents can change about themselves. Space around texts is dropped, and the
// telephone number is folded as typed.Fold does.
type Profile struct {
	FullName string // 1 to 100 characters
	Email    string
	Phone    string // any spelling, up to 30 characters; may be empty
}

// Check says a [*FieldError] of a profile that can't be kept.
func (p Profile) Check() error {
	_, err := p.tidy()
	return err
}

// tidy returns the profile as it is kept, or a *FieldError.
func (p Profile) tidy() (Profile, error) {
	p.FullName, p.Email, p.Phone = strings.TrimSpace(p.FullName), strings.TrimSpace(p.Email), typed.Fold(p.Phone)
	switch {
	case p.FullName == "":
		return Profile{}, &FieldError{"full_name", "Enter the full name."}
	case !typed.Plain(p.FullName, MaxFullName):
		return Profile{}, &FieldError{"full_name", "The full name can have up to 100 characters on one line."}
	case !typed.IsEmail(p.Email):
		return Profile{}, &FieldError{"email", "Enter an e-mail address such as ann@example.com."}
	case len(p.Phone) > MaxPhone || strings.Trim(p.Phone, "0123456789+-.()/ x") != "":
		return Profile{}, &FieldError{"phone", "Enter a telephone number of up to 30 characters, or leave it empty."}
	}
	return p, nil
}

// Invitee is who shall become an agent.
type Invitee struct {
	Name     string // the user name; see [ParseUserName]
	FullName string
	Email    string
	Role     Role
	Required Factor // empty: free to choose
}

// tidy returns the user name and the profile as they are kept, or a *FieldError.
func (i Invitee) tidy() (UserName, Profile, error) {
	name, err := ParseUserName(i.Name)
	if err != nil {
		return "", Profile{}, &FieldError{"name", "A user name is 3 to 32 of a-z, 0-9, dot, hyphen and underscore, and begins with a letter."}
	}
	profile, err := Profile{FullName: i.FullName, Email: i.Email}.tidy()
	switch {
	case err != nil:
		return "", Profile{}, err
	case !i.Role.Valid():
		return "", Profile{}, errRole
	case !validFactor(i.Required):
		return "", Profile{}, errFactor
	}
	return name, profile, nil
}

var (
	errRole   = &FieldError{"role", "Choose agent, supervisor or administrator."}
	errFactor = &FieldError{"required", "Require the authenticator app, the e-mail code, or neither."}
)

// validFactor takes none as well.
func validFactor(f Factor) bool { return f == "" || f == App || f == Email }

// What can be wrong. None quotes what was given.
var (
	// ErrNoAgent: nobody has that user name or ID.
	ErrNoAgent = errors.New("no such agent")
	// ErrTaken: the user name is, or once was, another agent's.
	ErrTaken = errors.New("the user name is taken")
	// ErrUserName: not a user name.
	ErrUserName = errors.New("a user name is 3 to 32 of a-z, 0-9, dot, hyphen and underscore, and begins with a letter")

	// ErrField is what every [*FieldError] is.
	ErrField = errors.New("not acceptable for a profile")
	// ErrPassword is what every [*PasswordError] is.
	ErrPassword = passwords.ErrRefused
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
