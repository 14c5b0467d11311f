package dispatch

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// How a dispatcher works.
const (
	claimFor  = time.Minute            // of a lane
	workFor   = 40 * time.Second       // under a claim: what begins by then ends before the claim
	pageOf    = 16                     // messages that are read at a time
	storeFor  = 3 * time.Second        // for a question to the store
	idleFirst = 200 * time.Millisecond // between two looks for lanes, while there is work
	idleMost  = time.Second            // while there is none
	askAgain  = time.Second            // after the store failed
	stopFor   = 5 * time.Second        // for attempts under way when the dispatcher stops
	watchEach = 10 * time.Second       // how often the metrics of what waits are brought up to date
)

// Dispatcher delivers the messages of an outbox. It is made by [New].
type Dispatcher struct {
	config   Config
	poster   *poster
	receiver *receiver
	troubles *troubles
	metrics  *metrics
	name     string        // begins the holder of each claim
	claims   atomic.Int64  // made so far
	wake     chan struct{} // holds one call of Wake
}

// Wake has the dispatcher look for lanes at once: something was published. It never waits, and
// can be called at any time from any goroutine. While the receiver is away it changes nothing.
func (d *Dispatcher) Wake() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Run delivers until ctx ends, and runs once at a time. All it started has ended when it
// returns, at most 20 seconds after ctx: attempts under way have 5 seconds to end, then they
// are given up, to be made again by whoever takes the lane. The error says that there were
// such; it wraps ctx's.
func (d *Dispatcher) Run(ctx context.Context) error {
	work, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		d.watch(ctx)
	}()
	r := &run{Dispatcher: d, stop: ctx, work: work, done: make(chan bool, d.config.Parallel), pause: idleFirst}
	r.untilStopped()
	lost := r.finish(giveUp)
	<-watched
	if connections, ok := d.config.Transport.(*http.Transport); ok {
		connections.CloseIdleConnections()
	}
	if lost > 0 {
		return fmt.Errorf("end deliveries under way, %d given up: %w", lost, ctx.Err())
	}
	return nil
}

// run is a dispatcher that runs. Its fields but the contexts are its one goroutine's own.
type run struct {
	*Dispatcher
	stop    context.Context // ends the run
	work    context.Context // ends attempts under way
	working int             // lanes that are worked on
	done    chan bool       // a lane is done with; true: a delivery was given up
	look    time.Time       // when to look for lanes again
	pause   time.Duration   // between this look and the next, if nothing is found
}

func (r *run) untilStopped() {
	for r.stop.Err() == nil {
		select {
		case <-r.stop.Done():
		case <-r.done:
			r.working--
			r.collect()
		case <-r.wake:
			r.look = time.Time{}
		case <-r.due():
			r.claim()
		}
	}
}

// collect counts all lanes that are done with, so that those to come are claimed together.
func (r *run) collect() {
	for {
		select {
		case <-r.done:
			r.working--
		default:
			return
		}
	}
}

// due returns when to claim lanes next: a channel that is never ready while there is no room.
func (r *run) due() <-chan time.Time {
	most, from := r.receiver.room()
	if r.working >= most {
		return nil
	}
	return r.config.After(max(0, later(r.look, from).Sub(r.config.Now())))
}

// claim claims as many lanes as there is room for, and starts to work on them.
func (r *run) claim() {
	most, _ := r.receiver.room()
	most -= r.working
	if most <= 0 { // the receiver went away meanwhile
		return
	}
	now := r.config.Now()
	holder := r.name + "-" + strconv.FormatInt(r.claims.Add(1), 10)
	// It isn't cut short when the run ends: lanes would stay claimed that nobody knows of.
	ctx, cancel := context.WithTimeout(r.work, storeFor)
	defer cancel()
	lanes, err := r.config.Store.Claim(ctx, holder, now, now.Add(claimFor), most)
	for _, lane := range lanes {
		r.working++
		go func() { r.done <- r.lane(lane, holder, now) }()
	}
	switch {
	case err != nil:
		r.config.Log.Error("events: no lanes to be had", slog.Any("cause", err))
		r.look = now.Add(askAgain)
	case len(lanes) == most: // there may be more
		r.look, r.pause = now, idleFirst
	case len(lanes) > 0:
		r.look, r.pause = now.Add(idleFirst), idleFirst
	default:
		r.look = now.Add(r.pause)
		r.pause = min(2*r.pause, idleMost)
	}
}

// finish waits for the lanes under work, and gives up their attempts when that takes too long.
// It returns how many were given up.
func (r *run) finish(giveUp context.CancelFunc) (lost int) {
	patience := r.config.After(stopFor)
	for r.working > 0 {
		select {
		case <-patience:
			giveUp()
		case given := <-r.done:
			r.working--
			if given {
				lost++
			}
		}
	}
	return lost
}

// watch brings the metrics of what waits up to date until ctx ends.
func (d *Dispatcher) watch(ctx context.Context) {
	for ctx.Err() == nil {
		asked, cancel := context.WithTimeout(ctx, storeFor)
		lanes, oldest, err := d.config.Store.Due(asked)
		cancel()
		now := d.config.Now()
		switch {
		case err == nil:
			d.metrics.waits(lanes, now, oldest, d.troubles.oldest(now))
		case ctx.Err() == nil:
			d.config.Log.Warn("events: not known what waits", slog.Any("cause", err))
		}
		select {
		case <-ctx.Done():
		case <-d.config.After(watchEach):
		}
	}
}
