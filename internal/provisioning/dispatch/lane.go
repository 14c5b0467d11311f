package dispatch

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"updatecenter/internal/provisioning"
)

// lane works on a claimed lane until it is empty, its delivery fails, or the time for it is
// over, and releases it. It says whether a delivery was given up.
func (r *run) lane(lane, holder string, claimed time.Time) (given bool) {
	again, given := r.deliverAll(lane, claimed)
	ctx, cancel := r.storeContext()
	defer cancel()
	err := r.config.Store.Release(ctx, lane, holder, r.config.Now(), again)
	switch {
	case errors.Is(err, provisioning.ErrLost):
		r.config.Log.Warn("events: a claim ran out under work")
	case err != nil: // the claim runs out by itself
		r.config.Log.Error("events: a lane can't be released", slog.Any("cause", err))
	}
	return given
}

// storeContext limits a question to the store, which is asked to its end even when the run
// stops.
func (r *run) storeContext() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(r.work), storeFor)
}

// deliverAll delivers the messages of a lane. It returns when the lane is due again; zero: it
// is empty.
func (r *run) deliverAll(lane string, claimed time.Time) (again time.Time, given bool) {
	for {
		messages, err := r.next(lane)
		now := r.config.Now()
		switch {
		case err != nil:
			again := r.troubles.failed(lane, now, now, now, mostUnread)
			r.config.Log.Error("events: a lane can't be read", slog.String("lane", lane),
				slog.Any("cause", err), slog.Time("next_attempt", again))
			return again, false
		case len(messages) == 0:
			r.troubles.over(lane)
			return time.Time{}, false
		}
		for _, message := range messages {
			if now := r.config.Now(); r.stop.Err() != nil || now.After(claimed.Add(workFor)) {
				return now, false
			}
			if again, end := r.deliver(lane, message); end != goOn {
				return again, end == givenUp
			}
		}
	}
}

func (r *run) next(lane string) ([]provisioning.Message, error) {
	ctx, cancel := r.storeContext()
	defer cancel()
	return r.config.Store.Next(ctx, lane, pageOf)
}

// A verdict says how to go on with a lane after a message.
type verdict int

const (
	goOn    verdict = iota // with the next one
	putOff                 // until later
	givenUp                // the run stops
)

// deliver makes one attempt at a message and notes its success. Unless it says to go on it
// returns when the lane is due again.
func (r *run) deliver(lane string, message provisioning.Message) (time.Time, verdict) {
	id, at, body, err := r.config.Open(message.Stored)
	if err == nil && !usable(id) {
		err = errors.New("its id can't be sent")
	}
	now := r.config.Now()
	if err != nil {
		return r.unreadable(lane, message, err), putOff
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
		r.troubles.over(lane)
		return r.note(lane, message)
	case refused:
		return r.refused(lane, id, at, was), putOff
	case away:
		r.metrics.failed.WithLabelValues(becauseAway).Inc()
		until, _ := r.receiver.next()
		return r.troubles.failed(lane, at, now, until, mostAway), putOff
	case gaveUp:
	}
	return now, givenUp
}

// note notes a delivery.
func (r *run) note(lane string, message provisioning.Message) (time.Time, verdict) {
	ctx, cancel := r.storeContext()
	defer cancel()
	if err := r.config.Store.Delivered(ctx, lane, message.Position); err != nil {
		r.config.Log.Error("events: a delivery can't be noted, and is made again", slog.Any("cause", err))
		return r.config.Now().Add(askAgain), putOff
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
		r.Wake() // there is room for more lanes
	case asBefore:
	}
}

func (r *run) refused(lane, id string, at time.Time, was result) time.Time {
	now := r.config.Now()
	again := r.troubles.failed(lane, at, now, now, mostRefused)
	r.metrics.failed.WithLabelValues(becauseRefused).Inc()
	r.config.Log.Error("events: the receiver refused an event, and its lane waits", slog.String("id", id),
		was.attribute(), slog.Time("next_attempt", again))
	return again
}

func (r *run) unreadable(lane string, message provisioning.Message, err error) time.Time {
	now := r.config.Now()
	again := r.troubles.failed(lane, now, now, now, mostRefused)
	r.metrics.failed.WithLabelValues(becauseUnreadable).Inc()
	r.config.Log.Error("events: an event can't be read, and its lane waits", slog.String("lane", lane),
		slog.String("position", message.Position), slog.Any("cause", err), slog.Time("next_attempt", again))
	return again
}
