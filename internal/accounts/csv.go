package accounts

import (
	"io"
	"iter"
	"strings"
	"time"

	"updatecenter/internal/rows"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
)

// columns of a file of accounts.
var columns = []rows.Column{
	{Name: "account", Must: true}, {Name: "phone", Must: true}, {Name: "name", Must: true},
	{Name: "street1", Must: true}, {Name: "city", Must: true}, {Name: "state", Must: true}, {Name: "zip", Must: true},
	{Name: "language"}, {Name: "street2"}, {Name: "street3"}, {Name: "email"}, {Name: "email_since"},
	{Name: "security_code", Secret: true},
}

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
	return func(yield func(Row, error) bool) {
		for row, err := range rows.Read(r, columns) {
			var account Row
			if err == nil {
				account, err = newRow(row)
			}
			if !yield(account, err) {
				return
			}
		}
	}
}

func newRow(row rows.Row) (Row, error) {
	number, err := ParseNumber(row.Get("account"))
	if err != nil {
		return Row{}, row.Bad("account", err.Error())
	}
	phone, err := typed.Number(row.Get("phone"))
	if err != nil {
		return Row{}, row.Bad("phone", err.Error())
	}
	details := Details{
		Phone: phone, Language: given(strings.ToLower(row.Get("language"))), Name: row.Get("name"),
		Email: given(row.Get("email")), Code: secret.New(row.Get("security_code")),
		Address: &Address{
			Street: []string{row.Get("street1"), row.Get("street2"), row.Get("street3")},
			City:   row.Get("city"), State: row.Get("state"), ZIP: row.Get("zip"),
		},
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
