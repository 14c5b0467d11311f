package rdb

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// Remove implements [pins.Registry]. Run again it says that there is no such line.
func (s Lines) Remove(ctx context.Context, number nanp.Number, record pins.Record) error {
	return s.clear(ctx, removeLine, number, record)
}

// Reset implements [pins.Registry]. Run again it resets again, and records that too.
func (s Lines) Reset(ctx context.Context, number nanp.Number, record pins.Record) error {
	refusal := record
	refusal.Event = pins.ResetRefused
	refused, err := encode(refusal)
	if err != nil {
		return err
	}
	return s.clear(ctx, resetPIN, number, record, refused)
}

// clear runs one of the scripts that clear a line's strikes and record why.
func (s Lines) clear(ctx context.Context, what script, number nanp.Number, record pins.Record, more ...any) error {
	entry, err := encode(record)
	if err != nil {
		return err
	}
	args := []any{entry, millis(record.At), pins.TurnsKept.Milliseconds(), slack.Milliseconds()}
	done, err := s.db.runOnce(ctx, what, append(lineKeys(number), historyKey(number)), append(args, more...)...)
	return verdict(done, err)
}

// Append implements [pins.Registry]. Run again it appends again.
func (s Lines) Append(ctx context.Context, number nanp.Number, record pins.Record) error {
	entry, err := encode(record)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.db.within)
	defer cancel()
	cmd := once{redis.NewCmd(ctx, "lpush", historyKey(number), entry)}
	if err := s.db.client.Process(ctx, cmd); err != nil {
		return explain(err)
	}
	return nil
}

// History implements [pins.Registry].
func (s Lines) History(ctx context.Context, number nanp.Number, limit int) ([]pins.Record, error) {
	if limit <= 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.db.within)
	defer cancel()
	entries, err := s.db.client.LRange(ctx, historyKey(number), 0, int64(limit)-1).Result()
	if err != nil {
		return nil, explain(err)
	}
	records := make([]pins.Record, len(entries))
	for i, entry := range entries {
		if records[i], err = decode(entry); err != nil {
			return nil, fmt.Errorf("entry %d: %w", i, err)
		}
	}
	return records, nil
}

// batch is how many lines go to Redis at once. More are no faster, and would take longer
// than an operation should on a slow machine.
const batch = 200

// Add implements [pins.Registry]. It takes any number of lines, a batch at a time: after an
// error those up to some batch are in, and it can be run again.
func (s Lines) Add(ctx context.Context, lines []pins.NewLine, now time.Time) ([]bool, error) {
	created := make([]bool, len(lines))
	for begin := 0; begin < len(lines); begin += batch {
		end := min(begin+batch, len(lines))
		if err := s.addBatch(ctx, lines[begin:end], now, created[begin:end]); err != nil {
			return created, explain(err)
		}
	}
	return created, nil
}

// addBatch adds lines in one round trip. Those whose server doesn't know the script yet go
// in a second one, with its text.
func (s Lines) addBatch(ctx context.Context, lines []pins.NewLine, now time.Time, created []bool) error {
	ctx, cancel := context.WithTimeout(ctx, s.db.within)
	defer cancel()
	commands := make([]*redis.Cmd, len(lines))
	for i, line := range lines {
		args := addLine.byHash([]string{lineKey(line.Number)}, millis(now), line.Language)
		commands[i] = redis.NewCmd(ctx, args...)
	}
	if err := s.addAll(ctx, commands); err != nil {
		return err
	}
	var late []*redis.Cmd
	for i, cmd := range commands {
		if unknownScript(cmd.Err()) {
			commands[i] = redis.NewCmd(ctx, addLine.byText(cmd.Args())...)
			late = append(late, commands[i])
		}
	}
	if err := s.addAll(ctx, late); err != nil {
		return err
	}
	for i, cmd := range commands {
		if err := cmd.Err(); err != nil {
			return err
		}
		created[i] = cmd.Val() == int64(1)
	}
	return nil
}

// addAll sends commands together, none of them twice, as the second answer would be wrong.
// That a server doesn't know the script is no error here.
func (s Lines) addAll(ctx context.Context, commands []*redis.Cmd) error {
	if len(commands) == 0 {
		return nil
	}
	_, err := s.db.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for _, cmd := range commands {
			if err := pipe.Process(ctx, once{cmd}); err != nil {
				return err
			}
		}
		return nil
	})
	if unknownScript(err) {
		return nil
	}
	return err
}
