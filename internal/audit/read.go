package audit

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Reach is how far back one [Log.Page] looks, in entries.
const Reach = 10_000

// MaxPage is how many entries a page has at most.
const MaxPage = 200

// A Filter chooses entries; what is empty doesn't matter.
type Filter struct {
	By, Subject string
	Action      Action
	Before      int64 // only those before this place; 0: from the newest on
}

// Matches says whether the filter chooses an entry, wherever it is.
func (f Filter) Matches(e Entry) bool {
	return (f.By == "" || f.By == e.By) && (f.Subject == "" || f.Subject == e.Subject) &&
		(f.Action == "" || f.Action == e.Action)
}

// Page returns the newest limit entries that match, at most [MaxPage], newest first. It looks
// at [Reach] places: who wants to see further sets Before to the last entry's place, or, when
// there was none, to Reach less.
//
// It leaves out what doesn't have the MAC that it should have; only [Log.Verify] tells of that.
func (l *Log) Page(ctx context.Context, filter Filter, limit int) ([]Entry, error) {
	h, _, err := l.head(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the audit: %w", err)
	}
	next := h.Seq + 1
	if filter.Before > 0 {
		next = min(next, filter.Before)
	}
	lowest := max(h.First, next-Reach, 1)
	limit = min(limit, MaxPage)
	var page []Entry
	for next > lowest && len(page) < limit {
		from := max(lowest, next-MaxRead)
		stored, err := l.config.Store.Read(ctx, from, int(next-from))
		if err != nil {
			return nil, fmt.Errorf("read the audit: %w", err)
		}
		page = l.pick(page, stored, filter, limit)
		next = from
	}
	return page, nil
}

// pick adds to a page those that match, from the last on.
func (l *Log) pick(page []Entry, stored []Stored, filter Filter, limit int) []Entry {
	for i := len(stored) - 1; i >= 0 && len(page) < limit; i-- {
		if e, ok := l.proved(stored[i]); ok && filter.Matches(e) {
			page = append(page, e)
		}
	}
	return page
}

// proved reads a stored entry, and says whether it has its own MAC and is in its place.
func (l *Log) proved(s Stored) (Entry, bool) {
	e, err := parse(s.Line)
	if err != nil || e.Seq != s.Seq {
		return Entry{}, false
	}
	ok, err := authentic(l.config.Keys, e, s.Line)
	return e, ok && err == nil
}

// A Kind is what is wrong with an entry.
type Kind string

// The kinds of faults.
const (
	Changed    Kind = "changed"    // it doesn't have the MAC that it should have
	Missing    Kind = "missing"    // its place is empty, and later ones aren't
	Reordered  Kind = "reordered"  // a true entry stands there, of another place
	Cut        Kind = "cut"        // the newest entries are missing, or the head was set back
	Unreadable Kind = "unreadable" // what stands there is no entry, or one of a newer release
	Forked     Kind = "forked"     // a true entry, but not of this history
	KeyGone    Kind = "key-gone"   // its key isn't in the ring: nothing can be said of it
)

// A Fault is something wrong with one entry, or with several in a row.
type Fault struct {
	Seq, Last int64 // the places of the first and the last; 0 for the head
	Kind      Kind
	Detail    string // what was found, for people; it holds nothing of an entry but numbers, times and ids of keys
}

// String tells the fault in a line.
func (f Fault) String() string {
	where := "the head"
	switch {
	case f.Seq > 0 && f.Last > f.Seq:
		where = fmt.Sprintf("entries %d to %d", f.Seq, f.Last)
	case f.Seq > 0:
		where = fmt.Sprintf("entry %d", f.Seq)
	}
	if f.Detail == "" {
		return fmt.Sprintf("%s: %s", where, f.Kind)
	}
	return fmt.Sprintf("%s: %s: %s", where, f.Kind, f.Detail)
}

// MaxFaults is how many faults are told one by one.
const MaxFaults = 1000

// A Report is what [Log.Verify] found.
type Report struct {
	Entries int64   // that are kept, and can be read
	First   Entry   // the oldest of these; zero: there is none
	Last    Entry   // the newest of these
	Trimmed int64   // entries that were before them, and were trimmed
	Head    Anchor  // the newest entry as the head has it; to be kept elsewhere
	Faults  []Fault // in the order of places, those of the head and of an anchor last; MaxFaults at most
	More    int     // faults beyond these
}

// Intact says whether nothing is wrong.
func (r Report) Intact() bool { return len(r.Faults) == 0 }

// An Anchor is the newest entry of an audit at some time. Kept elsewhere, it finds an audit
// that was replaced by an older copy of itself. It is no secret.
type Anchor struct {
	Seq int64
	MAC []byte // 32 bytes
}

// macBytes is the length of a MAC.
const macBytes = 32

// ErrInvalidAnchor is a text that is no anchor.
var ErrInvalidAnchor = errors.New("want the number and the MAC of an entry, as SEQ:MAC")

// String writes the anchor as "SEQ:MAC", the MAC in base64.
func (a Anchor) String() string {
	return strconv.FormatInt(a.Seq, 10) + ":" + base64.StdEncoding.EncodeToString(a.MAC)
}

// ParseAnchor reads what String writes. The error is [ErrInvalidAnchor].
func ParseAnchor(text string) (Anchor, error) {
	number, encoded, _ := strings.Cut(text, ":")
	seq, err := strconv.ParseInt(number, 10, 64)
	if err != nil || seq < 1 || len(encoded) != base64.StdEncoding.EncodedLen(macBytes) {
		return Anchor{}, ErrInvalidAnchor
	}
	mac, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || len(mac) != macBytes {
		return Anchor{}, ErrInvalidAnchor
	}
	return Anchor{Seq: seq, MAC: mac}, nil
}

// Export writes the entries since a time, oldest first, each exactly as it is stored and with a
// line feed after it: JSON lines. It returns how many it wrote.
//
// It proves nothing, and needs no keys: what was tampered with is evidence. Entries that can't be
// read are written as well, and so are those behind a head that can't be trusted, as far as they
// can be found.
func (l *Log) Export(ctx context.Context, w io.Writer, since time.Time) (int, error) {
	h, _, err := l.head(ctx)
	if err != nil && !IsFault(err) {
		return 0, fmt.Errorf("export the audit: %w", err)
	}
	if err != nil { // then only the stored entries say where they begin and end
		h = head{}
	}
	since = since.Truncate(time.Millisecond) // as the times of entries are
	lowest, err := l.config.Store.Lowest(ctx)
	if err != nil && !IsFault(err) {
		return 0, fmt.Errorf("export the audit: %w", err)
	}
	written := 0
	for from := max(h.First, 1); ; from += MaxRead {
		stored, err := l.config.Store.Read(ctx, from, MaxRead)
		if err != nil {
			return written, fmt.Errorf("export the audit: %w", err)
		}
		if len(stored) == 0 && from+MaxRead > h.Seq {
			if from >= lowest {
				return written, nil
			}
			from = lowest - MaxRead // those before it were trimmed, and the head is gone
			continue
		}
		count, err := writeSince(w, stored, since)
		written += count
		if err != nil {
			return written, fmt.Errorf("export the audit: %w", err)
		}
	}
}

// writeSince writes the entries but those known to be older than a time.
func writeSince(w io.Writer, stored []Stored, since time.Time) (written int, err error) {
	for _, s := range stored {
		if e, err := parse(s.Line); err == nil && e.At.Before(since) {
			continue
		}
		if _, err := w.Write(append(s.Line, '\n')); err != nil {
			return written, err
		}
		written++
	}
	return written, nil
}

// The ways in which somebody does something.
const (
	ViaConsole     = "console"
	ViaAPI         = "api"
	ViaCommandLine = "command line"
	ViaTelephone   = "telephone" // a caller
	ViaSystem      = "system"    // this program does it by itself
)

// The names of those who do something and have no name of their own.
const (
	ByUnknown = "unknown" // a user name that nobody has: it may be a password, typed into the wrong field
	BySystem  = "system"
)

// Bounds of an event, in characters.
const (
	MaxName   = 100 // of By and of Subject
	MaxFrom   = 64
	MaxDetail = 300
)

// ErrInvalidEvent is an event that can't be recorded as it is. It is a fault of the program.
// Nothing of the event stands in the text.
var ErrInvalidEvent = errors.New("invalid audit event")

// An Event is who did what, from where, to whom.
type Event struct {
	// Action is one of [Actions].
	Action Action `json:"action"`
	// By is an agent's user name ("ann"), an API key and its agent ("crm/77"), "command line:
	// root", [ByUnknown] or [BySystem]: 1 to [MaxName] printable characters. It is never what
	// a stranger typed.
	By string `json:"by"`
	// Via is [ViaConsole], [ViaAPI], [ViaCommandLine], [ViaTelephone] or [ViaSystem].
	Via string `json:"via"`
	// From is the address of the client, or "". What can't be printed, and what goes beyond
	// [MaxFrom], isn't recorded.
	From string `json:"from,omitempty"`
	// Subject is "+16125550142", "agent bob", "key crm" or "": up to [MaxName] printable
	// characters.
	Subject string `json:"subject,omitempty"`
	// Detail is what else is worth knowing, and never a secret. What can't be printed, and
	// what goes beyond [MaxDetail], isn't recorded.
	Detail string `json:"detail,omitempty"`
}

// checked returns the event as it is recorded. Names are refused rather than mended, as two
// could become one; but no reason that an agent gives keeps a reset from being recorded.
func (e Event) checked() (Event, error) {
	switch {
	case !slices.Contains(Actions(), e.Action):
		return Event{}, fmt.Errorf("%w: its action", ErrInvalidEvent)
	case e.By == "" || !isName(e.By):
		return Event{}, fmt.Errorf("%w: who did it", ErrInvalidEvent)
	case !slices.Contains([]string{ViaConsole, ViaAPI, ViaCommandLine, ViaTelephone, ViaSystem}, e.Via):
		return Event{}, fmt.Errorf("%w: by which way", ErrInvalidEvent)
	case !isName(e.Subject):
		return Event{}, fmt.Errorf("%w: its subject", ErrInvalidEvent)
	}
	e.From, e.Detail = clip(e.From, MaxFrom), clip(e.Detail, MaxDetail)
	return e, nil
}

// isName says whether a text may be a name, or nothing.
func isName(text string) bool { return clip(text, MaxName) == text }

// clip keeps the first characters of a text that can be printed.
func clip(text string, most int) string {
	kept := 0
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) || kept == most {
			return -1
		}
		kept++
		return r
	}, text)
}
