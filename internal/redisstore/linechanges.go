package redisstore

import (
	"context"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/pins"
)

// lineChange replaces a sealed record that is in a line's slot, with all that goes with it, in one step. The line itself
// need not be there.
type lineChange struct {
	key      string // of the record
	number   nanp.Number
	revision int64 // that the record must still have; 0: there is none
	sealed   []byte
	lives    time.Duration // how long the record is of use; 0: until it is deleted
	proved   int64         // the revision that the line's PIN must still have; 0: any
	record   pins.Record   // for the line's history, if it has an event; its time is that of the change
	event    []byte        // for the line's outbox; nil: none
	notices  [][]byte      // for those that are due
}

// changeOfLine makes a change for an operation. It announces the event and the notices before, as the
// comments of [Outbox] say. Errors: overtaken, storage.ErrStale, backlog. The same again changes nothing and is no error,
// as long as no other change came after it.
func (db *DB) changeOfLine(ctx context.Context, operation string, c lineChange, overtaken, backlog error) error {
	var record string
	if c.record.Event != "" {
		c.record.From, c.record.Call = clip(c.record.From), clip(c.record.Call)
		var err error
		if record, err = encode(c.record); err != nil {
			return err
		}
	}
	replaced, err := encode(pins.NoticeReplaced(c.record.At))
	if err != nil {
		return err
	}
	long := len(c.event) > maxSettings
	for _, notice := range c.notices {
		long = long || len(notice) > maxRecord
	}
	if long {
		return errTooLong
	}
	ctx, cancel := context.WithTimeout(ctx, db.within)
	defer cancel()
	heard := false
	if c.event != nil {
		if heard, err = db.eventPartitions().announce(ctx, string(c.number), c.record.At); err != nil {
			return err
		}
	}
	n, lives := c.number, int64(0)
	if c.lives > 0 {
		lives = keep(c.lives)
	}
	args := []any{
		c.revision, c.revision + 1, c.sealed, lives, c.proved, record, c.event, millis(c.record.At),
		db.drops(heard), maxEvents, keptDelivered.Milliseconds(), pins.MaxDue, replaced,
	}
	for _, notice := range c.notices {
		args = append(args, notice)
	}
	return db.Notices().mark(ctx, string(n), c.record.At, len(c.notices), func() error {
		done, err := db.run(ctx, changeLine.of(operation),
			[]string{lineKey(n), c.key, historyKey(n), eventsKey(n), deliveredKey(n), noticesKey(string(n))}, args...)
		if count, is := done.(int64); is && count > 1 {
			db.tellReplaced(ctx, count-1)
		}
		return verdict(done, err, overtaken, storage.ErrStale, backlog)
	})
}

// changeLine replaces a sealed record of a line, records it, publishes its event and keeps its notices as due, unless that was
// done before.
//
//	KEYS  line, record, history, events, delivered, notices
//	ARGV  revision, the next one, sealed, milliseconds for Redis to keep it or 0, revision that the PIN must have or 0;
//	      record for the history or nothing, event or nothing, now, 1 if nobody takes the events, most events, milliseconds for
//	      which delivered ones are kept; most notices, record of one that another takes the place of, notices
//	      1 changed, and one more for each notice that took the place of another, 0 another revision of the PIN,
//	      -1 another revision, -2 too many events wait
var changeLine = newWrite("change of a line", lineLua+sealedLua+recordLua+cursorLua+publishLua+dueLua+`
local has, held, bad = stored(KEYS[2])
if bad then return bad end
if has == ARGV[2] and held == ARGV[3] then return 1 end
if ARGV[5] ~= '0' then
	local l, wrong = line(KEYS[1])
	if wrong then return wrong end
	if l[5] ~= ARGV[5] then return 0 end
end
if (has or '0') ~= ARGV[1] then return -1 end
if ARGV[7] ~= '' then
	local at, full, wrong = ready(KEYS[4], KEYS[5], ARGV[9], ARGV[10])
	if wrong then return wrong end
	if full then return -2 end
	publish(KEYS[4], at, ARGV[7], ARGV[8], ARGV[11])
	redis.call('PERSIST', KEYS[4])
	redis.call('PERSIST', KEYS[5])
end
local answer = 1
for i = 14, #ARGV do answer = answer + due(KEYS[6], ARGV[i], ARGV[12], KEYS[3], ARGV[13]) end
if ARGV[6] ~= '' then record(KEYS[3], ARGV[6]) end
swap(KEYS[2], ARGV[1], ARGV[2], ARGV[3])
if ARGV[4] ~= '0' then redis.call('PEXPIRE', KEYS[2], ARGV[4]) end
return answer
`).lasts()
