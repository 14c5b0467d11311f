package deliveries

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"updatecenter/internal/detached"
	"updatecenter/internal/nanp"
)

const (
	// dialWithin bounds the asking of Twilio for a call, from before the attempt is noted as
	// begun: a process that was stopped in between finds its time run out, and does not dial.
	dialWithin = 10 * time.Second
	// clockSkew is how far our clocks and Twilio's may be apart, with the time that a request
	// may be on its way after we have given it up, and with Twilio's whole seconds.
	clockSkew = 10 * time.Second
	// dialClaim is how long an attempt that was begun, and has no CallSid yet, is left alone.
	// After that no call can come of it any more that is not listed.
	dialClaim = dialWithin + clockSkew
	// apart is the least time between beginnings of attempts to ring one telephone. It must be
	// longer than dialWithin and twice clockSkew.
	apart = time.Minute
	// paceWithin bounds the wait for the turn of a call.
	paceWithin = 100 * time.Second
	// callLasts is how long after the beginning of a call nobody worries about its end.
	callLasts = 5 * time.Minute
	// recheckAfter is how long a call that goes on after that is left alone.
	recheckAfter = time.Minute
)

// call rings a telephone, which no earlier run of the attempt has done.
func (d *Deliveries) call(ctx context.Context, delivery Delivery) error {
	if err := d.config.Destinations.Check(delivery.To); err != nil { // it was stored by a release that called everybody, or with other settings
		return d.giveUp(ctx, delivery.Task(), cause{err.Error(), NumberNotCalled, 0})
	}
	if err := d.paced(ctx, delivery); err != nil {
		return err
	}
	if objected, err := d.objected(ctx, delivery); err != nil || objected {
		return err
	}
	within, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	now := d.now() // after the clock of within was started, so that it ends within the window
	free, err := d.config.Phones.Reserve(within, delivery.To, delivery.Task(), now, now.Add(apart), delivery.rings())
	if limit, is := errors.AsType[*LimitError](err); is {
		return d.tooOften(ctx, delivery, limit.Until)
	}
	if err != nil {
		return err
	}
	if !free.IsZero() {
		return &LaterError{At: free}
	}
	if err := d.begin(within, delivery, now, dialClaim); err != nil {
		return err
	}
	return d.dial(within, delivery, now)
}

// paced waits until the call may begin. When it was not its turn in time, others wait for the worker.
func (d *Deliveries) paced(ctx context.Context, delivery Delivery) error {
	ctx, cancel := context.WithTimeout(ctx, paceWithin)
	defer cancel()
	if d.config.Pace(ctx, delivery.Class()) != nil {
		return &LaterError{At: d.now()}
	}
	return nil
}

// ringLimits are how often one telephone rings, whoever asks for it and whatever is told.
var ringLimits = Limits{AnHour: 6, ADay: 20}

// rings are the limits of a delivery's calls: a reset is always told, as it opens the line to
// whoever knows the temporary PIN.
func (d *Delivery) rings() Limits {
	if d.Topic == PINReset || slices.Contains(d.Also(), PINReset) {
		return Limits{}
	}
	return ringLimits
}

// checkRings says *LimitError if a telephone rings as often as it may.
func (d *Deliveries) checkRings(ctx context.Context, to nanp.Number) error {
	now := d.now()
	_, err := d.config.Phones.Reserve(ctx, to, Task{}, now, now, ringLimits)
	return err
}

// tooOften has a delivery wait until its telephone may ring again, if it is of use then; but no agent
// waits.
func (d *Deliveries) tooOften(ctx context.Context, delivery Delivery, until time.Time) error {
	why := cause{"this telephone was called as often as it may be", CalledTooOften, 0}
	if delivery.Topic == ValidationCode || until.After(delivery.lasts()) {
		return d.giveUp(ctx, delivery.Task(), why)
	}
	return d.postpone(ctx, delivery.Task(), nil, func(stored *Delivery) bool {
		if stored.CallSID == "" && stored.rings() == (Limits{}) { // a reset has joined meanwhile
			stored.Due = d.now()
			return true
		}
		return stored.waits(until, d.now(), why)
	})
}

// objected cancels a secret's delivery, and says so, if somebody who was called about the same
// account or line since it was asked for has objected. Notices are owed all the same.
func (d *Deliveries) objected(ctx context.Context, delivery Delivery) (bool, error) {
	if !delivery.Topic.secret() {
		return false, nil
	}
	until, err := d.config.Store.Block(ctx, delivery.subject(), time.Time{})
	if err != nil {
		return false, fmt.Errorf("ask for objections: %w", err)
	}
	if !d.now().Before(until) {
		return false, nil
	}
	return true, d.end(ctx, delivery.Task(), Canceled, cause{words: "somebody who was called did not ask for it"})
}

// errBegun is said to a run of an attempt that another one has overtaken.
var errBegun = errors.New("another run has begun the attempt")

// begin notes that an attempt is begun, if it is as it was seen. Of several runs that do so
// at once one succeeds; the others may come back when its claim has run out.
func (d *Deliveries) begin(ctx context.Context, seen Delivery, now time.Time, claim time.Duration) error {
	mine := false
	delivery, err := d.change(ctx, seen.ID, func(delivery *Delivery) bool {
		mine = delivery.present(seen.Task()) && delivery.CallSID == seen.CallSID && delivery.Began.Equal(seen.Began)
		if !mine {
			return false
		}
		delivery.Began, delivery.Due = now, now.Add(claim)
		if delivery.Method == Voice && delivery.Refusals == 0 { // else it was noted before, and may be again for days
			delivery.progress(Calling, now, "")
		}
		return true
	})
	if err == nil && !mine {
		return &LaterError{At: delivery.Due, Err: errBegun}
	}
	return err
}

// dial has the telephone rung. When nobody knows whether it rings, the claim must run out
// before somebody looks.
func (d *Deliveries) dial(ctx context.Context, delivery Delivery, began time.Time) error {
	task, err := delivery.Task(), ctx.Err()
	var callSID string
	if err == nil {
		callSID, err = d.config.Dialer.Dial(ctx, Ring{To: delivery.To, Task: task})
	}
	ctx, cancel := detached.Context(ctx, noteWithin)
	defer cancel()
	refused, is := errors.AsType[*RefusedError](err)
	switch {
	case err == nil:
		return d.take(ctx, task, FoundCall{CallSID: callSID})
	case !is:
		return &LaterError{At: began.Add(dialClaim), Err: err}
	}
	return d.notDialed(ctx, delivery, refused)
}

// take notes which call is the attempt's. Its webhooks may have come first: they bear the
// attempt's mark, and what they have said stands. The call of a delivery that was canceled
// meanwhile is hung up.
func (d *Deliveries) take(ctx context.Context, task Task, found FoundCall) error {
	delivery, err := d.updateByStatus(ctx, task, func(delivery *Delivery) (bool, error) {
		if delivery.CallSID != "" {
			return false, nil
		}
		delivery.own(found.CallSID, d.now())
		delivery.progress(Calling, d.now(), "")
		return true, d.applyStatus(ctx, delivery, found.Status, d.now(), "")
	})
	if err == nil && delivery.Status == Canceled && delivery.Attempt == task.Attempt {
		delivery.CallSID = found.CallSID
		d.hangUp(ctx, delivery)
	}
	return err
}

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
	d.config.Refused(refused)
	why := refused.cause()
	log := d.config.Log.WarnContext
	if why.reason == OperatorMustMend && d.alarms.ring(refused.Code, d.now()) {
		log = d.config.Log.ErrorContext
	}
	log(ctx, "call refused by Twilio", "reason", why.reason, "code", refused.Code,
		"delivery", delivery.ID, "attempt", delivery.Attempt)
	switch {
	case why.reason == NumberRefused:
		return d.giveUp(ctx, delivery.Task(), why)
	case delivery.Topic == ValidationCode && !d.agentWaits(delivery, refused):
		return d.giveUp(ctx, delivery.Task(), cause{validationWords, why.reason, why.code})
	}
	return d.postpone(ctx, delivery.Task(), nil, func(stored *Delivery) bool {
		if !stored.waits(d.now().Add(refused.pause(stored.Refusals+1)), d.now(), why) {
			return false
		}
		stored.Refusals++
		stored.Began = time.Time{} // no call has come of it, so there is none to find
		return true
	})
}

// agentWaits says whether a call that validates is asked for again after a refusal: only if Twilio takes
// no more calls for seconds. An agent and a customer wait for it, and may try again themselves.
func (d *Deliveries) agentWaits(delivery Delivery, refused *RefusedError) bool {
	again := d.now().Add(refused.pause(delivery.Refusals + 1))
	return refused.Reason == TwilioBusy && !again.After(delivery.Created.Add(longestForAgent))
}

// waits puts the present attempt off, unless a call has come of it after all. Only the first of equal causes
// is an event, so that days of them don't grow the record.
func (d *Delivery) waits(until, now time.Time, why cause) bool {
	if d.CallSID != "" {
		return false
	}
	d.Due = until
	if reason, code := d.Cause(); reason != why.reason || code != why.code {
		d.because(Queued, now, why)
	}
	d.Status = Queued
	return true
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
