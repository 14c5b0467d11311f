package audit

import (
	"context"
	"fmt"
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

func (f Filter) matches(e Entry) bool {
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
		if e, ok := l.proved(stored[i]); ok && filter.matches(e) {
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
