package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/typed"
)

type eventsCommand struct {
	Tail   eventsTail   `cmd:"" help:"Show the changes of calling features, oldest first, and whether the switch has them; never a code."`
	Replay eventsReplay `cmd:"" help:"Have changes delivered to the switch once more, in order, with the ids that they had."`
	Skip   eventsSkip   `cmd:"" help:"Give up a change that the switch will never take, so that those after it are delivered."`
}

// eventsFlags choose events.
type eventsFlags struct {
	auditFlags `embed:""`
	Number     string        `arg:"" optional:"" help:"Only those of this line."`
	Since      time.Duration `help:"How far back: 90m, 24h, 720h at most." default:"24h"`
}

// maxSince is how long delivered events are kept at least known.
const maxSince = 30 * 24 * time.Hour

// open opens the Redis and reads which events are meant: those since a time, of one line or,
// without a number, of all.
func (f eventsFlags) open(ctx context.Context, c terminal) (db *redisstore.DB, log *audit.Log, number nanp.Number, from time.Time, err error) {
	if f.Since <= 0 || f.Since > maxSince {
		return nil, nil, "", time.Time{}, usage(errors.New("--since: want more than 0, and 720h at most"))
	}
	if f.Number != "" {
		if number, err = typed.Number(f.Number); err != nil {
			return nil, nil, "", time.Time{}, usage(err)
		}
	}
	db, log, err = f.auditFlags.open(ctx, c)
	return db, log, number, time.Now().Add(-f.Since), err
}

// event is what is done with the events of a line, or of all, for the audit.
func (f eventsFlags) event(action audit.Action, number nanp.Number) audit.Event {
	return actor("").Event(action, string(number), "of the last "+f.Since.String())
}

type eventsReplay struct {
	eventsFlags `embed:""`
	All         bool `help:"Those of all lines."`
}

// Run has the events delivered again by the servers.
func (cmd *eventsReplay) Run(ctx context.Context, c terminal) error {
	if cmd.All == (cmd.Number != "") {
		return usage(errors.New("name a line, or say --all"))
	}
	db, log, number, from, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	return audit.DoMany(ctx, log, cmd.event(audit.EventsReplayed, number), func() (string, error) {
		numbers := []nanp.Number{number}
		if cmd.All {
			if numbers, err = db.Events().Lines(ctx, from); err != nil {
				return "", fmt.Errorf("replay events: %w", err)
			}
		}
		events := 0
		for i, number := range numbers {
			count, err := db.Events().Rewind(ctx, number, from, time.Now())
			if err != nil {
				return fmt.Sprintf("%d events of %d lines", events, i),
					fmt.Errorf("replay events of %s, after %d lines: %w", number.Display(), i, err)
			}
			events += count
		}
		told := fmt.Sprintf("%d events of %d lines", events, len(numbers))
		fmt.Fprintln(c.out, told, "will be delivered again")
		return told, nil
	})
}
