package simulator

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"strings"
	"time"

	"updatecenter/twiml"
)

// stepsLimit is how many verbs and documents may follow each other without a question.
const stepsLimit = 1000

type verbs = []twiml.Verb

// A Call is one call under way, from [Exchange.Dial] or [Ringing.Answer]. It is for one
// goroutine at a time.
type Call struct {
	exchange *Exchange
	chance   *chance
	form     url.Values // what every webhook of the call holds
	started  time.Time

	placed  *Ringing  // nil: somebody calls the application
	detects *detected // what Twilio will know of who has answered; nil: it does not listen for that, or knows
	listens time.Time // from when on whoever has answered hears what is said; zero: always

	fallbackURL string
	statusURL   string // empty: none asked for
	statuses    statuses

	pending  *webhook  // asked by the next step
	url      string    // of the present document
	verbs    verbs     // of the present document, those still to come
	question *question // nil unless in a Gather
	answered bool      // the far end has picked up
	steps    int       // since the last key or silence
	ended    *Ended

	last     *answered // the last webhook; nil when it had no answer
	lose     Loss      // of the next webhook
	lost     Loss      // of the present one
	connects string    // DialCallStatus of transfers to come; empty: completed
	failure  error     // why the call is being given up
	problems []error
	fellBack []error // those of them for which the fallback was asked
	turns    []time.Duration
}

// answered is a webhook and its answer.
type answered struct {
	delivery delivery
	answer   answer
}

func (e *Exchange) newCall(chance *chance, form url.Values) *Call {
	form.Set("CallSid", "CA"+chance.hex(16))
	form.Set("AccountSid", e.config.AccountSID)
	form.Set("ApiVersion", "2010-04-01")
	form.Set("CallStatus", "ringing")
	call := &Call{exchange: e, chance: chance, form: form, started: e.config.Clock.Now()}
	call.statuses.overtakes = chance.oneIn(4)
	return call
}

// SID is Twilio's identifier of the call: CA and 32 hexadecimal digits.
func (c *Call) SID() string { return c.form.Get("CallSid") }

// Turns are the times that the webhooks of the call took until their documents were
// read, in order. Status callbacks don't count.
func (c *Call) Turns() []time.Duration { return c.turns }

// Problems are the webhooks that went wrong: asked in vain before the fallback URL was,
// and status callbacks that were not answered with 2xx.
func (c *Call) Problems() []error { return c.problems }

// formWith is the form of a webhook.
func (c *Call) formWith(extra url.Values) url.Values {
	form := maps.Clone(c.form)
	maps.Copy(form, extra)
	maps.DeleteFunc(form, func(_ string, values []string) bool { return len(values) == 0 })
	return form
}

// Next does what comes next in the call and says what it was. While a question waits it
// is [Gathering] each time, and [Ended] once the call is over. An error of the context leaves
// the call as it was; any other error ends it.
func (c *Call) Next(ctx context.Context) (Event, error) {
	for ; c.steps < stepsLimit; c.steps++ {
		event, err := c.step(ctx)
		if err != nil && ctx.Err() != nil {
			return nil, err
		}
		if err != nil {
			c.end(ctx, FarEnd, "failed", err)
			return nil, err
		}
		if event != nil {
			c.steps++
			return event, nil
		}
	}
	c.end(ctx, FarEnd, "failed", ErrEndless)
	return nil, ErrEndless
}

// step does one thing. No event: it is not to be heard.
func (c *Call) step(ctx context.Context) (Event, error) {
	switch {
	case c.ended != nil:
		c.steps = 0 // asking a dead line again and again is harmless
		return *c.ended, nil
	case c.cutOff():
		c.end(ctx, FarEnd, "completed", nil)
		return nil, nil
	case c.detects != nil:
		wait := Paused{c.detects.after}
		c.form.Set("AnsweredBy", c.detects.by)
		c.detects = nil
		return wait, nil
	case c.pending != nil:
		return nil, c.fetch(ctx)
	case c.question != nil:
		return c.prompt(), nil
	case len(c.verbs) == 0:
		c.pickUp(ctx)
		c.end(ctx, FarEnd, "completed", c.failure)
		return nil, nil
	}
	verb := c.verbs[0]
	c.verbs = c.verbs[1:]
	return c.obey(ctx, verb), nil
}

// fetch gets the document that is asked for, or what stands in for it.
func (c *Call) fetch(ctx context.Context) error {
	hook := *c.pending
	started := time.Now()
	document, err := c.askOrLose(ctx, hook)
	c.turns = append(c.turns, time.Since(started))
	var broken *WebhookError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, ErrAnswersDiffer):
		return err
	case errors.As(err, &broken):
		document, err = c.fallBack(ctx, hook, broken)
	}
	if err != nil {
		return err
	}
	c.pending = nil
	c.verbs = document
	return nil
}

// apology is what Twilio says when it gives an application up.
const apology = "We're sorry, an application error has occurred. Goodbye."

// askOrLose asks for a document, unless that is to go wrong.
func (c *Call) askOrLose(ctx context.Context, hook webhook) (verbs, error) {
	loss := c.lose
	c.lose, c.lost = Loss{}, loss
	if loss.Answer {
		if _, err := c.deliver(ctx, c.delivery(hook)); errors.Is(err, ErrAnswersDiffer) {
			return nil, err
		}
	}
	if loss.Answer && loss.Again || loss == (Loss{}) {
		return c.ask(ctx, hook)
	}
	c.last = nil
	return nil, &WebhookError{Code: RetrievalFailure, URL: hook.URL, Err: ErrLost}
}

// fallBack asks the fallback URL for a document, with the fields of the webhook that went wrong
// and https://www.twilio.com/docs/usage/security/availability-reliability#fallback-urls. When that
// is of no use either, it is Twilio's own apology.
func (c *Call) fallBack(ctx context.Context, hook webhook, broken *WebhookError) (verbs, error) {
	lost := errors.Is(broken, ErrLost)
	if !lost {
		c.problems = append(c.problems, broken)
		c.fellBack = append(c.fellBack, broken)
	}
	if c.fallbackURL != "" {
		extra := url.Values{}
		if c.exchange.config.KeysLost || lost && c.lost.Keys {
			extra["AnsweredBy"] = nil
		} else if hook.URL == broken.URL {
			maps.Copy(extra, hook.Extra)
		}
		extra.Set("ErrorCode", strconv.Itoa(int(broken.Code)))
		extra.Set("ErrorUrl", broken.URL)
		document, err := c.ask(ctx, webhook{URL: c.fallbackURL, Extra: extra})
		if err == nil || errors.Is(err, ErrAnswersDiffer) || ctx.Err() != nil {
			return document, err
		}
		c.problems = append(c.problems, err)
	}
	c.failure = broken
	return verbs{twiml.Say{Content: []twiml.Speech{twiml.Text(apology)}}, twiml.Hangup{}}, nil
}

// Listen takes events up to the next question or the end of the call, and lets the time
// of each pass on the exchange's clock.
func (c *Call) Listen(ctx context.Context) ([]Event, error) {
	var heard []Event
	for {
		event, err := c.Next(ctx)
		if err != nil {
			return heard, err
		}
		if audible := c.audible(event); audible != nil {
			heard = append(heard, audible)
		}
		switch event.(type) {
		case Gathering, Ended:
			return heard, nil
		}
		if err := sleep(ctx, c.exchange.config.Clock, length(event)); err != nil {
			return heard, err
		}
	}
}

// audible is what there is to hear of an event that begins now; nil: nothing.
func (c *Call) audible(event Event) Event {
	deaf := c.listens.Sub(c.exchange.config.Clock.Now())
	if deaf <= 0 {
		return event
	}
	switch event := event.(type) {
	case Spoken:
		words := strings.Fields(event.Words)
		missed := int((deaf + wordLength - 1) / wordLength)
		if missed >= len(words) {
			return nil
		}
		event.Words = strings.Join(words[missed:], " ")
		return event
	case Played:
		return nil
	}
	return event
}

// cutOff says whether the call must end now: the application has asked for that by REST, or
// its time is up.
func (c *Call) cutOff() bool {
	if c.placed == nil {
		return false
	}
	limit := c.placed.order.timeLimit
	return c.placed.cut() || limit > 0 && c.exchange.config.Clock.Now().Sub(c.started) >= limit
}

// told is closed when the application ends the call by REST; nil: it can't.
func (c *Call) told() <-chan struct{} {
	if c.placed == nil {
		return nil
	}
	return c.placed.told
}

// HangUp puts the caller's phone down. In a call that is over it does nothing.
func (c *Call) HangUp(ctx context.Context) {
	if c.ended == nil {
		c.end(ctx, Caller, "completed", nil)
	}
}

// Loss is how the next webhook goes wrong. The zero value: it doesn't.
type Loss struct {
	Request bool // it does not arrive, and the exchange asks the fallback URL
	Answer  bool // it is answered, the answer is lost, and the exchange asks the fallback URL
	Again   bool // with Answer: the exchange delivers the webhook again instead, as if told to
	Keys    bool // with the others: what the fallback URL is posted lacks what the caller did, and who answered
}

// Lose has the next webhook go wrong.
func (c *Call) Lose(loss Loss) { c.lose = loss }

// ConnectAs has the transfers to come end with a DialCallStatus: completed, as they do unless
// told otherwise, busy, no-answer, failed or canceled.
func (c *Call) ConnectAs(status string) { c.connects = status }

// Repeat delivers the last webhook once more. It returns [ErrAnswersDiffer] unless the
// answer is the same, byte for byte.
func (c *Call) Repeat(ctx context.Context) error {
	if c.last == nil {
		return errors.New("repeat: the last webhook had no answer")
	}
	again, err := c.deliver(ctx, c.last.delivery)
	if err != nil {
		return fmt.Errorf("repeat: %w", err)
	}
	return sameAnswer(c.last.answer, again)
}

// end closes the call, and reports it. The report is made even if the context is done.
func (c *Call) end(ctx context.Context, by Party, status string, failure error) {
	c.ended = &Ended{By: by, Status: status, Failure: failure}
	c.verbs, c.question, c.pending, c.steps = nil, nil, nil, 0
	c.form.Set("CallStatus", status)
	c.exchange.note(c, status)
	c.report(context.WithoutCancel(ctx), status)
	if c.placed != nil {
		close(c.placed.ended)
	}
}

// An Event is what happens next in a call: [Spoken], [Played], [Paused], [Transferred],
// [Gathering] or [Ended].
type Event interface{ isEvent() }

// Spoken is words said to the caller.
type Spoken struct {
	Words         string // as one would write them; digits that are spoken one by one stand apart
	Language      string // such as "en-US"; empty: the document names a voice and no language
	Voice         string // empty: the account's default
	Interruptible bool   // a key cuts it short
}

// Played is a recording.
type Played struct {
	URL           string // absolute
	Interruptible bool
}

// Paused is silence before the first verb, while Twilio finds out who has answered.
type Paused struct{ Length time.Duration }

// Transferred is someone else being dialed, who hangs up at once or can't be reached: the call
// goes on. Without a caller ID that holds nobody is dialed, and there is no such event.
type Transferred struct {
	To       string // a telephone number
	CallerID string // what the telephone shows
	Status   string // Twilio's DialCallStatus: completed, busy, no-answer, failed or canceled
}

// Gathering says that the far end waits for keys: the prompts of a Gather are over.
type Gathering struct {
	Timeout time.Duration // of silence, from now, that ends the entry
	Keyed   int           // how many keys the entry holds so far
}

// Ended says that the call is over. Call.Next gives it again and again.
type Ended struct {
	By      Party
	Status  string // Twilio's CallStatus: completed, busy, no-answer, failed or canceled
	Failure error  // why the exchange gave the application up; nil: it did not
}

// Party is a side of a call.
type Party string

// The parties of a call.
const (
	Caller Party = "the caller"
	FarEnd Party = "the far end"
)

func (Spoken) isEvent()      {}
func (Played) isEvent()      {}
func (Paused) isEvent()      {}
func (Transferred) isEvent() {}
func (Gathering) isEvent()   {}
func (Ended) isEvent()       {}
