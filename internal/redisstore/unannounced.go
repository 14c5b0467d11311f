package redisstore

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

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
// wait and whose lane nobody knows: its announcement was lost in a fail-over that kept the change, which
// stands in another slot of a cluster. Their lanes are announced at the time now. That a lane is announced
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

// look announces the lanes of those keys of a master that come next. It goes on behind them once none has failed.
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
	for kind, lanes := range map[string]lanes{"uc:notices": l.db.Notices().lanes, "uc:events": l.db.eventLanes()} {
		errs = append(errs, l.announce(ctx, lanes, names[kind]))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cursors[address] = next
	return nil
}

// waiting returns the lanes, by the kind of their keys, of those keys of a master that hold something which
// waits: Redis keeps them for ever. Those of events get an expiry once all are delivered.
func waiting(ctx context.Context, server *redis.Client, keys []string) (map[string][]any, error) {
	kept := make([]*redis.DurationCmd, len(keys))
	_, err := server.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, key := range keys {
			kept[i] = pipe.PTTL(ctx, key)
		}
		return nil
	})
	lanes := map[string][]any{}
	for i, key := range keys {
		if kept[i].Val() == -1 {
			kind, lane, _ := strings.Cut(strings.TrimSuffix(key, "}"), ":{")
			lanes[kind] = append(lanes[kind], lane)
		}
	}
	return lanes, err
}

// announce announces those of the lanes that nobody knows, as many as it can.
func (l *lost) announce(ctx context.Context, of lanes, names []any) error {
	if len(names) == 0 {
		return nil
	}
	unknown, err := l.db.run(ctx, unknownLanes, []string{of.due}, names...)
	errs := []error{err}
	for _, lane := range texts(unknown) {
		_, err := of.announce(ctx, lane, l.now())
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// unknownLanes are those of some lanes that aren't known.
//
//	KEYS  due
//	ARGV  lanes
//	      {lane, ...}
var unknownLanes = newScript(`
local unknown = {}
for _, lane in ipairs(ARGV) do
	if not redis.call('ZSCORE', KEYS[1], lane) then table.insert(unknown, lane) end
end
return unknown
`)
