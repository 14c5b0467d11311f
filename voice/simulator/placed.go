package simulator

import (
	"fmt"
	"net/url"
	"slices"
	"time"
)

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
