package pins

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"updatecenter/internal/nanp"
)

// rows reads a file of lines row by row, for [ReadCSV]. It stands in for encoding/csv, which
// takes all rows from a quote without an end up to the next quote, or the end of the file,
// for one field of any size; here one bad row costs only itself.
type rows struct {
	r    *bufio.Reader
	line int // of the row read last
}

// header says whether the number is the first column.
func (r *rows) header() (numberFirst bool, err error) {
	const mark = "\ufeff"
	if start, _ := r.r.Peek(len(mark)); string(start) == mark {
		if _, err := r.r.Discard(len(mark)); err != nil {
			return false, fmt.Errorf("read byte order mark: %w", err)
		}
	}
	row, err := r.next()
	if errors.Is(err, io.EOF) || isRowError(err) {
		return false, ErrHeader
	}
	if err != nil {
		return false, err
	}
	first, second, reason := fields(row)
	switch {
	case reason != "":
		return false, ErrHeader
	case string(first) == "number" && string(second) == "language":
		return true, nil
	case string(first) == "language" && string(second) == "number":
		return false, nil
	}
	return false, ErrHeader
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
func (r *rows) parse(row []byte, numberFirst bool) (NewLine, error) {
	written, language, reason := fields(row)
	if reason != "" {
		return NewLine{}, r.bad(reason)
	}
	if !numberFirst {
		written, language = language, written
	}
	number, err := nanp.Parse(string(written))
	if err != nil {
		return NewLine{}, r.bad(err.Error())
	}
	if !validLanguage(string(language)) {
		return NewLine{}, r.bad(ErrLanguage.Error())
	}
	return NewLine{Number: number, Language: string(language)}, nil
}

func isRowError(err error) bool {
	var bad *RowError
	return errors.As(err, &bad)
}

func (r *rows) bad(reason string) error { return &RowError{Line: r.line, Reason: reason} }

// fields returns the two fields of a row, or the reason why it doesn't have those.
func fields(row []byte) (first, second []byte, reason string) {
	first, rest, reason := field(row)
	if reason != "" {
		return nil, nil, reason
	}
	if rest == nil {
		return nil, nil, "want two fields, this has one"
	}
	second, rest, reason = field(rest)
	if reason == "" && rest != nil {
		reason = "want two fields, this has more"
	}
	return first, second, reason
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
