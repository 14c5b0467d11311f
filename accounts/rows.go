package accounts

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// rows reads a file of accounts row by row, for [ReadCSV]. Each row is cut off at its line
// break before encoding/csv sees it: that would take all from a quote without an end up to
// the next quote, whatever its size, for one field; here one bad row costs only itself.
type rows struct {
	r    *bufio.Reader
	line int // of the row read last
}

// The columns of a file.
var (
	mustColumns = [...]string{"account", "phone", "name", "street1", "city", "state", "zip"}
	mayColumns  = [...]string{"language", "street2", "street3", "email", "email_since", "security_code"}
)

// header returns the names of the columns.
func (r *rows) header() ([]string, error) {
	const mark = "\ufeff"
	if start, _ := r.r.Peek(len(mark)); string(start) == mark {
		if _, err := r.r.Discard(len(mark)); err != nil {
			return nil, fmt.Errorf("read byte order mark: %w", err)
		}
	}
	row, err := r.next()
	if errors.Is(err, io.EOF) || isRowError(err) {
		return nil, ErrHeader
	}
	if err != nil {
		return nil, err
	}
	columns, err := fields(row)
	if err != nil || !areColumns(columns) {
		return nil, ErrHeader
	}
	return columns, nil
}

func areColumns(names []string) bool {
	for i, name := range names {
		if slices.Contains(names[:i], name) ||
			!slices.Contains(mustColumns[:], name) && !slices.Contains(mayColumns[:], name) {
			return false
		}
	}
	for _, name := range mustColumns {
		if !slices.Contains(names, name) {
			return false
		}
	}
	return true
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
func (r *rows) parse(line []byte, columns []string) (Row, error) {
	values, err := fields(line)
	if err != nil {
		return Row{}, r.bad("a double quote is out of place")
	}
	if len(values) != len(columns) {
		return Row{}, r.bad(fmt.Sprintf("want %d fields, this has %d", len(columns), len(values)))
	}
	cells := map[string]string{}
	for i, name := range columns {
		cells[name] = values[i]
	}
	row, err := newRow(cells)
	if err != nil {
		return Row{}, r.bad(err.Error())
	}
	row.Line = r.line
	return row, nil
}

func (r *rows) bad(reason string) error { return &RowError{Line: r.line, Reason: reason} }

// fields returns the fields of a row without the space around them.
func fields(row []byte) ([]string, error) {
	reader := csv.NewReader(bytes.NewReader(row))
	reader.TrimLeadingSpace = true
	values, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("read fields: %w", err)
	}
	for i, value := range values {
		values[i] = strings.TrimSpace(value)
	}
	return values, nil
}
