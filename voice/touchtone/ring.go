package touchtone

import (
	"context"
	"errors"
	"fmt"
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
	MachineDetection     bool          // AnsweredBy is told
	Timeout              time.Duration // how long it rings, if it was asked for by REST; 0: 60 s
	TimeLimit            time.Duration // after which the exchange ends the call; 0: never
}

// Ringing is an outbound call that nobody has answered yet.
type Ringing struct {
	SID      string
	To, From string // in E.164 form
	placed   *placed
}

// Ring places an outbound call, and returns with the call's identifier when the telephone
// rings. It rings until [Exchange.AwaitRing] takes it, at most 100 at one number.
func (e *Exchange) Ring(ctx context.Context, out Outbound) (string, error) {
	p, err := e.place(out)
	if err != nil {
		return "", err
	}
	return p.sid, e.ring(ctx, p)
}

// ring lets the telephone ring, unless the call was ended before it could.
func (e *Exchange) ring(ctx context.Context, p *placed) error {
	e.dialing(p)
	p.call.report(ctx, "initiated")
	p.call.report(ctx, "ringing")
	err := e.addRinging(p)
	if err != nil {
		p.call.end(ctx, FarEnd, "failed", nil)
	} else if p.cut() && e.settle(p, over) {
		p.call.end(ctx, FarEnd, "canceled", nil)
	}
	return err
}

func (e *Exchange) addRinging(p *placed) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	number := p.call.form.Get("To")
	if len(e.ringing[number]) >= ringingLimit {
		p.phase = over
		return ErrTooManyRings
	}
	p.phase = ringing
	e.ringing[number] = append(e.ringing[number], &Ringing{
		SID: p.sid, To: number, From: p.call.form.Get("From"), placed: p,
	})
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

// Over is closed when the call rings no more: somebody has answered or refused it, or the
// one who called has given up.
func (r *Ringing) Over() <-chan struct{} { return r.placed.settled }

// Answer picks up. by is [Human] or [Machine]. Where it is too late, the call has ended.
func (r *Ringing) Answer(ctx context.Context, by string) *Call {
	p := r.placed
	if !p.call.exchange.settle(p, up) {
		<-p.ended // whoever ended it may still be telling so
		return p.call
	}
	if p.out.MachineDetection {
		p.call.form.Set("AnsweredBy", by)
	}
	p.call.started = p.call.exchange.config.Clock.Now()
	p.call.pickUp(ctx)
	return p.call
}

// RefuseBusy ends the call with the status busy.
func (r *Ringing) RefuseBusy(ctx context.Context) { r.refuse(ctx, "busy") }

// LetRing ends the call with the status no-answer.
func (r *Ringing) LetRing(ctx context.Context) { r.refuse(ctx, "no-answer") }

// Fail ends the call with the status failed: nobody has that number.
func (r *Ringing) Fail(ctx context.Context) { r.refuse(ctx, "failed") }

func (r *Ringing) refuse(ctx context.Context, status string) {
	if r.placed.call.exchange.settle(r.placed, over) {
		r.placed.call.end(ctx, Caller, status, nil)
	}
}
