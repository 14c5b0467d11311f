package simulator

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

// Ringing is an outbound call, which rings until somebody answers it. Exchange.mu guards what changes.
type Ringing struct {
	SID      string
	To, From string // in E.164 form

	order   order
	call    *Call
	created time.Time
	told    chan struct{} // closed when the application wants the call to end
	settled chan struct{} // closed when it rings no more
	ended   chan struct{} // closed when all was told of its end

	phase  phase
	status string // as in Twilio's call resource
	start  time.Time
}

// A phase says who has an outbound call in hand.
type phase int

const (
	dialing phase = iota // the one who dials
	ringing              // nobody: who settles it gets it
	up                   // who has answered
	over                 // who has ended it
)

// placedLimit is how many outbound calls the exchange remembers.
const placedLimit = 10_000

// place makes an outbound call that is not dialed yet.
func (e *Exchange) place(o order) (*Ringing, error) {
	chance, err := e.chance()
	if err != nil {
		return nil, fmt.Errorf("ring: %w", err)
	}
	form := url.Values{"Direction": {"outbound-api"}}
	addParty(form, "To", "Called", o.to)
	addParty(form, "From", "Caller", o.from)
	call := e.newCall(chance, form)
	call.pending = &webhook{URL: o.url}
	call.fallbackURL, call.statusURL = o.fallback, o.statusCallback
	call.statuses.wanted = wantedStatuses(o.events)
	call.placed = &Ringing{
		SID: call.SID(), To: o.to, From: o.from, order: o, call: call, created: call.started, status: "queued",
		told: make(chan struct{}), settled: make(chan struct{}), ended: make(chan struct{}),
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.placed = append(e.placed, call.placed)
	if len(e.placed) > placedLimit {
		e.placed = slices.Delete(e.placed, 0, len(e.placed)-placedLimit)
	}
	return call.placed, nil
}

// wantedStatuses are the call statuses behind the events that were asked for.
func wantedStatuses(events []string) []string {
	wanted := []string{"completed", "busy", "no-answer", "failed", "canceled"} // one event, five ways to end
	for _, event := range events {
		if event == "answered" {
			event = "in-progress"
		}
		wanted = append(wanted, event)
	}
	return wanted
}

// ring lets the telephone ring until somebody answers, its time is up, or the application ends the call.
func (e *Exchange) ring(ctx context.Context, p *Ringing) {
	e.mu.Lock()
	p.status, p.start = "ringing", e.config.Clock.Now()
	e.mu.Unlock()
	p.call.report(ctx, "initiated")
	p.call.report(ctx, "ringing")
	e.mu.Lock()
	p.phase = ringing
	e.ringing[p.To] = append(e.ringing[p.To], p)
	e.wake()
	e.mu.Unlock()
	if p.cut() {
		if e.settle(p, over) {
			p.call.end(ctx, FarEnd, "canceled", nil)
		}
		return
	}
	var timeOut <-chan time.Time
	if _, jumps := e.config.Clock.(*VirtualClock); !jumps {
		timeOut = e.config.Clock.After(p.order.timeout)
	}
	select {
	case <-timeOut:
		p.refuse(ctx, "no-answer")
	case <-p.settled:
	case <-ctx.Done():
	}
}

// AwaitRing waits until the number rings, for the given span of real time; then it is
// [ErrNoRing].
func (e *Exchange) AwaitRing(ctx context.Context, number string, within time.Duration) (rings *Ringing, err error) {
	err = e.await(ctx, within, func() (bool, <-chan struct{}) {
		var changed <-chan struct{}
		rings, changed = e.takeRinging(international(number))
		return rings != nil, changed
	})
	return rings, err
}

// await looks for something each time that anything has changed, for the given span of real time;
// then it is ErrNoRing.
func (e *Exchange) await(ctx context.Context, within time.Duration, look func() (bool, <-chan struct{})) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		found, changed := look()
		if found {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ErrNoRing, ctx.Err())
		}
	}
}

// wake has those look again who await something; e.mu is locked.
func (e *Exchange) wake() {
	close(e.changed)
	e.changed = make(chan struct{})
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
	Human   = "human"
	Machine = "machine_end_beep" // a voice mailbox
	Fax     = "fax"
	Unknown = "unknown" // somebody, of whom the detection can't tell what
)

// How long after a call was answered things happen.
const (
	detectionTakes = 4 * time.Second  // to know a person, or that a greeting plays
	detectionLimit = 30 * time.Second // to give up: MachineDetectionTimeout
	greetingTakes  = 12 * time.Second // a mailbox records from then on
)

// Over is closed when the call rings no more: somebody has answered or refused it, or the
// one who called has given up.
func (p *Ringing) Over() <-chan struct{} { return p.settled }

// Answer picks up. by is [Human] or one of the others. Nothing that is said to a mailbox while its
// greeting plays is in [Call.Listen], and nothing at all to a fax. Twilio asks the application
// what to say when it knows who listens: the wait is the call's first event. Where it is too
// late, the call has ended.
func (p *Ringing) Answer(ctx context.Context, by string) *Call {
	c := p.call
	if !c.exchange.settle(p, up) {
		<-p.ended // whoever ended it may still be telling so
		return c
	}
	c.started = c.exchange.config.Clock.Now()
	detected := detected{by, detectionTakes}
	switch by {
	case Fax:
		c.listens = c.started.Add(callMost * time.Second)
	case Machine:
		c.listens = c.started.Add(greetingTakes)
		detected.after = greetingTakes
	case Unknown:
		detected.after = detectionLimit
	}
	if p.order.detects {
		c.detects = &detected
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

// RefuseBusy ends the call with the status busy.
func (p *Ringing) RefuseBusy(ctx context.Context) { p.refuse(ctx, "busy") }

// LetRing ends the call with the status no-answer.
func (p *Ringing) LetRing(ctx context.Context) { p.refuse(ctx, "no-answer") }

func (p *Ringing) refuse(ctx context.Context, status string) {
	if p.call.exchange.settle(p, over) {
		p.call.end(ctx, Caller, status, nil)
	}
}

// settle ends the ringing. It is false if somebody else has done so; else the call is the
// one's who asked.
func (e *Exchange) settle(p *Ringing, to phase) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p.phase != ringing {
		return false
	}
	p.phase = to
	close(p.settled)
	e.ringing[p.To] = slices.DeleteFunc(e.ringing[p.To], func(r *Ringing) bool { return r == p })
	return true
}

// note keeps the status of a call for the REST API, if it is an outbound one.
func (e *Exchange) note(c *Call, status string) {
	if c.placed == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	c.placed.status = status
	if c.ended != nil {
		c.placed.phase = over
	}
}

// tell has the application's wish to end the call known. It is false if the call is over.
// One that rings is handed to the asker, who must end it: alone is true.
func (e *Exchange) tell(p *Ringing, evenAnswered bool) (alone, ok bool) {
	e.mu.Lock()
	phase := p.phase
	if phase != over && !p.cut() && (phase != up || evenAnswered) {
		close(p.told)
	}
	e.mu.Unlock()
	return phase == ringing && e.settle(p, over), phase != over
}

// cut says whether the application wants the call to end.
func (p *Ringing) cut() bool {
	select {
	case <-p.told:
		return true
	default:
		return false
	}
}

// find is the outbound call with that identifier, or nil.
func (e *Exchange) find(sid string) *Ringing {
	e.mu.Lock()
	defer e.mu.Unlock()
	at := slices.IndexFunc(e.placed, func(p *Ringing) bool { return p.SID == sid })
	if at < 0 {
		return nil
	}
	return e.placed[at]
}
