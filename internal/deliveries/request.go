package deliveries

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"updatecenter/internal/accounts"
	"updatecenter/internal/ids"
	"updatecenter/internal/wrap"
)

// Params is what a client asks for. Where it goes is the account's to say alone.
type Params struct {
	Account accounts.Number
	Topic   Topic // SecurityCode or SecurityAnswer
	Method  Method
	Key     string // the client's idempotency key, with the client's name; empty: none
	Request string // what was asked for, in a form that only the same request has
}

// Request has a secret delivered: it is on its way when Request returns. A client's key that
// was used before for the same request returns that delivery, whatever the account has come to
// since. Errors: [ErrParams], [ErrKeyReused], [ErrNoWay], [accounts.ErrNoAccount], [ErrNoSecret], a
// [*TooNewError], a [*LimitError], a [*BlockedError].
func (d *Deliveries) Request(ctx context.Context, params Params) (_ Delivery, err error) {
	defer wrap.Error(&err, "request delivery")
	if !params.Method.known() || params.Topic != SecurityCode && params.Topic != SecurityAnswer {
		return Delivery{}, ErrParams
	}
	if delivery, known, err := d.asked(ctx, params.Key, params.Request); known || err != nil {
		return delivery, err
	}
	if !d.offers(params.Method) {
		return Delivery{}, ErrNoWay
	}
	account, err := d.config.Accounts.Get(ctx, params.Account)
	if err != nil {
		return Delivery{}, err
	}
	if err := admissible(account, params.Topic, params.Method, d.now()); err != nil {
		return Delivery{}, err
	}
	delivery := Delivery{Account: account.ID, Topic: params.Topic, Method: params.Method, Language: account.Language}
	if params.Method == Voice {
		delivery.To = account.Phone
		if err := d.checkRings(ctx, delivery.To); err != nil {
			return Delivery{}, err
		}
	}
	return d.create(ctx, NewDelivery{
		Delivery: delivery, Subject: string(account.ID), Key: params.Key, Request: params.Request, Limits: d.config.Limits,
	})
}

// asked returns the delivery that was asked for before with a key, and whether there is one.
func (d *Deliveries) asked(ctx context.Context, key, request string) (delivery Delivery, known bool, err error) {
	if key == "" {
		return Delivery{}, false, nil
	}
	delivery, err = d.put(ctx, NewDelivery{Delivery: Delivery{Created: d.now()}, Key: key, Request: request})
	if errors.Is(err, ErrNotFound) {
		return Delivery{}, false, nil
	}
	return delivery, err == nil, err
}

// create stores a delivery and queues its first attempt.
func (d *Deliveries) create(ctx context.Context, create NewDelivery) (Delivery, error) {
	id, err := ids.New(d.config.Random, idPrefix)
	if err != nil {
		return Delivery{}, err
	}
	now := d.now()
	create.Delivery.ID, create.Delivery.Attempt = ID(id), 1
	create.Delivery.Created, create.Delivery.Due = now, now
	create.Delivery.to(Queued, now, "")
	return d.put(ctx, create)
}

// put stores a delivery and queues its first attempt, also if it was stored before: who asks
// again may do so because nothing was heard the first time.
func (d *Deliveries) put(ctx context.Context, create NewDelivery) (Delivery, error) {
	delivery, err := d.config.Store.Create(ctx, create)
	if err != nil {
		return Delivery{}, fmt.Errorf("create delivery: %w", err)
	}
	if delivery.Status == Queued {
		d.enqueue(ctx, delivery)
	}
	return delivery, nil
}

// admissible says why a delivery can't be made, to the account as it is now.
func admissible(account accounts.Account, topic Topic, method Method, now time.Time) error {
	if !topic.hasSecret(account) {
		return ErrNoSecret
	}
	return unreachable(account, method, now)
}

// unreachable says why neither a secret nor a notice can go a way: it does not lead to an
// address of record. A telephone number has no such age.
func unreachable(account accounts.Account, method Method, now time.Time) error {
	switch {
	case method == ByMail && !account.AddressOfRecord(now):
		return &TooNewError{ByMail, account.AddressSince, account.AddressSince.Add(accounts.OfRecordAfter)}
	case method == Email && account.Email == "":
		return &TooNewError{Method: Email}
	case method == Email && !account.EmailOfRecord(now):
		return &TooNewError{Email, account.EmailSince, account.EmailSince.Add(accounts.OfRecordAfter)}
	}
	return nil
}

// hasSecret says whether the account has what is to be told of it; a notice tells nothing.
func (t Topic) hasSecret(account accounts.Account) bool {
	switch t {
	case SecurityCode, Welcome:
		return !account.Code.IsZero()
	case SecurityAnswer:
		return !account.Answer.IsZero()
	case PINChanged, PINReset, CodeChanged, QuestionChanged, AddressChanged, EmailChanged, PhoneChanged:
		return true
	case ValidationCode: // which is no account's
	}
	return false
}

func (m Method) known() bool { return m == Voice || m == ByMail || m == Email }

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
