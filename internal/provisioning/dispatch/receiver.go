package dispatch

import (
	"sync"
	"time"
)

// receiver is what is known of the receiver: there, or away. While it is away one attempt is
// made at a time, the probe, and none before a time.
type receiver struct {
	delays *delays
	lanes  int // that are worked on at once while it is there

	mu       sync.Mutex
	failures int       // of probes in a row, the failure that began it included; 0: the receiver is there
	until    time.Time // while away: the next probe
	probing  bool      // a probe is under way
	episode  int       // grows with every failure that counts
}

// try is an attempt under way.
type try struct {
	probe   bool
	episode int // of the receiver when the attempt began
}

// begin says whether an attempt may be made now. If so, end must be told how it ended.
func (r *receiver) begin(now time.Time) (try, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failures == 0 {
		return try{episode: r.episode}, true
	}
	if r.probing || now.Before(r.until) {
		return try{}, false
	}
	r.probing = true
	return try{probe: true, episode: r.episode}, true
}

// A change is what an attempt has changed of the receiver.
type change int

const (
	asBefore change = iota
	wentAway        // or is still, as a probe found
	cameBack
)

// end notes how an attempt ended. Of attempts that were under way together the first failure
// alone counts; the others, and successes that it overtook, are of the time before it.
func (r *receiver) end(t try, was result, now time.Time) change {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t.probe {
		r.probing = false
	}
	current := t.episode == r.episode
	switch was.outcome {
	case away:
		if current {
			r.failures++
			r.episode++
			r.until = now.Add(r.delays.after(r.failures, mostAway))
		}
		r.until = later(r.until, now.Add(was.retryAfter))
		if current {
			return wentAway
		}
	case delivered, refused:
		if current && r.failures > 0 {
			r.failures = 0
			return cameBack
		}
	case gaveUp:
	}
	return asBefore
}

// room says how many lanes may be worked on at once, and from when on.
func (r *receiver) room() (lanes int, from time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failures == 0 {
		return r.lanes, time.Time{}
	}
	return 1, r.until
}

// next returns when the next attempt may be made, and after how many failures. Zero: at any
// time.
func (r *receiver) next() (time.Time, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failures == 0 {
		return time.Time{}, 0
	}
	return r.until, r.failures
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
