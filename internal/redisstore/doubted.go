package redisstore

import (
	"context"
	"maps"
	"sync"
	"time"
)

const (
	// doubtFor is how long what may not last is proved again: a server that took it without its
	// replica is gone by then, or the replica is there.
	doubtFor = 10 * time.Minute
	// mostDoubted bounds the lanes that are remembered: more are announced once, as all are.
	mostDoubted = 10_000
	// announceAgainEvery is the pause between two announcements of the lanes in doubt.
	announceAgainEvery = 2 * time.Second
)

// doubted are lanes whose announcement may be lost in a fail-over, by what stands in another slot of a
// cluster and lasts: nobody would look there. The zero value is ready for use.
type doubted struct {
	mu    sync.Mutex
	lanes map[doubtedLane]doubtedSince
}

// doubtedSince is when a lane was announced, by the clock of those who announce and by the machine's.
type doubtedSince struct{ announced, real time.Time }

type doubtedLane struct {
	of   lanes
	name string
}

func (d *doubted) add(of lanes, now time.Time, name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	lane := doubtedLane{of, name}
	if _, known := d.lanes[lane]; known || len(d.lanes) >= mostDoubted {
		return
	}
	if d.lanes == nil {
		d.lanes = map[doubtedLane]doubtedSince{}
	}
	d.lanes[lane] = doubtedSince{now, time.Now()}
}

// all are the lanes in doubt.
func (d *doubted) all() map[doubtedLane]doubtedSince {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.lanes)
}

func (d *doubted) remove(lane doubtedLane) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.lanes, lane)
}

// announceAgain announces the lanes in doubt, each until its announcement lasts.
func (db *DB) announceAgain(ctx context.Context) {
	for lane, since := range db.doubted.all() {
		passed := time.Since(since.real)
		_, lasts, err := lane.of.announceOnce(ctx, lane.name, since.announced.Add(passed))
		if err == nil && lasts || passed > doubtFor {
			db.doubted.remove(lane)
		}
	}
}

// proveAgain asks once more whether what stands under some keys will last, if that is required, and
// tells the context if it may not.
func (db *DB) proveAgain(ctx context.Context, keys ...string) error {
	if !db.durable.waits() {
		return nil
	}
	for _, key := range keys {
		if _, err := db.run(ctx, nothing, []string{key}); err != nil {
			return err
		}
	}
	return nil
}

// nothing changes nothing. What proves that it lasts proves the same of all that its server was told before.
var nothing = newWrite(`return 1`).lasts()
