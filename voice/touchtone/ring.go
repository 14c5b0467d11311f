package touchtone

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"
)

// ErrNoRing is a number that did not ring in time.
var ErrNoRing = errors.New("the number did not ring")

// ErrTooManyRings is an outbound call beyond what the exchange holds for one number.
var ErrTooManyRings = errors.New("too many calls ring the number")

// ringingLimit is how many calls can ring one number at once.
const ringingLimit = 100

// Outbound is a call that an application asks for, with the fields of Twilio's REST API.
type Outbound struct {
	To, From       string
	URL            string // asked when someone picks up
	FallbackURL    string // empty: none
	StatusCallback string // empty: none
	// StatusCallbackEvents are initiated, ringing, answered, completed; empty: completed.
	StatusCallbackEvents []string
	MachineDetection     bool // AnsweredBy is told
}

// Ringing is an outbound call that nobody has answered yet.
type Ringing struct {
	SID  string
	To   string // in E.164 form
	call *Call
	out  Outbound
}

// Ring places an outbound call, and returns at once with the call's identifier. The
// call rings until [Exchange.AwaitRing] takes it, at most 100 at one number.
func (e *Exchange) Ring(ctx context.Context, out Outbound) (string, error) {
	chance, err := e.chance()
	if err != nil {
		return "", fmt.Errorf("ring: %w", err)
	}
	form := url.Values{"Direction": {"outbound-api"}}
	addParty(form, "To", "Called", international(out.To))
	addParty(form, "From", "Caller", international(out.From))
	call := e.newCall(chance, form)
	call.pending = &webhook{URL: out.URL}
	call.fallbackURL, call.statusURL = out.FallbackURL, out.StatusCallback
	call.statuses.wanted = wantedStatuses(out.StatusCallbackEvents)
	rings := &Ringing{SID: call.SID(), To: form.Get("To"), call: call, out: out}
	call.report(ctx, "initiated")
	call.report(ctx, "ringing")
	return rings.SID, e.addRinging(rings)
}

// wantedStatuses are the call statuses behind the events that were asked for.
func wantedStatuses(events []string) []string {
	wanted := []string{"completed", "busy", "no-answer", "failed"} // one event, four ways to end
	for _, event := range events {
		if event == "answered" {
			event = "in-progress"
		}
		wanted = append(wanted, event)
	}
	return wanted
}

func (e *Exchange) addRinging(rings *Ringing) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.ringing[rings.To]) >= ringingLimit {
		return ErrTooManyRings
	}
	e.ringing[rings.To] = append(e.ringing[rings.To], rings)
	close(e.changed)
	e.changed = make(chan struct{})
	return nil
}

// AwaitRing waits until the number rings, for the given span of real time; then it is
// [ErrNoRing].
func (e *Exchange) AwaitRing(ctx context.Context, number string, within time.Duration) (*Ringing, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		rings, changed := e.takeRinging(international(number))
		if rings != nil {
			return rings, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %w", ErrNoRing, ctx.Err())
		}
	}
}

// takeRinging is the oldest call that rings the number, or nil and what to wait for.
func (e *Exchange) takeRinging(number string) (*Ringing, <-chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	waiting := e.ringing[number]
	if len(waiting) == 0 {
		return nil, e.changed
	}
	oldest := waiting[0]
	e.ringing[number] = slices.Delete(waiting, 0, 1)
	return oldest, nil
}

// Who answers a call, as Twilio's AnsweredBy.
const (
	Human   = "human"
	Machine = "machine_start" // voice mail
)

// Answer picks up. by is [Human] or [Machine].
func (r *Ringing) Answer(ctx context.Context, by string) *Call {
	if r.out.MachineDetection {
		r.call.form.Set("AnsweredBy", by)
	}
	r.call.started = r.call.exchange.config.Clock.Now()
	r.call.pickUp(ctx)
	return r.call
}

// RefuseBusy ends the call with the status busy.
func (r *Ringing) RefuseBusy(ctx context.Context) { r.refuse(ctx, "busy", "486") }

// LetRing ends the call with the status no-answer.
func (r *Ringing) LetRing(ctx context.Context) { r.refuse(ctx, "no-answer", "487") }

func (r *Ringing) refuse(ctx context.Context, status, sipCode string) {
	r.call.form.Set("SipResponseCode", sipCode)
	r.call.end(ctx, Caller, status, nil)
}
