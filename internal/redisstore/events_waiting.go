package redisstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// ErrNotOldest is said of an event that isn't the oldest of its line that waits.
var ErrNotOldest = errors.New("not the oldest event of the line that waits")

// WaitingLines lists all lines that may have events that wait, whatever their age, sorted.
func (e Events) WaitingLines(ctx context.Context) ([]nanp.Number, error) {
	answers, err := e.db.ask(ctx, []any{"zrange", lanesDueKey, 0, -1})
	if err != nil {
		return nil, fmt.Errorf("list lines that wait: %w", err)
	}
	parts, _ := answers[0].([]any)
	numbers := make([]nanp.Number, len(parts))
	for i, part := range parts {
		lane, _ := part.(string)
		numbers[i] = nanp.Number(lane)
	}
	slices.Sort(numbers)
	return numbers, nil
}

// Waiting returns the oldest most events of a line that weren't delivered, oldest first, be it
// still a line or not. With an error it returns those before the first that can't be read.
func (e Events) Waiting(ctx context.Context, number nanp.Number, most int) ([]Event, error) {
	if most <= 0 {
		return nil, nil
	}
	answer, err := e.db.run(ctx, nextEvents, []string{eventsKey(number), deliveredKey(number)}, most)
	if err != nil {
		return nil, fmt.Errorf("read events that wait: %w", err)
	}
	parts, _ := answer.([]any)
	if len(parts) != 2 {
		return nil, fmt.Errorf("read events that wait: %w", ErrGarbage)
	}
	entries, err := parseEntries(parts[1])
	if err != nil {
		err = fmt.Errorf("read events that wait: %w", err)
	}
	events := make([]Event, len(entries))
	for i, entry := range entries {
		events[i] = Event{Number: number, Position: entry.id.String(), At: moment(entry.id.ms), Stored: entry.event}
	}
	return events, err
}

// Look brings up to date which of these events were delivered.
func (e Events) Look(ctx context.Context, events []Event) error {
	for some := range slices.Chunk(events, batch) {
		commands := make([][]any, len(some))
		for i, event := range some {
			commands[i] = []any{"hmget", deliveredKey(event.Number), "v", "at"}
		}
		answers, err := e.db.ask(ctx, commands...)
		if err != nil {
			return fmt.Errorf("look at events: %w", err)
		}
		for i := range some {
			cursor, err := parseCursor(answers[i])
			if err != nil {
				return fmt.Errorf("look at events: %w", err)
			}
			id, ok := parseID(some[i].Position)
			some[i].Delivered = ok && id.compare(cursor) <= 0
		}
	}
	return nil
}

// Skip gives an event up, as if it had been delivered: the oldest of its line that waits, or
// [ErrNotOldest], and nothing is changed. It appends the record to the line's history in the same
// step, and has the next event tried at once. Run again it says ErrNotOldest.
func (e Events) Skip(ctx context.Context, number nanp.Number, position string, record pins.Record) error {
	entry, err := encode(record)
	if err != nil {
		return fmt.Errorf("skip event: %w", err)
	}
	done, err := e.db.runOnce(ctx, skipEvent,
		[]string{eventsKey(number), deliveredKey(number), historyKey(number)},
		position, entry, keep(keptDelivered), keep(keptDelivered+slack))
	switch {
	case err != nil:
		return fmt.Errorf("skip event: %w", err)
	case done != int64(1):
		return fmt.Errorf("skip event: %w", ErrNotOldest)
	}
	return e.hasten(ctx, number, record.At)
}

// hasten has a lane tried now that was put off.
func (e Events) hasten(ctx context.Context, number nanp.Number, now time.Time) error {
	_, err := e.db.run(ctx, hastenLane, []string{lanesDueKey, lanesHeldKey}, string(number), millis(now))
	if err != nil {
		return fmt.Errorf("have the next event tried: %w", err)
	}
	return nil
}
