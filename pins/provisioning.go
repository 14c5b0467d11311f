package pins

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/rows"
	"updatecenter/internal/typed"
	"updatecenter/internal/wrap"
)

// ErrNote is said of a [Note] without a name, or with a text that is too long or not plain.
var ErrNote = errors.New("note must say by whom, and for a reset why, in plain words")

// Bounds of provisioning.
const (
	maxName    = 100  // characters
	MaxReason  = 500  // characters of a [Note]'s reason
	MaxHistory = 1000 // records that are kept, and that [Provisioning.History] returns at most
)

// HistoryKept is for how long a history is kept after its newest record. Resets, of which records
// are to be kept for a year, are in the audit as well.
const HistoryKept = 2 * 365 * 24 * time.Hour

// Note says who changes a line otherwise than by telephone, and why: for its history.
type Note struct {
	By     string // the person or key, 1 to 100 characters
	From   string // the interface that was used, "command line" or "api"; up to 100 characters
	Reason string // up to [MaxReason] characters; a reset must have one
}

// Provisioning adds, resets and removes lines, and reads their history.
type Provisioning struct {
	Registry    Registry
	Validations Validations      // for what is done for a customer; without resets it can be nil
	Now         func() time.Time // nil: time.Now
	Notice      Notice           // of each PIN that is reset; nil: there is none
	// Destinations are the numbers that we call: no other becomes a line.
	Destinations nanp.Destinations
}

// Add creates the lines that don't exist yet, with the temporary PIN, and leaves the others
// as they are. It says of each whether it was created. ErrLanguage creates none, and neither does a
// number that is not called, [nanp.ErrNotCalled].
func (p Provisioning) Add(ctx context.Context, lines []NewLine) (_ []bool, err error) {
	for _, line := range lines {
		if !validLanguage(line.Language) {
			return nil, fmt.Errorf("add line %s: %w", line.Number, ErrLanguage)
		}
		if err := p.Destinations.Check(line.Number); err != nil {
			return nil, fmt.Errorf("add line %s: %w", line.Number, err)
		}
	}
	defer wrap.Error(&err, "add lines")
	return p.Registry.Add(ctx, lines, p.now())
}

// Remove deletes a line, but not its history. Errors: ErrNoLine, ErrNote.
func (p Provisioning) Remove(ctx context.Context, number nanp.Number, note Note) (err error) {
	if !note.Valid() {
		return ErrNote
	}
	defer wrap.Error(&err, "remove line")
	return p.Registry.Remove(ctx, number, p.record(Removed, note))
}

// History returns the newest most records of a number, newest first. A most below 1 or
// above [MaxHistory] is no error, and means MaxHistory. A number without records has none.
func (p Provisioning) History(ctx context.Context, number nanp.Number, most int) (_ []Record, err error) {
	defer wrap.Error(&err, "read history")
	if most < 1 || most > MaxHistory {
		most = MaxHistory
	}
	return p.Registry.History(ctx, number, most)
}

func (p Provisioning) record(event Event, note Note) Record {
	return Record{At: p.now(), Event: event, By: note.By, From: note.From, Reason: note.Reason}
}

func (p Provisioning) now() time.Time {
	if p.Now == nil {
		return time.Now()
	}
	return p.Now()
}

// Valid says whether a note has a name and keeps its bounds, in text that can be shown on one
// line of a terminal. That a reset has a reason too is for the reset to ask.
func (n Note) Valid() bool {
	return n.By != "" && typed.Plain(n.By, maxName) && typed.Plain(n.From, maxName) && typed.Plain(n.Reason, MaxReason)
}

func validLanguage(s string) bool { return s == "" || s == "en" || s == "es" }

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
	return rows.ReadAs(r, columns, p.newLine)
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
