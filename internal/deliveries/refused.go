package deliveries

import (
	"context"
	"sync"
	"time"
)

// Twilio that takes no more calls is asked again after 1, 2, 4 ... seconds, a minute at most, and
// not before its Retry-After, an hour at most. Twilio that refuses our calls is asked again after
// 1, 2, 4 ... minutes, a quarter of an hour at most: so long it takes to notice that the operator has
// mended it.
const (
	busyPause       = time.Second
	longestBusy     = time.Minute
	longestAfter    = time.Hour
	longestForAgent = 30 * time.Second
	mendPause       = time.Minute
	longestMend     = 15 * time.Minute
	alarmEvery      = 5 * time.Minute
	mostAlarms      = 100
	refusedWords    = "the telephone can't be called"
	busyWords       = "Twilio takes no more calls at the moment"
	operatorWords   = "Twilio refuses our calls until the operator has mended something"
	validationWords = "no telephone can be called right now"
)

// pause is how long after a refusal the call is asked for again, the n-th in a row, from 1.
func (e *RefusedError) pause(n int) time.Duration {
	first, longest := mendPause, longestMend
	if e.Reason == TwilioBusy {
		first, longest = busyPause, longestBusy
	}
	wait := min(first<<min(n-1, 10), longest)
	return max(wait, min(e.After, longestAfter))
}

// cause is what is told of a refusal.
func (e *RefusedError) cause() cause {
	if e.Reason == NumberRefused {
		return cause{refusedWords, NumberRefused, e.Code}
	}
	if e.Reason == TwilioBusy {
		return cause{busyWords, TwilioBusy, e.Code}
	}
	return cause{operatorWords, OperatorMustMend, e.Code}
}

// notDialed deals with a refusal: no telephone rings. What is not about the number called leaves the
// attempt to be made again, as none was.
func (d *Deliveries) notDialed(ctx context.Context, delivery Delivery, refused *RefusedError) error {
	d.refused(refused)
	why := refused.cause()
	log := d.log.WarnContext
	if why.reason == OperatorMustMend && d.alarms.ring(refused.Code, d.now()) {
		log = d.log.ErrorContext
	}
	log(ctx, "call refused by Twilio", "reason", why.reason, "code", refused.Code,
		"delivery", delivery.ID, "attempt", delivery.Attempt)
	switch {
	case why.reason == NumberRefused:
		return d.giveUp(ctx, delivery.Task(), why)
	case delivery.About == ValidationCode && !d.agentWaits(delivery, refused):
		return d.giveUp(ctx, delivery.Task(), cause{validationWords, why.reason, why.code})
	}
	return d.wait(ctx, delivery.Task(), func(stored *Delivery) {
		stored.Refusals++
		stored.Began = time.Time{} // no call has come of it, so there is none to find
		stored.waits(d.now().Add(refused.pause(stored.Refusals)), d.now(), why)
	})
}

// agentWaits says whether a call that validates is asked for again after a refusal: only if Twilio takes
// no more calls for seconds. An agent and a customer wait for it, and may try again themselves.
func (d *Deliveries) agentWaits(delivery Delivery, refused *RefusedError) bool {
	again := d.now().Add(refused.pause(delivery.Refusals + 1))
	return refused.Reason == TwilioBusy && !again.After(delivery.Created.Add(longestForAgent))
}

// wait puts the present attempt off by an edit, unless a call has come of it after all.
func (d *Deliveries) wait(ctx context.Context, task Task, edit func(stored *Delivery)) error {
	stored, err := d.change(ctx, task.Delivery, func(stored *Delivery) bool {
		waits := stored.present(task) && stored.CallSID == ""
		if waits {
			edit(stored)
		}
		return waits
	})
	if err != nil || !stored.present(task) {
		return err
	}
	return &LaterError{At: stored.Due}
}

// waits puts the present attempt off. Only the first of equal causes is an event, so that days of
// them don't grow the record.
func (d *Delivery) waits(until, now time.Time, why cause) {
	d.Due = until
	if reason, code := d.Cause(); reason != why.reason || code != why.code {
		d.because(Queued, now, why)
	}
	d.Status = Queued
}

// alarms keep the log from telling the same trouble with Twilio for each delivery: once in
// alarmEvery for each code. The zero value is ready.
type alarms struct {
	mu   sync.Mutex
	last map[int]time.Time
}

// ring says whether an error is to be logged for a code.
func (a *alarms) ring(code int, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if last, known := a.last[code]; known && now.Sub(last) < alarmEvery {
		return false
	}
	if a.last == nil || len(a.last) >= mostAlarms {
		a.last = map[int]time.Time{}
	}
	a.last[code] = now
	return true
}
