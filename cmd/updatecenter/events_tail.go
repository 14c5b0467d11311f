package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
)

type eventsTail struct {
	eventsFlags `embed:""`
	Waiting     bool `short:"w" help:"All that the switch doesn't have yet, however old, line by line."`
	Follow      bool `short:"f" help:"Go on showing those to come, and those that wait again when the switch has them, until Ctrl-C."`
	JSON        bool `name:"json" help:"As JSON, an event on each line."`
}

const (
	maxShown    = 10_000
	followEvery = time.Second
	// followBack is how late an event can come: other lines' clocks and servers differ.
	followBack = time.Minute
)

// Run shows the events.
func (cmd *eventsTail) Run(ctx context.Context, c terminal) error {
	if cmd.Waiting && cmd.Follow {
		return usage(errors.New("--waiting and --follow: want one of them"))
	}
	db, log, number, from, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	t := &tail{
		terminal: c, events: db.Events(), number: number, json: cmd.JSON,
		from: from, seen: map[string]time.Time{},
	}
	show := t.look
	switch {
	case cmd.Waiting:
		show = t.allWaiting
	case cmd.Follow:
		show = t.follow
	}
	return audit.DoMany(ctx, log, cmd.event(audit.EventsRead, number), func() (string, error) {
		err := show(ctx)
		return fmt.Sprintf("%d events shown", t.shown), err
	})
}

// tail shows events.
type tail struct {
	terminal
	events redisstore.Events
	number nanp.Number // empty: of all lines
	json   bool

	from  time.Time            // since when events are read
	seen  map[string]time.Time // the events that were shown, and can still be read again
	waits []redisstore.Event   // those that waited then, maxShown at most
	shown int                  // how many were, one as often as it was
}

// allWaiting shows all that waits. A line that can't be read doesn't hide the others.
func (t *tail) allWaiting(ctx context.Context) error {
	numbers := []nanp.Number{t.number}
	if t.number == "" {
		var err error
		if numbers, err = t.events.WaitingLines(ctx); err != nil {
			return fmt.Errorf("show events: %w", err)
		}
	}
	var failed error
	for _, number := range numbers {
		events, err := t.events.Waiting(ctx, number, maxShown)
		for _, event := range events {
			t.show(event)
		}
		if err != nil {
			failed = errSaid
			fmt.Fprintf(t.err, "updatecenter: show events of %s: %v\n", number.Display(), err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return failed
}

// follow shows events until the context ends, which is no failure. When the first were read, a
// failure is told when it begins, and reading goes on.
func (t *tail) follow(ctx context.Context) error {
	err := t.look(ctx)
	if err != nil && ctx.Err() == nil {
		return err
	}
	for failing := false; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(followEvery):
		}
		err := t.look(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			fmt.Fprintf(t.err, "updatecenter: %v; trying again\n", err)
		}
		failing = err != nil
	}
}

// look shows the events that weren't shown yet, and again those that waited when they were shown
// and were delivered since.
func (t *tail) look(ctx context.Context) error {
	now := time.Now()
	events, err := t.read(ctx)
	if err == nil {
		err = t.events.Look(ctx, t.waits)
	}
	if err != nil {
		return fmt.Errorf("show events: %w", err)
	}
	var wait []redisstore.Event
	for _, event := range t.waits {
		if event.Delivered {
			t.show(event)
		} else {
			wait = append(wait, event)
		}
	}
	for _, event := range events {
		name := string(event.Number) + event.Position
		if !t.seen[name].IsZero() {
			continue
		}
		t.seen[name] = event.At
		t.show(event)
		if !event.Delivered && len(wait) < maxShown {
			wait = append(wait, event)
		}
	}
	t.waits = wait
	t.forget(now.Add(-followBack))
	return nil
}

// read reads the events of the line, or of all.
func (t *tail) read(ctx context.Context) ([]redisstore.Event, error) {
	if t.number == "" {
		return t.events.SinceOfAll(ctx, t.from, maxShown)
	}
	return t.events.Since(ctx, t.number, t.from)
}

// forget has events read from a time on, and forgets those before it.
func (t *tail) forget(before time.Time) {
	t.from = before
	for name, at := range t.seen {
		if at.Before(before) {
			delete(t.seen, name)
		}
	}
}
