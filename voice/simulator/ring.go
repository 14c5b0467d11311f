package simulator

import (
	"context"
	"errors"
	"fmt"
	"net/url"
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
	e.wake()
	return nil
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

// placedLimit is how many outbound calls the exchange remembers.
const placedLimit = 10_000

// A phase says who has the call of a placed in hand.
type phase int

const (
	dialing phase = iota // the one who dials
	ringing              // nobody: who settles it gets it
	up                   // who has answered
	over                 // who has ended it
)

// A placed is an outbound call as the REST API tells of it. Exchange.mu guards what changes.
type placed struct {
	sid     string
	out     Outbound
	call    *Call
	created time.Time
	told    chan struct{} // closed when the application wants the call to end
	settled chan struct{} // closed when it rings no more
	ended   chan struct{} // closed when all was told of its end

	phase      phase
	status     string // as in Twilio's call resource
	start, end time.Time
	answeredBy string
}

// place makes an outbound call that is not dialed yet.
func (e *Exchange) place(out Outbound) (*placed, error) {
	chance, err := e.chance()
	if err != nil {
		return nil, fmt.Errorf("ring: %w", err)
	}
	form := url.Values{"Direction": {"outbound-api"}}
	addParty(form, "To", "Called", international(out.To))
	addParty(form, "From", "Caller", international(out.From))
	call := e.newCall(chance, form)
	call.pending = &webhook{URL: out.URL}
	call.fallbackURL, call.statusURL = out.FallbackURL, out.StatusCallback
	call.statuses.wanted = wantedStatuses(out.StatusCallbackEvents)
	if e.config.StatusOrder == OutOfOrder {
		call.statuses.overtaken = append(call.statuses.overtaken, "ringing")
	}
	p := &placed{
		sid: call.SID(), out: out, call: call, created: call.started, status: "queued",
		told: make(chan struct{}), settled: make(chan struct{}), ended: make(chan struct{}),
	}
	call.placed = p
	e.mu.Lock()
	defer e.mu.Unlock()
	e.placed = append(e.placed, p)
	if len(e.placed) > placedLimit {
		e.placed = slices.Delete(e.placed, 0, len(e.placed)-placedLimit)
	}
	return p, nil
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

// dialing notes that the call is being dialed now.
func (e *Exchange) dialing(p *placed) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p.status, p.start = "ringing", e.config.Clock.Now()
}

// settle ends the ringing. It is false if somebody else has done so; else the call is the
// one's who asked.
func (e *Exchange) settle(p *placed, to phase) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p.phase != ringing {
		return false
	}
	p.phase = to
	close(p.settled)
	number := p.call.form.Get("To")
	e.ringing[number] = slices.DeleteFunc(e.ringing[number], func(r *Ringing) bool { return r.placed == p })
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
	c.placed.answeredBy = c.form.Get("AnsweredBy")
	if c.ended != nil {
		c.placed.phase, c.placed.end = over, e.config.Clock.Now()
	}
}

// tell has the application's wish to end the call known. It is false if the call is over.
// One that rings is handed to the asker, who must end it: alone is true.
func (e *Exchange) tell(p *placed, evenAnswered bool) (alone, ok bool) {
	e.mu.Lock()
	phase := p.phase
	if phase != over && !p.cut() && (phase != up || evenAnswered) {
		close(p.told)
	}
	e.mu.Unlock()
	return phase == ringing && e.settle(p, over), phase != over
}

// cut says whether the application wants the call to end.
func (p *placed) cut() bool {
	select {
	case <-p.told:
		return true
	default:
		return false
	}
}

// find is the outbound call with that identifier, or nil.
func (e *Exchange) find(sid string) *placed {
	e.mu.Lock()
	defer e.mu.Unlock()
	at := slices.IndexFunc(e.placed, func(p *placed) bool { return p.sid == sid })
	if at < 0 {
		return nil
	}
	return e.placed[at]
}
