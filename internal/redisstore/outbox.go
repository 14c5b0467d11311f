package redisstore

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"updatecenter/internal/durability"
	"updatecenter/internal/nanp"
	"updatecenter/internal/provisioning"
	"updatecenter/internal/storage"
)

// errPosition is said of a position that no message has.
var errPosition = errors.New("not a position in a partition")

// Outbox keeps the events of lines until they were delivered: an [provisioning.Store]. The partition of
// a line is its number in E.164.
//
// Partitions are in one slot of a cluster, and the events of a line in that of the line, so that a
// change and its event are one step. Nothing can be one step over both slots; this is why no
// event gets lost between them, whoever dies when:
//
//   - A change announces its partition first, and by that the partition is known. A partition leaves the
//     known ones in one way: by Release, from the holder of its claim, who found it empty.
//   - Release forgets it only if its last announcement is as old as [provisioning.AnnouncedFor], and
//     looks once more itself, after the time that it was told and before it forgets. The event
//     of that announcement, and those of all earlier ones, have come by then and are seen. Who
//     announces after that look makes the announcement younger, and the partition stays known.
//   - Delivered moves only forward, and only as far as Next showed; and if the events were
//     rewound after that, it doesn't move at all.
//   - An announcement that may be lost with its server, as no replica has it in time, is made again
//     until one has.
//   - A claim whose holder died runs out; and as a partition is due when its claim has run out,
//     nobody has to notice.
//
// This holds if a change is made, or given up, within a minute of its announcement (ours give
// up within a second), and if clocks agree better than that (they should to a second).
type Outbox struct{ partitions }

var _ provisioning.Store = Outbox{}

// Outbox returns the store of events that wait for the switch.
func (db *DB) Outbox() Outbox { return Outbox{db.eventPartitions()} }

// partitions are what is known of the partitions of one kind of message, in one slot of a cluster.
type partitions struct {
	db                            *DB
	due, held, announced, claimed string        // keys
	kept                          time.Duration // of announcements
}

// eventPartitions are those of lines with events for the switch.
func (db *DB) eventPartitions() partitions {
	return partitions{db, partitionsDueKey, partitionsHeldKey, partitionsAnnouncedKey, partitionsClaimedKey, keptDelivered}
}

// announceArgs are the keys and arguments of announcePartition.
func (l partitions) announceArgs(partition string, now time.Time) (keys []string, args []any) {
	return []string{l.due, l.held, l.announced, l.claimed}, []any{partition, millis(now), l.kept.Milliseconds()}
}

// announce makes a partition known, and due now, unless it is claimed or held back. It says whether
// somebody has claimed partitions for as long as announcements are kept. One that may not last is
// repeated, see [DB.announceAgain]: nobody need be told of that doubt.
func (l partitions) announce(ctx context.Context, partition string, now time.Time) (heard bool, err error) {
	heard, lasts, err := l.announceOnce(ctx, partition, now)
	if !lasts {
		l.db.doubted.add(l, now, partition)
	}
	return heard, err
}

// announceOnce is announce of one that is not repeated, and says whether it lasts.
func (l partitions) announceOnce(ctx context.Context, partition string, now time.Time) (heard, lasts bool, err error) {
	ctx, doubt := durability.Apart(ctx)
	keys, args := l.announceArgs(partition, now)
	answer, err := l.db.run(ctx, announcePartition, keys, args...)
	return answer == int64(1), err != nil || !doubt.Any(), err
}

// announceAll announces the partitions of a batch of lines.
func (l partitions) announceAll(ctx context.Context, lines []nanp.Number, now time.Time) (heard bool, err error) {
	ctx, doubt := durability.Apart(ctx)
	commands := make([][]any, len(lines))
	for i, line := range lines {
		keys, args := l.announceArgs(string(line), now)
		commands[i] = announcePartition.byHash(keys, args...)
	}
	answers, err := l.db.runEach(ctx, announcePartition, commands)
	for _, line := range lines {
		if doubt.Any() {
			l.db.doubted.add(l, now, string(line))
		}
	}
	return slices.Contains(answers, any(int64(1))), err
}

// Claim implements [provisioning.Store]. After an error partitions may be claimed of which nobody knows:
// they are due again when the claim has run out.
func (l partitions) Claim(ctx context.Context, holder string, now, until time.Time, most int) ([]string, error) {
	if most <= 0 {
		return nil, nil
	}
	answer, err := l.db.runOnce(ctx, claimPartitions, []string{l.due, l.held, l.claimed},
		claimedBy(holder), millis(now), millis(until), most, keep(l.kept))
	if err != nil {
		return nil, err
	}
	return texts[string](answer), nil
}

// Next implements [provisioning.Store]. Of a message that can't be read it says [storage.ErrNewer] or
// [storage.ErrDamaged], once those before it were delivered.
func (o Outbox) Next(ctx context.Context, partition string, most int) ([]provisioning.Message, error) {
	if most <= 0 {
		return nil, nil
	}
	rewound, entries, err := o.db.nextEvents(ctx, "Outbox.Next", nanp.Number(partition), most)
	messages := make([]provisioning.Message, len(entries))
	for i, entry := range entries {
		messages[i] = provisioning.Message{Position: entry.id.String() + "/" + rewound, Stored: entry.event}
	}
	if len(messages) > 0 {
		return messages, nil
	}
	return nil, err
}

// nextEvents runs [nextEvents] for an operation. With an error it returns the events before the first that can't be
// read.
func (db *DB) nextEvents(
	ctx context.Context, operation string, number nanp.Number, most int,
) (rewound string, entries []entry, err error) {
	var events any
	err = db.runInto(ctx, nextEvents.of(operation), []string{eventsKey(number), deliveredKey(number)}, []any{most}, &rewound, &events)
	if err == nil {
		entries, err = parseEntries(events)
	}
	return rewound, entries, err
}

// Delivered implements [provisioning.Store]. It does nothing if the events were rewound after Next
// told the position.
func (o Outbox) Delivered(ctx context.Context, partition, position string) error {
	id, rewound, ok := parsePosition(position)
	if !ok {
		return errPosition
	}
	n := nanp.Number(partition)
	_, err := o.db.run(ctx, noteDelivered, []string{eventsKey(n), deliveredKey(n)},
		id.String(), rewound, keep(keptDelivered), keep(keptDelivered+slack))
	return err
}

// Release implements [provisioning.Store]. A partition that is said to be empty and isn't any more is due
// at once. After an error the claim may stand until it has run out, and after a broken connection ErrLost
// can be said of a claim that was ended.
func (o Outbox) Release(ctx context.Context, partition, holder string, now, again time.Time) error {
	return o.release(ctx, partition, holder, now, again, o.Next)
}

// release implements Release, with the Next of the store whose partitions these are.
func (l partitions) release(
	ctx context.Context, partition, holder string, now, again time.Time,
	next func(ctx context.Context, partition string, most int) ([]provisioning.Message, error),
) error {
	ctx, cancel := context.WithTimeout(ctx, l.db.within)
	defer cancel()
	if again.IsZero() {
		late, err := next(ctx, partition, 1)
		if err != nil {
			return err
		}
		if len(late) > 0 {
			again = now
		}
	}
	at := ""
	if !again.IsZero() {
		at = strconv.FormatInt(millis(again), 10)
	}
	done, err := l.db.run(ctx, releasePartition, []string{l.due, l.held, l.announced},
		partition, claimedBy(holder), millis(now), at, provisioning.LateAnnouncement.Milliseconds(), provisioning.AnnouncedFor.Milliseconds())
	return verdict(done, err, provisioning.ErrLost)
}

// Due implements [provisioning.Store].
func (l partitions) Due(ctx context.Context) (partitions int, oldest time.Time, err error) {
	answers, err := l.db.ask(ctx, "Partitions.Due", []any{"zcard", l.due}, []any{"zrange", l.due, 0, 0, "withscores"})
	if err != nil {
		return 0, time.Time{}, err
	}
	count, _ := answers[0].(int64)
	first, _ := answers[1].([]any)
	if count == 0 || len(first) != 2 {
		return 0, time.Time{}, nil
	}
	score, _ := first[1].(string)
	ms, err := strconv.ParseFloat(score, 64)
	if err != nil {
		return 0, time.Time{}, storage.ErrDamaged
	}
	return int(count), moment(int64(ms)), nil
}

// The partitions of the outbox are two sorted sets, of when they are due and of when they were
// announced last, and one hash. A partition is in the first of them while it is known. In the hash
// is, of a partition that is claimed or put off,
//
//	claimed <holder>  by whom it is claimed
//	later             it was released to be tried again
//
// Beside them stands, as a number, when partitions were claimed last.
//
// Times are milliseconds. A partition that is claimed is due when the claim runs out.

// claimedBy is what the hash holds of a claimed partition.
func claimedBy(holder string) string { return "claimed " + holder }

// announcePartition makes a partition known. It is due now, unless it is claimed or put off.
//
//	KEYS  due, held, announced, when partitions were claimed
//	ARGV  partition, now, milliseconds for which announcements are kept
//	      1 if partitions were claimed within those milliseconds, else 0
var announcePartition = newScript("Partitions.announce", `
local partition, now = ARGV[1], tonumber(ARGV[2])
local held = redis.call('HEXISTS', KEYS[2], partition) == 1
local due = redis.call('ZSCORE', KEYS[1], partition)
local last = redis.call('ZSCORE', KEYS[3], partition)
local claimed = tonumber(redis.call('GET', KEYS[4]) or '') or 0
if not last or tonumber(last) < now then redis.call('ZADD', KEYS[3], ARGV[2], partition) end
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - tonumber(ARGV[3]))
if not due then
	redis.call('ZADD', KEYS[1], ARGV[2], partition)
elseif not held and tonumber(due) > now then
	redis.call('ZADD', KEYS[1], ARGV[2], partition)
end
if claimed > now - tonumber(ARGV[3]) then return 1 end
return 0
`).lasts()

// claimPartitions claims the partitions that are due longest, and notes that somebody does.
//
//	KEYS  due, held, when partitions were claimed
//	ARGV  what is held of them from now on, now, until, most, milliseconds for Redis to keep the
//	      note
//	      {partition, ...}
var claimPartitions = newWrite("Partitions.Claim", `
local partitions = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[2], 'LIMIT', 0, ARGV[4])
for _, partition in ipairs(partitions) do
	redis.call('HSET', KEYS[2], partition, ARGV[1])
	redis.call('ZADD', KEYS[1], ARGV[3], partition)
end
if #partitions > 0 then redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[5]) end
return partitions
`)

// releasePartition ends a claim.
//
//	KEYS  due, held, announced
//	ARGV  partition, what is held of it, now, when it is due again or nothing; milliseconds after
//	      which an announced partition is looked into again, and after which its event has come
//	      1 released, 0 something else is held of it, or nothing
var releasePartition = newScript("Partitions.Release", `
local partition, now, again = ARGV[1], tonumber(ARGV[3]), ARGV[4]
if redis.call('HGET', KEYS[2], partition) ~= ARGV[2] then return 0 end
if again ~= '' then
	redis.call('HSET', KEYS[2], partition, 'later')
	redis.call('ZADD', KEYS[1], again, partition)
	return 1
end
redis.call('HDEL', KEYS[2], partition)
local last = tonumber(redis.call('ZSCORE', KEYS[3], partition) or 0)
local soon, come = last + tonumber(ARGV[5]), last + tonumber(ARGV[6])
if soon > now then
	redis.call('ZADD', KEYS[1], string.format('%.0f', soon), partition)
elseif come > now then
	redis.call('ZADD', KEYS[1], string.format('%.0f', come), partition)
else
	redis.call('ZREM', KEYS[1], partition)
end
return 1
`).aside()

// hastenPartition has a partition that was put off be due now.
//
//	KEYS  due, held
//	ARGV  partition, now
//	      1 it is due, 0 it was not put off
var hastenPartition = newScript("Partitions.hasten", `
if redis.call('HGET', KEYS[2], ARGV[1]) ~= 'later' then return 0 end
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
return 1
`)

// nextEvents reads the oldest events that weren't delivered.
//
//	KEYS  events, delivered
//	ARGV  most
//	      {how often they were rewound, {{ID, {field, value, ...}}, ...}}
var nextEvents = newScript("Outbox.Next", cursorLua+`
local at, rewound, bad = cursor(KEYS[2])
if bad then return bad end
local from = '-'
if at then from = '(' .. at end
return {rewound, redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', ARGV[1])}
`).aside()

// deliveredLua moves the note of what was delivered forward to an ID, of the newest event at
// most. When none waits any more, Redis may sweep up events and note after so many milliseconds.
const deliveredLua = `
local function delivered(events, note, id, keepevents, keepnote)
	redis.call('HSET', note, 'v', '1', 'at', id)
	if id == newest(events) then
		redis.call('PEXPIRE', events, keepevents)
		redis.call('PEXPIRE', note, keepnote)
	end
end
`

// noteDelivered notes that events were delivered, unless they were rewound meanwhile, and no
// further than there are events.
//
//	KEYS  events, delivered
//	ARGV  ID of the newest that was delivered, how often they were rewound then, milliseconds
//	      for Redis to keep the events, and the note
//	      1 noted, 0 nothing changed
var noteDelivered = newScript("Outbox.Delivered", cursorLua+deliveredLua+`
local id = ARGV[1]
local at, rewound, bad = cursor(KEYS[2])
if bad then return bad end
local last = newest(KEYS[1])
if not last or rewound ~= ARGV[2] then return 0 end
if not after(last, id) then id = last end
if not after(id, at) then return 0 end
delivered(KEYS[1], KEYS[2], id, ARGV[3], ARGV[4])
return 1
`).aside()

// skipEvent notes an event as delivered and records that, if it is the oldest that waits.
//
//	KEYS  events, delivered, history
//	ARGV  ID, record, milliseconds for Redis to keep the events, and the note
//	      1 skipped, 0 it is not the oldest that waits
var skipEvent = newWrite("Events.Skip", recordLua+cursorLua+deliveredLua+`
local at, _, bad = cursor(KEYS[2])
if bad then return bad end
local from = '-'
if at then from = '(' .. at end
local oldest = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', 1)[1]
if not oldest or oldest[1] ~= ARGV[1] then return 0 end
record(KEYS[3], ARGV[2])
delivered(KEYS[1], KEYS[2], ARGV[1], ARGV[3], ARGV[4])
return 1
`)
