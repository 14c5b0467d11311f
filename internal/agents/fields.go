package agents

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"updatecenter/internal/emailaddress"
	"updatecenter/internal/typed"
)

// Bounds of a profile's texts, in characters.
const (
	MaxFullName = 100
	MaxEmail    = emailaddress.MaxLength
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
	case !plain(p.FullName, MaxFullName):
		return Profile{}, &FieldError{"full_name", "The full name can have up to 100 characters on one line."}
	case !emailaddress.Valid(p.Email):
		return Profile{}, &FieldError{"email", "Enter an e-mail address such as ann@example.com."}
	case len(p.Phone) > MaxPhone || !only(p.Phone, "0123456789+-.()/ x"):
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
		return "", Profile{}, errRole()
	case !validFactor(i.Required):
		return "", Profile{}, errFactor()
	}
	return name, profile, nil
}

func errRole() error {
	return &FieldError{"role", "Choose agent, supervisor or administrator."}
}

func errFactor() error {
	return &FieldError{"required", "Require the authenticator app, the e-mail code, or neither."}
}

// validFactor takes none as well.
func validFactor(f Factor) bool { return f == "" || f == App || f == Email }

// plain says whether s is text of at most that many characters that fits one line.
func plain(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most &&
		!strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
