// Package rows reads tables as people export them from spreadsheets and databases: CSV with commas,
// semicolons or tabs, in UTF-8 or UTF-16, with a byte order mark or without.
//
//	for row, err := range rows.Read(file, columns) {
//		var bad *rows.Error
//		switch {
//		case errors.As(err, &bad): // this row is left out; reading goes on
//		case err != nil: // the end: ErrHeader, or what the reader said
//		case row.Get("zip") == "":
//			err = row.Bad("zip", "is empty")
//		}
//	}
//
// The first row that isn't blank names the columns, in any order, in any case, with spaces, hyphens
// or underscores. A column that is called reason is passed over: [Rejects] writes one.
//
// Fields may stand in double quotes, with separators and doubled quotes in them, and may have spaces
// around them. Line breaks may be CRLF. Blank rows, and empty fields at the end of a row beyond the
// columns, are passed over. A row has at most 4096 bytes and can't go on in a second line:
// encoding/csv would take all from a quote without an end up to the next quote for one field, of
// whatever size; here one bad row costs only itself.
package rows

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"

	"updatecenter/internal/secret"
)

const (
	maxRow    = 4096 // bytes, with the line break
	buffer    = 64 * 1024
	maxQuoted = 60       // characters of a value that are quoted in an error
	reason    = "reason" // the column of [Rejects]
	mark      = "\ufeff" // a byte order mark
)

// ErrHeader is said of a file whose first row doesn't name the columns; the text around it says what
// is wrong.
var ErrHeader = errors.New("the first row must name the columns")

// Column is one that a file can have.
type Column struct {
	Name   string // in lower case, words separated by underscores
	Must   bool   // a file without it is refused
	Secret bool   // no error quotes its values
}

// Row is one row. It is good until the next one is read, and prints nothing of what it holds.
type Row struct {
	Line  int // in the file, from 1; blank lines count
	table *table
	raw   secret.Text // as it was, whatever is in it
}

// Format writes the line alone, for every verb: a row can hold secrets.
func (r Row) Format(state fmt.State, _ rune) { _, _ = fmt.Fprintf(state, "line %d", r.Line) }

// Get returns the value of a column, "" if the file doesn't have it; the name must be one of the
// columns.
func (r Row) Get(column string) string { return r.table.cells[r.table.index(column)] }

// Has says whether the file has the column.
func (r Row) Has(column string) bool { return slices.Contains(r.table.at, r.table.index(column)) }

// Bad returns an [*Error] that quotes the value of the column, unless that is secret.
func (r Row) Bad(column, reason string) error {
	i := slices.IndexFunc(r.table.columns, func(c Column) bool { return c.Name == column })
	if i < 0 || r.table.columns[i].Secret || r.table.cells[i] == "" {
		return r.bad(column + ": " + reason)
	}
	return r.bad(column + " " + Quote(r.table.cells[i]) + ": " + reason)
}

func (r Row) bad(reason string) error {
	return &Error{Line: r.Line, Reason: reason, table: r.table, raw: r.raw}
}

// Error tells why one row of a file was left out.
type Error struct {
	Line   int    // in the file, from 1; blank lines count
	Reason string // may quote a value, but no secret one
	table  *table
	raw    secret.Text
}

// Error gives both.
func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// Read reads a table, one row at a time, whatever its size. A bad row yields an [*Error], and reading
// goes on. Any other error ends it: [ErrHeader], or what r said.
func Read(r io.Reader, columns []Column) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		t := &table{columns: columns, cells: make([]string, len(columns))}
		if err := t.begin(r); err != nil {
			yield(Row{}, err)
			return
		}
		for {
			row, err := t.row()
			if errors.Is(err, io.EOF) {
				return
			}
			var bad *Error
			if !yield(row, err) || err != nil && !errors.As(err, &bad) {
				return
			}
		}
	}
}

// ReadAs is Read of a table whose rows are read as something else. What read can't is a bad row, by [Row.Bad].
func ReadAs[T any](r io.Reader, columns []Column, read func(Row) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for row, err := range Read(r, columns) {
			var as T
			if err == nil {
				as, err = read(row)
			}
			if !yield(as, err) {
				return
			}
		}
	}
}

// table is a file that is being read.
type table struct {
	columns []Column
	in      *bufio.Reader
	line    int // of the row read last
	comma   byte
	marked  bool
	header  string
	at      []int    // for each column of the file, which of the columns it is; -1: a reason
	known   int      // of at, those that are no reason
	cells   []string // of the row read last, in the order of the columns
}

func (t *table) index(column string) int {
	return slices.IndexFunc(t.columns, func(c Column) bool { return c.Name == column })
}

// begin finds out how the file is written, and reads its header.
func (t *table) begin(r io.Reader) error {
	t.in = bufio.NewReaderSize(r, buffer)
	start, _ := t.in.Peek(len(mark)) // what is wrong comes again
	order, wide := unicode.LittleEndian, false
	switch {
	case string(start) == mark:
		t.marked = true
		_, _ = t.in.Discard(len(mark)) // it is in the buffer
	case len(start) < 2:
	case start[0] == 0xfe && start[1] == 0xff, start[0] == 0: // names of columns begin in ASCII
		order, wide = unicode.BigEndian, true
	case start[0] == 0xff && start[1] == 0xfe, start[1] == 0:
		wide = true
	}
	if wide {
		t.marked = true
		t.in = bufio.NewReaderSize(unicode.UTF16(order, unicode.UseBOM).NewDecoder().Reader(t.in), buffer)
	}
	line, err := t.next()
	var bad *Error
	switch {
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%w, and there is none", ErrHeader)
	case errors.As(err, &bad):
		return fmt.Errorf("%w: it is %s", ErrHeader, bad.Reason)
	case err != nil:
		return err
	}
	return t.name(line)
}

// row returns the next row that isn't blank, io.EOF after the last, or an [*Error].
func (t *table) row() (Row, error) {
	for {
		line, err := t.next()
		if err != nil {
			return Row{}, err
		}
		row := Row{Line: t.line, table: t, raw: secret.New(t.withoutReason(line))}
		values, fault := split(line, t.comma)
		if fault != "" {
			return Row{}, row.bad(fault)
		}
		if !slices.ContainsFunc(values, func(v string) bool { return v != "" }) {
			continue
		}
		if fault = t.place(values); fault != "" {
			return Row{}, row.bad(fault)
		}
		return row, nil
	}
}

// place puts the values of a row where the columns have them.
func (t *table) place(values []string) (fault string) {
	for len(values) > len(t.at) && values[len(values)-1] == "" {
		values = values[:len(values)-1]
	}
	if len(values) != len(t.at) {
		reasons := len(t.at) - t.known
		return fmt.Sprintf("want %d fields, this has %d", t.known, max(0, len(values)-reasons))
	}
	for i, at := range t.at {
		if at >= 0 {
			t.cells[at] = values[i]
		}
	}
	return ""
}

// next returns the next line with anything on it. It says io.EOF at the end, and an [*Error] for one
// that is too long or isn't text.
func (t *table) next() (string, error) {
	for {
		line, err := t.in.ReadSlice('\n')
		if len(line) == 0 && errors.Is(err, io.EOF) {
			return "", io.EOF
		}
		t.line++
		row := Row{Line: t.line, table: t}
		if len(line) > maxRow {
			row.raw = secret.New(strings.ToValidUTF8(string(line[:maxRow]), "\ufffd"))
			return "", t.tooLong(row, err)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read line %d: %w", t.line, err)
		}
		text := string(bytes.TrimRight(line, "\r\n"))
		if !utf8.ValidString(text) {
			row.raw = secret.New(strings.ToValidUTF8(text, "\ufffd"))
			return "", row.bad("not in UTF-8 or UTF-16: save the file as CSV UTF-8")
		}
		if strings.TrimSpace(text) != "" {
			return text, nil
		}
	}
}

// tooLong reads to the end of a row whose first part came with err.
func (t *table) tooLong(row Row, err error) error {
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = t.in.ReadSlice('\n')
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read line %d: %w", t.line, err)
	}
	return row.bad(fmt.Sprintf("longer than %d bytes", maxRow))
}

// split returns the fields of a row, without the space around them.
func split(row string, comma byte) (values []string, fault string) {
	for more := true; more; {
		var value string
		if value, row, more, fault = field(row, comma); fault != "" {
			return nil, fault
		}
		values = append(values, value)
	}
	return values, ""
}

// field returns the first field of a row, what follows the separator after it, and whether there is
// one.
func field(row string, comma byte) (value, rest string, more bool, fault string) {
	space := " \t"
	if comma == '\t' {
		space = " "
	}
	row = strings.TrimLeft(row, space)
	quoted, isQuoted := strings.CutPrefix(row, `"`)
	if !isQuoted {
		value, rest, more = strings.Cut(row, string(comma))
		return strings.TrimSpace(value), rest, more, ""
	}
	end := 0
	for {
		i := strings.IndexByte(quoted[end:], '"')
		if i < 0 {
			return "", "", false, "a double quote has no end"
		}
		if end += i; !strings.HasPrefix(quoted[end+1:], `"`) {
			break
		}
		end += 2
	}
	rest = strings.TrimLeft(quoted[end+1:], space)
	more = rest != "" && rest[0] == comma
	if rest != "" && !more {
		return "", "", false, "a double quote is out of place"
	}
	value = strings.TrimSpace(strings.ReplaceAll(quoted[:end], `""`, `"`))
	return value, strings.TrimPrefix(rest, string(comma)), more, ""
}

// Rejects writes the bad rows of a file as they were, each after the reason, so that they can be
// mended and read again. It has the file's columns and separator, in UTF-8. It holds whatever the
// rows held, secrets too.
type Rejects struct {
	W     io.Writer
	begun bool
}

// Add writes a bad row. All must be of one file.
func (r *Rejects) Add(bad *Error) error {
	if !r.begun {
		r.begun = true
		if bad.table.marked {
			if _, err := io.WriteString(r.W, mark); err != nil {
				return fmt.Errorf("write rejects: %w", err)
			}
		}
		if err := r.write(bad.table, reason, bad.table.header); err != nil {
			return err
		}
	}
	return r.write(bad.table, `"`+strings.ReplaceAll(bad.Reason, `"`, `""`)+`"`, bad.raw.Reveal())
}

func (r *Rejects) write(t *table, reason, row string) error {
	if _, err := fmt.Fprintf(r.W, "%s%c%s\n", reason, t.comma, row); err != nil {
		return fmt.Errorf("write rejects: %w", err)
	}
	return nil
}

// withoutReason is a row without the reason why it was rejected before, which stands first.
func (t *table) withoutReason(row string) string {
	if len(t.at) == 0 || t.at[0] >= 0 {
		return row
	}
	if _, rest, more, fault := field(row, t.comma); more && fault == "" {
		return rest
	}
	return row
}
