package pins

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"updatecenter/internal/nanp"
)

// rows reads a file of lines row by row, for [ReadCSV]. It stands in for encoding/csv, which
// takes all rows from a quote without an end up to the next quote, or the end of the file,
// for one field of any size; here one bad row costs only itself.
type rows struct {
	r       *bufio.Reader
	line    int      // of the row read last
	columns []string // in the file's order
	called  nanp.Destinations
}

// header reads the first row, which names the columns.
func (r *rows) header() error {
	const mark = "\ufeff"
	if start, _ := r.r.Peek(len(mark)); string(start) == mark {
		if _, err := r.r.Discard(len(mark)); err != nil {
			return fmt.Errorf("read byte order mark: %w", err)
		}
	}
	row, err := r.next()
	if errors.Is(err, io.EOF) || isRowError(err) {
		return ErrHeader
	}
	if err != nil {
		return err
	}
	var names [maxColumns][]byte
	count, reason := fields(row, names[:])
	if reason != "" {
		return ErrHeader
	}
	for _, name := range names[:count] {
		r.columns = append(r.columns, string(name))
	}
	if !validColumns(r.columns) {
		return ErrHeader
	}
	return nil
}

func validColumns(names []string) bool {
	names = slices.Sorted(slices.Values(names))
	return slices.Equal(names, []string{languageColumn, numberColumn}) ||
		slices.Equal(names, []string{featuresColumn, languageColumn, numberColumn})
}

// next returns the next row that isn't blank, to be used before the one after it is read.
// It says io.EOF at the end, and a *RowError for a row that is too long.
func (r *rows) next() ([]byte, error) {
	for {
		row, err := r.r.ReadSlice('\n')
		if len(row) == 0 && errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		r.line++
		if len(row) > maxRow {
			return nil, r.tooLong(err)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read line %d: %w", r.line, err)
		}
		if row = bytes.TrimSpace(row); len(row) > 0 {
			return row, nil
		}
	}
}

// tooLong reads to the end of a row whose first part came with err.
func (r *rows) tooLong(err error) error {
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = r.r.ReadSlice('\n')
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read line %d: %w", r.line, err)
	}
	return r.bad(fmt.Sprintf("longer than %d bytes", maxRow))
}

// parse reads a row's fields.
func (r *rows) parse(row []byte) (NewLine, error) {
	var values [maxColumns][]byte
	count, reason := fields(row, values[:len(r.columns)])
	if reason != "" {
		return NewLine{}, r.bad(reason)
	}
	if count < len(r.columns) {
		return NewLine{}, r.bad("fewer fields than columns")
	}
	var line NewLine
	for i, column := range r.columns {
		if err := line.set(column, string(values[i])); err != nil {
			return NewLine{}, r.bad(err.Error())
		}
	}
	if err := r.called.Check(line.Number); err != nil {
		return NewLine{}, r.bad(err.Error())
	}
	return line, nil
}

// set reads the field of one column. No error quotes the field.
func (l *NewLine) set(column, value string) (err error) {
	switch column {
	case numberColumn:
		l.Number, err = nanp.Parse(value)
	case languageColumn:
		l.Language = value
		if !validLanguage(value) {
			err = ErrLanguage
		}
	case featuresColumn:
		l.FeaturesGiven = true
		l.Features, err = ParseFeatures(value)
	}
	return err
}

func isRowError(err error) bool {
	var bad *RowError
	return errors.As(err, &bad)
}

func (r *rows) bad(reason string) error { return &RowError{Line: r.line, Reason: reason} }

// fields reads the fields of a row, and says how many there are, or the reason why they are
// more than fit into values, or can't be read.
func fields(row []byte, values [][]byte) (count int, reason string) {
	for row != nil {
		if count == len(values) {
			return 0, "more fields than columns"
		}
		if values[count], row, reason = field(row); reason != "" {
			return 0, reason
		}
		count++
	}
	return count, ""
}

// field returns the first field of a row, and what follows the comma after it; nil if none
// does.
func field(row []byte) (value, rest []byte, reason string) {
	row = bytes.TrimLeft(row, " \t")
	if len(row) > 0 && row[0] == '"' {
		return quoted(row[1:])
	}
	value, rest, found := bytes.Cut(row, []byte(","))
	if !found {
		rest = nil
	}
	return bytes.TrimSpace(value), rest, ""
}

// quoted reads on after an opening quote. None of our values holds a quote, so that the
// next one closes.
func quoted(row []byte) (value, rest []byte, reason string) {
	value, rest, closed := bytes.Cut(row, []byte(`"`))
	if !closed {
		return nil, nil, "a quoted field has no end"
	}
	rest = bytes.TrimLeft(rest, " \t")
	switch {
	case len(rest) == 0:
		rest = nil
	case rest[0] == ',':
		rest = rest[1:]
	default:
		return nil, nil, "a quoted field has text after it"
	}
	return bytes.TrimSpace(value), rest, ""
}
