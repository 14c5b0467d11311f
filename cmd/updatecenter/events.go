package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/rdb"
	"updatecenter/internal/typed"
)

type eventsCommand struct {
	Tail   eventsTail   `cmd:"" help:"Show the changes of calling features, oldest first, and whether the switch has them; never a code."`
	Replay eventsReplay `cmd:"" help:"Have changes delivered to the switch once more, in order, with the ids that they had."`
	Skip   eventsSkip   `cmd:"" help:"Give up a change that the switch will never take, so that those after it are delivered."`
}

// eventsFlags choose events.
type eventsFlags struct {
	redisFlag `embed:""`
	Number    string        `arg:"" optional:"" help:"Only those of this line."`
	Since     time.Duration `help:"How far back: 90m, 24h, 720h at most." default:"24h"`
}

// maxSince is how long delivered events are kept at least known.
const maxSince = 30 * 24 * time.Hour

// open opens the Redis and reads which events are meant: those since a time, of one line or,
// without a number, of all.
func (f eventsFlags) open(c console) (db *rdb.DB, number nanp.Number, from time.Time, err error) {
	if f.Since <= 0 || f.Since > maxSince {
		return nil, "", time.Time{}, usage(errors.New("--since: want more than 0, and 720h at most"))
	}
	if f.Number != "" {
		if number, err = typed.Number(f.Number); err != nil {
			return nil, "", time.Time{}, usage(err)
		}
	}
	db, err = f.redisFlag.open(c)
	return db, number, time.Now().Add(-f.Since), err
}

type eventsReplay struct {
	eventsFlags `embed:""`
	All         bool `help:"Those of all lines."`
}

// Run has the events delivered again by the servers.
func (cmd *eventsReplay) Run(ctx context.Context, c console) error {
	if cmd.All == (cmd.Number != "") {
		return usage(errors.New("name a line, or say --all"))
	}
	db, number, from, err := cmd.open(c)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	numbers := []nanp.Number{number}
	if cmd.All {
		if numbers, err = db.Events().Lines(ctx, from); err != nil {
			return fmt.Errorf("replay events: %w", err)
		}
	}
	events := 0
	for i, number := range numbers {
		count, err := db.Events().Rewind(ctx, number, from, time.Now())
		if err != nil {
			return fmt.Errorf("replay events of %s, after %d lines: %w", number.Display(), i, err)
		}
		events += count
	}
	fmt.Fprintf(c.out, "%d events of %d lines will be delivered again\n", events, len(numbers))
	return nil
}
