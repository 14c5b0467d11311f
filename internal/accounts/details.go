package accounts

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"updatecenter/internal/nanp"
	"updatecenter/internal/rows"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
	"updatecenter/internal/typeface"
)

// Errors of details.
var (
	// ErrDetails is what every [*FieldError] is, and so are [FieldErrors].
	ErrDetails = errors.New("not acceptable for an account")
	// ErrKeepsCode: a code was given for an account that exists. It is changed by
	// [Accounts.NewCode] alone.
	ErrKeepsCode = errors.New("the account exists and keeps its code")
)

// FieldError tells what is wrong with one field that was given. It holds nothing of it.
type FieldError struct {
	Field  string // as a file of accounts names it: "zip", "street1"; also "question", "answer"
	Reason string
}

// Error gives both.
func (e *FieldError) Error() string { return e.Field + ": " + e.Reason }

// Unwrap returns [ErrDetails].
func (e *FieldError) Unwrap() error { return ErrDetails }

// FieldErrors are all fields of what was given in which something is wrong; never none.
type FieldErrors []*FieldError

// Error gives all of them on one line.
func (e FieldErrors) Error() string {
	texts := make([]string, len(e))
	for i, field := range e {
		texts[i] = field.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap returns each [*FieldError].
func (e FieldErrors) Unwrap() []error {
	all := make([]error, len(e))
	for i, field := range e {
		all[i] = field
	}
	return all
}

// unless adds that a field is wrong, unless it is right.
func (e *FieldErrors) unless(right bool, field, reason string) {
	if !right {
		*e = append(*e, &FieldError{field, reason})
	}
}

// of says whether something is wrong with a field.
func (e FieldErrors) of(field string) bool {
	return slices.ContainsFunc(e, func(wrong *FieldError) bool { return wrong.Field == field })
}

func (e FieldErrors) err() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

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
	Phone    nanp.Number // in any form that typed.Number reads
	Language *string     // "en", "es", or empty: not known
	Name     string
	Address  *Address
	Email    *string // empty: none any more

	// Of a long-distance account.

	UserName *string     // empty: none any more
	Password secret.Text // up to 64 characters, with letters or digits; [Keypad] of it is kept, hashed

	// The two below count for a new account only. One that exists keeps its code, so that
	// reading a file once more brings no retired code back, and so that nobody can try codes
	// here. An e-mail address that is changed is on file from now on, whatever is said.

	EmailSince time.Time   // since when the e-mail address is on file, not later than now; zero: now
	Code       secret.Text // the security code, 6 to 10 digits; empty: one is made

	// RefuseCode has Put say [ErrKeepsCode] of a Code for an account that exists, where it
	// would otherwise pass over it.
	RefuseCode bool
}

// Check says what of the details no account can have, in [FieldErrors].
func (d Details) Check(now time.Time) error {
	_, wrong := d.tidy(now)
	return wrong.err()
}

// tidy returns the details as they are kept, and what is wrong with them.
func (d Details) tidy(now time.Time) (Details, FieldErrors) {
	var wrong FieldErrors
	if d.Phone != "" {
		phone, err := typed.Number(string(d.Phone))
		wrong.unless(err == nil, "phone", "not a North American telephone number")
		if err == nil {
			d.Phone = phone
		}
	}
	wrong.unless(d.Language == nil || validLanguage(*d.Language), "language", "want en, es or nothing")
	if d.Name != "" {
		name := strings.TrimSpace(d.Name)
		wrong.text("name", name, maxName)
		d.Name = cmp.Or(name, d.Name)
	}
	if d.Address != nil {
		address := d.Address.tidy(&wrong)
		d.Address = &address
	}
	if d.Email != nil {
		email := strings.TrimSpace(*d.Email)
		wrong.unless(email == "" || typed.IsEmail(email), "email", "not an e-mail address")
		d.Email = &email
	}
	if d.UserName != nil {
		name := strings.TrimSpace(*d.UserName)
		if name != "" {
			wrong.text("user_name", name, maxUserName)
		}
		d.UserName = &name
	}
	wrong.unless(d.Password.IsZero() || isPassword(d.Password), "password", passwordShould)
	wrong.unless(!d.EmailSince.After(now) && (d.EmailSince.IsZero() || d.EmailSince.Year() >= firstEmail),
		"email_since", "is in the future, or too long ago")
	if !d.Code.IsZero() {
		code, ok := typed.Digits(d.Code, minCode, maxCode)
		wrong.unless(ok, "security_code", fmt.Sprintf("want %d to %d digits", minCode, maxCode))
		d.Code = code
	}
	return d, wrong
}

// Complete says whether all is given that a new account must have.
func (d Details) Complete() bool {
	var lacks FieldErrors
	d.complete(&lacks)
	return len(lacks) == 0
}

// complete adds what a new account lacks.
func (d Details) complete(wrong *FieldErrors) {
	const missing = "a new account must have it"
	wrong.unless(d.Phone != "", "phone", missing)
	wrong.unless(d.Name != "", "name", missing)
	wrong.unless(d.Address != nil, "address", missing)
}

// tidy returns the address as it is kept. Lines without text are dropped.
func (a Address) tidy(wrong *FieldErrors) Address {
	tidied := Address{City: strings.TrimSpace(a.City), State: strings.ToUpper(strings.TrimSpace(a.State))}
	wrong.unless(len(a.Street) <= maxStreet, "street3", fmt.Sprintf("is the last of %d lines", maxStreet))
	for i, line := range a.Street[:min(len(a.Street), maxStreet)] {
		line = strings.TrimSpace(line)
		if line != "" {
			wrong.text(fmt.Sprintf("street%d", i+1), line, maxText)
			tidied.Street = append(tidied.Street, line)
		}
	}
	wrong.unless(len(tidied.Street) > 0, "street1", "is empty")
	wrong.text("city", tidied.City, maxText)
	wrong.unless(isState(tidied.State), "state", "want two letters")
	zip, isZIP := parseZIP(a.ZIP)
	wrong.unless(isZIP, "zip", "want 5 or 9 digits")
	tidied.ZIP = zip
	return tidied
}

func isState(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

const inOurLetters = "write it in Latin, Greek or Cyrillic letters"

// text wants a text that letters can be printed with. It quotes the characters that they can't show.
func (e *FieldErrors) text(field, s string, most int) {
	if s == "" || !typed.Plain(s, most) {
		e.unless(false, field, printable(most))
		return
	}
	if _, missing := typeface.Set(s); missing != "" {
		some := []rune(missing)
		e.unless(false, field, fmt.Sprintf("the letters that we send can't show %q: %s", string(some[:min(len(some), maxMissing)]), inOurLetters))
	}
}

func printable(most int) string {
	return fmt.Sprintf("want 1 to %d characters that can be printed", most)
}

func validLanguage(s string) bool { return s == "" || s == "en" || s == "es" }

// parseZIP returns "55401" or "55401-1234", of five or nine digits as people type them.
func parseZIP(s string) (string, bool) {
	digits, ok := typed.Digits(secret.New(s), 5, 9)
	switch zip := digits.Reveal(); {
	case ok && len(zip) == 5:
		return zip, true
	case ok && len(zip) == 9:
		return zip[:5] + "-" + zip[5:], true
	}
	return "", false
}

// fold returns what answers are compared by: the letters and digits alone, without case and
// accents. A letter that is the same to a reader, such as a full-width one, becomes the same.
func fold(s string) string {
	// Twice, as a few small letters come apart that don't as capitals.
	return foldOnce(foldOnce(typed.Fold(s)))
}

func foldOnce(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		// By way of the capital, which the two small sigmas have in common.
		return unicode.ToLower(unicode.ToUpper(r))
	}, norm.NFKD.String(s))
}

// Columns of a file of accounts, of either kind and of both.
var (
	columns = append([]rows.Column{{Name: "account", Must: true}, {Name: "phone", Must: true}}, columnsOfBoth...)

	longDistanceColumns = append([]rows.Column{
		{Name: "btn", Must: true}, {Name: "phone"}, {Name: "user_name"}, {Name: "password", Secret: true},
	}, columnsOfBoth...)

	columnsOfBoth = []rows.Column{
		{Name: "name", Must: true},
		{Name: "street1", Must: true}, {Name: "city", Must: true}, {Name: "state", Must: true}, {Name: "zip", Must: true},
		{Name: "language"}, {Name: "street2"}, {Name: "street3"}, {Name: "email"}, {Name: "email_since"},
		{Name: "security_code", Secret: true},
	}
)

// Row is one account of a file, for [Accounts.Put].
type Row struct {
	rows.Row
	Number  Number
	Details Details // an empty field is not given
}

// ReadCSV reads accounts, one at a time, from a table as [rows.Read] takes it, whatever its size:
//
//	account,phone,language,name,street1,street2,street3,city,state,zip,email,email_since,security_code
//
// of which language, street2, street3, email, email_since and security_code may be missing.
// The number is written as [ParseNumber] takes it, phone as typed.Number does, and email_since
// as 2026-01-31.
//
// A bad row yields a [*rows.Error], which quotes what is bad unless it is a code, and reading goes
// on. Any other error ends it: [rows.ErrHeader], or what r said. A number that stands twice is
// yielded twice. Whether an e-mail address can be on file since then, and the like, is for
// [Accounts.Put] to say, and [Row.Bad] to tell.
func ReadCSV(r io.Reader) iter.Seq2[Row, error] {
	return rows.ReadAs(r, columns, func(row rows.Row) (Row, error) {
		number, err := ParseNumber(row.Get("account"))
		if err != nil {
			return Row{}, row.Bad("account", err.Error())
		}
		phone, err := typed.Number(row.Get("phone"))
		if err != nil {
			return Row{}, row.Bad("phone", err.Error())
		}
		return newRow(row, number, Details{Phone: phone})
	})
}

// newRow adds to the details of an account what both kinds have.
func newRow(row rows.Row, number Number, details Details) (_ Row, err error) {
	details.Language, details.Name = given(strings.ToLower(row.Get("language"))), row.Get("name")
	details.Email, details.Code = given(row.Get("email")), secret.New(row.Get("security_code"))
	details.Address = &Address{
		Street: []string{row.Get("street1"), row.Get("street2"), row.Get("street3")},
		City:   row.Get("city"), State: row.Get("state"), ZIP: row.Get("zip"),
	}
	if since := row.Get("email_since"); since != "" {
		if details.EmailSince, err = time.Parse(time.DateOnly, typed.Fold(since)); err != nil {
			return Row{}, row.Bad("email_since", "want a date such as 2026-01-31")
		}
	}
	// Far in the future, as a file knows no clock: an e-mail address of tomorrow is for Put.
	details, wrong := details.tidy(time.Unix(1<<40, 0))
	details.complete(&wrong)
	if len(wrong) > 0 {
		return Row{}, row.Bad(wrong[0].Field, wrong[0].Reason)
	}
	return Row{row, number, details}, nil
}

func given(cell string) *string {
	if cell == "" {
		return nil
	}
	return &cell
}
