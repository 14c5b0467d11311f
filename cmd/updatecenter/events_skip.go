package main

import (
	"context"
	"fmt"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/pins"
)

type eventsSkip struct {
	lineFlag `embed:""`
	ID       string `arg:"" name:"id" help:"The event, as events tail --waiting shows it: the oldest of the line that waits."`
	By       string `required:"" help:"Who does it."`
	Reason   string `required:"" help:"Why."`
}

// Run gives the event up, as if the switch had it. The line's history tells of it.
func (cmd *eventsSkip) Run(ctx context.Context, c terminal) error {
	said := note(cmd.By, cmd.Reason)
	if !said.Valid() || said.Reason == "" {
		return usage(pins.ErrNote)
	}
	db, lines, number, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	oldest, err := db.Events().Waiting(ctx, number, 1)
	switch {
	case err != nil:
		return err
	case len(oldest) == 0:
		return fmt.Errorf("no event of %s waits", number.Display())
	case nameOf(oldest[0]) != cmd.ID:
		return fmt.Errorf("not the oldest event of %s that waits, which is %s", number.Display(), plain(nameOf(oldest[0])))
	}
	err = audit.Do(ctx, lines.Audit, actor(cmd.By).Event(audit.EventSkipped, string(number), cmd.Reason), func() error {
		return db.Events().Skip(ctx, number, oldest[0].Position, pins.Record{
			At: time.Now().UTC(), Event: pins.EventSkipped, By: said.By, From: said.From, Reason: said.Reason,
			Changes: []string{cmd.ID},
		})
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s of %s is given up: the switch is not told of it.\n", plain(cmd.ID), number.Display())
	return nil
}
