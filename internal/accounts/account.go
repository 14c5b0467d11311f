package accounts

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
)

// Errors of the contract.
var (
	// ErrNoAccount: no account has this number or ID.
	ErrNoAccount = errors.New("no such account")
	// ErrTaken: another account has the number.
	ErrTaken = errors.New("the account number is another account's")
	// ErrStale: the account was changed meanwhile.
	ErrStale = errors.New("the account has changed meanwhile")
	// ErrUnreadable: what is stored is damaged, of a newer release, or its key is gone. To
	// ask again is no help.
	ErrUnreadable = errors.New("a stored account can't be read")
	// ErrNewer is the ErrUnreadable of what a newer release stored, whose servers can read it.
	ErrNewer = fmt.Errorf("%w: it has the form of a newer release", ErrUnreadable)
)

// Account is a customer's account. It has either a Code, or a Question with its Answer.
type Account struct {
	ID           ID
	Number       Number
	Revision     int64       // 1 when created; grows by one with every change
	Phone        nanp.Number // the primary telephone number
	Language     string      // "en", "es", or empty while not known
	Name         string      // of the customer, up to 100 characters
	Address      Address     // to which bills are sent
	AddressSince time.Time   // since when the address is on file
	Email        string      // up to 254 characters; empty: none
	EmailSince   time.Time   // since when the e-mail address is on file; zero without one
	Code         secret.Text // the security code: 6 to 10 digits; empty once it is retired
	Question     string      // the security question, up to 200 characters; empty while there is a code
	Answer       secret.Text // as the customer gave it, up to 100 characters
	Since        time.Time   // since when the present code or answer counts
	Created      time.Time   // when the account was created
}

// HasQuestion says whether the security question has taken the place of the code.
func (a Account) HasQuestion() bool { return !a.Answer.IsZero() }

// OfRecordAfter is for how long an address must have been on file to be one of record (47 CFR
// 64.2003): whoever has just changed it may not be the customer.
const OfRecordAfter = 30 * 24 * time.Hour

// AddressOfRecord says whether the address is one of record at a time: on file for 30 days, or
// never changed since the account was created.
func (a Account) AddressOfRecord(now time.Time) bool {
	return a.AddressSince.Equal(a.Created) || !now.Before(a.AddressSince.Add(OfRecordAfter))
}

// EmailOfRecord says whether there is an e-mail address that is one of record at a time: on file
// for 30 days, however new the account is.
func (a Account) EmailOfRecord(now time.Time) bool {
	return a.Email != "" && !now.Before(a.EmailSince.Add(OfRecordAfter))
}

// Address is a postal address in the United States.
type Address struct {
	Street []string `json:"street"` // 1 to 3 lines of up to 60 characters
	City   string   `json:"city"`   // up to 60 characters
	State  string   `json:"state"`  // two capital letters
	ZIP    string   `json:"zip"`    // "55401" or "55401-1234"
}

// Equal says whether both are the same, letter by letter.
func (a Address) Equal(other Address) bool {
	return slices.Equal(a.Street, other.Street) &&
		a.City == other.City && a.State == other.State && a.ZIP == other.ZIP
}
