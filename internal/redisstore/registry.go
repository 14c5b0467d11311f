package redisstore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// Remove implements [pins.Registry]. Run again it says that there is no such line.
func (s Lines) Remove(ctx context.Context, number nanp.Number, record pins.Record) error {
	keys := append(clearKeys(number),
		featuresKey(number), validationsKey(number), ticketsKey(number), mailboxKey(number), lastCallerKey(number))
	return s.clear(ctx, removeLine, keys, record)
}

// clear runs one of the scripts that clear a line's strikes and record why.
func (s Lines) clear(ctx context.Context, what script, keys []string, record pins.Record, more ...any) error {
	entry, err := encode(record)
	if err != nil {
		return err
	}
	done, err := s.db.runOnce(ctx, what, keys, append(append(clearArgs(record.At), entry), more...)...)
	return s.verdict(ctx, done, err)
}

// clearKeys are the first keys of the scripts that clear runs.
func clearKeys(n nanp.Number) []string { return append(lineKeys(n), historyKey(n)) }

// Append implements [pins.Registry]. Run again it appends again.
func (s Lines) Append(ctx context.Context, number nanp.Number, record pins.Record) error {
	entry, err := encode(record)
	if err != nil {
		return err
	}
	_, err = s.db.runOnce(ctx, appendRecord, []string{historyKey(number)}, entry)
	return err
}

// History implements [pins.Registry].
func (s Lines) History(ctx context.Context, number nanp.Number, limit int) ([]pins.Record, error) {
	return history[pins.Record](ctx, s.db, "Lines.History", historyKey(number), limit)
}

// Add implements [pins.Registry]. It takes any number of lines, a batch at a time: after an
// error those up to some batch are in, and it can be run again.
func (s Lines) Add(ctx context.Context, lines []pins.NewLine, now time.Time) ([]bool, error) {
	created, since := make([]bool, 0, len(lines)), any(millis(now))
	for part := range slices.Chunk(lines, batch) {
		commands := make([][]any, len(part))
		for i, line := range part {
			commands[i] = adding(line, since)
		}
		answers, err := s.db.runEach(ctx, addLine, commands)
		if err != nil {
			return append(created, make([]bool, len(lines)-len(created))...), err
		}
		for _, answer := range answers {
			created = append(created, answer == int64(1))
		}
	}
	return created, nil
}

// adding is the command that adds a line.
func adding(line pins.NewLine, since any) []any {
	args := make([]any, 0, 5)
	args = append(args, since)
	if line.Language != "" {
		args = append(args, "lang", line.Language)
	}
	if line.Features != (pins.Features{}) {
		args = append(args, "features", line.Features.String())
	}
	n := line.Number
	return addLine.byHash([]string{lineKey(n), featuresKey(n), validationsKey(n), lastCallerKey(n)}, args...)
}

// How the scripts that work on lines, and on accounts, append to histories.
var (
	recordLua        = recordingLua(pins.MaxHistory, pins.HistoryKept)
	accountRecordLua = recordingLua(accounts.MaxHistory, accounts.HistoryKept)
)

// recordingLua appends a record to a history, of which it keeps the newest most, all of them for a
// time after the last one.
func recordingLua(most int, kept time.Duration) string {
	return fmt.Sprintf(`
local function record(key, text)
	if redis.call('LPUSH', key, text) > %d then redis.call('LTRIM', key, 0, %d) end
	redis.call('PEXPIRE', key, %d)
end
`, most, most-1, keep(kept))
}

// appendRecord appends a record to the history of a number.
//
//	KEYS  history
//	ARGV  record
//	      1
var appendRecord = newWrite("Lines.Append", recordLua+`
record(KEYS[1], ARGV[1])
return 1
`)
