package dispatch

import (
	"sync"
	"time"
)

// troubles are the lanes whose first message could not be delivered at the last attempt, as
// far as this dispatcher made it.
type troubles struct {
	delays *delays

	mu    sync.Mutex
	lanes map[string]trouble
}

// trouble is what is known of such a lane.
type trouble struct {
	failures int       // in a row
	since    time.Time // when the message was published, or, if it can't be read, first tried
	again    time.Time // when the lane is due again
}

// handedOver is how long after a lane was due again another dispatcher must have taken it.
const handedOver = 10 * time.Minute

// failed counts one more failure of a lane, whose message was published at the time since, and
// returns when it is due again: after a delay of its own, and not before the time from. Most
// bounds the delay.
func (t *troubles) failed(lane string, since, now, from time.Time, most time.Duration) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lanes == nil {
		t.lanes = map[string]trouble{}
	}
	known, before := t.lanes[lane]
	if before && known.since.Before(since) {
		since = known.since
	}
	known.failures++
	known.since = since
	known.again = later(from, now.Add(t.delays.after(known.failures, most)))
	t.lanes[lane] = known
	return known.again
}

// over says that a lane is in no trouble any more.
func (t *troubles) over(lane string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.lanes, lane)
}

// oldest returns since when the oldest message of such a lane waits; zero: there is none. It
// forgets the lanes that others must have taken over.
func (t *troubles) oldest(now time.Time) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	var oldest time.Time
	for lane, known := range t.lanes {
		switch {
		case now.After(known.again.Add(handedOver)):
			delete(t.lanes, lane)
		case oldest.IsZero() || known.since.Before(oldest):
			oldest = known.since
		}
	}
	return oldest
}
