package audit

import (
	"context"
	"fmt"
	"io"
	"time"
)

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
