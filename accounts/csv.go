package accounts

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
)

// ErrHeader is said of a file of accounts that doesn't begin with the names of its columns.
var ErrHeader = errors.New(
	"first row must name the columns account, phone, name, street1, city, state and zip, and may " +
		"name language, street2, street3, email, email_since and security_code, each once, and no others")

// RowError tells why one row of a file was left out.
type RowError struct {
	Line   int    // in the file, from 1; blank lines count
	Reason string // holds nothing of the row
}

// Error gives both.
func (e *RowError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// Row is one account of a file, for [Accounts.Put].
type Row struct {
	Line    int // in the file, from 1
	Number  Number
	Details Details // an empty field is not given
}

const (
	maxRow    = 4096 // bytes, with the line break
	csvBuffer = 64 * 1024
)

// ReadCSV reads accounts, one at a time, whatever the file's size. The first row names the
// columns, in any order:
//
//	account,phone,language,name,street1,street2,street3,city,state,zip,email,email_since,security_code
//
// of which language, street2, street3, email, email_since and security_code may be missing.
// The number is written as [ParseNumber] takes it, phone as nanp.Parse does, and email_since
// as 2026-01-31. Fields may stand in double quotes, with commas and doubled quotes in them,
// and may have spaces around them; line breaks may be CRLF, blank lines are skipped, and so
// is a byte order mark. A row has at most 4096 bytes and can't go on in a second line.
//
// A bad row yields a [*RowError], and reading goes on. Any other error ends it: [ErrHeader],
// or what r said. A number that stands twice is yielded twice. Whether an e-mail address can
// be on file since then, and the like, is for [Accounts.Put] to say.
func ReadCSV(r io.Reader) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		rows := &rows{r: bufio.NewReaderSize(r, csvBuffer)}
		columns, err := rows.header()
		if err != nil {
			yield(Row{}, err)
			return
		}
		for {
			line, err := rows.next()
			if errors.Is(err, io.EOF) {
				return
			}
			var row Row
			if err == nil {
				row, err = rows.parse(line, columns)
			}
			if !yield(row, err) || err != nil && !isRowError(err) {
				return
			}
		}
	}
}

func isRowError(err error) bool {
	var bad *RowError
	return errors.As(err, &bad)
}
