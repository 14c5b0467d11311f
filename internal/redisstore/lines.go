package redisstore

import (
	"context"
	"fmt"
	"strconv"

	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// Lines keeps the lines, their strikes, their history and who validated their customers: a
// [pins.Store], a [pins.CallerStore], a [pins.Registry] and [pins.Validations]. Every method is
// one round trip, but for Add. Of records that it can't read it says [ErrVersion] or
// [ErrGarbage], and changes nothing; but Reset, Unlock and Remove delete garbage that stands in
// the place of strikes.
type Lines struct{ db *DB }

var (
	_ pins.Store       = Lines{}
	_ pins.CallerStore = Lines{}
	_ pins.Registry    = Lines{}
	_ pins.Validations = Lines{}
)

// Lines returns the store of lines.
func (db *DB) Lines() Lines { return Lines{db} }

// Line implements [pins.Store]. Every call begins with it, so it needs no script: what it
// reads of a line and of its sides need not be of the same moment.
func (s Lines) Line(ctx context.Context, number nanp.Number) (pins.Line, error) {
	answers, err := s.db.ask(ctx,
		[]any{"hmget", lineKey(number), "v", "lang", "pin", "since", "rev", "features"},
		[]any{"hmget", strikesKey(pins.FromLine, number), "v", "failures", "until", "hard"},
		[]any{"hmget", strikesKey(pins.Remote, number), "v", "failures", "until", "hard"})
	if err != nil {
		return pins.Line{}, fmt.Errorf("read line: %w", err)
	}
	line, err := parseHashes(number, answers)
	if err != nil {
		return pins.Line{}, fmt.Errorf("read line: %w", err)
	}
	return line, nil
}

// SetLanguage implements [pins.Store].
func (s Lines) SetLanguage(ctx context.Context, number nanp.Number, language string) error {
	done, err := s.db.run(ctx, setLanguage, []string{lineKey(number)}, language)
	return verdict(done, err)
}

// Change implements [pins.Store]. With a notice it is two round trips.
func (s Lines) Change(ctx context.Context, change pins.Change) error {
	record, err := encode(change.Record)
	if err != nil {
		return err
	}
	replaced, err := encode(pins.NoticeReplaced(change.Record.At))
	if err != nil {
		return err
	}
	if len(change.Notice) > maxRecord {
		return errLongRecord
	}
	ctx, cancel := context.WithTimeout(ctx, s.db.within)
	defer cancel()
	n := change.Number
	return s.db.Notices().mark(ctx, string(n), change.Record.At, len(change.Notice), func() error {
		done, err := s.db.run(ctx, changePIN, []string{lineKey(n), historyKey(n), noticesKey(string(n))},
			turnName(change.Turn), change.Revision, string(change.PIN), millis(change.Record.At), record,
			pins.TurnsKept.Milliseconds(), change.Notice, pins.MaxDue, replaced)
		return s.verdict(ctx, done, err)
	})
}

// verdict is verdict of a script that may also say that a notice took the place of another, by 2.
func (s Lines) verdict(ctx context.Context, done any, err error) error {
	if done == int64(2) {
		s.db.tellReplaced(ctx, 1)
	}
	return verdict(done, err)
}

// verdict reads the answer of a script that did what it should, 1, or did not.
func verdict(done any, err error) error {
	switch {
	case err != nil:
		return err
	case done == int64(0):
		return pins.ErrNoLine
	case done == int64(-1):
		return pins.ErrStale
	case done == int64(-2):
		return pins.ErrNotValidated
	}
	return nil
}

// lineKeys are the keys of a line and of its sides, in the order in which scripts take them.
func lineKeys(n nanp.Number) []string {
	return []string{lineKey(n), strikesKey(pins.FromLine, n), strikesKey(pins.Remote, n)}
}

// turnName is a turn as a field or member; the name of the call is bounded as in keys.
func turnName(t pins.Turn) string { return tag(t.Call) + ":" + strconv.Itoa(t.Number) }
