package rdb

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// Lines keeps the lines, their strikes and their history: a [pins.Store], a
// [pins.CallerStore] and a [pins.Registry]. Every method is one round trip, but for Add.
// Of records that it can't read it says [ErrVersion] or [ErrGarbage], and changes nothing.
type Lines struct{ db *DB }

var (
	_ pins.Store       = Lines{}
	_ pins.CallerStore = Lines{}
	_ pins.Registry    = Lines{}
)

// Lines returns the store of lines.
func (db *DB) Lines() Lines { return Lines{db} }

// Line implements [pins.Store].
func (s Lines) Line(ctx context.Context, number nanp.Number) (pins.Line, error) {
	answer, err := s.db.run(ctx, readLine, lineKeys(number))
	if err != nil {
		return pins.Line{}, fmt.Errorf("read line: %w", err)
	}
	line, err := parseHashes(number, answer)
	if err != nil {
		return pins.Line{}, fmt.Errorf("read line: %w", err)
	}
	return line, nil
}

// SetLanguage implements [pins.Store].
func (s Lines) SetLanguage(ctx context.Context, number nanp.Number, language string) error {
	done, err := s.db.run(ctx, setLanguage, []string{lineKey(number)}, language)
	return verdict("set language", done, err)
}

// Change implements [pins.Store].
func (s Lines) Change(ctx context.Context, change pins.Change) error {
	record, err := encode(change.Record)
	if err != nil {
		return fmt.Errorf("change PIN: %w", err)
	}
	done, err := s.db.run(ctx, changePIN, []string{lineKey(change.Number), historyKey(change.Number)},
		turnName(change.Turn), change.Revision, string(change.PIN), millis(change.Record.At), record,
		pins.TurnsKept.Milliseconds())
	return verdict("change PIN", done, err)
}

// verdict reads the answer of a script that did what it should, 1, or did not.
func verdict(attempted string, done any, err error) error {
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", attempted, err)
	case done == int64(0):
		return pins.ErrNoLine
	case done == int64(-1):
		return pins.ErrStale
	}
	return nil
}

// lineKeys are the keys of a line and of its sides, in the order in which scripts take them.
func lineKeys(n nanp.Number) []string {
	return []string{lineKey(n), strikesKey(pins.FromLine, n), strikesKey(pins.Remote, n)}
}

// turnName is a turn as a field or member; the name of the call is bounded as in keys.
func turnName(t pins.Turn) string { return tag(t.Call) + ":" + strconv.Itoa(t.Number) }

// parseLine reads what [admit] answers of a line. Of an unknown one the number and the
// strikes are known.
func parseLine(number nanp.Number, answer any) (line pins.Line, known bool, err error) {
	parts, _ := answer.([]any)
	if len(parts) != 3 {
		return pins.Line{}, false, ErrGarbage
	}
	line.Number = number
	sound := parseStrikes(parts[1], &line.FromLine) && parseStrikes(parts[2], &line.Remote)
	fields, _ := parts[0].([]any)
	if len(fields) == 5 {
		known = true
		line.Language, _ = fields[1].(string)
		pin, _ := fields[2].(string)
		line.PIN = pins.Hash(pin)
		var since int64
		sound = sound && parseNumber(fields[3], &since) && parseNumber(fields[4], &line.Revision)
		line.Since = moment(since)
	}
	if !sound {
		return pins.Line{}, false, ErrGarbage
	}
	return line, known, nil
}

func parseNumber(field any, into *int64) bool {
	text, ok := field.(string)
	n, err := strconv.ParseInt(text, 10, 64)
	*into = n
	return ok && err == nil
}

func parseStrikes(answer any, into *pins.Strikes) bool {
	parts, _ := answer.([]any)
	if len(parts) != 3 {
		return false
	}
	failures, ok1 := parts[0].(int64)
	until, ok2 := parts[1].(int64)
	*into = pins.Strikes{Failures: int(failures), LockedUntil: moment(until), Locked: parts[2] == int64(1)}
	return ok1 && ok2
}

// moment is the time of stored milliseconds; 0 is no time.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
