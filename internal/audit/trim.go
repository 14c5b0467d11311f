package audit

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"
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
func (l *Log) lastBefore(ctx context.Context, before time.Time) (Entry, error) {
	h, _, err := l.head(ctx)
	if err != nil {
		return Entry{}, fmt.Errorf("find the entries to trim: %w", err)
	}
	var last Entry
	for from := max(h.First, 1); from <= h.Seq; from += MaxRead {
		stored, err := l.config.Store.Read(ctx, from, MaxRead)
		if err != nil {
			return Entry{}, fmt.Errorf("find the entries to trim: %w", err)
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
func (l *Log) trimTo(ctx context.Context, last int64) (int64, error) {
	var gone int64
	for {
		var some int64
		err := step(ctx, func(ctx context.Context) (err error) {
			some, err = l.trimOnce(ctx, last)
			return err
		})
		gone += some
		if err != nil {
			return gone, fmt.Errorf("trim the audit: %w", err)
		}
		if some == 0 {
			return gone, nil
		}
	}
}

// step tries a step of a longer work until no other server is quicker, for Within at most.
func step(ctx context.Context, try func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, Within)
	defer cancel()
	return untilAhead(ctx, func() error { return try(ctx) })
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
