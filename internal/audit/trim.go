package audit

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"updatecenter/internal/storage"
	"updatecenter/internal/wrap"
)

// The ways in which [Log.Trim] refuses.
var (
	// ErrTooRecent: entries less than a year old must stay.
	ErrTooRecent = errors.New("the audit is kept for at least a year")
	// ErrFaulty: entries that would go, or others, are not as they were recorded. They are
	// evidence.
	ErrFaulty = errors.New("the audit has faults, and nothing of it may go")
)

// Trim removes the oldest entries: those before the first that isn't older than a time, which
// must be a year ago at least. By and Via, and maybe From, say who does it.
//
// It first verifies the audit, and refuses with [ErrFaulty] when anything is wrong: also when a
// key is gone, as an entry that nobody can prove doesn't prove its age. Then it records that it
// trims, with the MAC of the last entry that goes. It returns how many went; after an error the
// rest stays, and it can be run again.
func (l *Log) Trim(ctx context.Context, before time.Time, by Event) (int64, error) {
	if before.After(l.config.Now().AddDate(-1, 0, 0)) {
		return 0, ErrTooRecent
	}
	before = before.Truncate(time.Millisecond) // as the times of entries are
	report, err := l.Verify(ctx, nil)
	if err != nil {
		return 0, fmt.Errorf("trim the audit: %w", err)
	}
	if !report.Intact() {
		return 0, ErrFaulty
	}
	last, err := l.lastBefore(ctx, before)
	if err != nil || last.Seq == 0 {
		return 0, err
	}
	by.Action, by.Subject = AuditTrimmed, ""
	by.Detail = fmt.Sprintf("entries %d to %d, before %s, the last with MAC %s", report.Trimmed+1, last.Seq,
		before.UTC().Format(time.RFC3339), base64.StdEncoding.EncodeToString(last.MAC))
	if err := l.Record(ctx, by); err != nil {
		return 0, fmt.Errorf("trim the audit: %w", err)
	}
	return l.trimTo(ctx, last.Seq)
}

// lastBefore finds the last of the oldest entries that are older than a time; the zero entry if
// there is none.
func (l *Log) lastBefore(ctx context.Context, before time.Time) (last Entry, err error) {
	defer wrap.Error(&err, "find the entries to trim")
	h, _, err := l.head(ctx)
	if err != nil {
		return Entry{}, err
	}
	for from := max(h.First, 1); from <= h.Seq; from += MaxRead {
		stored, err := l.config.Store.Read(ctx, from, MaxRead)
		if err != nil {
			return Entry{}, err
		}
		for _, s := range stored {
			e, ok := l.proved(s)
			if !ok || !e.At.Before(before) {
				return last, nil
			}
			last = e
		}
	}
	return last, nil
}

// trimTo removes all entries up to one, some at a time.
func (l *Log) trimTo(ctx context.Context, last int64) (gone int64, err error) {
	defer wrap.Error(&err, "trim the audit")
	for {
		some, err := l.trimSome(ctx, last)
		if gone += some; err != nil || some == 0 {
			return gone, err
		}
	}
}

// trimSome is trimOnce until no other server is quicker, for Within at most.
func (l *Log) trimSome(ctx context.Context, last int64) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, Within)
	defer cancel()
	return storage.Retry(ctx, func() (int64, error) { return l.trimOnce(ctx, last) })
}

// trimOnce removes the oldest entries, MaxRead at most, and says how many those were.
func (l *Log) trimOnce(ctx context.Context, last int64) (int64, error) {
	h, before, err := l.head(ctx)
	if err != nil || h.First > last {
		return 0, err
	}
	first := h.First
	last = min(last, first+MaxRead-1)
	h.First = last + 1
	next, err := h.sealed(l.config.Keys, l.config.Random)
	if err != nil {
		return 0, err
	}
	if err := l.config.Store.Trim(ctx, first, last, next, before); err != nil {
		return 0, err
	}
	return last - first + 1, nil
}

// ErrSound refuses to begin another audit after one that is not damaged. One of which a key isn't in
// the key ring is not damaged.
var ErrSound = errors.New("the audit is as it was recorded, and goes on")

// nameForm is the form of the time by which an audit that was set aside is named.
const nameForm = "20060102T150405.000Z"

// File is one that entries are written to: an [os.File].
type File interface {
	io.Writer
	Sync() error
}

// Begin begins another audit after one that is damaged: it writes all entries of that to a file, as
// [Log.Export] does, sets it aside in the store, and records as the first entry, in the same step, by
// whom this was done, the file's SHA-256, the last entry that was as it was recorded, and the name under
// which the store keeps the rest. By and Via, and maybe From, say who does it.
//
// Errors: [ErrSound], unless anyway says that it shall be done all the same; [storage.ErrStale], when
// somebody else has begun or recorded meanwhile; [ErrInvalidEvent], and those of the store and the
// file. After an error the audit is as it was, unless the store's answer was lost.
func (l *Log) Begin(ctx context.Context, file File, by Event, anyway bool) (_ Entry, err error) {
	defer wrap.Error(&err, "begin another audit")
	before, err := l.config.Store.Head(ctx)
	if err != nil && !IsFault(err) {
		return Entry{}, err
	}
	report, err := l.Verify(ctx, nil)
	if err != nil {
		return Entry{}, err
	}
	damaged := slices.ContainsFunc(report.Faults, func(f Fault) bool { return f.Kind != KeyGone })
	if !damaged && !anyway {
		return Entry{}, ErrSound
	}
	sum := sha256.New()
	count, err := l.Export(ctx, io.MultiWriter(file, sum), time.Time{})
	if err == nil {
		err = file.Sync()
	}
	if err != nil {
		return Entry{}, fmt.Errorf("write the file: %w", err)
	}
	at := l.config.Now().UTC().Truncate(time.Millisecond)
	name := at.Format(nameForm)
	by.Action, by.Subject = AuditBegun, ""
	by.Detail = fmt.Sprintf("after %d entries, in a file with SHA-256 %x, the newest unchanged one %s; kept as before:%s",
		count, sum.Sum(nil), Anchor{report.Last.Seq, report.Last.MAC}, name)
	if by, err = by.checked(); err != nil {
		return Entry{}, err
	}
	first, line, err := signed(l.config.Keys, Entry{Seq: 1, At: at, Event: by, Key: l.config.Keys.Current()})
	if err != nil {
		return Entry{}, err
	}
	next, err := head{First: 1, Seq: 1, MAC: first.MAC}.sealed(l.config.Keys, l.config.Random)
	if err != nil {
		return Entry{}, err
	}
	if err := l.config.Store.SetAside(ctx, name, Stored{1, line}, next, before); err != nil {
		return Entry{}, err
	}
	l.logged(ctx, first)
	return first, nil
}

// VerifyFile looks at the entries in a file that [Log.Export] has written, as Verify does at those in the
// store, and returns its SHA-256 in hexadecimal digits. As a file has no head, it misses entries that
// were left out at its end.
func (l *Log) VerifyFile(ctx context.Context, file io.Reader) (Report, string, error) {
	sum := sha256.New()
	lines := &fileStore{lines: bufio.NewReaderSize(io.TeeReader(file, sum), MaxLine+1)}
	config := l.config
	config.Store = lines
	report, err := New(config).Verify(ctx, nil)
	if err != nil {
		return Report{}, "", fmt.Errorf("verify file: %w", err)
	}
	report.Faults = slices.DeleteFunc(report.Faults, func(f Fault) bool { return f.Seq == 0 && f.Kind == Missing })
	return report, hex.EncodeToString(sum.Sum(nil)), nil
}

// fileStore reads the lines of a file as a store without a head, from the first to the last.
type fileStore struct {
	Store  // the rest, which nobody asks for
	lines  *bufio.Reader
	window []Stored // those that were read from the file and may be asked for again
	last   int64    // the place of the newest of them
	err    error
}

// fill has the window hold so many lines, and says whether there are as many.
func (f *fileStore) fill(count int) bool {
	for len(f.window) < count && f.err == nil {
		line, err := f.lines.ReadSlice('\n')
		if f.err = err; len(line) == 0 {
			break
		}
		line = bytes.Clone(bytes.TrimSuffix(line, []byte("\n")))
		for errors.Is(f.err, bufio.ErrBufferFull) { // it is too long for an entry of ours, and so a fault
			_, f.err = f.lines.ReadSlice('\n')
		}
		seq := f.last + 1
		if e, err := parse(line); err == nil && e.Seq > f.last && (f.last == 0 || e.Seq < f.last+MaxRead) {
			seq = e.Seq
		}
		f.window = append(f.window, Stored{seq, line})
		f.last = seq
	}
	return len(f.window) >= count
}

// failed is why the file can't be read to its end.
func (f *fileStore) failed() error {
	if f.err == nil || errors.Is(f.err, io.EOF) {
		return nil
	}
	return f.err
}

func (f *fileStore) Head(context.Context) ([]byte, error) { return nil, nil }

// Lowest implements [Store]: a file begins with its first line.
func (f *fileStore) Lowest(context.Context) (int64, error) {
	if !f.fill(1) {
		return 0, f.failed()
	}
	return f.window[0].Seq, nil
}

// Read implements [Store], for places that never go back.
func (f *fileStore) Read(_ context.Context, from int64, most int) ([]Stored, error) {
	f.window = slices.DeleteFunc(f.window, func(s Stored) bool { return s.Seq < from })
	f.fill(most)
	end := 0
	for end < len(f.window) && f.window[end].Seq < from+int64(most) {
		end++
	}
	return f.window[:end], f.failed()
}
