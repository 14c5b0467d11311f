package accounts

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"updatecenter/internal/emailaddress"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
	"updatecenter/internal/typeface"
)

// Errors of details.
var (
	// ErrDetails is what every [*FieldError] is.
	ErrDetails = errors.New("not acceptable for an account")
	// ErrKeepsCode: a code was given for an account that exists. It is changed by
	// [Accounts.NewCode] alone.
	ErrKeepsCode = errors.New("the account exists and keeps its code")
)

// FieldError tells what is wrong with one field that was given. It holds nothing of it, but for up to
// five characters that can't be printed, of what is no secret.
type FieldError struct {
	Field  string // as a file of accounts names it: "zip", "street1"; also "question", "answer"
	Reason string
}

// Error gives both.
func (e *FieldError) Error() string { return e.Field + ": " + e.Reason }

// Unwrap returns [ErrDetails].
func (e *FieldError) Unwrap() error { return ErrDetails }

// Bounds of an account's texts, in characters.
const (
	maxText     = 60 // a line of the street, the city
	maxName     = 100
	maxQuestion = 200
	maxAnswer   = 100
	minAnswer   = 2 // letters and digits
	maxMissing  = 5 // that are quoted
	maxStreet   = 3 // lines

	minCode = 6 // digits
	maxCode = 10

	firstEmail = 1971 // the year of the first e-mail over a network
)

// Details are what is known of an account from elsewhere. What is zero or nil is not given.
// A new account must have Phone, Name and Address. Space around texts is dropped.
type Details struct {
	Phone    nanp.Number
	Language *string // "en", "es", or empty: not known
	Name     string
	Address  *Address
	Email    *string // empty: none any more

	// The two below count for a new account only. One that exists keeps its code, so that
	// reading a file once more brings no retired code back, and so that nobody can try codes
	// here. An e-mail address that is changed is on file from now on, whatever is said.

	EmailSince time.Time   // since when the e-mail address is on file, not later than now; zero: now
	Code       secret.Text // the security code, 6 to 10 digits; empty: one is made

	// RefuseCode has Put say [ErrKeepsCode] of a Code for an account that exists, where it
	// would otherwise pass over it.
	RefuseCode bool
}

// tidy returns the details as they are kept, or a *FieldError.
func (d Details) tidy(now time.Time) (Details, error) {
	if d.Phone != "" {
		if _, err := nanp.Parse(string(d.Phone)); err != nil {
			return Details{}, &FieldError{"phone", err.Error()}
		}
	}
	if d.Language != nil && !validLanguage(*d.Language) {
		return Details{}, &FieldError{"language", "want en, es or nothing"}
	}
	d.Name = strings.TrimSpace(d.Name)
	if err := checkText("name", d.Name, maxName); err != nil {
		return Details{}, err
	}
	if d.Address != nil {
		address, err := d.Address.tidy()
		if err != nil {
			return Details{}, err
		}
		d.Address = &address
	}
	return d.tidyRest(now)
}

func (d Details) tidyRest(now time.Time) (Details, error) {
	if d.Email != nil {
		email := strings.TrimSpace(*d.Email)
		if email != "" && !emailaddress.Valid(email) {
			return Details{}, &FieldError{"email", "not an e-mail address"}
		}
		d.Email = &email
	}
	if d.EmailSince.After(now) || !d.EmailSince.IsZero() && d.EmailSince.Year() < firstEmail {
		return Details{}, &FieldError{"email_since", "is in the future, or too long ago"}
	}
	if code, ok := typed.Digits(d.Code, minCode, maxCode); ok {
		d.Code = code
	} else if !d.Code.IsZero() {
		return Details{}, &FieldError{"security_code", fmt.Sprintf("want %d to %d digits", minCode, maxCode)}
	}
	return d, nil
}

// complete says what a new account lacks, in a *FieldError.
func (d Details) complete() error {
	const missing = "a new account must have it"
	switch {
	case d.Phone == "":
		return &FieldError{"phone", missing}
	case d.Name == "":
		return &FieldError{"name", missing}
	case d.Address == nil:
		return &FieldError{"street1", missing}
	}
	return nil
}

// tidy returns the address as it is kept, or a *FieldError. Lines without text are dropped.
func (a Address) tidy() (Address, error) {
	if len(a.Street) > maxStreet {
		return Address{}, &FieldError{"street3", fmt.Sprintf("is the last of %d lines", maxStreet)}
	}
	tidied := Address{City: strings.TrimSpace(a.City), State: strings.ToUpper(strings.TrimSpace(a.State))}
	for i, line := range a.Street {
		line = strings.TrimSpace(line)
		if err := checkText(fmt.Sprintf("street%d", i+1), line, maxText); err != nil {
			return Address{}, err
		}
		if line != "" {
			tidied.Street = append(tidied.Street, line)
		}
	}
	if err := checkText("city", tidied.City, maxText); err != nil {
		return Address{}, err
	}
	zip, isZIP := parseZIP(a.ZIP)
	tidied.ZIP = zip
	switch {
	case len(tidied.Street) == 0:
		return Address{}, &FieldError{"street1", "is empty"}
	case tidied.City == "":
		return Address{}, notPlain("city", maxText)
	case !isState(tidied.State):
		return Address{}, &FieldError{"state", "want two letters"}
	case !isZIP:
		return Address{}, &FieldError{"zip", "want 5 or 9 digits"}
	}
	return tidied, nil
}

func isState(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

const inOurLetters = "write it in Latin, Greek or Cyrillic letters"

// checkText refuses what letters can't be printed with, in a *FieldError that quotes the characters.
func checkText(field, s string, most int) error {
	if !plain(s, most) {
		return notPlain(field, most)
	}
	if _, missing := typeface.Set(s); missing != "" {
		some := []rune(missing)
		return &FieldError{field, fmt.Sprintf("the letters that we send can't show %q: %s", string(some[:min(len(some), maxMissing)]), inOurLetters)}
	}
	return nil
}

func notPlain(field string, most int) error {
	return &FieldError{field, fmt.Sprintf("want 1 to %d characters that can be printed", most)}
}
