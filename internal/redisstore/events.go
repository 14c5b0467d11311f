package redisstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/provisioning"
	"updatecenter/internal/storage"
	"updatecenter/pins"
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
	partitions, err := e.announced(ctx, from, most)
	if err != nil {
		return nil, fmt.Errorf("list lines with events: %w", err)
	}
	var all []Event
	for some := range slices.Chunk(partitions, batch/4) {
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
	answer, err := e.db.askOne(ctx, "Events.announced", "zrevrangebyscore", partitionsAnnouncedKey,
		"+inf", max(millis(from.Add(-provisioning.AnnouncedFor)), 0), "limit", 0, most)
	return texts[nanp.Number](answer), err
}

// since reads the newest events of some lines in one round trip.
func (e Events) since(ctx context.Context, numbers []nanp.Number, from time.Time, most int) ([]Event, error) {
	commands := make([][]any, 0, 2*len(numbers))
	for _, n := range numbers {
		commands = append(commands,
			[]any{"xrevrange", eventsKey(n), "+", max(millis(from), 0), "count", most},
			[]any{"hmget", deliveredKey(n), "v", "at"})
	}
	answers, err := e.db.ask(ctx, "Events.Since", commands...)
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
	at := ""
	if err := parseRecord(answer, nil, optional{&at}); err != nil || at == "" {
		return eventID{}, err
	}
	id, ok := parseID(at)
	if !ok {
		return eventID{}, storage.ErrDamaged
	}
	return id, nil
}

// Rewind has all events of a line since a time delivered again, in order, and says how many
// that are; those that wait anyway, before or after it, don't count. Run again it does so
// again. Until they are delivered they fill the line's 1000 places, and a change can be
// refused.
func (e Events) Rewind(ctx context.Context, number nanp.Number, from, now time.Time) (int, error) {
	if _, err := e.db.eventPartitions().announce(ctx, string(number), now); err != nil {
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
var rewindEvents = newWrite("Events.Rewind", cursorLua+`
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

// eventID is the place of an event in its line's stream: the time of the change in
// milliseconds, and a number that tells those of one time apart.
type eventID struct{ ms, seq int64 }

// String returns the ID as Redis writes it.
func (id eventID) String() string {
	return strconv.FormatInt(id.ms, 10) + "-" + strconv.FormatInt(id.seq, 10)
}

func (id eventID) compare(other eventID) int {
	return cmp.Or(cmp.Compare(id.ms, other.ms), cmp.Compare(id.seq, other.seq))
}

// parseID reads what String writes, and no number over 15 digits, which the scripts could
// not tell apart.
func parseID(text string) (id eventID, ok bool) {
	ms, seq, found := strings.Cut(text, "-")
	if !found || !isNumber(ms) || !isNumber(seq) {
		return eventID{}, false
	}
	id.ms, _ = parseNumber(ms)
	id.seq, _ = parseNumber(seq)
	return id, true
}

// parsePosition reads the position of a message: an ID, a slash, and how often the events of
// the line had been rewound.
func parsePosition(text string) (id eventID, rewound string, ok bool) {
	before, rewound, _ := strings.Cut(text, "/")
	id, ok = parseID(before)
	return id, rewound, ok && isNumber(rewound)
}

// isNumber says whether a text is a number as we store numbers.
func isNumber(text string) bool {
	return text != "" && len(text) <= 15 && strings.Trim(text, "0123456789") == ""
}

// entry is an event as it is stored.
type entry struct {
	id    eventID
	event []byte
}

// parseEntries reads entries of a stream. With an error it returns those before the first
// that can't be read.
func parseEntries(answer any) ([]entry, error) {
	parts, ok := answer.([]any)
	if !ok {
		return nil, storage.ErrDamaged
	}
	entries := make([]entry, 0, len(parts))
	for _, part := range parts {
		e, err := parseEntry(part)
		if err != nil {
			return entries, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

func parseEntry(answer any) (entry, error) {
	var at, name string
	var rest any
	if err := parseFields(answer, &at, &rest); err != nil {
		return entry{}, err
	}
	id, ok := parseID(at)
	fields, _ := rest.([]any)
	if !ok || len(fields) < 2 || fields[0] != "v" {
		return entry{}, storage.ErrDamaged
	}
	if err := checkVersion(fields[1]); err != nil {
		return entry{}, err
	}
	e := entry{id: id}
	err := parseFields(fields[2:], &name, &e.event)
	if err == nil && name != "event" {
		err = storage.ErrDamaged
	}
	return e, err
}

// ErrNotOldest is said of an event that isn't the oldest of its line that waits.
var ErrNotOldest = errors.New("not the oldest event of the line that waits")

// WaitingLines lists all lines that may have events that wait, whatever their age, sorted.
func (e Events) WaitingLines(ctx context.Context) ([]nanp.Number, error) {
	answer, err := e.db.askOne(ctx, "Events.WaitingLines", "zrange", partitionsDueKey, 0, -1)
	if err != nil {
		return nil, fmt.Errorf("list lines that wait: %w", err)
	}
	numbers := texts[nanp.Number](answer)
	slices.Sort(numbers)
	return numbers, nil
}

// Waiting returns the oldest most events of a line that weren't delivered, oldest first, be it
// still a line or not. With an error it returns those before the first that can't be read.
func (e Events) Waiting(ctx context.Context, number nanp.Number, most int) ([]Event, error) {
	if most <= 0 {
		return nil, nil
	}
	_, entries, err := e.db.nextEvents(ctx, "Events.Waiting", number, most)
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
		answers, err := e.db.ask(ctx, "Events.Look", commands...)
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
	if err := verdict(done, err, ErrNotOldest); err != nil {
		return fmt.Errorf("skip event: %w", err)
	}
	return e.hasten(ctx, number, record.At)
}

// hasten has a partition tried now that was put off.
func (e Events) hasten(ctx context.Context, number nanp.Number, now time.Time) error {
	_, err := e.db.run(ctx, hastenPartition, []string{partitionsDueKey, partitionsHeldKey}, string(number), millis(now))
	if err != nil {
		return fmt.Errorf("have the next event tried: %w", err)
	}
	return nil
}
