package pins

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
)

// ErrHeader is said of a file of lines that doesn't begin with its columns.
var ErrHeader = errors.New("first row must name the columns number and language, perhaps features, and no others")

// RowError tells why one row of a file was left out.
type RowError struct {
	Line   int    // in the file, from 1; blank lines count
	Reason string // holds nothing of the row
}

// Error gives both.
func (e *RowError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

const (
	maxRow    = 1024 // bytes, with the line break
	csvBuffer = 64 * 1024
)

// The columns of a file of lines.
const (
	numberColumn   = "number"
	languageColumn = "language"
	featuresColumn = "features" // a file may do without
	maxColumns     = 3
)

// ReadCSV reads lines to be provisioned, one at a time, whatever the file's size. The first
// row names the columns number, language and, unless the file says nothing of them, features,
// in any order. Then each row has a number in any form that nanp.Parse takes; en, es or
// nothing; and the features as [ParseFeatures] reads them, see also NewLine.FeaturesGiven.
// Fields may stand in double quotes and have spaces around them; line breaks may be CRLF,
// blank lines are skipped, and so is a byte order mark. A row has at most 1024 bytes and
// can't go on in a second line.
//
// A bad row yields a [*RowError], and reading goes on. Any other error ends it: [ErrHeader],
// or what r said. A number that stands twice is yielded twice.
//
// A number that is not called is a bad row: here, one that is none of the zero Destinations'.
func ReadCSV(r io.Reader) iter.Seq2[NewLine, error] { return Provisioning{}.ReadCSV(r) }

// ReadCSV is the function of that name, for these Destinations.
func (p Provisioning) ReadCSV(r io.Reader) iter.Seq2[NewLine, error] {
	return func(yield func(NewLine, error) bool) {
		rows := &rows{r: bufio.NewReaderSize(r, csvBuffer), called: p.Destinations}
		if err := rows.header(); err != nil {
			yield(NewLine{}, err)
			return
		}
		for {
			row, err := rows.next()
			if errors.Is(err, io.EOF) {
				return
			}
			var line NewLine
			if err == nil {
				line, err = rows.parse(row)
			}
			if !yield(line, err) || err != nil && !isRowError(err) {
				return
			}
		}
	}
}
