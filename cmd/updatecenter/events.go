package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/typed"
	"updatecenter/pins"
)

type eventsCommand struct {
	Tail   eventsTail   `cmd:"" help:"Show the changes of calling features, what callers did with repair tickets, and resets of mailbox passwords, oldest first, and whether the switch has them; never a code or a password."`
	Replay eventsReplay `cmd:"" help:"Have changes delivered to the switch once more, in order, with the ids that they had."`
	Skip   eventsSkip   `cmd:"" help:"Give up a change that the switch will never take, so that those after it are delivered."`
}

// eventsFlags choose events.
type eventsFlags struct {
	redisSettings `embed:""`
	Number        string        `arg:"" optional:"" help:"Only those of this line."`
	Since         time.Duration `help:"How far back: 90m, 24h, 720h at most." default:"24h"`
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
	db, log, err = f.redisSettings.open(ctx, c)
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

// unreadableEvent is one that can't be read, as events tail shows it.
type unreadableEvent struct {
	Number     nanp.Number `json:"number"`
	Position   string      `json:"position"` // by which events skip takes it
	At         time.Time   `json:"at"`
	Unreadable string      `json:"unreadable"` // why
	Delivered  bool        `json:"delivered"`
}

// nameOf is by what an operator names an event: its id, or its position if it can't be read.
func nameOf(event redisstore.Event) string {
	shown, err := showEvent(event.Stored, event.Delivered)
	if err != nil {
		return event.Position
	}
	return shown.id
}

// show writes an event.
func (t *tail) show(event redisstore.Event) {
	t.shown++
	shown, err := showEvent(event.Stored, event.Delivered)
	switch {
	case err != nil && t.json:
		t.line(unreadableEvent{event.Number, event.Position, event.At.UTC(), err.Error(), event.Delivered})
	case err != nil:
		fmt.Fprintf(t.out, "%s  %-9s  %s  %s  %v\n",
			moment(event.At), state(event), event.Number.Display(), event.Position, err)
	case t.json:
		t.line(shown.document)
	default:
		fmt.Fprintf(t.out, "%s  %-9s  %s  %s  by %s  %s  %s\n", moment(shown.at), state(event),
			shown.number.Display(), shown.of, plain(shown.by), plain(shown.id), shown.became)
	}
}

func (t *tail) line(document any) {
	// What is made of strings, numbers and times can't fail to be JSON.
	line, _ := json.Marshal(document)
	fmt.Fprintf(t.out, "%s\n", line)
}

func state(event redisstore.Event) string {
	if event.Delivered {
		return "delivered"
	}
	return "waits"
}

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
	number, err := typed.Number(cmd.Number)
	if err != nil {
		return usage(err)
	}
	db, log, err := cmd.redisSettings.open(ctx, c)
	if err != nil {
		return err
	}
	oldest, err := db.Events().Waiting(ctx, number, 1)
	switch {
	case err != nil:
		return err
	case len(oldest) == 0:
		return fmt.Errorf("no event of %s waits", number.Display())
	case nameOf(oldest[0]) != cmd.ID:
		return fmt.Errorf("not the oldest event of %s that waits, which is %s", number.Display(), plain(nameOf(oldest[0])))
	}
	err = audit.Do(ctx, log, actor(cmd.By).Event(audit.EventSkipped, string(number), cmd.Reason), func() error {
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
