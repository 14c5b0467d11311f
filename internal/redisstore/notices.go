package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/provisioning"
	"updatecenter/pins"
)

// Notices keeps the notices of changes until deliveries tell them: a [deliveries.Due]. The partition of a
// notice is the number of the line, or the ID of the account, whose change it tells.
//
// A change stores its notice in its own step, in the slot of the line or account, and announces the
// partition before. Why none gets lost, whoever dies when, is said at [Outbox].
type Notices struct{ partitions }

var _ deliveries.Due = Notices{}

// Notices returns the notices that are due.
func (db *DB) Notices() Notices {
	return Notices{partitions{db, noticesDueKey, noticesHeldKey, noticesAnnouncedKey, noticesClaimedKey, time.Hour}}
}

// Marked receives after this process has stored notices that are due.
func (n Notices) Marked() <-chan struct{} { return n.db.marked }

// OnNoticeReplaced has f called each time that the notice of a change, made through db, has taken the place
// of another, as too many were due. The history has that already; a server that dies right then, or that
// a connection breaks under, doesn't call f. It is for a program's start.
func (db *DB) OnNoticeReplaced(f func(ctx context.Context)) { db.noticeReplaced = f }

// tellReplaced calls what OnNoticeReplaced was given, once for each notice.
func (db *DB) tellReplaced(ctx context.Context, notices int64) {
	for ; notices > 0 && db.noticeReplaced != nil; notices-- {
		db.noticeReplaced(ctx)
	}
}

// mark has a change stored with its notices, whose partition is announced before if there are any.
func (n Notices) mark(ctx context.Context, partition string, now time.Time, notices int, store func() error) error {
	if notices == 0 {
		return store()
	}
	if _, err := n.announce(ctx, partition, now); err != nil {
		return fmt.Errorf("announce notices: %w", err)
	}
	err := store()
	select {
	case n.db.marked <- struct{}{}:
	default: // it is known that there are some
	}
	return err
}

// Next implements [provisioning.Store].
func (n Notices) Next(ctx context.Context, partition string, most int) ([]provisioning.Message, error) {
	if most <= 0 {
		return nil, nil
	}
	answer, err := n.db.askOne(ctx, "Notices.Next", "lrange", noticesKey(partition), 0, most-1)
	var messages []provisioning.Message
	for _, text := range texts[string](answer) {
		messages = append(messages, provisioning.Message{Position: text, Stored: []byte(text)})
	}
	return messages, err
}

// Delivered implements [provisioning.Store].
func (n Notices) Delivered(ctx context.Context, partition, position string) error {
	_, err := n.db.run(ctx, removeNotice, []string{noticesKey(partition)}, position)
	return err
}

// GiveUp implements [deliveries.Due].
func (n Notices) GiveUp(ctx context.Context, partition, position string, undelivered deliveries.Undelivered, at time.Time) error {
	record, history := giveUpOfLine, historyKey(nanp.Number(partition))
	entry, err := encode(pins.Record{At: at, Event: pins.NoticeUndelivered, By: deliveries.ByUs, Reason: undelivered.String()})
	if !strings.HasPrefix(partition, "+") {
		record, history = giveUpOfAccount, accountHistoryKey(accounts.ID(partition))
		entry, err = encodeAccountRecord(accounts.Record{
			At: at, Event: accounts.NoticeUndelivered, By: deliveries.ByUs, Reason: undelivered.String(),
		})
	}
	if err != nil {
		return err
	}
	_, err = n.db.run(ctx, record, []string{noticesKey(partition), history}, position, entry)
	return err
}

// Later implements [deliveries.Due].
func (n Notices) Later(ctx context.Context, partition, position string) error {
	done, err := n.db.run(ctx, laterNotice, []string{noticesKey(partition)}, position)
	return verdict(done, err, provisioning.ErrLost)
}

// Note implements [deliveries.Due].
func (n Notices) Note(ctx context.Context, partition, position string, stored []byte) (string, error) {
	done, err := n.db.run(ctx, noteNotice, []string{noticesKey(partition)}, position, stored)
	return string(stored), verdict(done, err, provisioning.ErrLost)
}

// Release implements [provisioning.Store].
func (n Notices) Release(ctx context.Context, partition, holder string, now, again time.Time) error {
	return n.release(ctx, partition, holder, now, again, n.Next)
}

// Notices that are due are one list, oldest first: each as package deliveries wrote it, with a version.

// dueLua keeps a notice as due. One that is one too many takes the place of the newest, of which the
// history gets a record, and answers 1; else 0. Garbage that
// stands in the place of notices is deleted, as nothing else could help the line or account. It needs
// recordLua.
const dueLua = `
local function due(key, notice, most, history, replaced)
	if notice == '' then return 0 end
	local replaces, length = 0, redis.pcall('LLEN', key)
	if type(length) == 'table' then
		redis.call('DEL', key)
	elseif length >= tonumber(most) then
		record(history, replaced)
		redis.call('LTRIM', key, 0, tonumber(most) - 2)
		replaces = 1
	end
	redis.call('RPUSH', key, notice)
	return replaces
end
`

// removedLua removes a notice and those before it, or answers 0 if it is not there.
const removedLua = `
local place
for i, notice in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
	if notice == ARGV[1] then place = i break end
end
if not place then return 0 end
redis.call('LTRIM', KEYS[1], place, -1)
`

// removeNotice removes a notice that a delivery tells.
//
//	KEYS  notices
//	ARGV  notice
//	      1 removed, 0 it is not there
var removeNotice = newScript("Notices.Delivered", removedLua+`return 1`)

// giveUpOfLine removes what is told to nobody, and records that.
//
//	KEYS  notices, history
//	ARGV  notice, record
//	      1 removed, 0 it is not there
var giveUpOfLine = newWrite("Notices.GiveUp", recordLua+removedLua+recordedLua)

// giveUpOfAccount is the same of an account.
var giveUpOfAccount = newWrite("Notices.GiveUp", accountRecordLua+removedLua+recordedLua)

const recordedLua = `
record(KEYS[2], ARGV[2])
return 1
`

// laterNotice puts a notice behind the others.
//
//	KEYS  notices
//	ARGV  notice
//	      1 it is the last, 0 it is not there
var laterNotice = newWrite("Notices.Later", `
if redis.call('LREM', KEYS[1], 1, ARGV[1]) == 0 then return 0 end
redis.call('RPUSH', KEYS[1], ARGV[1])
return 1
`)

// noteNotice replaces the oldest notice.
//
//	KEYS  notices
//	ARGV  notice, what replaces it
//	      1 replaced, or it was before; 0 another one is the oldest
var noteNotice = newWrite("Notices.Note", `
local oldest = redis.call('LRANGE', KEYS[1], 0, 0)[1]
if oldest == ARGV[2] then return 1 end
if oldest ~= ARGV[1] then return 0 end
redis.call('LTRIM', KEYS[1], 1, -1)
redis.call('LPUSH', KEYS[1], ARGV[2])
return 1
`).lasts()

const (
	// lookForLostEvery is the pause between two steps of [DB.AnnounceLost].
	lookForLostEvery = 2 * time.Second
	// lostKeys is how many keys a master looks at in a step, by one command that takes less than a
	// millisecond: 3.6 million in an hour.
	lostKeys = 2000
	// lostPattern is that of the keys of notices and events, and of few others.
	lostPattern = "uc:[en]*s:{*}"
)

// AnnounceLost has all masters looked through, slowly and again and again, for notices and events that
// wait and whose partition nobody knows: its announcement was lost in a fail-over that kept the change, which
// stands in another slot of a cluster. Their partitions are announced at the time now. That a partition is announced
// once too often costs a look, and nothing is told twice by it. It ends with Close.
func (db *DB) AnnounceLost(now func() time.Time) {
	l := lost{db: db, now: now, cursors: map[string]uint64{}}
	db.every(lookForLostEvery, l.step)
}

// lost looks for what waits and isn't announced.
type lost struct {
	db      *DB
	now     func() time.Time
	mu      sync.Mutex
	cursors map[string]uint64 // by the address of a master: where it goes on
}

// step looks at some keys of each master. What fails is tried again at the next step.
func (l *lost) step(ctx context.Context) { _ = l.db.eachServer(ctx, l.look) }

// look announces the partitions of those keys of a master that come next. It goes on behind them once none has failed.
func (l *lost) look(ctx context.Context, server *redis.Client) error {
	address := server.Options().Addr
	l.mu.Lock()
	cursor := l.cursors[address]
	l.mu.Unlock()
	keys, next, err := server.Scan(ctx, cursor, lostPattern, lostKeys).Result()
	if err != nil {
		return err
	}
	names, err := waiting(ctx, server, keys)
	errs := []error{err}
	for kind, partitions := range map[string]partitions{"uc:notices": l.db.Notices().partitions, "uc:events": l.db.eventPartitions()} {
		errs = append(errs, l.announce(ctx, partitions, names[kind]))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cursors[address] = next
	return nil
}

// waiting returns the partitions, by the kind of their keys, of those keys of a master that hold something which
// waits: Redis keeps them for ever. Those of events get an expiry once all are delivered.
func waiting(ctx context.Context, server *redis.Client, keys []string) (map[string][]any, error) {
	kept := make([]*redis.DurationCmd, len(keys))
	_, err := server.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, key := range keys {
			kept[i] = pipe.PTTL(ctx, key)
		}
		return nil
	})
	partitions := map[string][]any{}
	for i, key := range keys {
		if kept[i].Val() == -1 {
			kind, partition, _ := strings.Cut(strings.TrimSuffix(key, "}"), ":{")
			partitions[kind] = append(partitions[kind], partition)
		}
	}
	return partitions, err
}

// announce announces those of the partitions that nobody knows, as many as it can.
func (l *lost) announce(ctx context.Context, of partitions, names []any) error {
	if len(names) == 0 {
		return nil
	}
	unknown, err := l.db.run(ctx, unknownPartitions, []string{of.due}, names...)
	errs := []error{err}
	for _, partition := range texts[string](unknown) {
		_, err := of.announce(ctx, partition, l.now())
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// unknownPartitions are those of some partitions that aren't known.
//
//	KEYS  due
//	ARGV  partitions
//	      {partition, ...}
var unknownPartitions = newScript("Partitions.unknown", `
local unknown = {}
for _, partition in ipairs(ARGV) do
	if not redis.call('ZSCORE', KEYS[1], partition) then table.insert(unknown, partition) end
end
return unknown
`)
