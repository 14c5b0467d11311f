package redisstore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/provisioning"
)

// Events are the changes of lines' features, told to the operator: those that wait to be
// delivered, and those that were, for 30 days and 1000 of each line.
type Events struct{ db *DB }

// Events returns the events.
func (db *DB) Events() Events { return Events{db} }

// Event is a change as it waits, or waited, for the switch.
type Event struct {
	Number    nanp.Number
	Position  string    // among those of the line, and the same for ever
	At        time.Time // of the change; or a little later, of one that came when clocks differed
	Stored    []byte    // as package features published it, codes sealed
	Delivered bool
}

// Since returns the events of a line since a time, oldest first, be it still a line or not.
// None is no error.
func (e Events) Since(ctx context.Context, number nanp.Number, from time.Time) ([]Event, error) {
	return e.since(ctx, []nanp.Number{number}, from, maxEvents)
}

// SinceOfAll returns the newest most events of all lines since a time, 1 to 10,000, oldest
// first. It looks at the lines that were changed last, as many as it may return events. Lines
// of servers whose clocks differ, or that are slow, can get an event somewhat before one that
// was seen already: who follows the events asks for a minute more, and skips what it has, by
// number and position.
func (e Events) SinceOfAll(ctx context.Context, from time.Time, most int) ([]Event, error) {
	most = min(max(most, 1), 10*maxEvents)
	lanes, err := e.announced(ctx, from, most)
	if err != nil {
		return nil, fmt.Errorf("list lines with events: %w", err)
	}
	var all []Event
	for some := range slices.Chunk(lanes, batch/4) {
		more, err := e.since(ctx, some, from, most)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
		slices.SortStableFunc(all, func(a, b Event) int { return a.At.Compare(b.At) })
		all = slices.Clone(all[max(0, len(all)-most):])
	}
	return all, nil
}

// Lines lists the lines that may have events since a time, those that were changed last first.
func (e Events) Lines(ctx context.Context, from time.Time) ([]nanp.Number, error) {
	numbers, err := e.announced(ctx, from, -1)
	if err != nil {
		return nil, fmt.Errorf("list lines with events: %w", err)
	}
	return numbers, nil
}

// announced are the lines that may have events since a time, those announced last first; a most of -1
// is all of them. An event can be up to a minute younger than its announcement.
func (e Events) announced(ctx context.Context, from time.Time, most int) ([]nanp.Number, error) {
	answers, err := e.db.ask(ctx, []any{"zrevrangebyscore", lanesAnnouncedKey,
		"+inf", max(millis(from.Add(-provisioning.AnnouncedFor)), 0), "limit", 0, most})
	if err != nil {
		return nil, err
	}
	parts, _ := answers[0].([]any)
	numbers := make([]nanp.Number, len(parts))
	for i, part := range parts {
		lane, _ := part.(string)
		numbers[i] = nanp.Number(lane)
	}
	return numbers, nil
}

// since reads the newest events of some lines in one round trip.
func (e Events) since(ctx context.Context, numbers []nanp.Number, from time.Time, most int) ([]Event, error) {
	commands := make([][]any, 0, 2*len(numbers))
	for _, n := range numbers {
		commands = append(commands,
			[]any{"xrevrange", eventsKey(n), "+", max(millis(from), 0), "count", most},
			[]any{"hmget", deliveredKey(n), "v", "at"})
	}
	answers, err := e.db.ask(ctx, commands...)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	var events []Event
	for i, n := range numbers {
		some, err := parseEvents(n, answers[2*i], answers[2*i+1])
		if err != nil {
			return nil, fmt.Errorf("read events: %w", err)
		}
		events = append(events, some...)
	}
	return events, nil
}

// parseEvents reads entries, newest first, and the fields v and at of what was delivered.
func parseEvents(number nanp.Number, entries, delivered any) ([]Event, error) {
	read, err := parseEntries(entries)
	if err != nil {
		return nil, err
	}
	cursor, err := parseCursor(delivered)
	if err != nil {
		return nil, err
	}
	events := make([]Event, len(read))
	for i, e := range read {
		events[len(read)-1-i] = Event{
			Number: number, Position: e.id.String(), At: moment(e.id.ms), Stored: e.event,
			Delivered: e.id.compare(cursor) <= 0,
		}
	}
	return events, nil
}

// parseCursor reads v and at; without at, nothing was delivered.
func parseCursor(answer any) (eventID, error) {
	fields, _ := answer.([]any)
	if len(fields) != 2 {
		return eventID{}, ErrGarbage
	}
	if isEmpty(fields) {
		return eventID{}, nil
	}
	if err := checkVersion(fields[0]); err != nil || fields[1] == nil {
		return eventID{}, err
	}
	text, _ := fields[1].(string)
	id, ok := parseID(text)
	if !ok {
		return eventID{}, ErrGarbage
	}
	return id, nil
}

// Rewind has all events of a line since a time delivered again, in order, and says how many
// that are; those that wait anyway, before or after it, don't count. Run again it does so
// again. Until they are delivered they fill the line's 1000 places, and a change can be
// refused.
func (e Events) Rewind(ctx context.Context, number nanp.Number, from, now time.Time) (int, error) {
	if _, err := e.db.eventLanes().announce(ctx, string(number), now); err != nil {
		return 0, fmt.Errorf("announce events: %w", err)
	}
	answer, err := e.db.runOnce(ctx, rewindEvents, []string{eventsKey(number), deliveredKey(number)}, max(millis(from), 0))
	if err != nil {
		return 0, fmt.Errorf("rewind events: %w", err)
	}
	count, _ := answer.(int64)
	return int(count), nil
}

// rewindEvents takes back that events since a time were delivered. That a delivery was under
// way meanwhile is not noted any more.
//
//	KEYS  events, delivered
//	ARGV  from
//	      how many events will be delivered again
var rewindEvents = newWrite(digitsLua + strangeLua + cursorLua + `
local at, _, bad = cursor(KEYS[2])
if bad then return bad end
if not at then return 0 end
local again = redis.call('XRANGE', KEYS[1], ARGV[1], at)
if #again == 0 then return 0 end
local before = redis.call('XREVRANGE', KEYS[1], '(' .. again[1][1], '-', 'COUNT', 1)
if before[1] then
	redis.call('HSET', KEYS[2], 'at', before[1][1])
else
	redis.call('HDEL', KEYS[2], 'at')
end
redis.call('HINCRBY', KEYS[2], 'rewound', 1)
redis.call('PERSIST', KEYS[1])
redis.call('PERSIST', KEYS[2])
return #again
`)
