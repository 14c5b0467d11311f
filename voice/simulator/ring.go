package simulator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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
	MachineDetection     string        // Enable or DetectMessageEnd: AnsweredBy is told; empty: it is not
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

// Who answers a call, as Twilio's AnsweredBy has it once a greeting has ended.
const (
	Human          = "human"
	Machine        = "machine_end_beep"    // a voice mailbox
	MachineSilence = "machine_end_silence" // one without a beep
	MachineOther   = "machine_end_other"
	Fax            = "fax"
	Unknown        = "unknown" // somebody, of whom the detection can't tell what
)

// How long after a call was answered things happen.
const (
	detectionTakes = 4 * time.Second  // to know a person, or that a greeting plays
	detectionLimit = 30 * time.Second // to give up: MachineDetectionTimeout
	greetingTakes  = 12 * time.Second // a mailbox records from then on
)

// Over is closed when the call rings no more: somebody has answered or refused it, or the
// one who called has given up.
func (r *Ringing) Over() <-chan struct{} { return r.placed.settled }

// Answer picks up. by is [Human] or one of the others. Nothing that is said to a mailbox while its
// greeting plays is in [Call.Listen], and nothing at all to a fax. Twilio asks the application
// what to say when it knows who listens: the wait is the call's first event. Where it is too
// late, the call has ended.
func (r *Ringing) Answer(ctx context.Context, by string) *Call {
	p := r.placed
	c := p.call
	if !c.exchange.settle(p, up) {
		<-p.ended // whoever ended it may still be telling so
		return c
	}
	c.started = c.exchange.config.Clock.Now()
	switch {
	case by == Fax:
		c.listens = c.started.Add(callMost * time.Second)
	case strings.HasPrefix(by, "machine_"):
		c.listens = c.started.Add(greetingTakes)
	}
	if p.out.MachineDetection != "" {
		c.detects = detection(p.out.MachineDetection, by)
	}
	c.pickUp(ctx)
	return c
}

// A detected is what answering machine detection comes to.
// https://www.twilio.com/docs/voice/answering-machine-detection
type detected struct {
	by    string // AnsweredBy
	after time.Duration
}

// detection is what comes of it for whoever has answered: Enable tells at once of a machine, and
// DetectMessageEnd when its greeting has ended.
func detection(mode, by string) *detected {
	switch {
	case by == Unknown:
		return &detected{by, detectionLimit}
	case !strings.HasPrefix(by, "machine_"):
		return &detected{by, detectionTakes}
	case mode == "Enable":
		return &detected{"machine_start", detectionTakes}
	}
	return &detected{by, greetingTakes}
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
