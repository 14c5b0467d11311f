package agents

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/ccojocar/zxcvbn-go/match"

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

const better = " Four or more words that have nothing to do with each other make a good password."

// refuse tells people what is wrong, where it isn't zxcvbn that finds it.
func refuse(reason PasswordReason) error {
	return &PasswordError{Reason: reason, Hint: hints[reason]}
}

var hints = map[PasswordReason]string{
	TooShort:   "This password is too short. Choose at least 12 characters." + better,
	TooLong:    "This password is too long. Choose at most 128 characters.",
	Unreadable: "This password holds characters that can't be typed, such as a tab. Leave them out.",
	Common:     "This is a common password, or one word or name with digits or signs, which are tried first." + better,
	Personal:   "This password is made of your own name, user name or e-mail address, or of our name." + better,
	Repeated:   "This password is one piece that is repeated." + better,
	Unchanged:  "This is your present password. Choose another one.",
	Guessable:  "This password is easy to guess: it has too little variety." + better,
}

// dates is our own finding: zxcvbn counts dates, but doesn't tell of them.
const dates = "our dates"

// findings are the parts of a password that are easily guessed, in the order in which they are told: by the
// names of zxcvbn's patterns and dictionaries.
var findings = []struct {
	what  string
	names []string
}{
	{"your own name, user name or e-mail address", []string{"user_inputs"}},
	{"a common password", []string{"Passwords"}},
	{"a name", []string{"MaleNames", "FemaleNames", "Surname"}},
	{"a common word", []string{"English"}},
	{"a date or a year", []string{dates}},
	{"keys in a row on the keyboard", []string{"spatial"}},
	{"letters or digits in their order", []string{"sequence"}},
	{"a character that is repeated", []string{"repeat"}},
}

// anyDate is a year of a life, or day, month and year with signs between or without.
var anyDate = regexp.MustCompile(`(^|\D)(19|20)\d\d(\D|$)|\d{1,2}[-/._ ]\d{1,2}[-/._ ](\d\d|(19|20)\d\d)|(^|\D)(\d{6}|\d{8})(\D|$)`)

// hint says what makes a password easy to guess.
func hint(text string, matches []match.Match) string {
	found := map[string]bool{dates: anyDate.MatchString(text)}
	for _, m := range matches {
		found[m.Pattern], found[m.DictionaryName] = true, true
	}
	var parts []string
	for _, finding := range findings {
		if slices.ContainsFunc(finding.names, func(name string) bool { return found[name] }) {
			parts = append(parts, finding.what)
		}
	}
	if len(parts) == 0 {
		return hints[Guessable]
	}
	return "This password is easy to guess: it holds " + list(parts) + "." + better
}

// list is "a", "a and b" or "a, b and c".
func list(parts []string) string {
	last := len(parts) - 1
	if last == 0 {
		return parts[0]
	}
	return strings.Join(slices.Clone(parts[:last]), ", ") + " and " + parts[last]
}

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
