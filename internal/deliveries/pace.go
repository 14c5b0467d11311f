package deliveries

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Class is what kind of delivery it is, as far as others have to wait for it. Each has a queue and
// workers of its own, so that none waits for the workers of another.
type Class string

// The classes. The first three are calls, and share one [Pace].
const (
	ValidationCalls Class = "validations" // an agent and a customer wait for the call
	CodeCalls       Class = "codes"       // a customer waits for the call
	NoticeCalls     Class = "notices"     // nobody waits for the call
	Letters         Class = "letters"
	Emails          Class = "emails"
)

// Classes are all of them.
var Classes = [...]Class{ValidationCalls, CodeCalls, NoticeCalls, Letters, Emails}

// Class returns the class of a delivery.
func (d Delivery) Class() Class {
	switch {
	case d.Method == ByMail:
		return Letters
	case d.Method == Email:
		return Emails
	case d.Topic == ValidationCode:
		return ValidationCalls
	case d.Topic.secret():
		return CodeCalls
	}
	return NoticeCalls
}

// paced are the classes of calls, those first that go first among equals, with the parts of all calls that
// they have while all wait.
var paced = [...]struct {
	class Class
	part  float64
}{{ValidationCalls, 8}, {CodeCalls, 3}, {NoticeCalls, 1}}

// ErrPaceStopped says that no more calls are begun, as the server stops.
var ErrPaceStopped = errors.New("no more calls are begun by this server")

// Pace lets so many calls a second begin, of one server. While several classes wait it is shared by
// weights, 8 validations to 3 codes to 1 notice, by start-time fair queuing (Goyal, Vin and Cheng,
// 1996); within a class it is first come, first served. A class that had less than its part is next: a
// validation after a pause waits for no other call. Any number of goroutines may use a Pace.
type Pace struct {
	config  PaceConfig
	limiter *rate.Limiter

	mu      sync.Mutex
	lines   [len(paced)]paceLine
	reached float64 // the virtual time: when the call began that was let go last
	timed   bool    // somebody waits, and again is to be called
	stopped bool
}

// paceLine is where the calls of a class wait.
type paceLine struct {
	waiting []chan error // each with room for one
	begins  float64      // when the next one does, in virtual time
}

// PaceConfig is what a [Pace] is made of.
type PaceConfig struct {
	PerSecond float64                          // calls that may begin, more than 0
	Now       func() time.Time                 // nil: time.Now
	After     func(d time.Duration, do func()) // has something done later, by that clock; nil: as time.AfterFunc
}

// NewPace returns a pace for one server.
func NewPace(config PaceConfig) *Pace {
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.After == nil {
		config.After = func(d time.Duration, do func()) { time.AfterFunc(d, do) }
	}
	return &Pace{config: config, limiter: rate.NewLimiter(rate.Limit(config.PerSecond), 1)}
}

// PerSecond is how many calls a second may begin.
func (p *Pace) PerSecond() float64 { return p.config.PerSecond }

// Wait waits until a call of the class may begin. Errors: those of the context, and [ErrPaceStopped].
func (p *Pace) Wait(ctx context.Context, class Class) error {
	for n := range paced {
		if paced[n].class == class {
			turn := p.join(n)
			select {
			case err := <-turn:
				return err
			case <-ctx.Done():
				p.leave(n, turn)
				return ctx.Err()
			}
		}
	}
	return nil // it is no call
}

// Stop has all who wait, and who come later, begin no call.
func (p *Pace) Stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	for n := range p.lines {
		for _, turn := range p.lines[n].waiting {
			turn <- ErrPaceStopped
		}
		p.lines[n].waiting = nil
	}
}

func (p *Pace) join(n int) chan error {
	p.mu.Lock()
	defer p.mu.Unlock()
	turn, line := make(chan error, 1), &p.lines[n]
	if p.stopped {
		turn <- ErrPaceStopped
		return turn
	}
	if len(line.waiting) == 0 {
		line.begins = max(line.begins, p.reached)
	}
	line.waiting = append(line.waiting, turn)
	if !p.timed {
		p.letGo()
	}
	return turn
}

func (p *Pace) leave(n int, turn chan error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines[n].waiting = slices.DeleteFunc(p.lines[n].waiting, func(other chan error) bool { return other == turn })
}

// again goes on when the next call may begin.
func (p *Pace) again() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timed = false
	p.letGo()
}

// letGo has all calls begin that may by now, and sets the timer if more wait.
func (p *Pace) letGo() {
	for {
		n := p.next()
		if n < 0 {
			return
		}
		now := p.config.Now()
		reserved := p.limiter.ReserveN(now, 1)
		if wait := reserved.DelayFrom(now); wait > 0 {
			reserved.CancelAt(now) // who is next may be another one by then
			p.timed = true
			p.config.After(wait, p.again)
			return
		}
		line := &p.lines[n]
		line.waiting[0] <- nil
		line.waiting = line.waiting[1:]
		p.reached = line.begins
		line.begins += 1 / paced[n].part
	}
}

// next is the line whose first call begins next; -1: none waits.
func (p *Pace) next() int {
	first := -1
	for n := range p.lines {
		if len(p.lines[n].waiting) > 0 && (first < 0 || p.lines[n].begins < p.lines[first].begins) {
			first = n
		}
	}
	return first
}

// Waiting is how many calls of a class wait.
func (p *Pace) Waiting(class Class) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for n := range paced {
		if paced[n].class == class {
			return len(p.lines[n].waiting)
		}
	}
	return 0
}
