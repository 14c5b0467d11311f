package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"updatecenter/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/rdb"
)

type eventsCommand struct {
	Tail   eventsTail   `cmd:"" help:"Show the changes of calling features, oldest first, and whether the switch has them; never a code."`
	Replay eventsReplay `cmd:"" help:"Have changes delivered to the switch once more, in order, with the ids that they had."`
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
		if number, err = nanp.Parse(f.Number); err != nil {
			return nil, "", time.Time{}, usage(err)
		}
	}
	db, err = f.redisFlag.open(c)
	return db, number, time.Now().Add(-f.Since), err
}

// read reads events.
func (f eventsFlags) read(ctx context.Context, db *rdb.DB, number nanp.Number, from time.Time) ([]rdb.Event, error) {
	if number == "" {
		return db.Events().SinceOfAll(ctx, from, maxShown)
	}
	return db.Events().Since(ctx, number, from)
}

type eventsTail struct {
	eventsFlags `embed:""`
	Follow      bool `short:"f" help:"Go on showing those to come, until Ctrl-C."`
	JSON        bool `name:"json" help:"As JSON, an event on each line."`
}

const (
	maxShown    = 10_000
	followEvery = time.Second
	// followBack is how late an event can come: other lines' clocks and servers differ.
	followBack = time.Minute
)

// Run shows the events.
func (cmd *eventsTail) Run(ctx context.Context, c console) error {
	db, number, from, err := cmd.open(c)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	shown := map[string]time.Time{}
	for {
		events, err := cmd.read(ctx, db, number, from)
		if err != nil {
			return fmt.Errorf("show events: %w", err)
		}
		for _, event := range events {
			if name := string(event.Number) + event.Position; shown[name].IsZero() {
				shown[name] = event.At
				cmd.show(c.out, event)
			}
		}
		if !cmd.Follow {
			return nil
		}
		from = time.Now().Add(-followBack)
		for name, at := range shown {
			if at.Before(from) {
				delete(shown, name)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(followEvery):
		}
	}
}

// shownEvent is an event as events tail shows it.
type shownEvent struct {
	features.EventDocument
	Delivered bool `json:"delivered"`
}

func (cmd *eventsTail) show(out io.Writer, event rdb.Event) {
	document, err := features.ShowEvent(event.Stored)
	if err != nil {
		fmt.Fprintf(out, "%s  %s  %v\n", moment(event.At), event.Number, err)
		return
	}
	if cmd.JSON {
		// What is made of strings, numbers and times can't fail to be JSON.
		line, _ := json.Marshal(shownEvent{document, event.Delivered})
		fmt.Fprintf(out, "%s\n", line)
		return
	}
	state := "waits"
	if event.Delivered {
		state = "delivered"
	}
	settings, _ := json.Marshal(document.Settings)
	fmt.Fprintf(out, "%s  %-9s  %s  %s  by %s  %s\n",
		moment(document.At), state, document.Number.Display(), document.Feature, plain(document.By), settings)
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
