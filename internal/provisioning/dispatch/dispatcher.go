package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"updatecenter/internal/detached"
	"updatecenter/internal/provisioning"
)

// How a dispatcher works.
const (
	claimFor   = time.Minute            // of a partition
	workFor    = 40 * time.Second       // under a claim: what begins by then ends before the claim
	pageOf     = 16                     // messages that are read at a time
	storeFor   = 3 * time.Second        // for a question to the store
	idleFirst  = 200 * time.Millisecond // between two looks for partitions, while there is work
	idleMost   = time.Second            // while there is none
	retryPause = time.Second            // after the store failed
	stopFor    = 5 * time.Second        // for attempts under way when the dispatcher stops
	watchEach  = 10 * time.Second       // how often the metrics of what waits are brought up to date
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

// Wake has the dispatcher look for partitions at once: something was published. It never waits, and
// can be called at any time from any goroutine. While the receiver is away it changes nothing.
func (d *Dispatcher) Wake() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Run delivers until ctx ends, and runs once at a time. All it started has ended when it
// returns, at most 20 seconds after ctx: attempts under way have 5 seconds to end, then they
// are given up, to be made again by whoever takes the partition. The error says that there were
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
	working int             // partitions that are worked on
	done    chan bool       // a partition is done with; true: a delivery was given up
	look    time.Time       // when to look for partitions again
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

// collect counts all partitions that are done with, so that those to come are claimed together.
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

// due returns when to claim partitions next: a channel that is never ready while there is no room.
func (r *run) due() <-chan time.Time {
	most, from := r.receiver.room()
	if r.working >= most {
		return nil
	}
	return time.After(max(0, later(r.look, from).Sub(r.config.Now())))
}

// claim claims as many partitions as there is room for, and starts to work on them.
func (r *run) claim() {
	most, _ := r.receiver.room()
	most -= r.working
	if most <= 0 { // the receiver went away meanwhile
		return
	}
	now := r.config.Now()
	holder := r.name + "-" + strconv.FormatInt(r.claims.Add(1), 10)
	// It isn't cut short when the run ends: partitions would stay claimed that nobody knows of.
	ctx, cancel := context.WithTimeout(r.work, storeFor)
	defer cancel()
	partitions, err := r.config.Store.Claim(ctx, holder, now, now.Add(claimFor), most)
	for _, partition := range partitions {
		r.working++
		go func() { r.done <- r.partition(partition, holder, now) }()
	}
	switch {
	case err != nil:
		r.config.Log.Error("events: no partitions to be had", slog.Any("cause", err))
		r.look = now.Add(retryPause)
	case len(partitions) == most: // there may be more
		r.look, r.pause = now, idleFirst
	case len(partitions) > 0:
		r.look, r.pause = now.Add(idleFirst), idleFirst
	default:
		r.look = now.Add(r.pause)
		r.pause = min(2*r.pause, idleMost)
	}
}

// finish waits for the partitions under work, and gives up their attempts when that takes too long.
// It returns how many were given up.
func (r *run) finish(giveUp context.CancelFunc) (lost int) {
	patience := time.After(stopFor)
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
		partitions, oldest, err := d.config.Store.Due(asked)
		cancel()
		now := d.config.Now()
		switch {
		case err == nil:
			d.metrics.waits(partitions, now, oldest, d.troubles.oldest(now))
		case ctx.Err() == nil:
			d.config.Log.Warn("events: not known what waits", slog.Any("cause", err))
		}
		select {
		case <-ctx.Done():
		case <-time.After(watchEach):
		}
	}
}

// partition works on a claimed partition until it is empty, its delivery fails, or the time for it is
// over, and releases it. It says whether a delivery was given up.
func (r *run) partition(partition, holder string, claimed time.Time) (given bool) {
	again, given := r.deliverAll(partition, claimed)
	ctx, cancel := r.storeContext()
	defer cancel()
	err := r.config.Store.Release(ctx, partition, holder, r.config.Now(), again)
	switch {
	case errors.Is(err, provisioning.ErrLost):
		r.config.Log.Warn("events: a claim ran out under work")
	case err != nil: // the claim runs out by itself
		r.config.Log.Error("events: a partition can't be released", slog.Any("cause", err))
	}
	return given
}

// storeContext limits a question to the store, which is asked to its end even when the run
// stops.
func (r *run) storeContext() (context.Context, context.CancelFunc) {
	return detached.Context(r.work, storeFor)
}

// deliverAll delivers the messages of a partition. It returns when the partition is due again; zero: it
// is empty.
func (r *run) deliverAll(partition string, claimed time.Time) (again time.Time, given bool) {
	for {
		messages, err := r.next(partition)
		now := r.config.Now()
		switch {
		case err != nil:
			again := r.troubles.failed(partition, now, now, now, mostUnread)
			r.config.Log.Error("events: a partition can't be read", slog.String("partition", partition),
				slog.Any("cause", err), slog.Time("next_attempt", again))
			return again, false
		case len(messages) == 0:
			r.troubles.over(partition)
			return time.Time{}, false
		}
		for _, message := range messages {
			if now := r.config.Now(); r.stop.Err() != nil || now.After(claimed.Add(workFor)) {
				return now, false
			}
			if again, end := r.deliver(partition, message); end != goOn {
				return again, end == givenUp
			}
		}
	}
}

func (r *run) next(partition string) ([]provisioning.Message, error) {
	ctx, cancel := r.storeContext()
	defer cancel()
	return r.config.Store.Next(ctx, partition, pageOf)
}

// A verdict says how to go on with a partition after a message.
type verdict int

const (
	goOn    verdict = iota // with the next one
	putOff                 // until later
	givenUp                // the run stops
)

// deliver makes one attempt at a message and notes its success. Unless it says to go on it
// returns when the partition is due again.
func (r *run) deliver(partition string, message provisioning.Message) (time.Time, verdict) {
	id, at, body, err := r.config.Open(message.Stored)
	if err == nil && !usable(id) {
		err = errors.New("its id can't be sent")
	}
	now := r.config.Now()
	if err != nil {
		return r.unreadable(partition, message, err), putOff
	}
	try, may := r.receiver.begin(now)
	if !may {
		return now, putOff
	}
	was := r.poster.post(r.work, id, body)
	now = r.config.Now()
	r.turned(r.receiver.end(try, was, now), was)
	switch was.outcome {
	case delivered:
		r.metrics.delivered.Inc()
		r.troubles.over(partition)
		return r.note(partition, message)
	case refused:
		return r.refused(partition, id, at, was), putOff
	case away:
		r.metrics.failed.WithLabelValues(becauseAway).Inc()
		until, _ := r.receiver.next()
		return r.troubles.failed(partition, at, now, until, mostAway), putOff
	case gaveUp:
	}
	return now, givenUp
}

// note notes a delivery.
func (r *run) note(partition string, message provisioning.Message) (time.Time, verdict) {
	ctx, cancel := r.storeContext()
	defer cancel()
	if err := r.config.Store.Delivered(ctx, partition, message.Position); err != nil {
		r.config.Log.Error("events: a delivery can't be noted, and is made again", slog.Any("cause", err))
		return r.config.Now().Add(retryPause), putOff
	}
	return time.Time{}, goOn
}

// turned tells of a receiver that went away or came back.
func (r *run) turned(what change, was result) {
	switch what {
	case wentAway:
		until, failures := r.receiver.next()
		r.config.Log.Warn("events: the receiver is away, and all wait", was.attribute(),
			slog.Int("failures", failures), slog.Time("next_attempt", until))
	case cameBack:
		r.config.Log.Info("events: the receiver is there again")
		r.Wake() // there is room for more partitions
	case asBefore:
	}
}

func (r *run) refused(partition, id string, at time.Time, was result) time.Time {
	now := r.config.Now()
	again := r.troubles.failed(partition, at, now, now, mostRefused)
	r.metrics.failed.WithLabelValues(becauseRefused).Inc()
	r.config.Log.Error("events: the receiver refused an event, and its partition waits", slog.String("id", id),
		was.attribute(), slog.Time("next_attempt", again))
	return again
}

func (r *run) unreadable(partition string, message provisioning.Message, err error) time.Time {
	now := r.config.Now()
	again := r.troubles.failed(partition, now, now, now, mostRefused)
	r.metrics.failed.WithLabelValues(becauseUnreadable).Inc()
	r.config.Log.Error("events: an event can't be read, and its partition waits", slog.String("partition", partition),
		slog.String("position", message.Position), slog.Any("cause", err), slog.Time("next_attempt", again))
	return again
}
