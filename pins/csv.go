package pins

import (
	"io"
	"iter"
	"strings"

	"updatecenter/internal/rows"
	"updatecenter/internal/typed"
)

// columns of a file of lines.
var columns = []rows.Column{{Name: "number", Must: true}, {Name: "language", Must: true}, {Name: "features"}}

// ReadCSV reads lines to be provisioned, one at a time, from a table as [rows.Read] takes it, whatever
// its size. Its columns are number, language and, unless the file says nothing of them, features.
// Each row has a number as typed.Number reads it; en, es or nothing; and the features as
// [ParseFeatures] reads them, see also NewLine.FeaturesGiven.
//
// A bad row yields a [*rows.Error], which quotes what is bad, and reading goes on. Any other error
// ends it: [rows.ErrHeader], or what r said. A number that stands twice is yielded twice.
//
// A number that is not called is a bad row: here, one that is none of the zero Destinations'.
func ReadCSV(r io.Reader) iter.Seq2[NewLine, error] { return Provisioning{}.ReadCSV(r) }

// ReadCSV is the function of that name, for these Destinations.
func (p Provisioning) ReadCSV(r io.Reader) iter.Seq2[NewLine, error] {
	return func(yield func(NewLine, error) bool) {
		for row, err := range rows.Read(r, columns) {
			var line NewLine
			if err == nil {
				line, err = p.newLine(row)
			}
			if !yield(line, err) {
				return
			}
		}
	}
}

func (p Provisioning) newLine(row rows.Row) (NewLine, error) {
	number, err := typed.Number(row.Get("number"))
	if err == nil {
		err = p.Destinations.Check(number)
	}
	if err != nil {
		return NewLine{}, row.Bad("number", err.Error())
	}
	line := NewLine{Number: number, Language: strings.ToLower(row.Get("language")), FeaturesGiven: row.Has("features")}
	if !validLanguage(line.Language) {
		return NewLine{}, row.Bad("language", "want en, es or nothing")
	}
	if line.Features, err = ParseFeatures(row.Get("features")); err != nil {
		return NewLine{}, row.Bad("features", err.Error())
	}
	return line, nil
}
